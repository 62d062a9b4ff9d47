//! The clocks of a request: what was due when.

use kernel::DecodeError;
use prost::Message;

use super::{Fact, Part};

/// From when on a due instant stood.
#[derive(Clone, PartialEq, Message)]
pub struct DueDate {
    /// Since when.
    #[prost(int64, tag = "1")]
    pub from: i64,
    /// The due instant; absent while the clock is paused.
    #[prost(int64, optional, tag = "2")]
    pub due: Option<i64>,
}

/// The clocks of a request.
#[derive(Clone, PartialEq, Message)]
pub struct ClockFacts {
    /// The due instants of the resolution, in order.
    #[prost(message, repeated, tag = "1")]
    pub resolution: Vec<DueDate>,
    /// The due instants of the first response, in order.
    #[prost(message, repeated, tag = "2")]
    pub response: Vec<DueDate>,
    /// The calendar of the resolution target; empty if it has none.
    #[prost(string, tag = "3")]
    pub calendar: String,
}

impl Part for ClockFacts {
    fn apply(&mut self, fact: Fact<'_>) -> Result<(), DecodeError> {
        Err(fact.unknown())
    }
}
