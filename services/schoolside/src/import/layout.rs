//! Binds a mapping to a file's header: which cells each field reads, or everything the header lacks at once.

use std::collections::BTreeMap;

use super::{
    FileError,
    mapping::{Column, Field, Mapping, SameId, TimeField, WithoutTime},
    records::Record,
};

/// The cells that one field reads, in the mapping's order.
pub(super) type Cells = Vec<usize>;

/// Where a mapping's fields stand in one file.
#[derive(Debug)]
pub(super) struct Layout {
    /// How many cells a row has.
    pub(super) width: usize,
    pub(super) external_id: Cells,
    pub(super) opened: Cells,
    pub(super) due: Cells,
    pub(super) resolved: Cells,
    pub(super) state: Cells,
    pub(super) request_type: Cells,
    pub(super) category: Vec<Cells>,
    pub(super) team: Cells,
    pub(super) queue: Cells,
    pub(super) school: Cells,
    pub(super) network: Cells,
    pub(super) tier: Cells,
    pub(super) channel: Cells,
    pub(super) priority: Cells,
    pub(super) outcome: Cells,
    pub(super) without_time: Cells,
    pub(super) latest_by: Cells,
    pub(super) ignore_rows: Cells,
    /// The published verdict, where it was asked for.
    pub(super) verdict: Option<Cells>,
    /// All cells that make a row's hash, in the order of the fields above.
    pub(super) hashed: Cells,
}

struct Binder {
    by_name: BTreeMap<String, Cells>,
    faults: Vec<String>,
    hashed: Cells,
}

impl Layout {
    /// Reads the header record; looks for the published verdict if that is asked for.
    pub(super) fn bind(
        mapping: &Mapping,
        header: &Record,
        file: &str,
        verdict: bool,
    ) -> Result<Self, FileError> {
        let mut names = Vec::new();
        for index in 0..header.cells() {
            let name =
                std::str::from_utf8(header.cell(index)).ok().filter(|name| !name.contains('\0'));
            let name = name.ok_or_else(|| FileError::HeaderEncoding { file: file.to_owned() })?;
            names.push(name.trim().to_owned());
        }
        let mut by_name: BTreeMap<String, Cells> = BTreeMap::new();
        for (index, name) in names.iter().enumerate() {
            by_name.entry(name.clone()).or_default().push(index);
        }
        let mut binder = Binder { by_name, faults: Vec::new(), hashed: Cells::new() };
        let mut layout = binder.all(mapping, names.len());
        let verify = mapping.verify.as_ref().filter(|_| verdict);
        // Behind the hash: a verdict says nothing about the request.
        layout.verdict = verify.map(|verify| binder.field(&verify.verdict));
        if binder.faults.is_empty() {
            return Ok(layout);
        }
        binder.faults.dedup();
        let has = names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
        Err(FileError::Columns {
            file: file.to_owned(),
            line: mapping.file.header_line,
            faults: binder.faults,
            has: super::row::shown(&has),
        })
    }
}

impl Binder {
    fn all(&mut self, mapping: &Mapping, width: usize) -> Layout {
        let fields = &mapping.fields;
        let mut layout = Layout {
            width,
            external_id: self.field(&fields.external_id.field),
            opened: self.field(&fields.opened.field),
            due: self.time(fields.due.as_ref()),
            resolved: self.time(fields.resolved.as_ref()),
            state: self.text(fields.state.as_ref()),
            request_type: self.field(&fields.request_type),
            category: fields.category.iter().map(|level| self.field(level)).collect(),
            team: self.text(fields.team.as_ref()),
            queue: self.text(fields.queue.as_ref()),
            school: self.text(fields.school.as_ref()),
            network: self.text(fields.network.as_ref()),
            tier: self.text(fields.tier.as_ref()),
            channel: self.text(fields.channel.as_ref()),
            priority: self.text(fields.priority.as_ref()),
            outcome: self.text(fields.outcome.as_ref()),
            without_time: match mapping.states.as_ref().map(|states| &states.without_time) {
                Some(WithoutTime::Use(time)) => self.field(&time.field),
                _ => Cells::new(),
            },
            latest_by: Cells::new(),
            ignore_rows: Cells::new(),
            verdict: None,
            hashed: std::mem::take(&mut self.hashed),
        };
        // Behind the hash: neither says anything about the request.
        if let SameId::Latest(time) = &mapping.same_id {
            layout.latest_by = self.field(&time.field);
        }
        let ignored = mapping.file.ignore_rows.iter();
        layout.ignore_rows =
            ignored.filter_map(|rule| self.column(&rule.column, "file.ignore_rows")).collect();
        layout
    }

    fn time(&mut self, field: Option<&TimeField>) -> Cells {
        field.map(|time| self.field(&time.field)).unwrap_or_default()
    }

    fn text(&mut self, field: Option<&Field>) -> Cells {
        field.map(|field| self.field(field)).unwrap_or_default()
    }

    fn field(&mut self, field: &Field) -> Cells {
        let cells: Cells =
            field.columns.iter().filter_map(|column| self.column(column, &field.name)).collect();
        self.hashed.extend(&cells);
        cells
    }

    fn column(&mut self, column: &Column, asked_by: &str) -> Option<usize> {
        let Column { name, nth } = column;
        let found = self.by_name.get(name).map(Vec::as_slice).unwrap_or_default();
        match (found, *nth) {
            ([], _) => {
                self.faults.push(format!("column {name:?}, which {asked_by} needs, is missing"));
            }
            ([only], 0) => return Some(*only),
            (several, 0) => {
                let count = several.len();
                self.faults.push(format!("column {name:?}, which {asked_by} needs, is there {count} times; say which with nth = 1 to {count}"));
            }
            (several, nth) => {
                if let Some(index) = several.get(nth - 1) {
                    return Some(*index);
                }
                let count = several.len();
                self.faults.push(format!("column {name:?}, of which {asked_by} needs number {nth}, is there only {count} times"));
            }
        }
        None
    }
}
