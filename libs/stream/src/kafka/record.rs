//! An event as a Kafka record, and back: CloudEvents 1.0 in binary mode.
//!
//! The value is the plain protobuf message, forwarded as stored; everything else stands in headers, as UTF-8. A value is
//! never empty, because Kafka reads an empty one as a deletion: a message that has nothing but default values is sent as
//! [`FILLER`], a field that no schema of ours gives a meaning and every protobuf library passes over.

use std::{borrow::Cow, cell::Cell};

use eventlog::{EventMeta, Recorded};
use kernel::{CommandId, EventId, Position, StreamId, Timestamp, Version};
use rdkafka::{
    Message as _,
    message::{BorrowedMessage, Header, Headers, OwnedHeaders},
};
use uuid::Uuid;

/// Field 2047 with the value 1: what stands for a message that encodes to nothing.
pub const FILLER: &[u8] = &[0xf8, 0x7f, 0x01];

/// The media type of every value.
pub const CONTENT_TYPE: &str = "application/protobuf";

/// So many headers of a record are looked at: ours, and some that others on the way may have put before them.
const MOST_HEADERS: usize = 48;

/// The digits of `ce_sequence`, so that it sorts as text.
const SEQUENCE_DIGITS: usize = 20;

/// What travels as a record's value.
pub(crate) fn value(event: &Recorded) -> &[u8] {
    if event.payload.is_empty() { FILLER } else { &event.payload }
}

/// An event's attributes, each as a header's name and value; those that are empty are left out.
#[must_use]
pub fn headers(event: &Recorded) -> Vec<(&'static str, Cow<'_, str>)> {
    let stream = event.stream.to_string();
    let meta = &event.meta;
    let mut headers: Vec<(&'static str, Cow<'_, str>)> = vec![
        ("ce_specversion", "1.0".into()),
        ("ce_id", event.event_id.to_string().into()),
        ("ce_source", wire::topic::source(event.context).into()),
        ("ce_type", wire::topic::cloud_event_type(event.context, &event.name).into()),
        ("ce_subject", wire::topic::subject(event.kind(), &stream).into()),
        ("ce_time", event.occurred_at.to_string().into()),
        ("ce_dataschema", wire::topic::schema(event.context, &event.name).into()),
        ("content-type", CONTENT_TYPE.into()),
        ("ce_sequence", format!("{:0SEQUENCE_DIGITS$}", event.version.0).into()),
        ("ce_position", event.position.0.to_string().into()),
        ("ce_revision", event.revision.to_string().into()),
        ("ce_recordedtime", event.recorded_at.to_string().into()),
        ("ce_partitionkey", stream.into()),
        ("ce_dataclassification", "internal".into()),
        ("ce_commandid", event.command_id.to_string().into()),
        ("ce_following", meta.following.to_string().into()),
        ("ce_causationdepth", meta.causation_depth.to_string().into()),
    ];
    let optional: [(&'static str, Cow<'_, str>); 5] = [
        ("ce_actor", meta.actor.as_str().into()),
        ("ce_roles", meta.roles.join(" ").into()),
        ("ce_correlationid", meta.correlation_id.as_str().into()),
        ("ce_causationid", meta.causation_id.as_str().into()),
        ("traceparent", meta.traceparent.as_str().into()),
    ];
    headers.extend(optional.into_iter().filter(|(_, value)| !value.is_empty()));
    headers
}

/// The same, as the client wants them.
pub(crate) fn owned_headers(event: &Recorded) -> OwnedHeaders {
    let headers = headers(event);
    let empty = OwnedHeaders::new_with_capacity(headers.len());
    headers
        .into_iter()
        .fold(empty, |all, (key, value)| all.insert(Header { key, value: Some(value.as_bytes()) }))
}

/// Why a record is not an event of ours.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Foreign {
    #[error("the header {0} is missing or is not what it should be")]
    Header(&'static str),
    #[error("the key is not the id of a stream")]
    Key,
    #[error("the value is empty, which Kafka reads as a deletion")]
    Empty,
}

