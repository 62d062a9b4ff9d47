//! The words every part of Schoolside shares, free of I/O.
//!
//! A rule is a [`Decider`]: state, commands, events and refusals as plain data, and two pure functions
//! between them. What the rules need beside that lives here too: identifiers ([`id`]), the closed
//! vocabularies of the glossary ([`vocabulary`]), the injected [`time::Clock`], how an event becomes bytes
//! ([`event`]), how a refusal is classified ([`refusal`]), and the given/when/then of tests ([`scenario`]).

pub mod chain;
pub mod decider;
pub mod event;
pub mod id;
pub mod refusal;
pub mod scenario;
pub mod time;
pub mod vocabulary;

pub use chain::chain;
pub use decider::Decider;
pub use event::{DecodeError, Encoded, EventCodec};
pub use id::{
    CalendarId, CommandId, EventId, InstrumentId, NetworkId, PersonId, PolicyId, Position,
    RequestTypeId, SchoolId, StreamId, TeamId, Version,
};
pub use refusal::{Refusal, RefusalKind};
pub use time::{Clock, SharedClock, Timestamp};
pub use vocabulary::{Confidentiality, Priority, Role, SchoolLevel, Tier};
