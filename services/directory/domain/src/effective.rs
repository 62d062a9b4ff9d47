//! Effective-dated facts: what holds on a day, given everything recorded so far.
//!
//! A fact says "from this day on". Facts are kept in the order in which they were recorded, and on any day the
//! **latest recorded** of those that have begun holds. So a fact that is entered late takes over from its own
//! day on, and the days before it stay as they were judged. "As we knew it at an instant" is the same question
//! over the facts recorded by then.

use jiff::civil::Date;

/// A value that holds from a day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dated<T> {
    /// The first day.
    pub from: Date,
    /// What holds.
    pub value: T,
}

/// The facts recorded about one thing, in the order of recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline<T>(Vec<Dated<T>>);

impl<T> Default for Timeline<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: PartialEq> Timeline<T> {
    /// Adds a fact, recorded now.
    pub fn record(&mut self, from: Date, value: T) {
        self.0.push(Dated { from, value });
    }

    /// The fact that holds on a day: of those that have begun, the latest recorded.
    #[must_use]
    pub fn on(&self, day: Date) -> Option<&Dated<T>> {
        self.0.iter().rev().find(|fact| fact.from <= day)
    }

    /// Whether this very fact is recorded and holds on its own first day: recording it again would say nothing.
    #[must_use]
    pub fn states(&self, from: Date, value: &T) -> bool {
        self.on(from).is_some_and(|fact| fact.from == from && fact.value == *value)
    }

    /// Whether nothing was recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The facts in the order of recording.
    pub fn iter(&self) -> impl Iterator<Item = &Dated<T>> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_change_entered_a_week_late_holds_from_its_own_day() {
        let mut network = Timeline::default();
        network.record(date(2025, 7, 1), "N2");
        network.record(date(2026, 1, 5), "N3");
        assert_eq!(network.on(date(2025, 6, 30)), None);
        assert_eq!(network.on(date(2026, 1, 4)).map(|fact| fact.value), Some("N2"));
        assert_eq!(network.on(date(2026, 1, 5)).map(|fact| fact.value), Some("N3"));
    }

    #[test]
    fn a_fact_recorded_later_overrides_one_with_a_later_day() {
        let mut tier = Timeline::default();
        tier.record(date(2026, 1, 5), 3);
        tier.record(date(2025, 11, 1), 2);
        assert_eq!(tier.on(date(2026, 2, 1)).map(|fact| fact.value), Some(2));
    }

    #[test]
    fn a_fact_is_stated_until_another_takes_its_day() {
        let mut tier = Timeline::default();
        tier.record(date(2025, 7, 1), 1);
        assert!(tier.states(date(2025, 7, 1), &1));
        assert!(!tier.states(date(2025, 8, 1), &1), "it says more than the first fact");
        tier.record(date(2025, 7, 1), 2);
        assert!(!tier.states(date(2025, 7, 1), &1), "going back on a correction is news");
    }

    const FIRST: Date = date(2025, 7, 1);

    fn day(offset: i32) -> Date {
        FIRST.checked_add(jiff::Span::new().days(offset)).unwrap()
    }

    proptest! {
        /// The naive model: a calendar in which each fact, as it is recorded, overwrites its day and all after it.
        #[test]
        fn a_timeline_reads_like_a_calendar_overwritten_from_each_day_on(
            facts in proptest::collection::vec((0_i32..60, 0_u8..4), 0..20),
        ) {
            let mut timeline = Timeline::default();
            let mut calendar: BTreeMap<Date, u8> = BTreeMap::new();
            for (offset, value) in facts {
                timeline.record(day(offset), value);
                (offset..60).for_each(|later| { calendar.insert(day(later), value); });
                for probe in 0..60 {
                    let held = timeline.on(day(probe)).map(|fact| fact.value);
                    prop_assert_eq!(held, calendar.get(&day(probe)).copied());
                }
            }
        }

        /// Recording never changes a day before the fact's own.
        #[test]
        fn earlier_days_stay_as_they_were(
            facts in proptest::collection::vec((0_i32..60, 0_u8..4), 0..20), from in 0_i32..60, value in 0_u8..4,
        ) {
            let mut timeline = Timeline::default();
            facts.iter().for_each(|(offset, value)| timeline.record(day(*offset), *value));
            let before = timeline.clone();
            timeline.record(day(from), value);
            for probe in 0..from {
                prop_assert_eq!(timeline.on(day(probe)), before.on(day(probe)));
            }
            prop_assert!(timeline.states(day(from), &value));
        }
    }
}
