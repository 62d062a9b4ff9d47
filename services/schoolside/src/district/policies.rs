//! The folder `policies`: the district's policy, a file named by its id, in the policy format of the SLA service.

use kernel::PolicyId;
use sla_domain::policy::Rules;

use super::{
    DistrictFiles,
    calendars::id_of,
    error::{FileError, Place},
    fact::{Entry, Fact, Refers, Thing},
    settings::Settings,
};

/// The folder.
pub(super) const FOLDER: &str = "policies";

/// Reads one policy.
pub(super) fn read(
    file: &str,
    text: &str,
    settings: &Settings,
    files: &mut DistrictFiles,
    errors: &mut Vec<FileError>,
) {
    let place = Place::new(file, None);
    let Some(policy) = id_of::<PolicyId>(file, FOLDER, errors) else { return };
    match Rules::read(text) {
        Ok(_) => {
            let policies = |entry: &&Entry| matches!(entry.fact, Fact::Policy { .. });
            if let Some(first) = files.entries.iter().find(policies) {
                let first = &first.place.file;
                let problem = format!(
                    "a district has one policy, and {first} is it: put these entries there"
                );
                errors.push(place.error("", "", problem));
                return;
            }
            let fact = Fact::Policy { policy, document: text.to_owned() };
            files.entries.push(Entry { place, recorded: settings.recorded, fact });
        }
        Err(faults) => {
            errors.extend(
                faults.0.iter().map(|fault| place.error(&fault.path, "", fault.problem.clone())),
            );
        }
    }
}

/// The calendars, request types and categories that a policy names; none for a document with faults.
pub(super) fn refers(document: &str) -> Vec<Refers> {
    let Ok(rules) = Rules::read(document) else { return Vec::new() };
    let mut refers = Vec::new();
    for (index, entry) in rules.entries.iter().enumerate() {
        let mut to = |thing, id: String, field: &str| {
            refers.push(Refers { thing, id, field: format!("entries[{index}].{field}") });
        };
        for id in &entry.matching.request_types {
            to(Thing::RequestType, id.to_string(), "match.request_types");
        }
        for category in &entry.matching.categories {
            to(Thing::Category, category.clone(), "match.categories");
        }
        for target in &entry.targets {
            to(Thing::Calendar, target.calendar.to_string(), "targets.calendar");
        }
    }
    refers
}
