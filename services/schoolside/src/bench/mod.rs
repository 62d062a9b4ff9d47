//! `schoolside bench`: how fast the parts are, as ratios against a baseline of the same run on the same machine.
//!
//! Nothing here is a test: a figure says what a machine did, not whether it is right.

mod history;
mod latency;
mod log;
mod producer;
mod relay;
mod sla;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;
use sqlx::PgPool;
use stream::kafka::Kafka;

use self::log::BenchLog;
use crate::{assembly, context::Context, failure::Failure, out};

/// What can be measured.
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// The way through Kafka: the relay against a bare producer, from commit to consumer, and an import over either bus.
    #[command(
        after_help = "Example:\n  schoolside bench relay --database-url postgres://… --kafka 127.0.0.1:9092 --history old.csv.gz"
    )]
    Relay(RelayArgs),
    /// The SLA engine: business time, the clocks of a request, a year's due dates, the timer's look, other libraries.
    #[command(
        after_help = "Example:\n  schoolside bench sla --database-url postgres://… --history year.csv.gz --policies policies.csv --holidays holidays.csv"
    )]
    Sla(sla::SlaArgs),
}

/// Arguments of `schoolside bench relay`.
#[derive(Debug, Args)]
pub struct RelayArgs {
    /// A database in which a schema `bench` may be made and dropped.
    #[arg(long, env = "SCHOOLSIDE_DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// The broker.
    #[arg(long, env = "SCHOOLSIDE_KAFKA", value_name = "HOST:PORT")]
    kafka: Kafka,
    /// How many events the relay has to catch up with.
    #[arg(long, default_value_t = 200_000)]
    events: usize,
    /// How often relay and producer, and the imports over either bus, take turns.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How many seconds two hundred events are committed in each.
    #[arg(long, default_value_t = 20)]
    seconds: u32,
    /// A history to import over either bus, e.g. the city's whole year; left out if not given.
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// Where the imports' data directories are made, and removed; Postgres' user must be able to enter it.
    #[arg(long, default_value = "/var/tmp", value_name = "DIR")]
    scratch: PathBuf,
    /// How the columns of the history are read.
    #[arg(long, default_value = "boston-311")]
    mapping: String,
}

/// Runs a measurement and prints what it found.
///
/// # Errors
/// When the database or the broker does not answer, or a file cannot be used.
pub async fn run(command: BenchCommand, context: &Context) -> Result<(), Failure> {
    match command {
        BenchCommand::Relay(args) => relayed(args, context).await,
        BenchCommand::Sla(args) => sla::run(&args, context).await,
    }
}

async fn relayed(args: RelayArgs, context: &Context) -> Result<(), Failure> {
    let options = assembly::database(&args.database_url)?;
    let pool = PgPool::connect_with(options).await.map_err(Failure::unavailable)?;
    let kafka = args.kafka.clone().in_namespace(&format!("bench{}", std::process::id()));
    let log = BenchLog::open(pool, kafka).await?;
    out::note(format!("writing {} events", args.events));
    log.fill(args.events).await?;
    let catch_up = relay::measure(&log, args.rounds).await?;
    out::note(format!("committing 200 events in each of {} seconds", args.seconds));
    let latency = latency::measure(&log, args.seconds).await?;
    log.drop().await?;
    let import = match &args.history {
        Some(file) => Some(history::measure(&args, file).await?),
        None => None,
    };
    let found = json!({ "catch_up": catch_up, "commit_to_consumer": latency, "import": import });
    if context.json {
        out::json(&found);
    } else {
        out::line(format!("{found:#}"));
    }
    Ok(())
}
