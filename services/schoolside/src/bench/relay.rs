//! Catching up: the relay, from Postgres, against a bare producer, from memory.

use std::time::Duration;

use kernel::Position;
use serde_json::{Value, json};
use stream::kafka::relay;
use tokio::time::Instant;

use super::{
    log::{BenchLog, CONTEXT},
    producer,
};
use crate::{failure::Failure, out};

/// Lets relay and producer take turns; the medians, and their ratio.
pub(super) async fn measure(log: &BenchLog, rounds: usize) -> Result<Value, Failure> {
    let pages = producer::pages(log).await?;
    let (mut relayed, mut produced) = (Vec::new(), Vec::new());
    for round in 1..=rounds.max(1) {
        produced.push(producer::rate(log, &pages).await?);
        relayed.push(rate(log).await?);
        out::note(format!(
            "round {round}: relay {relayed:.0?}, producer {produced:.0?} per second"
        ));
    }
    let (relayed, produced) = (median(relayed), median(produced));
    Ok(json!({
        "relay_per_second": relayed.round(),
        "producer_per_second": produced.round(),
        "ratio": (relayed / produced * 100.0).round() / 100.0,
    }))
}

/// Has the whole log published again; gives how many events were acknowledged in a second, once it was under way.
async fn rate(log: &BenchLog) -> Result<f64, Failure> {
    relay::republish(&log.pool, CONTEXT, Position(1)).await.map_err(Failure::unavailable)?;
    let (task, shutdown) = log.relay();
    let first = loop {
        let status = log.status().await?;
        if status.cursor > Position(0) {
            break status.cursor.0;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    };
    let begun = Instant::now();
    let last = loop {
        let status = log.status().await?;
        if status.cursor == status.head {
            break status.head.0;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    let took = begun.elapsed().as_secs_f64();
    shutdown.cancel();
    task.await.map_err(Failure::unavailable)?;
    Ok(f64::from(u32::try_from(last - first).unwrap_or(u32::MAX)) / took)
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or_default()
}
