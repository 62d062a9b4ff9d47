//! `schoolside up`: everything in one process behind one port, on a private Postgres, with the demo district.
//!
//! The order matters. Start: the data directory's lock, the port, the database, the services, the district; only then
//! does `endpoints.json` appear. Stop: first the demo's driver ends its step, then the server drains, then the
//! database is stopped.

mod announce;
mod database;
mod endpoints;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use chassis::{
    clock::{DemoClock, SystemClock},
    identity::Keys,
};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget};
use kernel::{Clock, time::SharedClock};
use stream::kafka::topics;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use self::database::Database;
use crate::{
    assembly::{Foundation, SERVICES},
    broker::{BusKind, KafkaArgs, KafkaUse},
    catalogue,
    connection::Connection,
    context::Context,
    datadir::{ClockKind, DataDir, Endpoints, RunState},
    failure::Failure,
    logs::LogArgs,
    out,
    simulator::play::{Demo, Play, Stage},
    stop,
};

/// The port when nobody says.
const DEFAULT_PORT: u16 = 50_051;

/// Arguments of `schoolside up`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  schoolside up
  schoolside up --empty --random-ports --data-dir /tmp/trial --json
  schoolside up --kafka 127.0.0.1:9092 --bus kafka")]
pub struct UpArgs {
    /// No district, and the machine's own clock. Fixed when the data directory is made.
    #[arg(long)]
    empty: bool,
    /// This database instead of a private one.
    #[arg(long, env = "SCHOOLSIDE_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Nobody watches: no progress bar.
    #[arg(long)]
    headless: bool,
    /// Answer on a free port.
    #[arg(long, conflicts_with = "listen")]
    random_ports: bool,
    /// Answer here [default: 127.0.0.1:50051].
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// How many real minutes the twelve hours of a demo day take.
    #[arg(long, default_value = "10", value_name = "MINUTES", value_parser = minutes)]
    pace: Duration,
    #[command(flatten)]
    kafka: KafkaArgs,
    #[command(flatten)]
    logs: LogArgs,
}

fn minutes(text: &str) -> Result<Duration, String> {
    let minutes: f64 =
        text.parse().map_err(|_| "must be a number of minutes, e.g. 10 or 0.5".to_owned())?;
    if (0.01..=720.0).contains(&minutes) {
        Ok(Duration::from_secs_f64(minutes * 60.0))
    } else {
        Err("must lie between 0.01 and 720 minutes; 720 is real time".to_owned())
    }
}

/// Runs everything until a signal.
///
/// # Errors
/// When it cannot start.
pub async fn run(args: UpArgs, context: &Context) -> Result<(), Failure> {
    let _telemetry = args.logs.begin()?;
    let kafka = args.kafka.used(BusKind::Log, true)?;
    make_topics(&args.kafka).await;
    let stop = CancellationToken::new();
    stop::on_signal(stop.clone())?;
    let kind = if args.empty { ClockKind::System } else { ClockKind::Demo };
    let directory = DataDir::open(&context.connection.data_dir(), Some(kind), SystemClock.now())
        .map_err(Failure::unavailable)?;
    directory.remove_endpoints().map_err(Failure::unavailable)?;
    let listener = listen(&args).await?;
    let database = Database::open(directory.path(), args.database_url.clone()).await?;
    let stage = Built { directory, database: &database, kafka, listener };
    let outcome = serve(&args, context, stage, stop).await;
    database.close().await.and(outcome)
}

/// Makes the topics before anybody looks for them. A broker that is away is no reason not to start: the relays make them
/// when it is back.
async fn make_topics(args: &KafkaArgs) {
    let Some(kafka) = args.broker() else { return };
    if let Err(fault) = topics::apply(&kafka, &catalogue::names(&kafka)).await {
        out::note(format!("Kafka is left for later: {fault}; see `schoolside relay status`"));
    }
}

/// What stands when the services begin.
struct Built<'a> {
    directory: DataDir,
    database: &'a Database,
    kafka: KafkaUse,
    listener: TcpListener,
}

