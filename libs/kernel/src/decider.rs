//! The shape of every rule: decide what happens, then evolve by what happened.

use crate::{EventCodec, Refusal, time::Timestamp};

/// An aggregate's rules: synchronous, total and free of I/O.
///
/// The implementing type is a marker (`pub struct Request;`); its state, commands, events and refusals are
/// the aggregate's table of contents. Whatever a rule needs from outside travels in the command.
pub trait Decider {
    /// The kind of stream this aggregate writes, e.g. `request`; the middle part of its topic's name.
    const KIND: &'static str;
    /// What is known after the events so far; `default()` before the first.
    type State: Default + Clone + Send + Sync;
    /// What can be asked for.
    type Command: Clone + Send;
    /// What can have happened.
    type Event: EventCodec + Send + Sync;
    /// Why a command can be declined.
    type Refusal: Refusal;

    /// Decides a command at the instant `now`. An empty list means that all it asks for holds already.
    ///
    /// # Errors
    /// The refusal, when a rule declines the command. Nothing is stored then.
    fn decide(
        state: &Self::State,
        command: Self::Command,
        now: Timestamp,
    ) -> Result<Vec<Self::Event>, Self::Refusal>;

    /// The state after `event`.
    fn evolve(state: Self::State, event: &Self::Event) -> Self::State;
}

/// Folds events into a state, from the beginning.
pub fn fold<'a, D: Decider>(events: impl IntoIterator<Item = &'a D::Event>) -> D::State
where
    D::Event: 'a,
{
    events.into_iter().fold(D::State::default(), D::evolve)
}
