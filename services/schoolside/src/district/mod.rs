//! A district's own files: how anyone sets up a district, and how the demo is seeded.
//!
//! [`read`] takes a folder (or the files of [`alder_bay`]) and either gives everything it says, or every fault at
//! once. [`plan()`] asks the running system what of it is new; [`apply()`] enters that, through the public gRPC
//! API. Nothing is written when a file has a fault.
//!
//! Each fact may say when it was recorded. [`DistrictFiles::facts_in_recorded_order`] gives them in that order,
//! with one version of a calendar for each instant at which it learned of something: who plays a district under a
//! demo clock enters each when its time has come ([`apply_fact`]). The format is documented in
//! `docs/guides/set-up-your-district.md`.

pub mod alder_bay;
pub mod catalogue;
pub mod error;
pub mod fact;
pub mod instruments;
pub mod rules;
pub mod source;

mod apply;
mod calendars;
mod changes;
mod check;
mod clients;
mod command;
mod directory;
mod document;
mod known;
mod message;
mod plan;
mod policies;
mod settings;
mod table;

#[cfg(test)]
mod tests;

use jiff::Timestamp;

pub use apply::{Recorded, apply_fact, enter};
pub use clients::Clients;
pub use command::{DistrictCommand, LoadArgs, run};
pub use error::{FileError, Place};
pub use fact::{Entry, Fact};
pub use known::State;
pub use plan::{Plan, Report, ReportStep, Step, apply, plan};
pub use source::Source;

/// Everything that a district's files say.
#[derive(Debug, Clone, Default)]
pub struct DistrictFiles {
    /// The facts, file by file.
    pub entries: Vec<Entry>,
    /// Each calendar as it was known at first, and at each instant at which it learned of something.
    pub calendar_versions: Vec<Entry>,
    /// What the central desks promise for their contribution.
    pub desk_targets: Vec<DeskTarget>,
}

/// What a central desk promises for its contribution: read and checked; judged by a later version.
#[derive(Debug, Clone)]
pub struct DeskTarget {
    /// Where it stands.
    pub place: Place,
    /// The desk.
    pub desk: String,
    /// The calendar it is reckoned in.
    pub calendar: String,
    /// The unit: `hours` or `business_days`.
    pub unit: String,
    /// How many.
    pub count: u16,
}

impl DistrictFiles {
    /// The facts in the order in which they were recorded; within one instant what others refer to comes first.
    #[must_use]
    pub fn facts_in_recorded_order(&self) -> Vec<(Option<Timestamp>, Fact)> {
        let dated =
            self.entries.iter().filter(|entry| !matches!(entry.fact, Fact::Calendar { .. }));
        in_order(dated.chain(&self.calendar_versions))
    }

    /// The facts to enter at once, in the same order: each calendar as a whole, with what it learned when.
    #[must_use]
    pub fn facts_to_load(&self) -> Vec<(Option<Timestamp>, Fact)> {
        in_order(self.entries.iter())
    }
}

fn in_order<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<(Option<Timestamp>, Fact)> {
    let mut entries: Vec<&Entry> = entries.collect();
    entries.sort_by_key(|entry| (entry.recorded, entry.fact.rank()));
    entries.into_iter().map(|entry| (entry.recorded, entry.fact.clone())).collect()
}

/// Reads a district's files.
///
/// # Errors
/// Everything that is wrong with them, by file and line.
pub fn read(source: &Source) -> Result<DistrictFiles, Vec<FileError>> {
    let mut errors = Vec::new();
    if !source.exists() {
        let place = Place::new(&source.label(), None);
        return Err(vec![place.error(
            "",
            "",
            "is no folder: name the folder that holds district.toml",
        )]);
    }
    let mut files = DistrictFiles::default();
    source.strangers(&known_files(), &[calendars::FOLDER, policies::FOLDER], &mut errors);
    let text = |name: &str, errors: &mut Vec<FileError>| {
        source.text(name).unwrap_or_else(|error| {
            errors.push(error);
            None
        })
    };
    let district = text(settings::FILE, &mut errors);
    let settings = settings::read(district.as_deref(), &mut files.entries, &mut errors);
    for table in &directory::TABLES {
        if let Some(text) = text(table.file, &mut errors) {
            table.entries(&text, &settings, &mut files.entries, &mut errors);
        }
    }
    if let Some(text) = text(directory::DESKS, &mut errors) {
        directory::desks(&text, &settings, &mut files, &mut errors);
    }
    if let Some(text) = text(changes::FILE, &mut errors) {
        changes::read(&text, &settings, &mut files.entries, &mut errors);
    }
    let (types, attributes) =
        (text(catalogue::TYPES, &mut errors), text(catalogue::ATTRIBUTES, &mut errors));
    catalogue::read(
        types.as_deref(),
        attributes.as_deref(),
        &settings,
        &mut files.entries,
        &mut errors,
    );
    if let Some(text) = text(rules::FILE, &mut errors) {
        rules::read(&text, &settings, &mut files.entries, &mut errors);
    }
    if let Some(text) = text(instruments::FILE, &mut errors) {
        instruments::read(&text, &settings, &mut files.entries, &mut errors);
    }
    for folder in [calendars::FOLDER, policies::FOLDER] {
        for name in source.documents(folder).unwrap_or_else(|error| {
            errors.push(error);
            Vec::new()
        }) {
            let Some(text) = text(&name, &mut errors) else { continue };
            let read = if folder == calendars::FOLDER { calendars::read } else { policies::read };
            read(&name, &text, &settings, &mut files, &mut errors);
        }
    }
    directory::implied_people(&mut files.entries);
    errors.extend(check::check(&files));
    errors.sort();
    errors.dedup();
    if errors.is_empty() { Ok(files) } else { Err(errors) }
}

/// The files that a district may have, beside its folders.
fn known_files() -> Vec<&'static str> {
    let tables = directory::TABLES.iter().map(|table| table.file);
    let others = [
        settings::FILE,
        directory::DESKS,
        changes::FILE,
        catalogue::TYPES,
        catalogue::ATTRIBUTES,
        rules::FILE,
        instruments::FILE,
    ];
    tables.chain(others).collect()
}
