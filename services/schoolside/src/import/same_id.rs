//! The same id twice in one file: what the later row adds, repeats or contradicts. Memory grows with ids only.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::row::{Added, HistoryRow};

type IdKey = [u8; 16];
type RowKey = [u8; 16];

/// What a row is beside the earlier rows of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    New,
    Adds(Added),
    Repeats { first: u64 },
    Contradicts { first: u64, field: &'static str },
}

/// What must not be stated otherwise by a later row, beside times; the last three may be added.
const FACTS: [&str; 10] = [
    "type", "category", "school", "network", "tier", "channel", "priority", "team", "queue",
    "outcome",
];
const FIXED_FACTS: usize = 7;
const TEAM: usize = 7;

/// A short hash of each fact; 0 where it is not stated.
type Facts = [u32; FACTS.len()];

#[derive(Debug)]
struct Known {
    row: u64,
    hash: RowKey,
    /// The rows that added something.
    later: Vec<RowKey>,
    facts: Facts,
    opened: Timestamp,
    due: Option<Timestamp>,
    resolved: Option<Timestamp>,
}

/// The ids of the rows so far.
#[derive(Debug, Default)]
pub(super) struct SameIds(HashMap<IdKey, Known>);

impl SameIds {
    /// Notes a row and says what it is: the rules by which an import is decided, applied within the file.
    pub(super) fn see(&mut self, row: u64, history: &HistoryRow) -> Seen {
        let hash = half(history.row_hash);
        let HistoryRow { opened, due, resolved, .. } = *history;
        let facts = facts(history);
        let Some(known) = self.0.get_mut(&id_key(&history.external_id)) else {
            let known = Known { row, hash, later: Vec::new(), facts, opened, due, resolved };
            self.0.insert(id_key(&history.external_id), known);
            return Seen::New;
        };
        let first = known.row;
        if known.hash == hash || known.later.contains(&hash) {
            return Seen::Repeats { first };
        }
        if let Some(field) = known.contradicted_by(history, &facts) {
            return Seen::Contradicts { first, field };
        }
        let added = Added {
            team: known.facts[TEAM] == 0 && facts[TEAM] != 0,
            due: known.due.is_none() && due.is_some(),
            resolved: known.resolved.is_none() && resolved.is_some(),
        };
        if !(added.team || added.due || added.resolved) {
            return Seen::Repeats { first };
        }
        known.later.push(hash);
        known.due = known.due.or(due);
        known.resolved = known.resolved.or(resolved);
        for (known, said) in known.facts.iter_mut().zip(facts) {
            *known = if *known == 0 { said } else { *known };
        }
        Seen::Adds(added)
    }
}

impl Known {
    fn contradicted_by(&self, history: &HistoryRow, facts: &Facts) -> Option<&'static str> {
        let due_differs =
            matches!((self.due, history.due), (Some(known), Some(said)) if known != said);
        // A row without a resolution states that the request is not resolved.
        let resolved_differs = self.resolved.is_some() && self.resolved != history.resolved;
        let times = [
            ("opened", self.opened != history.opened),
            ("due", due_differs),
            ("resolved", resolved_differs),
        ];
        let differs = |index: usize| {
            let (known, said) = (self.facts[index], facts[index]);
            said != 0 && known != said && (known != 0 || index < FIXED_FACTS)
        };
        let facts = FACTS.iter().enumerate().map(|(index, name)| (*name, differs(index)));
        times.into_iter().chain(facts).find(|(_, differs)| *differs).map(|(name, _)| name)
    }
}

/// Which row of each id was written last, found by reading the file once before.
#[derive(Debug, Default)]
pub(super) struct Latest(HashMap<IdKey, (Timestamp, u64)>);

impl Latest {
    /// Notes a row; of two with the same time the earlier stays.
    pub(super) fn note(&mut self, row: u64, external_id: &str, written: Option<Timestamp>) {
        let written = written.unwrap_or(Timestamp::MIN);
        let latest = self.0.entry(id_key(external_id)).or_insert((written, row));
        if written > latest.0 {
            *latest = (written, row);
        }
    }

    /// The row that counts instead of this one, if its time is later.
    pub(super) fn superseding(
        &self,
        row: u64,
        external_id: &str,
        written: Option<Timestamp>,
    ) -> Option<u64> {
        let (latest, winner) = self.0.get(&id_key(external_id))?;
        (*winner != row && *latest > written.unwrap_or(Timestamp::MIN)).then_some(*winner)
    }
}

fn id_key(external_id: &str) -> IdKey {
    half(Sha256::digest(external_id.as_bytes()).into())
}

fn facts(history: &HistoryRow) -> Facts {
    let HistoryRow { request_type, category, school, network, tier, .. } = history;
    let HistoryRow { channel, priority, team, queue, outcome, .. } = history;
    let category = (!category.is_empty()).then_some(category);
    let rest = [school, network, tier, channel, priority, team, queue, outcome];
    let mut facts = [short(&Some(request_type)), short(&category), 0, 0, 0, 0, 0, 0, 0, 0];
    for (fact, stated) in facts[2..].iter_mut().zip(rest) {
        *fact = short(stated);
    }
    facts
}

fn short<T: Hash>(stated: &Option<T>) -> u32 {
    let Some(stated) = stated else { return 0 };
    let mut hasher = DefaultHasher::new();
    stated.hash(&mut hasher);
    u32::try_from(hasher.finish() >> 32).unwrap_or(0).max(1)
}

fn half(hash: [u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    half
}
