//! What runs the broker: a Java that is new enough, and Kafka's jars.

use std::{
    fs,
    path::{self, Path, PathBuf},
    process::{Command, Stdio},
};

use super::error::KafkaError;

/// The oldest Java that Kafka's broker runs on.
pub const OLDEST_JAVA: u32 = 17;

/// Both, by absolute paths: the broker works in a directory of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Program {
    pub java: PathBuf,
    pub jars: PathBuf,
}

impl Program {
    /// Finds both.
    pub fn find(jars: Option<&Path>) -> Result<Self, KafkaError> {
        Ok(Self { jars: with_kafka(jars)?, java: choose(&candidates())? })
    }
}

/// Where Java may be: where `JAVA_HOME` says, all of `PATH`, and where Debian puts each version.
fn candidates() -> Vec<PathBuf> {
    let home = std::env::var_os("JAVA_HOME").filter(|home| !home.is_empty());
    let mut found: Vec<PathBuf> =
        home.map(|home| Path::new(&home).join("bin")).into_iter().collect();
    found.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    if let Ok(versions) = fs::read_dir("/usr/lib/jvm") {
        found.extend(versions.flatten().map(|entry| entry.path().join("bin")));
    }
    found
}

/// The first that is new enough.
fn choose(directories: &[PathBuf]) -> Result<PathBuf, KafkaError> {
    let mut newest = None;
    for directory in directories {
        let java = directory.join("java");
        let Some(version) = version_of(&java) else { continue };
        if version >= OLDEST_JAVA {
            return path::absolute(&java).map_err(|error| KafkaError::io("finding", java, error));
        }
        newest = newest.max(Some(version));
    }
    Err(newest
        .map_or(KafkaError::NoJava, |found| KafkaError::OldJava { found, minimum: OLDEST_JAVA }))
}

/// The directory, if a broker's jar is in it.
fn with_kafka(jars: Option<&Path>) -> Result<PathBuf, KafkaError> {
    let directory = jars.ok_or(KafkaError::JarsNotGiven)?;
    let broker = fs::read_dir(directory).into_iter().flatten().flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("kafka_") && name.ends_with(".jar")
    });
    match fs::canonicalize(directory) {
        Ok(directory) if broker => Ok(directory),
        _ => Err(KafkaError::NoJars { directory: directory.to_owned() }),
    }
}

fn version_of(java: &Path) -> Option<u32> {
    if !java.is_file() {
        return None;
    }
    let output = Command::new(java).arg("-version").stdin(Stdio::null()).output().ok()?;
    version(&String::from_utf8_lossy(&output.stderr))
}

/// `openjdk version "17.0.15" 2025-04-15` is 17; what calls itself `"1.8.0_352"` is 8.
fn version(said: &str) -> Option<u32> {
    let quoted = said.split("version \"").nth(1)?;
    let mut numbers = quoted.split(|digit: char| !digit.is_ascii_digit());
    match numbers.next()?.parse().ok()? {
        1 => numbers.next()?.parse().ok(),
        major => Some(major),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A directory with a `java` that says it is of `version`.
    fn install(root: &Path, version: &str) -> PathBuf {
        let bin = root.join(version);
        fs::create_dir_all(&bin).unwrap();
        let java = bin.join("java");
        fs::write(&java, format!("#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")).unwrap();
        fs::set_permissions(&java, fs::Permissions::from_mode(0o755)).unwrap();
        bin
    }

    #[test]
    fn no_java_names_the_package_to_install() {
        let refused = choose(&[PathBuf::from("/nonexistent")]).unwrap_err().to_string();
        assert!(refused.contains("apt-get install openjdk-17-jre-headless"), "{refused}");
    }

    #[test]
    fn an_old_java_alone_is_refused_and_passed_over() {
        let root = tempfile::tempdir().unwrap();
        let old = [install(root.path(), "1.8.0_352"), install(root.path(), "11.0.2")];
        let refused = choose(&old).unwrap_err().to_string();
        assert!(refused.contains("version 11, and Kafka needs 17"), "{refused}");
        let both = [&old[..], &[install(root.path(), "21.0.1")]].concat();
        assert_eq!(choose(&both).unwrap(), root.path().join("21.0.1/java"));
    }

    #[test]
    fn the_version_is_read_from_what_java_says() {
        assert_eq!(version("openjdk version \"17.0.15\" 2025-04-15\nOpenJDK"), Some(17));
        assert_eq!(version("Picked up X\nopenjdk version \"24-ea\" 2025-03-18"), Some(24));
        assert_eq!(version("java version \"1.8.0_352\""), Some(8));
        assert_eq!(version("something else"), None);
    }

    #[test]
    fn a_directory_without_kafka_is_named() {
        let empty = tempfile::tempdir().unwrap();
        let refused = with_kafka(Some(empty.path())).unwrap_err().to_string();
        assert!(refused.contains(&format!("no Kafka in {}", empty.path().display())), "{refused}");
        assert!(refused.contains("./dev kafka up"), "{refused}");
    }

    #[test]
    fn jars_that_nobody_named_are_asked_for() {
        let refused = with_kafka(None).unwrap_err().to_string();
        assert!(refused.contains("SCHOOLSIDE_KAFKA_JARS"), "{refused}");
    }
}
