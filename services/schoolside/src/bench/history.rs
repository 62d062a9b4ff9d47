//! The import of a history over either bus, by processes as a user would start them.

use std::{
    path::Path,
    process::{Output, Stdio},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::Instant,
};

use super::RelayArgs;
use crate::{failure::Failure, out};

/// Imports it over the two buses in turns, so that a machine whose speed changes favours neither.
pub(super) async fn measure(args: &RelayArgs, file: &Path) -> Result<Value, Failure> {
    let (mut log, mut kafka) = (Vec::new(), Vec::new());
    for round in 0..args.rounds.max(1) {
        log.push(import(args, file, "log", round).await?);
        kafka.push(import(args, file, "kafka", round).await?);
        out::note(format!("round {}: log {log:?}, Kafka {kafka:?} (seconds, MB)", round + 1));
    }
    let seconds = |runs: &[(f64, u64)]| round(mean(runs.iter().map(|run| run.0)));
    let most = |runs: &[(f64, u64)]| runs.iter().map(|run| run.1).max();
    Ok(json!({
        "log_seconds": seconds(&log), "kafka_seconds": seconds(&kafka),
        "ratio": round(seconds(&kafka) / seconds(&log)),
        "log_resident_mb": most(&log), "kafka_resident_mb": most(&kafka),
    }))
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// Seconds until the figures show the whole of it, and the most memory the system had in MB.
async fn import(
    args: &RelayArgs,
    file: &Path,
    bus: &str,
    turn: usize,
) -> Result<(f64, u64), Failure> {
    let name = format!("import-{bus}-{}-{turn}", std::process::id());
    let directory = args.scratch.join(&name);
    let mut up = command(&directory)?;
    up.args(["up", "--empty", "--headless", "--random-ports", "--json", "--bus", bus]);
    if bus == "kafka" {
        up.args(["--kafka", args.kafka.bootstrap(), "--kafka-namespace", &name]);
    }
    let mut system =
        up.stdout(Stdio::piped()).kill_on_drop(true).spawn().map_err(Failure::unavailable)?;
    if let Some(said) = system.stdout.take() {
        let mut line = String::new();
        BufReader::new(said).read_line(&mut line).await.map_err(Failure::unavailable)?;
    }
    out::note(format!("importing {} over the bus {bus}", file.display()));
    let begun = Instant::now();
    let mut importing = command(&directory)?;
    importing.args(["import", "history"]).arg(file);
    let imported = done(importing.args(["--mapping", &args.mapping, "--apply", "--json"])).await?;
    let report: Value = serde_json::from_slice(&imported.stdout).map_err(Failure::unavailable)?;
    loop {
        let figures = done(command(&directory)?.args(["figures", "--json"])).await?;
        let figures: Value =
            serde_json::from_slice(&figures.stdout).map_err(Failure::unavailable)?;
        if figures["rows"][0]["requests"] == report["accepted"] {
            break;
        }
    }
    let took = begun.elapsed().as_secs_f64();
    let memory = high_water(&system);
    stop(&mut system).await?;
    std::fs::remove_dir_all(&directory).map_err(Failure::unavailable)?;
    Ok((took, memory))
}

/// The command line with a data directory.
fn command(directory: &Path) -> Result<Command, Failure> {
    let program = std::env::current_exe().map_err(Failure::unavailable)?;
    let mut command = Command::new(program);
    command.arg("--data-dir").arg(directory);
    Ok(command)
}

/// Runs a command to its end.
async fn done(command: &mut Command) -> Result<Output, Failure> {
    let output = command.stderr(Stdio::inherit()).output().await.map_err(Failure::unavailable)?;
    if output.status.success() {
        return Ok(output);
    }
    Err(Failure::Unavailable(format!("a part of the measurement failed: {}", output.status)))
}

/// Asks a system to end, and waits until it has, its database too.
async fn stop(system: &mut Child) -> Result<(), Failure> {
    let id = system.id().and_then(|id| i32::try_from(id).ok());
    if let Some(id) = id {
        kill(Pid::from_raw(id), Signal::SIGTERM).map_err(Failure::unavailable)?;
    }
    system.wait().await.map(drop).map_err(Failure::unavailable)
}

/// The most memory that a process had, in MB; 0 where the system does not say.
fn high_water(process: &Child) -> u64 {
    let file = format!("/proc/{}/status", process.id().unwrap_or_default());
    let status = std::fs::read_to_string(file).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() / 1024
}
