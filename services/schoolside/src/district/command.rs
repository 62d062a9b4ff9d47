//! `schoolside district`: setting up a district from its files.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget};

use super::{Clients, Source, apply, plan, read};
use crate::{context::Context, failure::Failure, out};

/// How many steps of a plan are printed.
const SHOWN: usize = 40;

/// What can be done with a district.
#[derive(Debug, Subcommand)]
pub enum DistrictCommand {
    /// Load a district's files: schools, networks, teams, people, catalogue, calendars, policies, rules.
    #[command(
        after_help = "Example:\n  schoolside district load ./our-district\n  schoolside district load ./our-district --apply\n\nThe files are described in docs/guides/set-up-your-district.md."
    )]
    Load(LoadArgs),
}

/// What to load.
#[derive(Debug, Args)]
pub struct LoadArgs {
    /// The folder that holds district.toml.
    folder: PathBuf,
    /// Read and check everything, ask the system, and say what would be entered; write nothing. The default.
    #[arg(long, conflicts_with = "apply")]
    plan: bool,
    /// Enter what is new or changed.
    #[arg(long)]
    apply: bool,
}

/// Runs a district command.
///
/// # Errors
/// When a file has a fault, or the system declines.
pub async fn run(command: DistrictCommand, context: &Context) -> Result<(), Failure> {
    let DistrictCommand::Load(args) = command;
    let files = read(&Source::Folder(args.folder)).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(|error| format!("  {error}")).collect();
        let faults =
            if errors.len() == 1 { "one fault" } else { &format!("{} faults", errors.len()) };
        Failure::Usage(format!(
            "the district's files have {faults}; nothing was written\n{}",
            lines.join("\n")
        ))
    })?;
    let clients = Clients::new(&context.connection.open("operator")?)?;
    let plan = plan(&clients, &files).await?;
    if args.apply {
        let bar = ProgressBar::new(u64::try_from(plan.pending().count()).unwrap_or_default());
        if context.json {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        let applied = apply(&clients, &plan, &|| bar.inc(1)).await;
        bar.finish_and_clear();
        applied?;
    }
    let report = plan.report(args.apply);
    if context.json {
        out::json(&serde_json::to_value(&report).unwrap_or_default());
    } else {
        out::line(report.to_text(SHOWN));
    }
    Ok(())
}
