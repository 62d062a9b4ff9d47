//! Clocks: how a request stands against a target.
//!
//! Everything here is a pure function of (facts, terms, instant). Timers only wake it. Intervals are half-open; done
//! exactly at the due instant is in time; at one instant a stop comes before a pause, a pause before a start. A due instant
//! that is reached without the deed is a breach, which happened at that instant, whenever it is noticed.
//! [`reckoning`] is one run from its start to its due instant, [`evaluate()`] a whole clock with its reopenings,
//! [`explain()`] the same as parts that add up.

mod evaluate;
mod explain;
mod facts;
mod ladder;
mod length;
mod meter;
mod pauses;
pub mod reckoning;
mod runs;
mod tenures;
mod turns;
mod waits;

pub(crate) use evaluate::stand;
pub use evaluate::{Cycle, CycleState, Promise, Terms, Threshold, evaluate};
pub(crate) use explain::explain_cycle;
pub use explain::{Explanation, Part, PartKind, explain};
pub use facts::{Change, Facts, Message, Outcome, Side, Step, StepKind, Tenure};
pub use ladder::{Escalation, Ladder, Notice, Rung};
pub use length::{InvalidLength, Length, MAX_COUNT};
pub use pauses::Pause;
pub use reckoning::{Reckoning, Run, elapsed};
pub(crate) use runs::{Cycled, Stop, cycles};
pub(crate) use waits::Waits;
