//! Small steps between protobuf messages and the domain's types, shared by the behaviour files' wire mappings.

use std::{fmt::Display, str::FromStr};

use kernel::{DecodeError, Encoded, Timestamp};
use prost::Message;

/// An event's bytes, without a private part.
pub(crate) fn public(message: &impl Message) -> Encoded {
    Encoded { payload: message.encode_to_vec(), private: None }
}

/// An event's bytes, with its private part if there is one.
pub(crate) fn with_private<P: Message>(message: &impl Message, private: Option<P>) -> Encoded {
    Encoded {
        payload: message.encode_to_vec(),
        private: private.map(|private| private.encode_to_vec()),
    }
}

/// The message in some bytes.
pub(crate) fn message<M: Message + Default>(name: &str, bytes: &[u8]) -> Result<M, DecodeError> {
    M::decode(bytes).map_err(|error| DecodeError::Malformed {
        name: name.to_owned(),
        detail: error.to_string(),
    })
}

/// The private message, if it is at hand.
pub(crate) fn private<M: Message + Default>(
    name: &str,
    bytes: Option<&[u8]>,
) -> Result<Option<M>, DecodeError> {
    bytes.map(|bytes| message(name, bytes)).transpose()
}

/// A field that must parse.
pub(crate) fn parsed<T: FromStr>(
    name: &'static str,
    field: &'static str,
    text: &str,
) -> Result<T, DecodeError> {
    text.parse().map_err(|_| DecodeError::Invalid { name, field })
}

/// A field that may be empty, and must parse if it is not.
pub(crate) fn optional<T: FromStr>(
    name: &'static str,
    field: &'static str,
    text: &str,
) -> Result<Option<T>, DecodeError> {
    if text.is_empty() { Ok(None) } else { parsed(name, field, text).map(Some) }
}

/// A field that must be there.
pub(crate) fn required<T>(
    name: &'static str,
    field: &'static str,
    value: Option<T>,
) -> Result<T, DecodeError> {
    value.ok_or(DecodeError::Invalid { name, field })
}

/// An instant that must be there.
pub(crate) fn instant(
    name: &'static str,
    field: &'static str,
    value: Option<&prost_types::Timestamp>,
) -> Result<Timestamp, DecodeError> {
    required(name, field, value.and_then(wire::time::from_proto))
}

/// The text of something that may be absent; empty then.
pub(crate) fn text<T: Display>(value: Option<&T>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

/// A text that may be absent: `None` when empty.
pub(crate) fn filled(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
