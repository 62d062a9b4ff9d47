//! Cases: what became of the clocks of one request, as events. A case's stream id is the request's.
//!
//! ```text
//! (none) ─▶ running ⇄ paused
//!             │  └─▶ breached ─▶ missed ─┐
//!             ├─▶ met ───────────────────┼─(reopened)─▶ running
//!             ├─▶ cancelled ─────────────┘
//!             └─▶ superseded
//! ```
//! per clock and cycle; beside it each step of the ladder is escalated → acknowledged. Clocks have one command,
//! [`Reconcile`]: [`assess()`] says how each should stand, and only what differs from the record happens.

mod acknowledge;
mod assess;
mod basis;
mod breached;
mod cancelled;
mod due_changed;
mod escalated;
mod lines;
mod look;
mod met;
mod missed;
mod paused;
mod reconcile;
mod resumed;
mod retracted;
mod started;
mod state;
mod superseded;
#[cfg(test)]
mod tests;
mod warned;

use kernel::{Decider, DecodeError, Encoded, EventCodec, RefusalKind, Timestamp};

pub use acknowledge::{Acknowledge, EscalationAcknowledged};
pub use assess::{Assessment, assess, explain_due};
pub use basis::{Basis, ClockKey, Snapshot};
pub use breached::ClockBreached;
pub use cancelled::ClockCancelled;
pub use due_changed::ClockDueChanged;
pub use escalated::Escalated;
pub use look::{Calendars, Look, Unready};
pub use met::ClockMet;
pub use missed::ClockMissed;
pub use paused::ClockPaused;
pub use reconcile::{Expected, Reconcile};
pub use resumed::ClockResumed;
pub use retracted::BreachRetracted;
pub use started::ClockStarted;
pub use state::{Acknowledgement, ClockRecord, End, Notified, State};
pub use superseded::ClockSuperseded;
pub use warned::ClockWarned;

/// The rules of a case.
pub struct Case;

/// What can be asked of a case.
#[derive(Debug, Clone)]
pub enum Command {
    /// Bring the record up to date.
    Reconcile(Reconcile),
    /// Take notice of a step of the ladder.
    Acknowledge(Acknowledge),
}

/// Why a command can be declined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody was told of that step.
    #[error("nobody was told of step {step} of {} (cycle {}) yet", clock.metric, clock.cycle)]
    NotEscalated {
        /// The clock.
        clock: ClockKey,
        /// The step.
        step: u32,
    },
}

impl kernel::Refusal for Refusal {
    fn reason(&self) -> &'static str {
        match self {
            Self::NotEscalated { .. } => "NOT_ESCALATED",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::NotEscalated { .. } => RefusalKind::State,
        }
    }
}

/// What can have happened in a case.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A target applies.
    ClockStarted(ClockStarted),
    /// A clock waits.
    ClockPaused(ClockPaused),
    /// A clock goes on.
    ClockResumed(ClockResumed),
    /// The due instant moved.
    ClockDueChanged(ClockDueChanged),
    /// A share of the target is used up.
    ClockWarned(ClockWarned),
    /// The due instant passed.
    ClockBreached(ClockBreached),
    /// There was no breach.
    BreachRetracted(BreachRetracted),
    /// Done in time.
    ClockMet(ClockMet),
    /// Done late.
    ClockMissed(ClockMissed),
    /// No longer judged.
    ClockCancelled(ClockCancelled),
    /// Another cycle takes its place.
    ClockSuperseded(ClockSuperseded),
    /// Somebody is told of a step of the ladder.
    Escalated(Escalated),
    /// Somebody took notice of it.
    EscalationAcknowledged(EscalationAcknowledged),
}

impl Event {
    /// The clock it is about.
    #[must_use]
    pub const fn clock(&self) -> ClockKey {
        match self {
            Self::ClockStarted(event) => event.clock,
            Self::ClockPaused(event) => event.clock,
            Self::ClockResumed(event) => event.clock,
            Self::ClockDueChanged(event) => event.clock,
            Self::ClockWarned(event) => event.clock,
            Self::ClockBreached(event) => event.clock,
            Self::BreachRetracted(event) => event.clock,
            Self::ClockMet(event) => event.clock,
            Self::ClockMissed(event) => event.clock,
            Self::ClockCancelled(event) => event.clock,
            Self::ClockSuperseded(event) => event.clock,
            Self::Escalated(event) => event.clock,
            Self::EscalationAcknowledged(event) => event.clock,
        }
    }
}

impl Decider for Case {
    const KIND: &'static str = "case";
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(state: &State, command: Command, now: Timestamp) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Reconcile(reconcile) => Ok(reconcile.decide(state, now)),
            Command::Acknowledge(acknowledge) => acknowledge.decide(state, now),
        }
    }

    fn evolve(state: State, event: &Event) -> State {
        match event {
            Event::ClockStarted(event) => event.evolve(state),
            Event::ClockPaused(event) => event.evolve(state),
            Event::ClockResumed(event) => event.evolve(state),
            Event::ClockDueChanged(event) => event.evolve(state),
            Event::ClockWarned(event) => event.evolve(state),
            Event::ClockBreached(event) => event.evolve(state),
            Event::BreachRetracted(event) => event.evolve(state),
            Event::ClockMet(event) => event.evolve(state),
            Event::ClockMissed(event) => event.evolve(state),
            Event::ClockCancelled(event) => event.evolve(state),
            Event::ClockSuperseded(event) => event.evolve(state),
            Event::Escalated(event) => event.evolve(state),
            Event::EscalationAcknowledged(event) => event.evolve(state),
        }
    }
}

