//! Given/when/then for rules: `given::<Request>(events).when(now, command).then(events)`.

use std::{fmt::Debug, marker::PhantomData};

use crate::{Decider, decider::fold, time::Timestamp};

/// Starts a scenario from what happened so far.
#[must_use]
pub fn given<D: Decider>(events: impl IntoIterator<Item = D::Event>) -> Given<D> {
    let events: Vec<_> = events.into_iter().collect();
    Given { state: fold::<D>(&events), decider: PhantomData }
}

/// A state to put a command to.
pub struct Given<D: Decider> {
    state: D::State,
    decider: PhantomData<D>,
}

impl<D: Decider> Given<D> {
    /// Puts a command to the state at an instant.
    #[must_use]
    pub fn when(self, now: Timestamp, command: D::Command) -> When<D> {
        let outcome = D::decide(&self.state, command, now);
        When { state: self.state, outcome }
    }

    /// The state itself, for looking at a fold.
    #[must_use]
    pub fn state(self) -> D::State {
        self.state
    }
}

/// The outcome of a command.
pub struct When<D: Decider> {
    state: D::State,
    outcome: Result<Vec<D::Event>, D::Refusal>,
}

impl<D: Decider> When<D>
where
    D::Event: Debug + PartialEq,
    D::Refusal: PartialEq,
{
    /// Asserts the events, and gives the state after them.
    ///
    /// # Panics
    /// When the outcome is another.
    #[track_caller]
    pub fn then(self, expected: impl IntoIterator<Item = D::Event>) -> D::State {
        let expected: Vec<_> = expected.into_iter().collect();
        match self.outcome {
            Ok(events) => {
                assert_eq!(events, expected);
                events.iter().fold(self.state, D::evolve)
            }
            Err(refusal) => panic!("refused: {refusal}"),
        }
    }

    /// Asserts the refusal.
    ///
    /// # Panics
    /// When the outcome is another.
    #[expect(clippy::needless_pass_by_value, reason = "a scenario reads best without borrows")]
    #[track_caller]
    pub fn refused(self, expected: D::Refusal) {
        match self.outcome {
            Ok(events) => panic!("accepted: {events:?}"),
            Err(refusal) => assert_eq!(refusal, expected),
        }
    }
}
