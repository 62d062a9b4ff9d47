//! The folder `calendars`: one file per calendar of open hours, named by its id.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use kernel::CalendarId;
use sla_domain::calendar::Definition;

use super::{
    DistrictFiles,
    error::{FileError, Place},
    fact::{Entry, Fact},
    settings::Settings,
};

/// The folder.
pub(super) const FOLDER: &str = "calendars";

/// Reads one calendar: the whole of it, and what was known of it at each instant at which it learned of something.
pub(super) fn read(
    file: &str,
    text: &str,
    settings: &Settings,
    files: &mut DistrictFiles,
    errors: &mut Vec<FileError>,
) {
    let place = Place::new(file, None);
    let Some(calendar) = id_of::<CalendarId>(file, FOLDER, errors) else { return };
    let definition = match Definition::read(text) {
        Ok(definition) => definition,
        Err(faults) => {
            errors.extend(
                faults.0.iter().map(|fault| place.error(&fault.path, "", fault.problem.clone())),
            );
            return;
        }
    };
    let entry = |recorded, document| {
        let fact = Fact::Calendar { calendar: calendar.clone(), document };
        Entry { place: place.clone(), recorded, fact }
    };
    files.entries.push(entry(settings.recorded, text.to_owned()));
    let edges = definition.known_edges().into_iter().map(Some);
    for known in [None].into_iter().chain(edges) {
        match as_known(text, &definition.zone, known) {
            Ok(document) => {
                files.calendar_versions.push(entry(known.or(settings.recorded), document));
            }
            Err(problem) => errors.push(place.error("", "", problem)),
        }
    }
}

/// The document without the closures and openings that became known after `known`; `None` is before the first.
fn as_known(text: &str, zone: &str, known: Option<Timestamp>) -> Result<String, String> {
    let mut document: toml::Table =
        text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    for key in ["closures", "openings"] {
        let Some(toml::Value::Array(items)) = document.get_mut(key) else { continue };
        items.retain(|item| {
            let from = item
                .get("known_from")
                .map(|from| from.as_str().map_or_else(|| from.to_string(), str::to_owned));
            from.is_none_or(|from| instant(&from, &zone).is_some_and(|from| Some(from) <= known))
        });
    }
    toml::to_string(&document).map_err(|error| error.to_string())
}

/// An instant as calendars write it: with an offset, or as wall time in the zone.
fn instant(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let local = || text.parse::<DateTime>().ok().and_then(|at| zone.to_timestamp(at).ok());
    text.parse().ok().or_else(local)
}

/// The id in a file's name, `FOLDER/ID.toml`.
pub(super) fn id_of<I: std::str::FromStr<Err: std::fmt::Display>>(
    file: &str,
    folder: &str,
    errors: &mut Vec<FileError>,
) -> Option<I> {
    let stem =
        file.strip_prefix(folder).map(|rest| rest.trim_start_matches('/')).unwrap_or_default();
    let stem = stem.strip_suffix(".toml").unwrap_or(stem);
    stem.parse()
        .map_err(|error: I::Err| {
            errors.push(Place::new(file, None).error("", "", format!("{error}: rename the file")));
        })
        .ok()
}