impl EventCodec for Event {
    fn name(&self) -> &'static str {
        match self {
            Self::ClockStarted(_) => ClockStarted::NAME,
            Self::ClockPaused(_) => ClockPaused::NAME,
            Self::ClockResumed(_) => ClockResumed::NAME,
            Self::ClockDueChanged(_) => ClockDueChanged::NAME,
            Self::ClockWarned(_) => ClockWarned::NAME,
            Self::ClockBreached(_) => ClockBreached::NAME,
            Self::BreachRetracted(_) => BreachRetracted::NAME,
            Self::ClockMet(_) => ClockMet::NAME,
            Self::ClockMissed(_) => ClockMissed::NAME,
            Self::ClockCancelled(_) => ClockCancelled::NAME,
            Self::ClockSuperseded(_) => ClockSuperseded::NAME,
            Self::Escalated(_) => Escalated::NAME,
            Self::EscalationAcknowledged(_) => EscalationAcknowledged::NAME,
        }
    }

    fn occurred_at(&self) -> Option<Timestamp> {
        match self {
            Self::ClockStarted(event) => Some(event.occurred_at()),
            Self::ClockPaused(event) => Some(event.occurred_at()),
            Self::ClockResumed(event) => Some(event.occurred_at()),
            Self::ClockWarned(event) => Some(event.occurred_at()),
            Self::ClockBreached(event) => Some(event.occurred_at()),
            Self::ClockMet(event) => Some(event.occurred_at()),
            Self::ClockMissed(event) => Some(event.occurred_at()),
            Self::ClockCancelled(event) => Some(event.occurred_at()),
            Self::ClockSuperseded(event) => Some(event.occurred_at()),
            Self::Escalated(event) => Some(event.occurred_at()),
            Self::EscalationAcknowledged(event) => Some(event.occurred_at()),
            // Both are insights of the moment in which they are recorded.
            Self::ClockDueChanged(_) | Self::BreachRetracted(_) => None,
        }
    }

    fn encode(&self) -> Encoded {
        let payload = match self {
            Self::ClockStarted(event) => event.encode(),
            Self::ClockPaused(event) => event.encode(),
            Self::ClockResumed(event) => event.encode(),
            Self::ClockDueChanged(event) => event.encode(),
            Self::ClockWarned(event) => event.encode(),
            Self::ClockBreached(event) => event.encode(),
            Self::BreachRetracted(event) => event.encode(),
            Self::ClockMet(event) => event.encode(),
            Self::ClockMissed(event) => event.encode(),
            Self::ClockCancelled(event) => event.encode(),
            Self::ClockSuperseded(event) => event.encode(),
            Self::Escalated(event) => event.encode(),
            Self::EscalationAcknowledged(event) => event.encode(),
        };
        Encoded { payload, private: None }
    }

    fn decode(
        name: &str,
        revision: u16,
        payload: &[u8],
        _private: Option<&[u8]>,
    ) -> Result<Self, DecodeError> {
        match (name, revision) {
            (ClockStarted::NAME, 1) => ClockStarted::decode(payload).map(Self::ClockStarted),
            (ClockPaused::NAME, 1) => ClockPaused::decode(payload).map(Self::ClockPaused),
            (ClockResumed::NAME, 1) => ClockResumed::decode(payload).map(Self::ClockResumed),
            (ClockDueChanged::NAME, 1) => {
                ClockDueChanged::decode(payload).map(Self::ClockDueChanged)
            }
            (ClockWarned::NAME, 1) => ClockWarned::decode(payload).map(Self::ClockWarned),
            (ClockBreached::NAME, 1) => ClockBreached::decode(payload).map(Self::ClockBreached),
            (BreachRetracted::NAME, 1) => {
                BreachRetracted::decode(payload).map(Self::BreachRetracted)
            }
            (ClockMet::NAME, 1) => ClockMet::decode(payload).map(Self::ClockMet),
            (ClockMissed::NAME, 1) => ClockMissed::decode(payload).map(Self::ClockMissed),
            (ClockCancelled::NAME, 1) => ClockCancelled::decode(payload).map(Self::ClockCancelled),
            (ClockSuperseded::NAME, 1) => {
                ClockSuperseded::decode(payload).map(Self::ClockSuperseded)
            }
            (Escalated::NAME, 1) => Escalated::decode(payload).map(Self::Escalated),
            (EscalationAcknowledged::NAME, 1) => {
                EscalationAcknowledged::decode(payload).map(Self::EscalationAcknowledged)
            }
            _ => Err(DecodeError::Unknown { name: name.to_owned(), revision }),
        }
    }
}
