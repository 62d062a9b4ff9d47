//! The facts of a request that its clocks depend on.

use kernel::{TeamId, Timestamp};

use super::Pause;
use crate::{policy::Subject, words::Start};

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

/// Who wrote what both sides can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// A person of the office. Automatic replies and internal notes never count.
    Office,
    /// The requester, or someone for them.
    Requester,
}

/// A public message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message {
    /// When.
    pub at: Timestamp,
    /// Who wrote it.
    pub from: Side,
}

/// The beginning of a team's tenure. Of several at one instant the last one given holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenure {
    /// From when on.
    pub from: Timestamp,
    /// The team; `None` if nobody holds it from then on.
    pub team: Option<TeamId>,
}

/// A change of what policies look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// What policies looked at until then.
    pub before: Subject,
}

/// What is known of a request, in any order. Closing is no step: it changes no clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// When it reached the office.
    pub opened_at: Timestamp,
    /// When it was recorded.
    pub created_at: Timestamp,
    /// Whether it was imported: then no clock runs but the one its source states.
    pub imported: bool,
    /// When it is due by the source of an import.
    pub stated_due: Option<Timestamp>,
    /// The public messages of persons so far.
    pub messages: Vec<Message>,
    /// When a person of the office did something about it for the first time.
    pub active_at: Option<Timestamp>,
    /// Which teams have held it.
    pub tenures: Vec<Tenure>,
    /// The waits so far.
    pub pauses: Vec<Pause>,
    /// The resolutions, reopenings and cancellations so far.
    pub steps: Vec<Step>,
    /// The changes of type, priority and school so far.
    pub changes: Vec<Change>,
}

impl Facts {
    /// A request that was just opened.
    #[must_use]
    pub const fn opened(opened_at: Timestamp) -> Self {
        Self {
            opened_at,
            created_at: opened_at,
            imported: false,
            stated_due: None,
            messages: Vec::new(),
            active_at: None,
            tenures: Vec::new(),
            pauses: Vec::new(),
            steps: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// From when on a clock with this rule runs; `None` if that has not happened by `now`.
    pub(super) fn start(&self, start: Start, now: Timestamp) -> Option<Timestamp> {
        let happened = |at: &Timestamp| *at <= now;
        match start {
            Start::Created => Some(self.created_at),
            Start::Received => Some(self.opened_at),
            Start::Routed => {
                let held = self.tenures.iter().filter(|tenure| tenure.team.is_some());
                held.map(|tenure| tenure.from).min().filter(happened)
            }
            Start::FirstActive => self.active_at.filter(happened),
        }
    }

    /// The steps known at an instant, in order; at one instant in the order given.
    pub(super) fn steps_by(&self, now: Timestamp) -> Vec<Step> {
        let mut steps: Vec<_> = self.steps.iter().copied().filter(|step| step.at <= now).collect();
        steps.sort_by_key(|step| step.at);
        steps
    }

    /// The first public message of a person of the office known at an instant.
    pub(super) fn first_reply_by(&self, now: Timestamp) -> Option<Timestamp> {
        let replies = self.messages.iter().filter(|message| message.from == Side::Office);
        replies.map(|message| message.at).filter(|at| *at <= now).min()
    }

    /// The changes known at an instant, in order.
    pub(crate) fn changes_by(&self, now: Timestamp) -> Vec<&Change> {
        let mut changes: Vec<_> = self.changes.iter().filter(|change| change.at <= now).collect();
        changes.sort_by_key(|change| change.at);
        changes
    }
}
