//! `schoolside serve`: one service in a process of its own, on the database and the keys it shares with the others.

use std::{net::SocketAddr, sync::Arc};

use chassis::{clock::SystemClock, identity::CallerRole};
use clap::Args;
use kernel::Clock;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    assembly::{self, Foundation, claims},
    broker::{BusKind, KafkaArgs},
    context::Context,
    datadir::{self, ClockKind, DataDir},
    failure::Failure,
    logs::LogArgs,
    out, stop,
};

/// Arguments of `schoolside serve`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  schoolside serve requests --database-url postgres://… --data-dir /srv/schoolside --listen 127.0.0.1:50061
  schoolside serve sla --database-url postgres://… --kafka 127.0.0.1:9092")]
pub struct ServeArgs {
    /// Which service: directory, requests, routing, sla, surveys, insights.
    service: String,
    /// The database; on the log bus the same for all services.
    #[arg(long, env = "SCHOOLSIDE_DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// Where to answer; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    #[command(flatten)]
    kafka: KafkaArgs,
    #[command(flatten)]
    logs: LogArgs,
}

/// Runs one service until a signal.
///
/// # Errors
/// When it cannot start.
pub async fn run(args: ServeArgs, context: &Context) -> Result<(), Failure> {
    let _telemetry = args.logs.begin()?;
    let shutdown = CancellationToken::new();
    stop::on_signal(shutdown.clone())?;
    let clock = Arc::new(SystemClock);
    let path = context.connection.data_dir();
    let directory = DataDir::open_shared(&path, Some(ClockKind::System), clock.now())
        .map_err(Failure::unavailable)?;
    let database = assembly::database(&args.database_url)?;
    // Processes of their own are what a broker is for: named, it is used.
    let kafka = args.kafka.used(BusKind::Kafka, false)?;
    let foundation = Foundation { directory, database, clock, kafka, shutdown };
    let listener = TcpListener::bind(args.listen).await.map_err(|error| {
        Failure::Unavailable(format!(
            "{} cannot be listened on: {error}; choose another --listen",
            args.listen
        ))
    })?;
    let running = foundation.assemble(&[args.service.as_str()]).await?.serve(listener).await?;
    let roles: Vec<_> = CallerRole::ALL
        .into_iter()
        .map(|role| (role, claims(role, &format!("systems/{role}"))))
        .collect();
    foundation.write_tokens(&roles)?;
    let grpc = format!("http://{}", running.address);
    datadir::write_service_endpoint(foundation.directory.path(), &args.service, &grpc)
        .map_err(Failure::unavailable)?;
    if context.json {
        out::json(&json!({ "service": args.service, "grpc": grpc }));
    } else {
        out::line(format!("{} answers at {grpc}", args.service));
    }
    running.done.await.map_err(Failure::unavailable)
}
