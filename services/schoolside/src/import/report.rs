//! The report of an import: every row is counted exactly once, and nothing refused goes unsaid.

use std::{collections::BTreeMap, fmt};

use serde::{Serialize, Serializer};

use super::row::{Refused, Row, Warning, WarningKind};

/// How many rows a warning names.
const EXAMPLES: usize = 10;

/// How many refusals the readable form shows.
const SHOWN_REFUSALS: usize = 20;

/// What became of a file's rows: `rows = accepted + updated + unchanged + refused`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Data records in the file.
    pub rows: u64,
    /// New requests.
    pub accepted: u64,
    /// Rows that added what was not known of a request.
    pub updated: u64,
    /// Rows that said nothing new.
    pub unchanged: u64,
    /// Lines that are no rows: before the header, blank, or ignored by the mapping.
    pub ignored_lines: u64,
    /// What was decided or looks wrong, gathered by kind.
    pub warnings: Warnings,
    /// The rows that could not be taken, one entry each.
    pub refused: Vec<Refused>,
    /// How long it took.
    pub seconds: f64,
}

/// Warnings gathered by kind and field.
#[derive(Debug, Clone, Default)]
pub struct Warnings(BTreeMap<(WarningKind, String), Group>);

#[derive(Debug, Clone, Default)]
struct Group {
    count: u64,
    examples: Vec<Example>,
}

/// One row that a warning is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// The row, counted in data records from 1.
    pub row: u64,
    /// The line on which it begins.
    pub line: u64,
    /// The request's external id; empty if unknown.
    pub external_id: String,
    /// What stands in the field.
    pub value: String,
}

/// All warnings of one kind about one field.
#[derive(Debug, Clone, Serialize)]
pub struct WarningGroup<'r> {
    /// What it is about.
    pub kind: WarningKind,
    /// The field of the mapping; empty if it is about rows as a whole.
    pub field: &'r str,
    /// How many rows.
    pub count: u64,
    /// One sentence about such a row.
    pub says: &'static str,
    /// The first rows, at most ten.
    pub examples: &'r [Example],
}

impl Warnings {
    /// Notes the warnings of a row.
    pub fn note(&mut self, row: u64, line: u64, external_id: &str, warnings: Vec<Warning>) {
        for Warning { kind, field, value } in warnings {
            let group = self.0.entry((kind, field)).or_default();
            group.count += 1;
            if group.examples.len() < EXAMPLES {
                group.examples.push(Example {
                    row,
                    line,
                    external_id: external_id.to_owned(),
                    value,
                });
            }
        }
    }

    /// Every kind of warning there is.
    pub fn groups(&self) -> impl Iterator<Item = WarningGroup<'_>> {
        self.0.iter().map(|((kind, field), group)| WarningGroup {
            kind: *kind,
            field,
            count: group.count,
            says: kind.says(),
            examples: &group.examples,
        })
    }

    /// How many rows have a warning of this kind.
    #[must_use]
    pub fn count(&self, kind: WarningKind) -> u64 {
        self.groups().filter(|group| group.kind == kind).map(|group| group.count).sum()
    }
}

impl Serialize for Warnings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.groups())
    }
}

impl Report {
    /// Counts a new request.
    pub fn accept(&mut self) {
        self.rows += 1;
        self.accepted += 1;
    }

    /// Counts a row that added what was not known.
    pub fn update(&mut self) {
        self.rows += 1;
        self.updated += 1;
    }

    /// Counts a row that said nothing new.
    pub fn keep(&mut self) {
        self.rows += 1;
        self.unchanged += 1;
    }

    /// Counts a row that could not be taken.
    pub fn refuse(&mut self, refused: Refused) {
        self.rows += 1;
        self.refused.push(refused);
    }

    /// Notes the warnings of a row, leaving it without.
    pub fn warn(&mut self, row: &mut Row) {
        let warnings = std::mem::take(&mut row.warnings);
        if !warnings.is_empty() {
            self.warnings.note(row.row, row.line, row.external_id(), warnings);
        }
    }

    /// Whether every row was counted exactly once.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        self.rows == self.accepted + self.updated + self.unchanged + self.refused.len() as u64
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refused = self.refused.len();
        writeln!(
            f,
            "{} rows: {} accepted, {} updated, {} unchanged, {refused} refused",
            self.rows, self.accepted, self.updated, self.unchanged
        )?;
        if self.ignored_lines > 0 {
            writeln!(f, "{} lines are no rows and were ignored", self.ignored_lines)?;
        }
        for group in self.warnings.groups() {
            let field =
                if group.field.is_empty() { String::new() } else { format!(" ({})", group.field) };
            writeln!(f, "warning, {} rows{field}: each {}", group.count, group.says)?;
            let rows = group
                .examples
                .iter()
                .map(|example| format!("row {} {}", example.row, example.external_id));
            let more = if group.count > group.examples.len() as u64 { ", …" } else { "" };
            writeln!(f, "  {}{more}", rows.collect::<Vec<_>>().join(", "))?;
        }
        for refused in self.refused.iter().take(SHOWN_REFUSALS) {
            let Refused { row, line, field, value, expected, .. } = refused;
            writeln!(
                f,
                "refused, row {row} (line {line}), {field} {value:?}: expected {expected}"
            )?;
            for also in &refused.also {
                writeln!(f, "  also {} {:?}: expected {}", also.field, also.value, also.expected)?;
            }
        }
        if refused > SHOWN_REFUSALS {
            writeln!(f, "… and {} more refused; --json lists all", refused - SHOWN_REFUSALS)?;
        }
        Ok(())
    }
}
