//! Holding published due dates and verdicts against policies and a calendar, from files alone.
//!
//! A published due date is *reproduced* when the one that is computed lies within a tolerance of it: from the opening, by the
//! policy in force and the closed days known at that instant (neither is ever applied to what was open before it was known).
//! A published verdict *agrees* when it says "met" exactly where the closing does not lie after the published due date.
//! Everything comes from the files: the mapping has the weekly hours and the column of the verdict.

mod holidays;
mod policies;
mod report;
#[cfg(test)]
mod tests;

use jiff::SignedDuration;
use kernel::Timestamp;
use sla_domain::{
    calendar::Timetable,
    clock::{Length, Run},
};

pub use self::{
    holidays::closures,
    policies::Policies,
    report::{Example, Misfits, Verification},
};
use crate::import::{Added, FileError, HistoryRow, Outcome, Reader, Verdict};

/// What due dates are computed by.
pub struct Terms {
    /// What is promised, by type.
    pub policies: Policies,
    /// When the office is open.
    pub calendar: Timetable,
    /// How far a computed due date may lie from the published one.
    pub tolerance: SignedDuration,
}

/// What was computed for an opening.
#[derive(Debug, Clone, Copy)]
struct Computed {
    length: Length,
    /// `None` when there is not so much open time before 2300.
    due: Option<Timestamp>,
}

impl Terms {
    /// By the policy in force and the calendar as known, both at the opening; `None` without a policy.
    fn compute(&self, request_type: &str, opened: Timestamp) -> Option<Computed> {
        let length = self.policies.in_force(request_type, opened)?;
        let hours = self.calendar.known_at(opened);
        let run = Run { start: opened, length, hours, pauses: &[], stopped: None, now: None };
        Some(Computed { length, due: run.reckon().due })
    }

    /// Whether the due date computed for an opening lies within the tolerance of the published one.
    #[must_use]
    pub fn reproduces_target(
        &self,
        request_type: &str,
        opened: Timestamp,
        target: Timestamp,
    ) -> bool {
        let computed = self.compute(request_type, opened);
        computed.is_some_and(|computed| self.reproduces(computed, target))
    }

    fn reproduces(&self, computed: Computed, target: Timestamp) -> bool {
        computed.due.is_some_and(|due| due.duration_since(target).abs() <= self.tolerance)
    }
}

/// Whether a published verdict is the one that its own due date gives.
fn agrees(verdict: Verdict, closed: Timestamp, target: Timestamp) -> bool {
    (verdict == Verdict::Met) == (closed <= target)
}

/// Verifies every row of a file that was opened with its verdicts.
///
/// # Errors
/// When the file cannot be used as a whole.
pub fn verify(mut reader: Reader, terms: &Terms) -> Result<Verification, FileError> {
    let mut found = Verification::new(terms.tolerance);
    for row in reader.by_ref() {
        let mut row = row?;
        found.rows += 1;
        let warnings = std::mem::take(&mut row.warnings);
        if !warnings.is_empty() {
            found.warnings.note(row.row, row.line, row.external_id(), warnings);
        }
        let place = (row.row, row.line);
        match row.outcome {
            Outcome::New(history) => {
                let all = Added { team: true, due: true, resolved: true };
                found.requests += 1;
                found.add(terms, place, &history, all, row.verdict);
            }
            // What an earlier row of the request said has been counted.
            Outcome::Adds(history, added) => found.add(terms, place, &history, added, row.verdict),
            Outcome::Known { .. } => found.unchanged += 1,
            Outcome::Refused(refused) => found.refused.push(*refused),
        }
    }
    found.sort();
    Ok(found)
}

impl Verification {
    fn add(
        &mut self,
        terms: &Terms,
        place: (u64, u64),
        history: &HistoryRow,
        new: Added,
        verdict: Option<Verdict>,
    ) {
        let Some(target) = history.due else { return };
        if new.due {
            self.with_target += 1;
            let computed = terms.compute(&history.request_type, history.opened);
            let hit = computed.is_some_and(|computed| terms.reproduces(computed, target));
            self.reproduced += u64::from(hit);
            self.tally(history, place, target, computed, hit);
        }
        if let (Some(verdict), Some(closed), true) =
            (verdict, history.resolved, new.due || new.resolved)
        {
            self.verdict_rows += 1;
            let agree = agrees(verdict, closed, target);
            self.verdict_agree += u64::from(agree);
            if !agree {
                self.disagree(history, place, target);
            }
        }
    }
}
