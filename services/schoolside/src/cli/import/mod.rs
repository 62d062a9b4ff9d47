//! `schoolside import`: takes over the history of another system.
//!
//! `--plan` reads everything and writes nothing. `--apply` plans first, so that a file that cannot be used fails
//! before anything is written; then it creates what the rows refer to, sends the rows in batches, and returns when
//! the figures include the last of them. Safe to repeat, also after being killed: what is known is `unchanged`.

mod names;
mod send;

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    connection::Connection,
    context::Context,
    failure::Failure,
    import::{Mapping, Plan, Reader},
    out,
};

/// What can be imported.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Take over the requests of another system from its export.
    #[command(after_help = "Examples:
  schoolside import history old-desk.csv.gz --mapping boston-311
  schoolside import history old-desk.csv.gz --mapping my-mapping.toml --apply")]
    History(HistoryArgs),
}

/// Arguments of `import history`.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// The export: delimited text, plain or gzip.
    file: PathBuf,
    /// How to read it: a mapping that ships with Schoolside, or a file; see docs/guides/import-your-history.md.
    #[arg(long)]
    mapping: String,
    /// Only read and say what would happen; the default.
    #[arg(long, conflicts_with = "apply")]
    plan: bool,
    /// Write it.
    #[arg(long)]
    apply: bool,
}

/// Runs an import.
///
/// # Errors
/// When the file or the mapping cannot be used, the system is away, or some rows were refused.
pub async fn run(command: ImportCommand, context: &Context) -> Result<(), Failure> {
    let ImportCommand::History(args) = command;
    let mapping = Arc::new(Mapping::find(&args.mapping).map_err(Failure::usage)?);
    let started = Instant::now();
    let mut plan = read_plan(&args.file, &mapping, context).await?;
    let report = if args.apply {
        let connection = context.connection.open("importer")?;
        names::settle_zone(&mapping, &connection).await?;
        plan.name(&names::taken(&mapping.source_system, &connection).await?);
        names::create(&plan, &mapping.source_system, &connection).await?;
        let bar = progress_bar(context, "importing");
        let sender = send::Sender::new(&plan, &mapping, connection.clone(), send::Mode::Apply);
        let mut report =
            sender.send(Reader::open(&args.file, &mapping).map_err(Failure::usage)?, &bar).await?;
        bar.finish_and_clear();
        report.seconds = seconds(started);
        if context.json {
            print_json(&report)?;
        } else {
            out::line(report.to_string());
        }
        report
    } else {
        if let Ok(connection) = context.connection.open("importer") {
            compare(&mut plan, &args.file, &mapping, connection, context).await?;
        }
        plan.report.seconds = seconds(started);
        if context.json {
            print_json(&plan)?;
        } else {
            out::line(plan.to_string());
            out::line("Nothing was written. Write it with --apply.");
        }
        plan.report
    };
    match report.refused.len() {
        0 => Ok(()),
        count => {
            Err(Failure::RowsRefused(format!("{count} rows were refused; they are listed above")))
        }
    }
}

fn seconds(started: Instant) -> f64 {
    (started.elapsed().as_secs_f64() * 1_000.0).round() / 1_000.0
}

fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let value = serde_json::to_value(value).map_err(Failure::usage)?;
    out::json(&value);
    Ok(())
}

async fn read_plan(
    file: &Path,
    mapping: &Arc<Mapping>,
    context: &Context,
) -> Result<Plan, Failure> {
    let reader = Reader::open(file, mapping).map_err(Failure::usage)?;
    let progress = reader.progress();
    let bar = progress_bar(context, "reading");
    bar.set_length(progress.total);
    let reading = tokio::task::spawn_blocking(move || Plan::of(reader));
    while !reading.is_finished() {
        bar.set_position(progress.read());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bar.finish_and_clear();
    reading.await.map_err(Failure::unavailable)?.map_err(Failure::usage)
}

/// Asks the running system what it knows already, so that the plan says what really would happen.
async fn compare(
    plan: &mut Plan,
    file: &Path,
    mapping: &Arc<Mapping>,
    connection: Connection,
    context: &Context,
) -> Result<(), Failure> {
    let taken = names::taken(&mapping.source_system, &connection).await?;
    plan.name(&taken);
    let bar = progress_bar(context, "comparing");
    let sender = send::Sender::new(plan, mapping, connection, send::Mode::Compare(taken));
    plan.report = sender.send(Reader::open(file, mapping).map_err(Failure::usage)?, &bar).await?;
    bar.finish_and_clear();
    Ok(())
}

/// A bar on standard error for people at a terminal; hidden for scripts.
fn progress_bar(context: &Context, what: &'static str) -> ProgressBar {
    if context.json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg:10} {wide_bar} {percent:>3} % {eta}");
    let bar = ProgressBar::new(0).with_message(what);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
