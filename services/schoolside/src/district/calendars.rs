//! The folder `calendars`: one file per calendar of open hours, named by its id.

use jiff::Timestamp;
use kernel::CalendarId;
use sla_domain::calendar::Definition;

use super::{
    error::{FileError, Place},
    fact::{Entry, Fact},
    settings::Settings,
};

/// The folder.
pub(super) const FOLDER: &str = "calendars";

/// Reads one calendar: as known at first, and once more for every instant at which it learned of something.
pub(super) fn read(file: &str, text: &str, settings: &Settings, entries: &mut Vec<Entry>, errors: &mut Vec<FileError>) {
    let place = Place::new(file, None);
    let Some(calendar) = id_of::<CalendarId>(file, FOLDER, errors) else { return };
    let definition = match Definition::read(text) {
        Ok(definition) => definition,
        Err(faults) => {
            errors.extend(faults.0.iter().map(|fault| place.error(&fault.path, "", fault.problem.clone())));
            return;
        }
    };
    let mut push = |recorded: Option<Timestamp>, known_at: Option<Timestamp>| {
        let fact = Fact::Calendar { calendar: calendar.clone(), document: text.to_owned(), known_at };
        entries.push(Entry { place: place.clone(), recorded, fact });
    };
    push(settings.recorded, None);
    for edge in definition.known_edges() {
        push(Some(edge), Some(edge));
    }
}

/// The id in a file's name, `FOLDER/ID.toml`.
pub(super) fn id_of<I: std::str::FromStr<Err: std::fmt::Display>>(
    file: &str,
    folder: &str,
    errors: &mut Vec<FileError>,
) -> Option<I> {
    let stem = file.strip_prefix(folder).map(|rest| rest.trim_start_matches('/')).unwrap_or_default();
    let stem = stem.strip_suffix(".toml").unwrap_or(stem);
    stem.parse().map_err(|error: I::Err| errors.push(Place::new(file, None).error("", "", format!("{error}: rename the file")))).ok()
}
