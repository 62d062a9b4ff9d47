//! `district.toml`: the district's name and zone, and when its files' facts were recorded.

use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;

use super::{
    document,
    error::{FileError, Place},
    fact::{Entry, Fact},
    table::instant,
};

/// The file.
pub(super) const FILE: &str = "district.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    name: String,
    zone: String,
    #[serde(default)]
    lea_id: String,
    recorded: Option<toml::Spanned<String>>,
}

/// What the other files are read with.
pub(super) struct Settings {
    /// The district's zone; UTC when it could not be read.
    pub zone: TimeZone,
    /// When facts without an own date were recorded.
    pub recorded: Option<Timestamp>,
}

pub(super) fn read(
    text: Option<&str>,
    entries: &mut Vec<Entry>,
    errors: &mut Vec<FileError>,
) -> Settings {
    let mut settings = Settings { zone: TimeZone::UTC, recorded: None };
    let Some(text) = text else {
        errors.push(Place::new(FILE, None).error(
            "",
            "",
            "is missing: write it with name and zone",
        ));
        return settings;
    };
    let Some(document) = document::read::<Document>(FILE, text, errors) else { return settings };
    let place = Place::new(FILE, Some(1));
    match TimeZone::get(&document.zone) {
        Ok(zone) => settings.zone = zone,
        Err(_) => errors.push(place.error(
            "zone",
            &document.zone,
            "is no IANA time zone: name one like America/New_York",
        )),
    }
    if let Some(recorded) = document.recorded {
        settings.recorded = instant(recorded.as_ref(), &settings.zone);
        if settings.recorded.is_none() {
            let place = Place::new(FILE, Some(document::line(text, recorded.span().start)));
            errors.push(place.error(
                "recorded",
                recorded.as_ref(),
                "is neither a date (YYYY-MM-DD) nor an instant",
            ));
        }
    }
    let fact = Fact::District { name: document.name, zone: document.zone, lea_id: document.lea_id };
    entries.push(Entry { place, recorded: settings.recorded, fact });
    settings
}
