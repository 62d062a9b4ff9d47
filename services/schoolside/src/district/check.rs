//! What the files say together: nothing twice, and no reference into the void.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    DistrictFiles,
    catalogue::RequestType,
    error::FileError,
    fact::{Entry, Fact, TeamKind, Thing},
};

type Defined<'a> = BTreeMap<(Thing, &'a str), &'a Entry>;

/// Everything that is wrong between the files.
pub(super) fn check(files: &DistrictFiles) -> Vec<FileError> {
    let mut errors = Vec::new();
    let defined = definitions(&files.entries, &mut errors);
    let (categories, attributes) = (categories(&files.entries), attributes(&files.entries));
    for entry in &files.entries {
        for refers in entry.fact.refers() {
            let (word, home) = refers.thing.words();
            let found = defined.get(&(refers.thing, refers.id.as_str()));
            let exists = match refers.thing {
                Thing::Category => categories.contains(&refers.id),
                Thing::Attribute => attributes.contains(&refers.id),
                _ => found.is_some(),
            };
            if !exists {
                let problem = format!("there is no such {word}: add it to {home} or correct it");
                errors.push(entry.place.error(&refers.field, &refers.id, problem));
            }
            if found.is_some_and(|found| found.recorded > entry.recorded) {
                let problem = format!(
                    "this {word} is recorded later than this line: correct one of the dates of recording"
                );
                errors.push(entry.place.error(&refers.field, &refers.id, problem));
            }
        }
        terminal_rule(entry, &defined, &mut errors);
    }
    for desk in files
        .desk_targets
        .iter()
        .filter(|desk| !defined.contains_key(&(Thing::Calendar, desk.calendar.as_str())))
    {
        let (word, home) = Thing::Calendar.words();
        let problem = format!("there is no such {word}: add it to {home} or correct it");
        errors.push(desk.place.error("calendar", &desk.calendar, problem));
    }
    errors
}

fn definitions<'a>(entries: &'a [Entry], errors: &mut Vec<FileError>) -> Defined<'a> {
    let mut defined = Defined::new();
    for entry in entries {
        let Some((thing, id)) = entry.fact.defines() else { continue };
        if let Some(first) = defined.get(&(thing, id)) {
            let (word, _) = thing.words();
            let there = first.place.line.map(|line| format!(", line {line}")).unwrap_or_default();
            let problem = format!(
                "this {word} is defined already in {}{there}: remove one",
                first.place.file
            );
            errors.push(entry.place.error(word, id, problem));
        } else {
            defined.insert((thing, id), entry);
        }
    }
    defined
}

/// Every category path and every beginning of one, parts joined by `/`, and every single part.
fn categories(entries: &[Entry]) -> BTreeSet<String> {
    let mut categories = BTreeSet::new();
    for request_type in request_types(entries) {
        for (index, part) in request_type.category.iter().enumerate() {
            categories.insert(part.clone());
            categories.insert(request_type.category[..=index].join("/"));
        }
    }
    categories
}

/// Every attribute that is published by some type.
fn attributes(entries: &[Entry]) -> BTreeSet<String> {
    let attributes = request_types(entries).flat_map(|request_type| &request_type.attributes);
    attributes
        .filter(|attribute| attribute.published)
        .map(|attribute| attribute.name.clone())
        .collect()
}

fn request_types(entries: &[Entry]) -> impl Iterator<Item = &RequestType> {
    entries.iter().filter_map(|entry| match &entry.fact {
        Fact::RequestType(request_type) => Some(request_type),
        _ => None,
    })
}

/// The last rule takes what no other placed: its team must be one that does.
fn terminal_rule(entry: &Entry, defined: &Defined<'_>, errors: &mut Vec<FileError>) {
    let Fact::RuleSet(rules) = &entry.fact else { return };
    let Some(team) = rules.rules.last().and_then(|rule| rule.team.as_ref()) else { return };
    let kind = defined.get(&(Thing::Team, team.as_str())).map(|entry| &entry.fact);
    if let Some(Fact::Team { kind, .. }) = kind
        && *kind != TeamKind::Intake
    {
        errors.push(entry.place.error(
            "rule",
            team.as_str(),
            "the last rule must name a team of the kind intake",
        ));
    }
}
