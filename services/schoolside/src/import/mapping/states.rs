//! `[states]` and `[same_id]`: when a resolved time counts, and what the same id twice means.

use std::collections::BTreeSet;

use toml::Value;

use super::{
    field::{self, Cells},
    keys::Keys,
    time::{TimeField, Times},
};

/// Whether a state means that the request was resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum StateMeans {
    Resolved,
    Open,
    Refused,
}

/// What a resolved state without a resolved time means.
#[derive(Debug, Clone)]
pub(in crate::import) enum WithoutTime {
    Refuse,
    KeepOpen,
    Use(Box<TimeField>),
}

/// Everything `[states]` says.
#[derive(Debug, Clone)]
pub(in crate::import) struct States {
    resolved: BTreeSet<String>,
    open: BTreeSet<String>,
    unlisted: StateMeans,
    pub(in crate::import) without_time: WithoutTime,
}

impl States {
    pub(super) fn read(mut keys: Keys<'_>, cells: &Cells, times: &Times) -> Self {
        let resolved: BTreeSet<String> =
            keys.texts("resolved").unwrap_or_default().into_iter().collect();
        let open: BTreeSet<String> = keys.texts("open").unwrap_or_default().into_iter().collect();
        if resolved.is_empty() {
            keys.fault(
                "resolved",
                "expected the states in which a resolved time counts, such as [\"Closed\"]",
            );
        }
        if let Some(both) = resolved.intersection(&open).next() {
            keys.fault("open", &format!("{both:?} stands under resolved too"));
        }
        let words = [
            ("refuse", StateMeans::Refused),
            ("open", StateMeans::Open),
            ("resolved", StateMeans::Resolved),
        ];
        let unlisted = keys.word("unlisted", &words).unwrap_or(StateMeans::Refused);
        let without_time = without_time(&mut keys, cells, times);
        keys.finish();
        Self { resolved, open, unlisted, without_time }
    }

    pub(in crate::import) fn meaning(&self, state: &str) -> StateMeans {
        match (self.resolved.contains(state), self.open.contains(state)) {
            (true, _) => StateMeans::Resolved,
            (_, true) => StateMeans::Open,
            _ => self.unlisted,
        }
    }

    /// The states of the mapping, for a message.
    pub(in crate::import) fn listed(&self) -> String {
        self.resolved
            .iter()
            .chain(&self.open)
            .map(|state| format!("\"{state}\""))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

fn without_time(keys: &mut Keys<'_>, cells: &Cells, times: &Times) -> WithoutTime {
    const KEY: &str = "closed_without_time";
    match keys.take(KEY) {
        None => WithoutTime::Refuse,
        Some(Value::String(word)) if word == "refuse" => WithoutTime::Refuse,
        Some(Value::String(word)) if word == "keep-open" => WithoutTime::KeepOpen,
        Some(Value::Table(table)) => {
            let own = Keys::new(&keys.name(KEY), table, keys.faults());
            WithoutTime::Use(Box::new(TimeField::read(KEY, own, cells, times)))
        }
        Some(other) => {
            keys.expected::<()>(
                KEY,
                "\"refuse\", \"keep-open\" or a time such as { column = \"Updated\" }",
                &other,
            );
            WithoutTime::Refuse
        }
    }
}

/// What rows with an id that was there before, but with other values, mean.
#[derive(Debug, Clone)]
pub(in crate::import) enum SameId {
    /// What adds a due date or a resolution is taken, what contradicts is refused.
    Refuse,
    /// Only the row with the latest time in this column counts.
    Latest(Box<TimeField>),
}

impl SameId {
    pub(super) fn read(keys: Option<Keys<'_>>, cells: &Cells, times: &Times) -> Self {
        let Some(mut keys) = keys else { return Self::Refuse };
        let latest =
            keys.word("conflicting", &[("refuse", false), ("latest", true)]).unwrap_or(false);
        let by = keys
            .take("latest_by")
            .and_then(|value| field::field_keys(&keys.name("latest_by"), value, keys.faults()));
        let by = by.map(|own| TimeField::read("latest_by", own, cells, times));
        let same_id = match (latest, by) {
            (true, Some(by)) => Self::Latest(Box::new(by)),
            (true, None) => {
                keys.fault(
                    "latest_by",
                    "missing; conflicting = \"latest\" needs the column whose latest time wins",
                );
                Self::Refuse
            }
            (false, by) => {
                if by.is_some() {
                    keys.fault("latest_by", "goes with conflicting = \"latest\"");
                }
                Self::Refuse
            }
        };
        keys.finish();
        same_id
    }
}
