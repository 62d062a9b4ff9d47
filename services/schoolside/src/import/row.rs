//! What reading yields: a request's history, or why a row was refused, and what should be known beside.

use jiff::Timestamp;
use serde::Serialize;

/// How many characters of a value are shown.
const SHOWN_CHARACTERS: usize = 120;

/// One data record of the file.
#[derive(Debug, Clone)]
pub struct Row {
    /// Counts data records from 1.
    pub row: u64,
    /// The line of the (unpacked) file on which the record begins, from 1.
    pub line: u64,
    /// What it says.
    pub outcome: Outcome,
    /// What was decided about it that its owner should know.
    pub warnings: Vec<Warning>,
    /// What its source says of its due date, if that was asked for.
    pub verdict: Option<Verdict>,
}

/// What a source says of a due date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It was kept.
    Met,
    /// It was not.
    Missed,
}

impl Verdict {
    /// The verdict by the mapping's word for it.
    pub(super) fn of(word: &str) -> Option<Self> {
        match word {
            "met" => Some(Self::Met),
            "missed" => Some(Self::Missed),
            _ => None,
        }
    }
}

impl Row {
    /// The request's external id, as far as it is known.
    #[must_use]
    pub fn external_id(&self) -> &str {
        match &self.outcome {
            Outcome::New(history) | Outcome::Adds(history, _) => &history.external_id,
            Outcome::Known { .. } | Outcome::Refused(_) => "",
        }
    }
}

/// What a record says.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// A request that no earlier row of this file was about.
    New(Box<HistoryRow>),
    /// A request of an earlier row, with a due date or a resolution that was not known there.
    Adds(Box<HistoryRow>, Added),
    /// Nothing that an earlier row did not say, or superseded by a later one: nothing to do, `unchanged`.
    Known {
        /// The row that counts.
        counts: u64,
    },
    /// It cannot be taken.
    Refused(Box<Refused>),
}

/// What a row adds to an earlier row of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    /// The team that holds it.
    pub team: bool,
    /// A due date.
    pub due: bool,
    /// A resolution.
    pub resolved: bool,
}

/// One request as its source tells it. Names of the outside system are kept as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryRow {
    /// The request's id in the outside system, cleaned up.
    pub external_id: String,
    /// When it was opened.
    pub opened: Timestamp,
    /// When it was due, if the source says so.
    pub due: Option<Timestamp>,
    /// When it was resolved, if it was.
    pub resolved: Option<Timestamp>,
    /// The request type's outside name.
    pub request_type: String,
    /// The levels of category above the type, broadest first; empty levels are left out.
    pub category: Vec<String>,
    /// The outside name of the team that holds it.
    pub team: Option<String>,
    /// The queue of that team.
    pub queue: Option<String>,
    /// The outside name of the school.
    pub school: Option<String>,
    /// The outside name of the school's network at the time.
    pub network: Option<String>,
    /// The school's tier at the time: `1`, `2` or `3`.
    pub tier: Option<String>,
    /// The channel it came through.
    pub channel: Option<String>,
    /// The priority: `P1` to `P4`.
    pub priority: Option<String>,
    /// How it was resolved; only on a resolved request.
    pub outcome: Option<String>,
    /// SHA-256 over the cells of the mapped columns as they stand in the file.
    #[serde(serialize_with = "as_hex")]
    pub row_hash: [u8; 32],
    /// Whether it is said to be resolved before it was opened.
    pub implausible: bool,
}

fn as_hex<S: serde::Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex::encode(bytes))
}

/// Why a row was refused: its first fault, and the others if there are any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The file as it was named.
    pub file: String,
    /// The row, counted in data records from 1.
    pub row: u64,
    /// The line on which it begins.
    pub line: u64,
    /// The field of the mapping, `row` for the record as a whole, `file` where the file is cut.
    pub field: String,
    /// What stands there, at most 120 characters of it.
    pub value: String,
    /// What was expected instead.
    pub expected: String,
    /// Further faults of the same row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Fault>,
}

/// One thing wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The field of the mapping.
    pub field: String,
    /// What stands there, at most 120 characters of it.
    pub value: String,
    /// What was expected instead.
    pub expected: String,
}

impl Fault {
    /// A fault; the value is cut to what can be shown.
    #[must_use]
    pub fn new(field: &str, value: &str, expected: impl Into<String>) -> Self {
        Self { field: field.to_owned(), value: shown(value), expected: expected.into() }
    }
}

impl Refused {
    /// The refusal of a row for one fault.
    #[must_use]
    pub fn new(file: &str, row: u64, line: u64, fault: Fault) -> Self {
        let Fault { field, value, expected } = fault;
        Self { file: file.to_owned(), row, line, field, value, expected, also: Vec::new() }
    }

    /// The refusal of a row for all its faults; `None` when there are none.
    #[must_use]
    pub fn for_all(file: &str, row: u64, line: u64, faults: Vec<Fault>) -> Option<Self> {
        let mut faults = faults.into_iter();
        let mut refused = Self::new(file, row, line, faults.next()?);
        refused.also = faults.collect();
        Some(refused)
    }
}

/// What was decided about a row, or looks wrong but is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningKind {
    /// A wall time that was twice; the mapping's rule chose one.
    RepeatedHour,
    /// Resolved before it was opened: kept, judged against its due date, left out of durations.
    Implausible,
    /// A resolved time in a state that means open: it does not count.
    ResolvedTimeIgnored,
    /// A resolved state without a time: kept open.
    KeptOpen,
    /// A resolved state without a time: the time of another column was taken.
    TimeOfOtherColumn,
    /// A later row of the same id counts instead.
    Superseded,
    /// The same id again, saying nothing new.
    SaidBefore,
    /// Bytes that are no text, in a column that nobody mapped.
    BadBytesElsewhere,
}

impl WarningKind {
    /// One sentence for a person.
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Self::RepeatedHour => {
                "lies in the hour that the clocks repeat; the mapping's repeated_hour chose which"
            }
            Self::Implausible => {
                "is resolved before it was opened; kept, but left out of durations"
            }
            Self::ResolvedTimeIgnored => {
                "has a resolved time, but its state means open; the time does not count"
            }
            Self::KeptOpen => "has a resolved state but no time; kept open",
            Self::TimeOfOtherColumn => {
                "has a resolved state but no time; the mapping's other column was taken"
            }
            Self::Superseded => "has the id of another row that is later; that one counts",
            Self::SaidBefore => "has the id of an earlier row and says nothing new",
            Self::BadBytesElsewhere => "has bytes that are no text in a column that nobody mapped",
        }
    }
}

/// Something about one row that its owner should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What it is about.
    pub kind: WarningKind,
    /// The field of the mapping; empty if it is about the row as a whole.
    pub field: String,
    /// What stands there, at most 120 characters of it.
    pub value: String,
}

impl Warning {
    pub(super) fn new(kind: WarningKind, field: &str, value: &str) -> Self {
        Self { kind, field: field.to_owned(), value: shown(value) }
    }
}

/// A value as it can be shown: at most 120 characters, the last of them `…` when some are missing.
pub(super) fn shown(value: &str) -> String {
    if value.chars().nth(SHOWN_CHARACTERS).is_none() {
        return value.to_owned();
    }
    value.chars().take(SHOWN_CHARACTERS - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_cut_to_120_characters() {
        assert_eq!(shown(&"é".repeat(120)), "é".repeat(120));
        assert_eq!(shown(&"é".repeat(121)).chars().count(), 120);
    }
}
