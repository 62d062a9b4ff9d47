//! Small literal files, read through the whole path from bytes to rows.

mod bad_files;
mod bad_mappings;
mod boston;
mod cells;
mod files;
mod guide;
mod ids;
mod round_trip;
mod states;
mod times;

use std::{io::Write, sync::Arc};

use super::{FileError, HistoryRow, Mapping, Outcome, Plan, Reader, Refused, Row, WarningKind};

/// The smallest mapping: id, opened, type; `{}` is where a test adds its own.
const SMALL: &str = r#"
source_system = "old-desk"
zone = "America/New_York"
[times]
formats = ["%Y-%m-%d %H:%M:%S"]
[fields]
external_id = "id"
opened = "opened"
type = "type"
"#;

fn mapping(text: &str) -> Arc<Mapping> {
    Arc::new(Mapping::parse("test.toml", text).unwrap_or_else(|error| panic!("{error}")))
}

fn on_disk(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn try_rows(mapping_text: &str, bytes: &[u8]) -> Result<Vec<Row>, FileError> {
    Reader::open(on_disk(bytes).path(), &mapping(mapping_text))?.collect()
}

fn rows(mapping_text: &str, bytes: &[u8]) -> Vec<Row> {
    try_rows(mapping_text, bytes).unwrap()
}

fn plan(mapping_text: &str, bytes: &[u8]) -> Plan {
    let plan = Plan::read(on_disk(bytes).path(), &mapping(mapping_text)).unwrap();
    assert!(plan.report.adds_up());
    plan
}

fn file_error(mapping_text: &str, bytes: &[u8]) -> String {
    try_rows(mapping_text, bytes).unwrap_err().to_string()
}

fn mapping_faults(text: &str) -> Vec<String> {
    Mapping::parse("test.toml", text).unwrap_err().faults
}

fn history(row: &Row) -> &HistoryRow {
    match &row.outcome {
        Outcome::New(history) | Outcome::Adds(history, _) => history,
        other => panic!("row {}: {other:?}", row.row),
    }
}

fn refused(row: &Row) -> &Refused {
    match &row.outcome {
        Outcome::Refused(refused) => refused,
        other => panic!("row {}: {other:?}", row.row),
    }
}

/// The only row of a file with a header and this one line.
fn one(mapping_text: &str, header: &str, line: &str) -> Row {
    let mut rows = rows(mapping_text, format!("{header}\n{line}\n").as_bytes());
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

fn warnings(row: &Row) -> Vec<WarningKind> {
    row.warnings.iter().map(|warning| warning.kind).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
