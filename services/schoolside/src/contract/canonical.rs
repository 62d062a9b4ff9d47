//! A message as the bytes that the services send: fields by number, and a map's entries by key.
//!
//! The library that reflects keeps a map's entries in no order, so the same message would be other bytes each time.

use prost::{
    Message as _,
    encoding::{WireType, encode_key, encode_varint},
};
use prost_reflect::{DynamicMessage, FieldDescriptor, MapKey, ReflectMessage as _, Value};

/// The bytes of a message.
pub fn bytes(message: &DynamicMessage) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (field, value) in message.fields() {
        match value {
            Value::Map(entries) => {
                let mut entries: Vec<_> = entries.iter().collect();
                entries.sort_by_key(|(key, _)| in_order(key));
                for (key, value) in entries {
                    let entry = Value::Map([(key.clone(), value.clone())].into());
                    bytes.extend(alone(message, &field, entry));
                }
            }
            Value::Message(part) if !field.is_group() => put(&mut bytes, field.number(), part),
            Value::List(parts) if parts.iter().all(|part| part.as_message().is_some()) => {
                for part in parts.iter().filter_map(Value::as_message) {
                    put(&mut bytes, field.number(), part);
                }
            }
            other => bytes.extend(alone(message, &field, other.clone())),
        }
    }
    bytes
}

/// A message within another.
fn put(bytes: &mut Vec<u8>, number: u32, part: &DynamicMessage) {
    let part = self::bytes(part);
    encode_key(number, WireType::LengthDelimited, bytes);
    encode_varint(part.len() as u64, bytes);
    bytes.extend(part);
}

/// One field, as if it were the message's only one.
fn alone(message: &DynamicMessage, field: &FieldDescriptor, value: Value) -> Vec<u8> {
    let mut one = DynamicMessage::new(message.descriptor());
    one.set_field(field, value);
    one.encode_to_vec()
}

fn in_order(key: &MapKey) -> (i128, String) {
    match key {
        MapKey::Bool(key) => (i128::from(*key), String::new()),
        MapKey::I32(key) => (i128::from(*key), String::new()),
        MapKey::I64(key) => (i128::from(*key), String::new()),
        MapKey::U32(key) => (i128::from(*key), String::new()),
        MapKey::U64(key) => (i128::from(*key), String::new()),
        MapKey::String(key) => (0, key.clone()),
    }
}
