//! The facts of a request that its clocks depend on.

use kernel::Timestamp;

use super::Pause;

/// How a resolution came out, as far as clocks care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done or declined: the promise is kept or broken.
    Final,
    /// It waits for a budget: neither.
    Deferred,
    /// Another request asks for the same: neither.
    Duplicate,
}

/// What ended a request, or took the end back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// The team says it is finished.
    Resolved(Outcome),
    /// The resolution did not stand.
    Reopened,
    /// It was withdrawn.
    Cancelled,
}

/// A step of the life of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: StepKind,
}

/// What is known of a request, in any order. Closing is no step: it changes no clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Whether it was imported: then no clock runs but the one its source states.
    pub imported: bool,
    /// When it is due by the source of an import.
    pub stated_due: Option<Timestamp>,
    /// The first public reply of a person of the office. Automatic replies and internal notes never count.
    pub first_reply_at: Option<Timestamp>,
    /// The waits so far.
    pub pauses: Vec<Pause>,
    /// The resolutions, reopenings and cancellations so far.
    pub steps: Vec<Step>,
}

impl Facts {
    /// A request that was just opened.
    #[must_use]
    pub const fn opened(opened_at: Timestamp) -> Self {
        Self {
            opened_at,
            imported: false,
            stated_due: None,
            first_reply_at: None,
            pauses: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// The steps known at an instant, in order; at one instant in the order given.
    pub(super) fn steps_by(&self, now: Timestamp) -> Vec<Step> {
        let mut steps: Vec<_> = self.steps.iter().copied().filter(|step| step.at <= now).collect();
        steps.sort_by_key(|step| step.at);
        steps
    }
}
