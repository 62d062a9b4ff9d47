//! A case as it stood at an instant, from times alone: what had happened by then counts, whenever it was recorded.

use crate::facts::{CaseFacts, DueDate, Ending, Lifecycle, Opened};

/// How a case stood. The five groups are disjoint; rates are over the first two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Not resolved, or reopened since.
    Open,
    /// The last standing resolution (done or declined), in microseconds since 1970.
    Resolved(i64),
    /// Waits for a budget: neither met nor missed.
    Deferred,
    /// Asked twice.
    Duplicate,
    /// Withdrawn.
    Cancelled,
}

/// The promise, as it stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promise {
    /// No target applied.
    None,
    /// A target applied, but its clock was paused: there was no due instant.
    Paused,
    /// Due at this instant, in microseconds since 1970.
    Due(i64),
}

/// A case as it stood at an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged<'a> {
    /// How it was opened, with the type and the school known for it then.
    pub opened: &'a Opened,
    /// The team that held it; empty if none did.
    pub team: &'a str,
    /// How it stood.
    pub standing: Standing,
    /// When it was to be resolved.
    pub resolution: Promise,
    /// When it was to be answered first.
    pub response: Promise,
    /// The first public reply of a person of the office.
    pub first_response: Option<i64>,
    /// The instant of the judgement.
    pub at: i64,
}

impl Judged<'_> {
    /// When it was resolved, if it was.
    #[must_use]
    pub const fn resolved(&self) -> Option<i64> {
        match self.standing {
            Standing::Resolved(at) => Some(at),
            Standing::Open | Standing::Deferred | Standing::Duplicate | Standing::Cancelled => None,
        }
    }

    /// Whether it counts in rates: neither deferred, nor a duplicate, nor cancelled.
    #[must_use]
    pub const fn counts(&self) -> bool {
        matches!(self.standing, Standing::Open | Standing::Resolved(_))
    }

    /// Whether its resolution is stated to lie before its opening.
    #[must_use]
    pub fn implausible(&self) -> bool {
        self.resolved().is_some_and(|resolved| resolved < self.opened.at)
    }

    /// Until when it lasted, or has lasted so far, and whether it is still running.
    #[must_use]
    pub fn lasted_until(&self) -> (i64, bool) {
        self.resolved().map_or((self.at, true), |resolved| (resolved, false))
    }
}

/// Judges a case at the instant `at`; `None` if it had not been opened by then.
#[must_use]
pub fn judge(facts: &CaseFacts, at: i64) -> Option<Judged<'_>> {
    let opened = facts.request.opened.as_ref().filter(|opened| opened.at <= at)?;
    let corrected = facts.request.corrections.iter().rev().find(|known| known.from <= at);
    let team = facts.request.tenures.iter().rev().find(|tenure| tenure.from <= at);
    let stated = facts.request.stated_due.map(Promise::Due);
    Some(Judged {
        opened: corrected.map_or(opened, |correction| &correction.opened),
        team: team.map_or("", |tenure| tenure.team.as_str()),
        standing: standing(&facts.request.lifecycle, at),
        resolution: stated.unwrap_or_else(|| promise(&facts.clocks.resolution, at)),
        response: promise(&facts.clocks.response, at),
        first_response: facts.request.first_response.filter(|response| *response <= at),
        at,
    })
}

fn standing(lifecycle: &[Lifecycle], at: i64) -> Standing {
    match lifecycle.iter().rev().find(|step| step.at <= at) {
        None => Standing::Open,
        Some(step) => match step.ending() {
            Ending::Reopened => Standing::Open,
            Ending::Done | Ending::Declined => Standing::Resolved(step.at),
            Ending::Deferred => Standing::Deferred,
            Ending::Duplicate => Standing::Duplicate,
            Ending::Cancelled => Standing::Cancelled,
        },
    }
}

fn promise(history: &[DueDate], at: i64) -> Promise {
    match history.iter().rev().find(|entry| entry.from <= at) {
        None => Promise::None,
        Some(entry) => entry.due.map_or(Promise::Paused, Promise::Due),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Correction, RequestFacts, Tenure};

    fn step(at: i64, ending: Ending) -> Lifecycle {
        Lifecycle { at, ending: ending.into(), implausible: false, team: String::new() }
    }

    fn case(lifecycle: Vec<Lifecycle>) -> CaseFacts {
        let opened = Some(Opened { at: 10, ..Default::default() });
        CaseFacts {
            request: RequestFacts { opened, lifecycle, ..Default::default() },
            ..Default::default()
        }
    }

    #[test]
    fn a_case_is_judged_by_what_had_happened_by_then() {
        let facts =
            case(vec![step(20, Ending::Done), step(30, Ending::Reopened), step(40, Ending::Done)]);
        let standing = |at| judge(&facts, at).map(|judged| judged.standing);
        assert_eq!(standing(9), None);
        assert_eq!(standing(19), Some(Standing::Open));
        assert_eq!(standing(20), Some(Standing::Resolved(20)));
        assert_eq!(standing(35), Some(Standing::Open));
        assert_eq!(standing(40), Some(Standing::Resolved(40)));
    }

    #[test]
    fn the_holder_is_the_last_by_then() {
        let mut facts = case(vec![]);
        facts.request.tenures =
            vec![Tenure { from: 11, team: "T1".into() }, Tenure { from: 15, team: "T2".into() }];
        let holder = |at| judge(&facts, at).unwrap().team.to_owned();
        assert_eq!([holder(10), holder(14), holder(15)], ["", "T1", "T2"]);
    }

    #[test]
    fn a_case_counts_under_the_school_and_type_known_by_then() {
        let of = |school: &str| Opened { at: 10, school: school.into(), ..Default::default() };
        let mut facts = case(vec![]);
        facts.request.opened = Some(of("0101"));
        facts.request.corrections = vec![
            Correction { from: 20, opened: of("0107") },
            Correction { from: 30, opened: of("0108") },
        ];
        let school = |at| judge(&facts, at).unwrap().opened.school.clone();
        assert_eq!([school(19), school(20), school(30)], ["0101", "0107", "0108"]);
    }

    #[test]
    fn a_due_date_moves_with_its_history_and_is_gone_while_paused() {
        let mut facts = case(vec![]);
        facts.clocks.resolution = vec![
            DueDate { from: 10, due: Some(100) },
            DueDate { from: 20, due: None },
            DueDate { from: 30, due: Some(110) },
        ];
        let due = |at| judge(&facts, at).unwrap().resolution;
        assert_eq!(
            [due(10), due(25), due(30)],
            [Promise::Due(100), Promise::Paused, Promise::Due(110)]
        );
        facts.request.stated_due = Some(70);
        assert_eq!(judge(&facts, 25).unwrap().resolution, Promise::Due(70));
    }
}
