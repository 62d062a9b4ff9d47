//! One condition: a field, how to compare it, and with what.

use super::{Bound, ConditionDraft, Field, value::Comparable};
use crate::Snapshot;

/// How a field's value is judged. A field that is not known satisfies `not_in` and `absent` only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// It is one of these.
    In(Vec<String>),
    /// It is none of these.
    NotIn(Vec<String>),
    /// It is this or more: a higher tier, a more pressing priority, a larger number, a later date.
    AtLeast(Bound),
    /// It is this or less.
    AtMost(Bound),
    /// It is known.
    Present,
    /// It is not known.
    Absent,
}

impl Test {
    /// The operator's words.
    pub const OPERATORS: [&str; 6] = ["in", "not_in", "at_least", "at_most", "present", "absent"];

    /// The operator's word.
    #[must_use]
    pub const fn operator(&self) -> &'static str {
        match self {
            Self::In(_) => "in",
            Self::NotIn(_) => "not_in",
            Self::AtLeast(_) => "at_least",
            Self::AtMost(_) => "at_most",
            Self::Present => "present",
            Self::Absent => "absent",
        }
    }

    /// The values it compares with.
    #[must_use]
    pub fn values(&self) -> Vec<String> {
        match self {
            Self::In(values) | Self::NotIn(values) => values.clone(),
            Self::AtLeast(bound) | Self::AtMost(bound) => vec![bound.as_str().to_owned()],
            Self::Present | Self::Absent => Vec::new(),
        }
    }
}

/// A condition of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// What is looked at.
    pub field: Field,
    /// How it is judged.
    pub test: Test,
}

impl Condition {
    /// Whether it holds for a field's value.
    #[must_use]
    pub fn holds(&self, value: Option<&str>) -> bool {
        let among = |wanted: &[String]| {
            value.is_some_and(|value| wanted.iter().any(|w| self.field.matches(w, value)))
        };
        let comparable = || value.and_then(|value| Comparable::parse(&self.field, value));
        match &self.test {
            Test::In(wanted) => among(wanted),
            Test::NotIn(wanted) => !among(wanted),
            Test::AtLeast(bound) => comparable().is_some_and(|value| value.at_least(bound.value())),
            Test::AtMost(bound) => comparable().is_some_and(|value| bound.value().at_least(value)),
            Test::Present => value.is_some(),
            Test::Absent => value.is_none(),
        }
    }

    /// Why it does not hold for a request, in words; `None` if it holds.
    #[must_use]
    pub fn failure(&self, snapshot: &Snapshot) -> Option<String> {
        let value = snapshot.value(&self.field);
        if self.holds(value) {
            return None;
        }
        let is = value.map_or_else(|| "not known".to_owned(), |value| format!("{value:?}"));
        Some(format!("{self}; it is {is}"))
    }

    /// The condition as it is written.
    #[must_use]
    pub fn draft(&self) -> ConditionDraft {
        ConditionDraft {
            field: self.field.to_string(),
            operator: self.test.operator().to_owned(),
            values: self.test.values(),
        }
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.field, self.test.operator())?;
        let values = self.test.values().join(", ");
        if values.is_empty() { Ok(()) } else { write!(f, " {values}") }
    }
}

#[cfg(test)]
mod tests {
    use kernel::StreamId;
    use uuid::Uuid;

    use super::*;

    fn condition(field: Field, test: Test) -> Condition {
        Condition { field, test }
    }

    #[test]
    fn what_is_not_known_satisfies_not_in_and_absent_only() {
        let bound = || Bound::try_new(&Field::Tier, "2").unwrap();
        let two = || vec!["2".to_owned()];
        let holds = |test| condition(Field::Tier, test).holds(None);
        assert!(holds(Test::NotIn(two())) && holds(Test::Absent));
        for test in [Test::In(two()), Test::AtLeast(bound()), Test::AtMost(bound()), Test::Present]
        {
            assert!(!holds(test));
        }
    }

    #[test]
    fn a_failure_says_what_was_asked_and_what_is() {
        let snapshot = Snapshot::of(StreamId(Uuid::nil())).with(Field::Tier, "1");
        let bound = Bound::try_new(&Field::Tier, "2").unwrap();
        let failure = condition(Field::Tier, Test::AtLeast(bound)).failure(&snapshot);
        assert_eq!(failure.as_deref(), Some("tier at_least 2; it is \"1\""));
        let network = condition(Field::Network, Test::In(vec!["N1".to_owned(), "N2".to_owned()]));
        let failure = network.failure(&snapshot);
        assert_eq!(failure.as_deref(), Some("network in N1, N2; it is not known"));
    }
}
