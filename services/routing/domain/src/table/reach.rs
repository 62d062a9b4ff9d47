//! Which rules can be reached, and which overlap: exact reasoning over the cases that conditions can tell apart.
//!
//! For each field the values that some condition mentions, their neighbours, "another value" and "not known" stand
//! for all values. A rule is then a box: per field, the cases in which its conditions hold. A rule can be reached
//! if its box is not covered by the boxes of earlier rules that end the evaluation. Fields count as independent,
//! so a rule is called unreachable only if it is.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Priority, SchoolLevel, Tier};

use super::{Field, Rule, Test, value::Comparable};

/// How many pieces a box may fall into; beyond that the rule counts as reachable.
const MOST_PIECES: usize = 4_096;

/// The cases of every field that some rule looks at.
pub(crate) struct Cases(BTreeMap<Field, Vec<Option<String>>>);

/// Per field, in the order of [`Cases`]: in which cases the rule's conditions hold.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Region(Vec<Vec<bool>>);

impl Cases {
    /// The cases that `rules` can tell apart.
    pub(crate) fn of(rules: &[Rule]) -> Self {
        let mut mentioned: BTreeMap<Field, BTreeSet<String>> = BTreeMap::new();
        for condition in rules.iter().flat_map(|rule| &rule.conditions) {
            let cases = mentioned.entry(condition.field.clone()).or_default();
            for value in condition.test.values() {
                if matches!(condition.test, Test::AtLeast(_) | Test::AtMost(_)) {
                    let value = Comparable::parse(&condition.field, &value);
                    cases.extend(value.into_iter().flat_map(Comparable::neighbours).flatten());
                }
                if condition.field == Field::Category {
                    cases.insert(format!("{value}/ another"));
                }
                cases.insert(value);
            }
        }
        let complete = |(field, values)| {
            let values = closed(&field).unwrap_or_else(|| open(values));
            let cases = values.into_iter().map(Some).chain([None]).collect();
            (field, cases)
        };
        Self(mentioned.into_iter().map(complete).collect())
    }

    /// The box of a rule.
    pub(crate) fn region(&self, rule: &Rule) -> Region {
        let side = |(field, cases): (&Field, &Vec<Option<String>>)| {
            let conditions: Vec<_> = rule.conditions.iter().filter(|c| c.field == *field).collect();
            let holds = |case: &Option<String>| conditions.iter().all(|c| c.holds(case.as_deref()));
            cases.iter().map(holds).collect()
        };
        Region(self.0.iter().map(side).collect())
    }
}

/// All values of a field with a closed vocabulary.
fn closed(field: &Field) -> Option<Vec<String>> {
    fn words<W: Copy>(all: &[W], word: fn(W) -> &'static str) -> Option<Vec<String>> {
        Some(all.iter().map(|w| word(*w).to_owned()).collect())
    }
    match field {
        Field::Tier => words(Tier::ALL, Tier::as_str),
        Field::Priority => words(Priority::ALL, Priority::as_str),
        Field::SchoolLevel => words(SchoolLevel::ALL, SchoolLevel::as_str),
        Field::RequestType
        | Field::Category
        | Field::School
        | Field::Network
        | Field::Channel
        | Field::RequesterRole
        | Field::Attribute(_) => None,
    }
}

/// The values mentioned, and one that is none of them.
fn open(mut values: BTreeSet<String>) -> Vec<String> {
    // A space begins no value that a condition can state.
    values.insert(" another".to_owned());
    values.into_iter().collect()
}

impl Region {
    /// Whether no request can be in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().any(|side| side.iter().all(|case| !case))
    }

    /// Whether every request in `self` is in `other`.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        let within = |(mine, theirs): (&Vec<bool>, &Vec<bool>)| {
            mine.iter().zip(theirs).all(|(m, t)| !m || *t)
        };
        self.0.iter().zip(&other.0).all(within)
    }

    /// Whether some request is in both.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        let meets = |(mine, theirs): (&Vec<bool>, &Vec<bool>)| {
            mine.iter().zip(theirs).any(|(m, t)| *m && *t)
        };
        self.0.iter().zip(&other.0).all(meets)
    }

    /// Whether the others together hold all of it; `false` when that would take too long to tell.
    pub(crate) fn is_covered_by<'a>(&self, others: impl Iterator<Item = &'a Self>) -> bool {
        let mut pieces = vec![self.clone()];
        for other in others {
            pieces = pieces.iter().flat_map(|piece| piece.without(other)).collect();
            if pieces.is_empty() {
                return true;
            }
            if pieces.len() > MOST_PIECES {
                return false;
            }
        }
        false
    }

    /// What is left without another box, as boxes that do not meet.
    fn without(&self, other: &Self) -> Vec<Self> {
        if !self.meets(other) {
            return vec![self.clone()];
        }
        let mut rest = self.clone();
        let mut pieces = Vec::new();
        for field in 0..rest.0.len() {
            let mut piece = rest.clone();
            for (case, other) in other.0[field].iter().enumerate() {
                piece.0[field][case] &= !other;
                rest.0[field][case] &= other;
            }
            if !piece.is_empty() {
                pieces.push(piece);
            }
        }
        pieces
    }
}
