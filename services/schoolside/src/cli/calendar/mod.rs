//! `schoolside calendar`: closures and openings from an iCalendar file, by a reviewed mapping.

mod file;
mod import;

use clap::Subcommand;

pub use self::{file::read_file, import::ImportArgs};
use crate::{context::Context, failure::Failure};

/// What can be done with calendars.
#[derive(Debug, Subcommand)]
pub enum CalendarCommand {
    /// Take over closures and openings from an iCalendar file. Without --write it only shows what would change.
    #[command(
        after_help = "An event that no rule of the mapping matches stops the import; one that vanished stays closed.\n\n\
                      Examples:\n  schoolside calendar import 2026-27.ics --mapping closures.toml --calendar-file office.toml\n  \
                      schoolside calendar import 2026-27.ics --mapping closures.toml --calendar-file office.toml \\\n      \
                      --known-from 2026-06-01T09:00:00-04:00 --write office-new.toml"
    )]
    Import(ImportArgs),
}

/// Runs a command about calendars.
///
/// # Errors
/// When a file is not what it should be.
pub fn run(command: &CalendarCommand, context: &Context) -> Result<(), Failure> {
    match command {
        CalendarCommand::Import(args) => import::run(args, context),
    }
}
