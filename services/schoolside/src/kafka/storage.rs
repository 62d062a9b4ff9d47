//! Making new storage: beside its final place, then renamed, so that a half-made one is never taken for whole.

use std::fs;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{
    error::KafkaError,
    java::Program,
    place::Place,
    process::{self, NO_SPACE},
    settings::{self, Ports},
};
use crate::disk::DiskError;

const UNFINISHED: &str = "data.new";
const PROPERTIES: &str = "format.properties";

/// Formats the storage, with a cluster id of its own.
pub(super) async fn format(place: &Place, program: &Program) -> Result<(), KafkaError> {
    let unfinished = place.file(UNFINISHED);
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)
            .map_err(|error| KafkaError::io("removing", &unfinished, error))?;
    }
    // The ports are not stored.
    let settings = settings::text(Ports { broker: 1, controller: 2 }, UNFINISHED);
    place.write(PROPERTIES, &settings)?;
    let output = process::command(place, program)
        .args(["kafka.tools.StorageTool", "format", "-t", &cluster_id(), "-c", PROPERTIES])
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| KafkaError::io("running", &program.java, error))?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        if said.contains(NO_SPACE) {
            return Err(DiskError::Full { directory: place.directory.clone() }.into());
        }
        return Err(KafkaError::Format {
            directory: place.data(),
            detail: process::last_words(&said),
        });
    }
    let settings = place.file(PROPERTIES);
    fs::remove_file(&settings).map_err(|error| KafkaError::io("removing", settings, error))?;
    fs::rename(&unfinished, place.data())
        .map_err(|error| KafkaError::io("renaming", unfinished, error))
}

/// 16 random bytes as Kafka writes ids; none that would look like an option on a command line.
fn cluster_id() -> String {
    loop {
        let id = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>());
        if !id.starts_with('-') {
            return id;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_22_characters_and_no_option() {
        for _ in 0..1_000 {
            let id = cluster_id();
            assert_eq!(id.len(), 22, "{id}");
            assert!(!id.starts_with('-'), "{id}");
        }
    }
}
