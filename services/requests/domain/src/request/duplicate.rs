//! Duplicates: a request may be resolved because another one asks for the same. The other is worked on, or was: it is
//! neither withdrawn nor itself a duplicate, so that nobody has to follow a chain to find who answers.
//!
//! A request that others were linked to may become a duplicate itself; they stay linked to it.

use kernel::StreamId;

use super::{Phase, Refusal, State};
use crate::{Reference, words::Outcome};

/// The request that asks for the same, as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// Which it is.
    pub request: StreamId,
    /// Where in its life it is.
    pub phase: Phase,
    /// Whether it is itself a duplicate.
    pub duplicate: bool,
    /// What its own links lead to, if it is a duplicate and that may be named.
    pub root: Option<Reference>,
}

impl Original {
    /// A request as it was loaded; `root` is what its own links lead to.
    #[must_use]
    pub fn new(request: StreamId, state: &State, root: Option<Reference>) -> Self {
        let duplicate = state.is_duplicate();
        Self { request, phase: state.phase, duplicate, root: root.filter(|_| duplicate) }
    }

    /// Declines a link from `request` that would lead nowhere.
    pub(super) fn must_lead_somewhere(&self, request: StreamId) -> Result<(), Refusal> {
        if self.request == request {
            return Err(Refusal::DuplicateOf);
        }
        match self.phase {
            Phase::New => Err(Refusal::NotOpened),
            Phase::Cancelled => Err(Refusal::DuplicateOfWithdrawn),
            Phase::Resolved | Phase::Closed if self.duplicate => {
                Err(Refusal::DuplicateOfDuplicate(self.root))
            }
            Phase::Open | Phase::Resolved | Phase::Closed => Ok(()),
        }
    }
}

impl State {
    /// Whether its resolution says that another request asks for the same.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        self.resolution.as_ref().is_some_and(|it| it.outcome == Outcome::Duplicate)
    }

    /// The request that asks for the same, while its resolution says so.
    #[must_use]
    pub fn duplicate_of(&self) -> Option<StreamId> {
        self.resolution.as_ref().and_then(|resolution| resolution.duplicate_of)
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Decider, decider::fold, scenario::given};
    use uuid::Uuid;

    use super::*;
    use crate::{
        request::{
            Cancel, Command, Event, Reopen, Reopened, Request, Resolve,
            samples::{DAY_2, a_request, duplicate, facts, held_by_a_team, opened, resolved_on},
        },
        words::{CancelReason, ReopenReason},
    };

    fn another() -> StreamId {
        StreamId(Uuid::from_u128(8))
    }

    fn link(original: Original) -> Command {
        Command::Resolve(Resolve {
            request: a_request(),
            outcome: Outcome::Duplicate,
            original: Some(original),
            summary: None,
        })
    }

    fn original(history: &[Event]) -> Original {
        Original::new(another(), &fold::<Request>(history), Some(facts().reference))
    }

    #[test]
    fn a_duplicate_is_resolved_and_linked_to_what_is_worked_on_or_was() {
        for history in [held_by_a_team(), resolved_on(DAY_2)] {
            let state = given::<Request>(held_by_a_team())
                .when(DAY_2, link(original(&history)))
                .then([duplicate(DAY_2, another())]);
            assert_eq!(state.duplicate_of(), Some(another()));
        }
    }

    #[test]
    fn a_duplicate_of_a_duplicate_is_refused_with_the_request_that_is_worked_on() {
        let history = [opened(), duplicate(DAY_2, StreamId(Uuid::from_u128(9)))];
        given::<Request>(held_by_a_team())
            .when(DAY_2, link(original(&history)))
            .refused(Refusal::DuplicateOfDuplicate(Some(facts().reference)));
        let named = Refusal::DuplicateOfDuplicate(Some(facts().reference)).to_string();
        assert!(named.contains(&format!("requests/{}", facts().reference)), "{named}");
    }

    #[test]
    fn nothing_is_a_duplicate_of_itself_or_of_what_was_withdrawn() {
        let itself = Original { request: a_request(), ..original(&[opened()]) };
        given::<Request>(held_by_a_team()).when(DAY_2, link(itself)).refused(Refusal::DuplicateOf);
        let cancel = Command::Cancel(Cancel { reason: CancelReason::Withdrawn, note: None });
        let mut withdrawn = vec![opened()];
        withdrawn.extend(Request::decide(&fold::<Request>(&withdrawn), cancel, DAY_2).unwrap());
        given::<Request>(held_by_a_team())
            .when(DAY_2, link(original(&withdrawn)))
            .refused(Refusal::DuplicateOfWithdrawn);
    }

    #[test]
    fn reopening_takes_the_link_back() {
        let mut before = held_by_a_team();
        before.push(duplicate(DAY_2, another()));
        let reopen = Reopen { reason: ReopenReason::WrongOutcome, note: None };
        let reopened = Reopened { reason: ReopenReason::WrongOutcome, note: None };
        let state = given::<Request>(before)
            .when(DAY_2, Command::Reopen(reopen))
            .then([Event::Reopened(reopened)]);
        assert!(!state.is_duplicate() && state.duplicate_of().is_none());
    }
}
