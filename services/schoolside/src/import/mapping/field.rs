//! `[fields]`: from which cells a value comes, and what is done to it on the way.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::keys::{Faults, Keys};

/// A column: by its name, and which of several columns of that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) struct Column {
    pub(in crate::import) name: String,
    /// From 1; 0 says that there must be only one.
    pub(in crate::import) nth: usize,
}

impl Column {
    pub(super) fn new(name: String, nth: i64) -> Self {
        Self { name, nth: usize::try_from(nth).unwrap_or(0) }
    }
}

/// How several columns make one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) enum Combine {
    /// The first that is filled; with one column, that column.
    FirstFilled,
    /// All that are filled, with this between them.
    Join(String),
}

/// A value that is not in the list of translations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Unlisted {
    Keep,
    Refuse,
}

/// The rule for one value.
#[derive(Debug, Clone)]
pub(in crate::import) struct Field {
    /// Its name in `[fields]`, and in reports.
    pub(in crate::import) name: String,
    pub(in crate::import) columns: Vec<Column>,
    pub(in crate::import) combine: Combine,
    pub(in crate::import) trim: bool,
    pub(in crate::import) empty: Vec<String>,
    pub(in crate::import) default: Option<String>,
    pub(in crate::import) values: BTreeMap<String, String>,
    pub(in crate::import) unlisted: Unlisted,
}

/// `[cells]`: what holds for every field that does not say otherwise.
#[derive(Debug, Clone)]
pub(super) struct Cells {
    pub(super) trim: bool,
    pub(super) empty: Vec<String>,
    pub(super) decimal: u8,
}

impl Cells {
    pub(super) fn read(keys: Option<Keys<'_>>) -> Self {
        let Some(mut keys) = keys else {
            return Self { trim: true, empty: Vec::new(), decimal: b'.' };
        };
        let cells = Self {
            trim: keys.flag("trim").unwrap_or(true),
            empty: keys.texts("empty").unwrap_or_default(),
            decimal: decimal(&mut keys).unwrap_or(b'.'),
        };
        keys.finish();
        cells
    }
}

pub(super) fn decimal(keys: &mut Keys<'_>) -> Option<u8> {
    keys.word("decimal", &[(".", b'.'), (",", b',')])
}

/// A field's own table; a bare text is the name of its column.
pub(super) fn field_keys<'a>(path: &str, value: Value, faults: &'a Faults) -> Option<Keys<'a>> {
    let table = match value {
        Value::Table(table) => table,
        Value::String(_) => Table::from_iter([("column".to_owned(), value)]),
        other => {
            let found = super::keys::excerpt(&other);
            faults.add(path, &format!("expected the name of a column or a table such as {{ column = \"Name\" }}, found {found}"));
            return None;
        }
    };
    Some(Keys::new(path, table, faults))
}

impl Field {
    /// Takes from a field's table what every kind of field knows.
    pub(super) fn read(name: &str, keys: &mut Keys<'_>, cells: &Cells) -> Self {
        let (columns, combine) = source(keys);
        let default = keys.text("default");
        if columns.is_empty() && default.is_none() {
            keys.fault("column", "missing; expected column, join or first (or only a default)");
        }
        let values: BTreeMap<_, _> =
            keys.text_pairs("values").unwrap_or_default().into_iter().collect();
        let unlisted =
            keys.word("unlisted", &[("keep", Unlisted::Keep), ("refuse", Unlisted::Refuse)]);
        if unlisted == Some(Unlisted::Refuse) && values.is_empty() {
            keys.fault("unlisted", "\"refuse\" needs a list of values");
        }
        Self {
            name: name.to_owned(),
            columns,
            combine,
            trim: keys.flag("trim").unwrap_or(cells.trim),
            empty: keys.texts("empty").unwrap_or_else(|| cells.empty.clone()),
            default,
            values,
            unlisted: unlisted.unwrap_or(Unlisted::Keep),
        }
    }
}

fn source(keys: &mut Keys<'_>) -> (Vec<Column>, Combine) {
    let (one, nth) = (keys.text("column"), keys.number("nth", 1, 10_000).unwrap_or(0));
    let (join, first) = (columns(keys, "join"), columns(keys, "first"));
    let with = keys.text("with");
    if [one.is_some(), join.is_some(), first.is_some()].iter().filter(|given| **given).count() > 1 {
        keys.fault("column", "only one of column, join and first can be given");
    }
    if with.is_some() && join.is_none() {
        keys.fault("with", "goes with join");
    }
    match (one, join, first) {
        (Some(name), ..) => (vec![Column::new(name, nth)], Combine::FirstFilled),
        (_, Some(join), _) => (join, Combine::Join(with.unwrap_or_else(|| " ".to_owned()))),
        (_, _, first) => (first.unwrap_or_default(), Combine::FirstFilled),
    }
}

/// A list of columns, each a name or `{ column = "Name", nth = 2 }`.
fn columns(keys: &mut Keys<'_>, key: &'static str) -> Option<Vec<Column>> {
    let value = keys.take(key)?;
    let Value::Array(items) = value else {
        return keys.expected(key, "a list of columns", &value);
    };
    if items.is_empty() {
        keys.fault(key, "expected at least one column");
    }
    let mut columns = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        let path = keys.name(&format!("{key}[{index}]"));
        let Some(mut item) = field_keys(&path, item, keys.faults()) else { continue };
        let name = item.required_text("column", "the name of a column");
        let nth = item.number("nth", 1, 10_000).unwrap_or(0);
        item.finish();
        columns.extend(name.map(|name| Column::new(name, nth)));
    }
    Some(columns)
}
