//! What people and scripts see: the only place that writes to standard output and standard error.

use std::io::Write;

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, SerializeOptions};
use serde_json::Value;

/// Writes a line to standard output. A reader that went away is not an error.
pub fn line(text: impl AsRef<str>) {
    let _ = writeln!(std::io::stdout().lock(), "{}", text.as_ref());
}

/// Writes a line for people to standard error, beside whatever scripts read.
pub fn note(text: impl AsRef<str>) {
    let _ = writeln!(std::io::stderr().lock(), "{}", text.as_ref());
}

/// Writes a value as one line of JSON.
pub fn json(value: &Value) {
    line(value.to_string());
}

/// A message as JSON: proto field names, numbers as numbers, every field that has a value or a default.
#[must_use]
pub fn to_json<M: Message + prost::Name>(message: &M) -> Value {
    let options = SerializeOptions::new()
        .stringify_64_bit_integers(false)
        .use_proto_field_name(true)
        .skip_default_fields(false);
    pool()
        .get_message_by_name(&M::full_name())
        .and_then(|descriptor| {
            DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice()).ok()
        })
        .and_then(|dynamic| {
            dynamic.serialize_with_options(serde_json::value::Serializer, &options).ok()
        })
        .unwrap_or(Value::Null)
}

/// The descriptors of everything under `proto/`.
pub(crate) fn pool() -> &'static DescriptorPool {
    static POOL: std::sync::OnceLock<DescriptorPool> = std::sync::OnceLock::new();
    POOL.get_or_init(|| {
        #[expect(
            clippy::expect_used,
            reason = "the descriptors are compiled in, and a test reads them"
        )]
        DescriptorPool::decode(wire::DESCRIPTORS).expect("the compiled descriptors are valid")
    })
}

/// A table for people: columns as wide as their widest cell, two spaces between them.
#[must_use]
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([header[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> =
            cells.zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        padded.join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(&mut header.iter().copied())];
    lines.extend(rows.iter().map(|row| line(&mut row.iter().map(String::as_str))));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use wire::schoolside::insights::v1::{FiguresRow, Slice};

    use super::*;

    #[test]
    fn a_message_becomes_json_with_proto_names_and_plain_numbers() {
        let row = FiguresRow {
            slice: Some(Slice { team: Some("ISD".into()) }),
            requests: 3,
            ..Default::default()
        };
        let value = to_json(&row);
        assert_eq!(value["slice"]["team"], "ISD");
        assert_eq!((&value["requests"], &value["open"]), (&3.into(), &0.into()));
    }

    #[test]
    fn a_table_aligns_its_columns() {
        let rows = vec![vec!["a".into(), "long".into()], vec!["bbb".into(), "x".into()]];
        assert_eq!(table(&["id", "text"], &rows), "id   text\na    long\nbbb  x");
    }
}
