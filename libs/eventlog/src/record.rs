//! What is put into the log, and what is read from it.

use kernel::{
    CommandId, DecodeError, EventCodec, EventId, Position, StreamId, Timestamp, Version,
    time::to_microsecond,
};
use prost::Message;
use sqlx::{Row, postgres::PgRow};
use uuid::Uuid;
use wire::EventMeta;

use crate::{AppendError, PgTimestamp};

/// The most bytes that an event's published message, or its private part, may have.
pub const MAX_PAYLOAD_BYTES: usize = 256 * 1024;

/// All that one command adds to one stream: stored together or not at all.
#[derive(Debug, Clone)]
pub struct Append {
    /// The caller's name for the command; repeating it returns what was stored the first time.
    pub command_id: CommandId,
    /// The stream that grows.
    pub stream: StreamId,
    /// The stream's kind, e.g. `request`; every event's name begins with it.
    pub kind: &'static str,
    /// The version that the decision was made on; another one by now is a conflict.
    pub expected: Version,
    /// A digest of the request, so that the same id with another request is noticed.
    pub request_hash: [u8; 32],
    /// The events, in order; at least one.
    pub events: Vec<NewEvent>,
    /// Who did it and in which context.
    pub meta: EventMeta,
    /// When it is recorded. The log never goes back: an instant before its last one becomes that one.
    pub recorded_at: Timestamp,
    /// Whether the private parts of the stream's earlier events are destroyed in the same statement.
    pub erase_private: bool,
}

/// One event on its way into the log.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// Kind and event, e.g. `request.opened`.
    pub name: String,
    /// The revision of the event's message.
    pub revision: u16,
    /// When it is said to have happened.
    pub occurred_at: Timestamp,
    /// The published protobuf message.
    pub payload: Vec<u8>,
    /// What a person typed and whatever names a person.
    pub private: Option<Vec<u8>>,
}

/// What became of an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// The position of the command's last event.
    pub position: Position,
    /// The stream's version with the command's last event.
    pub version: Version,
    /// Whether the command had been stored before, so that nothing was added now.
    pub duplicate: bool,
}

/// One event as the log holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The context whose log it is.
    pub context: &'static str,
    /// Its place in that log.
    pub position: Position,
    /// The stream it belongs to.
    pub stream: StreamId,
    /// The stream's version with it.
    pub version: Version,
    /// Kind and event, e.g. `request.opened`.
    pub name: String,
    /// The revision of its message.
    pub revision: u16,
    /// Its id.
    pub event_id: EventId,
    /// The command that caused it.
    pub command_id: CommandId,
    /// When it is said to have happened.
    pub occurred_at: Timestamp,
    /// When it was recorded; never before an earlier position's.
    pub recorded_at: Timestamp,
    /// Who did it and in which context.
    pub meta: EventMeta,
    /// The published protobuf message, exactly as stored.
    pub payload: Vec<u8>,
    /// The private part, when the read asked for it and it has not been erased.
    pub private: Option<Vec<u8>>,
}

impl Recorded {
    /// The stream's kind: what stands before the point of its name.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.name.split_once('.').map_or(self.name.as_str(), |(kind, _)| kind)
    }

    /// The event within its kind: what stands behind the point of its name.
    #[must_use]
    pub fn event(&self) -> &str {
        self.name.split_once('.').map_or("", |(_, event)| event)
    }

    /// The event as its aggregate's type.
    ///
    /// # Errors
    /// When the bytes are not an event of that aggregate.
    pub fn decode<E: EventCodec>(&self) -> Result<E, DecodeError> {
        E::decode(self.event(), self.revision, &self.payload, self.private.as_deref())
    }

    pub(crate) fn read(context: &'static str, row: &PgRow) -> Result<Self, sqlx::Error> {
        let meta: &[u8] = row.try_get(9)?;
        Ok(Self {
            context,
            position: Position(row.try_get(0)?),
            stream: StreamId(row.try_get(1)?),
            version: Version(row.try_get(2)?),
            name: row.try_get(3)?,
            revision: row.try_get::<i16, _>(4)?.cast_unsigned(),
            event_id: EventId(row.try_get(5)?),
            command_id: CommandId(row.try_get(6)?),
            occurred_at: row.try_get::<PgTimestamp, _>(7)?.0,
            recorded_at: row.try_get::<PgTimestamp, _>(8)?.0,
            meta: EventMeta::decode(meta).map_err(|error| sqlx::Error::Decode(error.into()))?,
            payload: row.try_get(10)?,
            private: row.try_get(11)?,
        })
    }
}

impl Append {
    /// Refuses what could be stored but not published, before it is stored.
    pub(crate) fn check(&self) -> Result<(), AppendError> {
        if self.events.is_empty() {
            return Err(AppendError::Malformed("an append must carry at least one event"));
        }
        for event in &self.events {
            let bytes = event.payload.len().max(event.private.as_ref().map_or(0, Vec::len));
            if bytes > MAX_PAYLOAD_BYTES {
                return Err(AppendError::TooLarge { bytes });
            }
            let named = event.name.strip_prefix(self.kind).and_then(|rest| rest.strip_prefix('.'));
            if !named.is_some_and(is_snake) {
                return Err(AppendError::Malformed(
                    "an event's name must be its stream's kind, a point, and a word in snake case",
                ));
            }
        }
        Ok(())
    }

    /// The events as the log holds them once they are stored up to `last`, without private parts.
    pub(crate) fn recorded(
        &self,
        context: &'static str,
        last: &Appended,
        recorded_at: Timestamp,
    ) -> impl Iterator<Item = Recorded> {
        let before = last.position.0 - i64::try_from(self.events.len()).unwrap_or_default();
        let events = (before + 1..).zip(self.expected.0 + 1..).zip(self.events.iter().enumerate());
        events.map(move |((position, version), (index, event))| Recorded {
            context,
            position: Position(position),
            stream: self.stream,
            version: Version(version),
            name: event.name.clone(),
            revision: event.revision,
            event_id: EventId(self.event_id(index)),
            command_id: self.command_id,
            occurred_at: to_microsecond(event.occurred_at),
            recorded_at,
            meta: self.event_meta(index),
            payload: event.payload.clone(),
            private: None,
        })
    }

    /// What goes with the command's event number `index`.
    pub(crate) fn event_meta(&self, index: usize) -> EventMeta {
        let following = self.events.len().saturating_sub(index + 1);
        let following = i32::try_from(following).unwrap_or(i32::MAX);
        EventMeta { following, ..self.meta.clone() }
    }

    /// The id of the command's event number `index`: the same at every attempt.
    pub(crate) fn event_id(&self, index: usize) -> Uuid {
        Uuid::new_v5(&self.command_id.0, format!("event {index}").as_bytes())
    }
}

fn is_snake(word: &str) -> bool {
    !word.is_empty()
        && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
