//! `[file]`: how the file is written, and which of its lines are no rows.

use toml::Value;

use super::{field::Column, keys::Keys};
use crate::import::pattern::Pattern;

/// How the bytes of a file stand for characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As the byte-order mark says; UTF-8 if there is none.
    Auto,
    /// UTF-8, with or without a mark.
    Utf8,
    /// UTF-16 as its mark says; little-endian if there is none.
    Utf16,
    /// UTF-16, little-endian, with or without a mark.
    Utf16Le,
    /// UTF-16, big-endian, with or without a mark.
    Utf16Be,
    /// Windows-1252, the "ANSI" of Western spreadsheets.
    Windows1252,
}

const ENCODINGS: [(&str, Encoding); 6] = [
    ("auto", Encoding::Auto),
    ("utf-8", Encoding::Utf8),
    ("utf-16", Encoding::Utf16),
    ("utf-16le", Encoding::Utf16Le),
    ("utf-16be", Encoding::Utf16Be),
    ("windows-1252", Encoding::Windows1252),
];

impl Encoding {
    /// The word for it in a mapping.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        ENCODINGS.iter().find(|(_, encoding)| *encoding == self).map_or("auto", |(word, _)| word)
    }
}

/// Which characters separate and quote cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Separates cells.
    pub delimiter: u8,
    /// Encloses cells that hold a delimiter or a line break; within one it is written twice.
    pub quote: Option<u8>,
    /// Takes the next character of a quoted cell as it is.
    pub escape: Option<u8>,
}

/// A row is ignored when this cell fits this pattern.
#[derive(Debug, Clone)]
pub(in crate::import) struct IgnoreRow {
    pub(in crate::import) column: Column,
    pub(in crate::import) pattern: Pattern,
}

/// Everything `[file]` says.
#[derive(Debug, Clone)]
pub(in crate::import) struct FileRules {
    pub(in crate::import) encoding: Encoding,
    pub(in crate::import) dialect: Dialect,
    pub(in crate::import) header_line: u64,
    pub(in crate::import) ignore_blank: bool,
    pub(in crate::import) ignore_lines: Vec<Pattern>,
    pub(in crate::import) ignore_rows: Vec<IgnoreRow>,
}

impl FileRules {
    pub(super) fn read(mut keys: Keys<'_>) -> Self {
        let dialect = dialect(&mut keys);
        let header_line = keys.number("header_line", 1, 10_000).unwrap_or(1);
        let rules = Self {
            encoding: keys.word("encoding", &ENCODINGS).unwrap_or(Encoding::Auto),
            dialect,
            header_line: header_line.unsigned_abs(),
            ignore_blank: keys.flag("ignore_blank").unwrap_or(true),
            ignore_lines: keys
                .texts("ignore_lines")
                .unwrap_or_default()
                .iter()
                .map(|text| Pattern::new(text))
                .collect(),
            ignore_rows: ignore_rows(&mut keys),
        };
        keys.finish();
        rules
    }
}

fn dialect(keys: &mut Keys<'_>) -> Dialect {
    let delimiter = character(keys, "delimiter").flatten().unwrap_or(b',');
    let quote = character(keys, "quote").unwrap_or(Some(b'"'));
    let escape = character(keys, "escape").flatten();
    for (key, other) in [("quote", quote), ("escape", escape)] {
        if other == Some(delimiter) {
            keys.fault(key, "is the same character as the delimiter");
        }
    }
    Dialect { delimiter, quote, escape: escape.filter(|_| escape != quote) }
}

/// One character, or `""` or `"none"` for none.
fn character(keys: &mut Keys<'_>, key: &'static str) -> Option<Option<u8>> {
    let text = keys.text(key)?;
    match text.as_bytes() {
        b"tab" => Some(Some(b'\t')),
        b"" | b"none" if key != "delimiter" => Some(None),
        [byte] if byte.is_ascii() && !matches!(byte, b'\r' | b'\n' | 0) => Some(Some(*byte)),
        _ => {
            keys.fault(key, &format!("expected one ASCII character or \"tab\", found {text:?}"));
            None
        }
    }
}

fn ignore_rows(keys: &mut Keys<'_>) -> Vec<IgnoreRow> {
    let Some(value) = keys.take("ignore_rows") else { return Vec::new() };
    let Value::Array(items) = value else {
        keys.expected::<()>(
            "ignore_rows",
            "a list such as [{ column = \"Status\", pattern = \"Total*\" }]",
            &value,
        );
        return Vec::new();
    };
    let mut rows = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        let path = keys.name(&format!("ignore_rows[{index}]"));
        let Value::Table(table) = item else {
            keys.faults().add(
                &path,
                "expected a table such as { column = \"Status\", pattern = \"Total*\" }",
            );
            continue;
        };
        let mut item = Keys::new(&path, table, keys.faults());
        let column = item.required_text("column", "the name of a column");
        let nth = item.number("nth", 1, 10_000).unwrap_or(0);
        let pattern = item.required_text("pattern", "a pattern such as \"Total*\"");
        item.finish();
        if let (Some(name), Some(pattern)) = (column, pattern) {
            rows.push(IgnoreRow {
                column: Column::new(name, nth),
                pattern: Pattern::new(&pattern),
            });
        }
    }
    rows
}
