//! Between events and their protobuf messages: the parts every event shares.

use std::str::FromStr;

use jiff::civil::Date;
use kernel::{DecodeError, Encoded};
use prost::Message;

pub(crate) fn published(message: &impl Message) -> Encoded {
    Encoded { payload: message.encode_to_vec(), private: None }
}

pub(crate) fn message<M: Message + Default>(name: &str, bytes: &[u8]) -> Result<M, DecodeError> {
    M::decode(bytes)
        .map_err(|error| DecodeError::Malformed { name: name.into(), detail: error.to_string() })
}

pub(crate) fn unknown<E>(name: &str, revision: u16) -> Result<E, DecodeError> {
    Err(DecodeError::Unknown { name: name.into(), revision })
}

pub(crate) fn date(
    name: &'static str,
    field: &'static str,
    text: &str,
) -> Result<Date, DecodeError> {
    wire::time::parse_date(text).ok_or(DecodeError::Invalid { name, field })
}

pub(crate) fn id<I: FromStr>(
    name: &'static str,
    field: &'static str,
    text: &str,
) -> Result<I, DecodeError> {
    text.parse().map_err(|_| DecodeError::Invalid { name, field })
}
