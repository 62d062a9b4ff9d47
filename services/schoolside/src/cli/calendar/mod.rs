//! `schoolside calendar`: a calendar date by date, and closures and openings from an iCalendar file, by a reviewed mapping.

mod file;
mod import;
mod published;
mod show;

use clap::Subcommand;

pub use self::{file::read_file, import::ImportArgs, show::ShowArgs};
use crate::{context::Context, failure::Failure};

/// What can be done with calendars.
#[derive(Debug, Subcommand)]
pub enum CalendarCommand {
    /// Show a calendar date by date: open hours, closures and openings, published or from a file.
    #[command(
        after_help = "Examples:\n  schoolside calendar show office --from 2026-11-23 --to 2026-12-04\n  \
                      schoolside calendar show --calendar-file office-new.toml --from 2026-11-23 --to 2026-12-04 --json"
    )]
    Show(ShowArgs),
    /// Take over closures and openings from an iCalendar file. Without --write or --publish it only shows what would change.
    #[command(
        after_help = "An event that no rule of the mapping matches stops the import; one that vanished stays closed.\n\n\
                      Examples:\n  schoolside calendar import 2026-27.ics --mapping closures.toml --calendar-file office.toml\n  \
                      schoolside calendar import 2026-27.ics --mapping closures.toml --calendar-file office.toml \\\n      \
                      --known-from 2026-06-01T09:00:00-04:00 --write office-new.toml\n  \
                      schoolside calendar import 2026-27.ics --mapping closures.toml --calendar office --publish"
    )]
    Import(ImportArgs),
}

/// Runs a command about calendars.
///
/// # Errors
/// When a file is not what it should be, or the system declines.
pub async fn run(command: CalendarCommand, context: &Context) -> Result<(), Failure> {
    match command {
        CalendarCommand::Show(args) => show::run(&args, context).await,
        CalendarCommand::Import(args) => import::run(&args, context).await,
    }
}
