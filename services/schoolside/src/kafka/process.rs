//! The broker's process: its command line, how it is known again, and what it says when it ends.

use std::{fs, os::unix::ffi::OsStrExt, path::Path, process::Stdio};

use nix::{errno::Errno, sys::signal, unistd::Pid};
use tokio::process::{Child, Command};

use super::{error::KafkaError, java::Program, place::Place};
use crate::disk::log_output;

/// What the broker says when the disk is full.
pub(super) const NO_SPACE: &str = "No space left on device";
/// The broker's main class.
const MAIN: &str = "kafka.Kafka";
/// Small, and quick to start.
const JVM: [&str; 4] = [
    "-Xmx384m",
    "-XX:+UseSerialGC",
    "-XX:+ExitOnOutOfMemoryError",
    "-Dlog4j2.configurationFile=log4j2.properties",
];

/// Java with Kafka's jars, working in the broker's directory.
pub(super) fn command(place: &Place, program: &Program) -> Command {
    let mut command = Command::new(&program.java);
    // What the caller tells Java of its own must not change what the broker does or says.
    for variable in ["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH"] {
        command.env_remove(variable);
    }
    // In the C locale Java cannot open a file with an umlaut in its path.
    command.env("LC_ALL", "C.UTF-8").current_dir(&place.directory);
    command.args(JVM).arg("-cp").arg(program.jars.join("*")).stdin(Stdio::null());
    command
}

/// Starts the broker with all its output in the log, in a process group of its own, so that Ctrl-C does not reach it;
/// and remembers its process.
pub(super) fn spawn(place: &Place, program: &Program) -> Result<Child, KafkaError> {
    let output = log_output(&place.log())?;
    let mut child = command(place, program)
        .arg(MAIN)
        .arg(place.properties())
        .process_group(0)
        .stdout(output.0)
        .stderr(output.1)
        .spawn()
        .map_err(|error| KafkaError::io("running", &program.java, error))?;
    if let Err(error) = place.write("pid", &child.id().unwrap_or_default().to_string()) {
        // Nobody would find it again.
        let _ = child.start_kill();
        return Err(error);
    }
    Ok(child)
}

/// The process that was started last, if it was not stopped.
pub(super) fn remembered(place: &Place) -> Option<i32> {
    fs::read_to_string(place.file("pid")).ok()?.trim().parse().ok()
}

/// Forgets it.
pub(super) fn forget(place: &Place) {
    // A process that is gone is not believed in anyway.
    let _ = fs::remove_file(place.file("pid"));
}

/// Whether the process lives and is this directory's broker, not another program that got its number.
///
/// Where command lines cannot be seen (no `/proc`), a living process is believed.
pub(super) fn serves(pid: i32, place: &Place) -> bool {
    if !Path::new("/proc/self").exists() {
        return signal::kill(Pid::from_raw(pid), None) != Err(Errno::ESRCH);
    }
    let properties = place.properties();
    fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| {
        let arguments: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
        [MAIN.as_bytes(), properties.as_os_str().as_bytes()]
            .iter()
            .all(|expected| arguments.contains(expected))
    })
}

/// Asks it to stop.
pub(super) fn end(pid: i32) {
    // A process that is gone already has done what is asked.
    let _ = signal::kill(Pid::from_raw(pid), signal::Signal::SIGTERM);
}

/// Ends it at once.
pub(super) fn kill(pid: i32) {
    let _ = signal::kill(Pid::from_raw(pid), signal::Signal::SIGKILL);
}

/// The lines that say why, as one sentence part; timestamps and stack traces left out.
pub(super) fn last_words(said: &str) -> String {
    let spoken: Vec<&str> = said
        .lines()
        .filter(|line| !line.starts_with("\tat ") && !line.starts_with("\t... "))
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let telling: Vec<&str> = spoken.iter().filter_map(|line| reason(line)).collect();
    let chosen = if telling.is_empty() { &spoken } else { &telling };
    let from = chosen.len().saturating_sub(4);
    if chosen.is_empty() { "it said nothing".to_owned() } else { chosen[from..].join("; ") }
}

/// The part of a line that says what went wrong, if it does.
fn reason(line: &str) -> Option<&str> {
    let logged = ["ERROR ", "FATAL "].iter().find_map(|mark| line.find(mark));
    let first = line.split(": ").next().unwrap_or(line);
    let thrown = (first.ends_with("Exception") || first.ends_with("Error"))
        || ["Caused by:", "Error:", "Exception in"].iter().any(|mark| line.starts_with(mark));
    logged.or_else(|| thrown.then_some(0)).map(|at| &line[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_with_another_command_line_is_not_the_broker() {
        let data = tempfile::tempdir().unwrap();
        let place = Place::prepare(data.path()).unwrap();
        assert!(!serves(i32::try_from(std::process::id()).unwrap(), &place));
    }

    #[test]
    fn the_last_words_are_the_reasons_without_stamps_and_traces() {
        let said = "2026-02-02 08:00:00,000 INFO  Starting (KafkaRaftServer)\n\
                    2026-02-02 08:00:00,001 ERROR Exiting Kafka (Kafka$)\n\
                    org.apache.kafka.common.KafkaException: Socket server failed to bind\n\
                    \tat kafka.network.Acceptor.open(SocketServer.scala:1)\n\
                    2026-02-02 08:00:00,002 INFO  shut down (BrokerServer)\n";
        assert_eq!(
            last_words(said),
            "ERROR Exiting Kafka (Kafka$); org.apache.kafka.common.KafkaException: Socket server failed to bind"
        );
        assert_eq!(last_words("plain\n"), "plain");
        assert_eq!(last_words(""), "it said nothing");
    }
}
