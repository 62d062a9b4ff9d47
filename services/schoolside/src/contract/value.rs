//! A record's value: bytes, message and JSON, each from the other.

use prost_reflect::{DynamicMessage, MessageDescriptor, Value as Field};
use serde_json::Value;
use stream::kafka::record::FILLER;

use super::canonical;

/// The field that [`FILLER`] is.
const FILLER_FIELD: u32 = 2047;

/// A value as its message.
///
/// # Errors
/// When the bytes are not such a message.
pub fn decode(descriptor: MessageDescriptor, value: &[u8]) -> Result<DynamicMessage, String> {
    DynamicMessage::decode(descriptor, value).map_err(|error| error.to_string())
}

/// A message that is written as JSON.
///
/// # Errors
/// When the JSON is not that message's.
pub fn from_json(descriptor: MessageDescriptor, json: &Value) -> Result<DynamicMessage, String> {
    DynamicMessage::deserialize(descriptor, json).map_err(|error| error.to_string())
}

/// A message's bytes as a record carries them, which are never none.
pub fn encode(message: &DynamicMessage) -> Vec<u8> {
    let bytes = canonical::bytes(message);
    if bytes.is_empty() { FILLER.to_vec() } else { bytes }
}

/// Where a message carries fields that this version does not know, each as its path and number.
pub fn unknown(message: &DynamicMessage) -> Vec<String> {
    let own = message.unknown_fields().map(prost_reflect::UnknownField::number);
    let own = own.filter(|number| *number != FILLER_FIELD).map(|number| number.to_string());
    let parts = message.fields().flat_map(|(field, value)| {
        let within = parts(value).into_iter().flat_map(inside);
        within.map(move |path| format!("{}.{path}", field.name())).collect::<Vec<_>>()
    });
    own.chain(parts).collect()
}

/// The same within a part of a message, where no filler may stand.
fn inside(part: &DynamicMessage) -> Vec<String> {
    let filled = part.unknown_fields().any(|field| field.number() == FILLER_FIELD);
    let filler = filled.then(|| FILLER_FIELD.to_string());
    unknown(part).into_iter().chain(filler).collect()
}

fn parts(value: &Field) -> Vec<&DynamicMessage> {
    match value {
        Field::Message(part) => vec![part],
        Field::List(list) => list.iter().flat_map(parts).collect(),
        Field::Map(entries) => entries.values().flat_map(parts).collect(),
        _ => Vec::new(),
    }
}

/// Whether two messages say the same, but for fields that this version does not know.
pub fn agree(one: &DynamicMessage, other: &DynamicMessage) -> bool {
    canonical::bytes(one) == canonical::bytes(other)
}
