//! The command line: one file per subject, each a client of the public gRPC API like any other.
//!
//! To add a command: a variant in `Command`, a file with its arguments (help with an example) and its `run`,
//! readable output through [`crate::out`], and the same as `--json`.

mod calendar;
mod contract;
mod events;
mod figures;
mod import;
mod parked;
mod relay;
mod request;
mod scorecard;
mod sla;
mod story;
mod survey;
mod team;
mod token;
mod topics;
mod words;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{
    bench, connection::ConnectionArgs, context::Context, district, failure::Failure, kafka, out,
    postgres, serve, up,
};

/// The service desk of a school-centred central office.
///
/// Exit codes: 0 done, 1 declined by the system, 2 a mistake on the command line or in a file,
/// 3 some rows of an import were refused, 69 the system cannot be reached or cannot start.
#[derive(Debug, Parser)]
#[command(name = "schoolside", version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// Print JSON, one line, for scripts.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start everything: a private Postgres, all services, and the demo district.
    Up(up::UpArgs),
    /// Start one service.
    Serve(serve::ServeArgs),
    /// Run a private development Postgres in the background.
    #[command(subcommand)]
    Postgres(postgres::PostgresCommand),
    /// Run a private development Kafka broker in the background.
    #[command(subcommand)]
    Kafka(kafka::KafkaCommand),
    /// Set up a district from its files.
    #[command(subcommand)]
    District(district::DistrictCommand),
    /// Open requests and carry them through their life.
    #[command(subcommand)]
    Request(request::RequestCommand),
    /// Look at a team.
    #[command(subcommand)]
    Team(team::TeamCommand),
    /// Show a team's speed and quality.
    Scorecard(scorecard::ScorecardArgs),
    /// Look at SLA clocks and due dates.
    #[command(subcommand)]
    Sla(sla::SlaCommand),
    /// Look at a calendar, and take over closures into it.
    #[command(subcommand)]
    Calendar(calendar::CalendarCommand),
    /// Answer surveys.
    #[command(subcommand)]
    Survey(survey::SurveyCommand),
    /// Compute attainment and durations of a cohort.
    Figures(figures::FiguresArgs),
    /// Read the published history.
    #[command(subcommand)]
    Events(events::EventsCommand),
    /// Write the published contract of the topics, and hold records against it.
    #[command(subcommand)]
    Contract(contract::ContractCommand),
    /// Look after records that could not be handled.
    #[command(subcommand)]
    Parked(parked::ParkedCommand),
    /// See how far the logs are on their Kafka topics, and mend what stops them.
    #[command(subcommand)]
    Relay(relay::RelayCommand),
    /// Make the Kafka topics.
    #[command(subcommand)]
    Topics(topics::TopicsCommand),
    /// Take over the history of another system.
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// Measure how fast the parts are.
    #[command(subcommand)]
    Bench(bench::BenchCommand),
    /// Make tokens.
    #[command(subcommand)]
    Token(token::TokenCommand),
}

/// Runs a command to its end.
pub async fn run(cli: Cli) -> ExitCode {
    let context = Context { connection: cli.connection, json: cli.json };
    let outcome = match cli.command {
        Command::Up(args) => up::run(args, &context).await,
        Command::Serve(args) => serve::run(args, &context).await,
        Command::Postgres(command) => {
            command.run().await.map(out::line).map_err(Failure::unavailable)
        }
        Command::Kafka(command) => command.run().await.map(out::line).map_err(Failure::unavailable),
        Command::District(command) => district::run(command, &context).await,
        Command::Request(command) => request::run(command, &context).await,
        Command::Team(command) => team::run(command, &context).await,
        Command::Scorecard(args) => scorecard::run(args, &context).await,
        Command::Sla(command) => sla::run(command, &context).await,
        Command::Calendar(command) => calendar::run(command, &context).await,
        Command::Survey(command) => survey::run(command, &context).await,
        Command::Figures(args) => figures::run(args, &context).await,
        Command::Events(command) => events::run(command, &context).await,
        Command::Contract(command) => contract::run(command, &context),
        Command::Parked(command) => parked::run(command, &context).await,
        Command::Relay(command) => relay::run(command, &context).await,
        Command::Topics(command) => topics::run(command, &context).await,
        Command::Import(command) => import::run(command, &context).await,
        Command::Bench(command) => bench::run(command, &context).await,
        Command::Token(command) => token::run(command, &context),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            out::note(format!("error: {failure}"));
            failure.exit_code()
        }
    }
}
