//! What the wire mappings of all events share.

use kernel::{DecodeError, Timestamp};
use prost::Message;

/// Reads a message, or says what protobuf said.
pub(crate) fn message<M: Message + Default>(name: &str, payload: &[u8]) -> Result<M, DecodeError> {
    M::decode(payload).map_err(|error| DecodeError::Malformed {
        name: name.to_owned(),
        detail: error.to_string(),
    })
}

/// An instant for the wire.
pub(crate) fn stamp(at: Timestamp) -> Option<prost_types::Timestamp> {
    Some(wire::time::to_proto(at))
}

/// An instant of the wire, which may be absent but not out of range.
pub(crate) fn optional_instant(
    name: &'static str,
    field: &'static str,
    at: Option<&prost_types::Timestamp>,
) -> Result<Option<Timestamp>, DecodeError> {
    at.map(|at| wire::time::from_proto(at).ok_or(DecodeError::Invalid { name, field })).transpose()
}

/// An instant of the wire, which must be there.
pub(crate) fn instant(
    name: &'static str,
    field: &'static str,
    at: Option<&prost_types::Timestamp>,
) -> Result<Timestamp, DecodeError> {
    optional_instant(name, field, at)?.ok_or(DecodeError::Invalid { name, field })
}

/// A number of the wire as another number, or the field's name.
pub(crate) fn number<N: TryFrom<i32>>(
    name: &'static str,
    field: &'static str,
    number: i32,
) -> Result<N, DecodeError> {
    N::try_from(number).map_err(|_| DecodeError::Invalid { name, field })
}

/// A word of the wire, read by its type.
pub(crate) fn word<T: std::str::FromStr>(
    name: &'static str,
    field: &'static str,
    text: &str,
) -> Result<T, DecodeError> {
    text.parse().map_err(|_| DecodeError::Invalid { name, field })
}

/// A word of the wire; empty is none.
pub(crate) fn optional_word<T: std::str::FromStr>(
    name: &'static str,
    field: &'static str,
    text: &str,
) -> Result<Option<T>, DecodeError> {
    if text.is_empty() { Ok(None) } else { word(name, field, text).map(Some) }
}

/// A count for the wire. INVARIANT: what is counted here is far below 2³¹.
pub(crate) fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