/// A record as the event it carries, without what never leaves the service.
pub(crate) fn read(
    context: &'static str,
    message: &BorrowedMessage<'_>,
) -> Result<Recorded, Foreign> {
    let headers = Read::of(message);
    let key = message.key().and_then(|key| std::str::from_utf8(key).ok());
    let stream = key.and_then(|key| Uuid::try_parse(key).ok()).ok_or(Foreign::Key)?;
    let payload = message.payload().filter(|value| !value.is_empty()).ok_or(Foreign::Empty)?;
    headers.expect("ce_specversion", "1.0")?;
    // In the order of `headers`.
    let event_id = EventId(headers.uuid("ce_id")?);
    let source = headers.text("ce_source")?;
    if !wire::topic::is_source(context, source) {
        return Err(Foreign::Header("ce_source"));
    }
    let name = wire::topic::parse_cloud_event_type(context, headers.text("ce_type")?);
    let name = name.ok_or(Foreign::Header("ce_type"))?.to_owned();
    let occurred_at = headers.instant("ce_time")?;
    let version = Version(headers.number("ce_sequence")?);
    let position = Position(headers.number("ce_position")?);
    let revision = headers.number("ce_revision")?;
    let recorded_at = headers.instant("ce_recordedtime")?;
    let command_id = CommandId(headers.uuid("ce_commandid")?);
    let meta = EventMeta {
        following: headers.number("ce_following")?,
        causation_depth: headers.number("ce_causationdepth")?,
        actor: headers.optional("ce_actor"),
        roles: headers.optional("ce_roles").split_whitespace().map(str::to_owned).collect(),
        correlation_id: headers.optional("ce_correlationid"),
        causation_id: headers.optional("ce_causationid"),
        traceparent: headers.optional("traceparent"),
    };
    Ok(Recorded {
        context,
        position,
        stream: StreamId(stream),
        version,
        name,
        revision,
        event_id,
        command_id,
        occurred_at,
        recorded_at,
        meta,
        payload: if payload == FILLER { Vec::new() } else { payload.to_vec() },
        private: None,
    })
}

/// The headers of a record that are text. They are asked for in the order in which they are written, so that each is found
/// where the last one ended; any other order does as well.
struct Read<'a> {
    headers: [(&'a str, &'a str); MOST_HEADERS],
    next: Cell<usize>,
}

impl<'a> Read<'a> {
    fn of(message: &'a BorrowedMessage<'_>) -> Self {
        let mut read = [("", ""); MOST_HEADERS];
        let headers = message.headers().into_iter().flat_map(Headers::iter);
        for (place, header) in read.iter_mut().zip(headers) {
            if let Some(Ok(text)) = header.value.map(std::str::from_utf8) {
                *place = (header.key, text);
            }
        }
        Self { headers: read, next: Cell::new(0) }
    }

    fn text(&self, name: &'static str) -> Result<&'a str, Foreign> {
        let (before, behind) = self.headers.split_at(self.next.get());
        let mut places = (before.len()..).zip(behind).chain((0..).zip(before));
        let found = places.find(|(_, (key, _))| *key == name);
        let (place, (_, text)) = found.ok_or(Foreign::Header(name))?;
        self.next.set(place + 1);
        Ok(text)
    }

    fn optional(&self, name: &'static str) -> String {
        self.text(name).unwrap_or_default().to_owned()
    }

    fn expect(&self, name: &'static str, value: &str) -> Result<(), Foreign> {
        if self.text(name)? == value { Ok(()) } else { Err(Foreign::Header(name)) }
    }

    fn number<T: std::str::FromStr>(&self, name: &'static str) -> Result<T, Foreign> {
        self.text(name)?.parse().map_err(|_| Foreign::Header(name))
    }

    fn uuid(&self, name: &'static str) -> Result<Uuid, Foreign> {
        Uuid::try_parse(self.text(name)?).map_err(|_| Foreign::Header(name))
    }

    fn instant(&self, name: &'static str) -> Result<Timestamp, Foreign> {
        self.text(name)?.parse().map_err(|_| Foreign::Header(name))
    }
}
