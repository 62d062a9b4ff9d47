//! What an import would do to a calendar. Nothing is taken away: what vanished is for a person to decide.

use jiff::{Timestamp, civil::Date};

use super::{Event, Mapping, Meaning};
use crate::calendar::definition::{Closure, Definition, Opening, Span};

/// One date of one event, or of the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The date.
    pub date: Date,
    /// What of it, as the calendar is to have it.
    pub hours: Span,
    /// Whether it opens; else it closes.
    pub opens: bool,
    /// The event's summary.
    pub label: String,
    /// The event's id; empty for what stands in the calendar only.
    pub uid: String,
}

/// An import, thought through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Not in the calendar yet.
    pub added: Vec<Entry>,
    /// There already.
    pub unchanged: Vec<Entry>,
    /// There under the same name on the same date, with other hours: the new ones replace them.
    pub changed: Vec<Entry>,
    /// In the calendar by a name that the mapping knows, among the dates of the file, and in no event of it.
    pub vanished: Vec<Entry>,
    /// What a rule says to leave alone.
    pub ignored: Vec<Entry>,
    /// What no rule speaks of: the import waits until the mapping says what it means.
    pub unmapped: Vec<Entry>,
    /// The calendar as it would be.
    pub outcome: Definition,
}

/// Thinks an import through.
#[must_use]
pub fn plan(
    definition: &Definition,
    events: &[Event],
    mapping: &Mapping,
    known_from: Option<Timestamp>,
) -> Plan {
    let mut plan = Plan { outcome: definition.clone(), ..Plan::default() };
    let before = standing(definition);
    let mut said: Vec<Entry> = Vec::new();
    for event in events.iter().filter(|event| !event.cancelled) {
        let meaning = mapping.meaning(&event.summary, &event.categories);
        for (date, own) in &event.days {
            let (hours, opens) = match meaning {
                Some(Meaning::Open(hours)) => (hours, true),
                Some(Meaning::Closed(hours)) => (hours.unwrap_or(*own), false),
                Some(Meaning::Ignore) | None => (*own, false),
            };
            let (label, uid) = (event.summary.clone(), event.uid.clone());
            let entry = Entry { date: *date, hours, opens, label, uid };
            match meaning {
                None => plan.unmapped.push(entry),
                Some(Meaning::Ignore) => plan.ignored.push(entry),
                Some(_) if said.iter().any(|one| same(one, &entry)) => {}
                Some(_) => said.push(entry),
            }
        }
    }
    said.sort_by(|one, other| (one.date, &one.label).cmp(&(other.date, &other.label)));
    for entry in &said {
        if before.iter().any(|one| same(one, entry)) {
            plan.unchanged.push(entry.clone());
        } else if let Some(old) = { before.iter() }
            .find(|one| named_alike(one, entry) && !said.iter().any(|other| same(one, other)))
        {
            plan.take_out(old);
            plan.put_in(entry, known_from);
            plan.changed.push(entry.clone());
        } else {
            plan.put_in(entry, known_from);
            plan.added.push(entry.clone());
        }
    }
    plan.vanished = vanished(&before, &said, events, mapping);
    plan
}

/// The dated closures and openings of a calendar.
fn standing(definition: &Definition) -> Vec<Entry> {
    let entry = |date, hours, opens, label: &str| Entry {
        date,
        hours,
        opens,
        label: label.to_owned(),
        uid: String::new(),
    };
    let closures = definition.closures.iter().filter(|closure| !closure.yearly);
    let closures = closures.map(|one| entry(one.date, one.hours, false, &one.label));
    let openings = definition.openings.iter();
    closures.chain(openings.map(|one| entry(one.date, one.hours, true, &one.label))).collect()
}

fn same(one: &Entry, other: &Entry) -> bool {
    (one.date, one.hours, one.opens) == (other.date, other.hours, other.opens)
}

fn named_alike(one: &Entry, other: &Entry) -> bool {
    (one.date, one.opens, &one.label) == (other.date, other.opens, &other.label)
}

fn vanished(before: &[Entry], said: &[Entry], events: &[Event], mapping: &Mapping) -> Vec<Entry> {
    let dates = events.iter().flat_map(|event| event.days.iter().map(|(date, _)| *date));
    let (Some(first), Some(last)) = (dates.clone().min(), dates.max()) else { return Vec::new() };
    let imported = |one: &&Entry| {
        let meaning = mapping.meaning(&one.label, &[]);
        (first..=last).contains(&one.date) && meaning.is_some_and(|one| one != Meaning::Ignore)
    };
    let gone = |one: &&Entry| !said.iter().any(|said| same(one, said) || named_alike(one, said));
    before.iter().filter(imported).filter(gone).cloned().collect()
}

impl Plan {
    fn put_in(&mut self, entry: &Entry, known_from: Option<Timestamp>) {
        let (date, hours, label) = (entry.date, entry.hours, entry.label.clone());
        if entry.opens {
            self.outcome.openings.push(Opening { date, hours, known_from, label });
        } else {
            let closure = Closure { date, hours, yearly: false, known_from, label };
            self.outcome.closures.push(closure);
        }
    }

    fn take_out(&mut self, entry: &Entry) {
        let is = |date, hours, label: &str| {
            (date, hours, label) == (entry.date, entry.hours, entry.label.as_str())
        };
        if entry.opens {
            self.outcome.openings.retain(|one| !is(one.date, one.hours, &one.label));
        } else {
            let closures = &mut self.outcome.closures;
            closures.retain(|one| one.yearly || !is(one.date, one.hours, &one.label));
        }
    }
}