/// Serves on an open database until it is to stop, and drains.
async fn serve(
    args: &UpArgs,
    context: &Context,
    built: Built<'_>,
    stop: CancellationToken,
) -> Result<(), Failure> {
    let Built { directory, database, kafka, listener } = built;
    let mut demo = if args.empty { None } else { Some(Demo::open(directory.path())?) };
    let demo_clock = demo.as_ref().map(|demo| DemoClock::new(demo.beginning()));
    let clock: SharedClock = match &demo_clock {
        Some(clock) => Arc::new(clock.clone()),
        None => Arc::new(SystemClock),
    };
    let shutdown = CancellationToken::new();
    let foundation = Foundation {
        directory,
        database: database.options.clone(),
        clock,
        kafka,
        shutdown: shutdown.clone(),
    };
    let system = foundation.assemble(&SERVICES).await?;
    // Before anything runs: what a crash left undone is done at once, and must not happen on the demo's first day.
    if let Some((demo, clock)) = demo.as_mut().zip(demo_clock.as_ref()) {
        demo.wind(clock, system.latest_record().await?);
    }
    let running = system.serve(listener).await?;
    let grpc = endpoints::address(running.address);
    let settler = running.settler.clone();
    let live = async {
        let mut endpoints = endpoints::of(&foundation, grpc, args.empty)?;
        let Some((demo, clock)) = demo.zip(demo_clock) else {
            announce::ready(&foundation.directory, database, &endpoints, context)?;
            stop.cancelled().await;
            return Ok(());
        };
        let keys = Keys::open(&foundation.directory.keys().map_err(Failure::unavailable)?);
        let stage = Stage {
            clock,
            settler,
            connection: Connection::to(&endpoints.grpc, &endpoints::operator(&foundation)?)?,
            keys: keys.map_err(Failure::unavailable)?,
            stop: stop.clone(),
        };
        let mut play = demo.on(stage)?;
        play.set_up().await?;
        endpoints.state = if play.is_played() { RunState::Ready } else { RunState::Playing };
        announce::ready(&foundation.directory, database, &endpoints, context)?;
        live_through(args, context, &foundation, endpoints, &mut play).await
    };
    let live = async {
        let outcome = live.await;
        shutdown.cancel();
        outcome
    };
    let drained = async {
        let drained = running.done.await.map_err(Failure::unavailable);
        // A server that ended by itself ends everything.
        stop.cancel();
        drained
    };
    let (outcome, drained) = tokio::join!(live, drained);
    foundation.directory.remove_endpoints().map_err(Failure::unavailable)?;
    outcome.and(drained)
}

/// Plays the demo's first days, then lets it live on.
async fn live_through(
    args: &UpArgs,
    context: &Context,
    foundation: &Foundation,
    mut endpoints: Endpoints,
    play: &mut Play,
) -> Result<(), Failure> {
    let quiet = args.headless || context.json;
    if !play.is_played() {
        let target =
            if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        play.play(&ProgressBar::with_draw_target(None, target)).await?;
    }
    if play.is_played() {
        endpoints.state = RunState::Ready;
        foundation.directory.write_endpoints(&endpoints).map_err(Failure::unavailable)?;
        if !quiet {
            announce::played(play.tally(), args.pace);
        }
        play.live_on(args.pace).await?;
    }
    Ok(())
}

async fn listen(args: &UpArgs) -> Result<TcpListener, Failure> {
    let default =
        SocketAddr::from(([127, 0, 0, 1], if args.random_ports { 0 } else { DEFAULT_PORT }));
    let address = args.listen.unwrap_or(default);
    TcpListener::bind(address).await.map_err(|error| {
        let why = match error.kind() {
            io::ErrorKind::AddrInUse => format!("{address} is taken by another process"),
            io::ErrorKind::PermissionDenied => {
                format!("this user may not listen on port {}", address.port())
            }
            io::ErrorKind::AddrNotAvailable => {
                format!("{} is no address of this machine", address.ip())
            }
            _ => format!("{address} cannot be listened on: {error}"),
        };
        Failure::Unavailable(format!(
            "{why}: take a free one with --random-ports, or name another with --listen"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_a_sensible_number_of_minutes() {
        assert_eq!(minutes("10"), Ok(Duration::from_secs(600)));
        assert_eq!(minutes("0.5"), Ok(Duration::from_secs(30)));
        for bad in ["0", "-1", "fast", "1e9", "NaN"] {
            assert!(minutes(bad).is_err(), "{bad}");
        }
    }
}
