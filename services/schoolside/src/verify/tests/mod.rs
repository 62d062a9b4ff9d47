//! Small literal files, verified through the whole path. All due dates were reckoned by hand: the office is open on
//! weekdays from 9 to 17 in New York.

mod bad_files;
mod due_dates;
mod verdicts;

use std::{io::Write, sync::Arc};

use jiff::{SignedDuration, tz::TimeZone};
use sla_domain::calendar::Timetable;
use tempfile::NamedTempFile;

use super::{Policies, Terms, Verification, closures, verify};
use crate::import::{FileError, Mapping, Reader, SheetError};

/// A mapping that can verify.
const MAPPING: &str = r#"
source_system = "city"
zone = "America/New_York"
[times]
formats = ["%Y-%m-%d %H:%M:%S"]
[fields]
external_id = "id"
opened = "opened"
due = "due"
resolved = "closed"
type = "type"
[verify]
verdict = { column = "label", values = { ok = "met", late = "missed" } }
[verify.weekly]
mon = [["09:00", "17:00"]]
tue = [["09:00", "17:00"]]
wed = [["09:00", "17:00"]]
thu = [["09:00", "17:00"]]
fri = [["09:00", "17:00"]]
"#;

/// One day for an A, two calendar days for a B.
const POLICIES: &str = "type,unit,n\nA,business_days,1\nB,calendar_days,2\nC,,\n";
const HOLIDAYS: &str = "date,name\n2026-11-26,Thanksgiving\n";

fn on_disk(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn zone() -> TimeZone {
    TimeZone::get("America/New_York").unwrap()
}

fn policies(text: &str) -> Result<Policies, SheetError> {
    Policies::read(on_disk(text).path(), &zone())
}

/// Verifies rows of `id,opened,due,closed,label,type` with these tables.
fn try_verified(
    rows: &str,
    policies_text: &str,
    holidays: &str,
) -> Result<Verification, FileError> {
    let mapping = Arc::new(Mapping::parse("test.toml", MAPPING).unwrap());
    let mut definition = mapping.verify.as_ref().unwrap().calendar.clone();
    definition.closures = closures(on_disk(holidays).path(), &zone()).unwrap();
    let terms = Terms {
        policies: policies(policies_text).unwrap(),
        calendar: Timetable::new(definition),
        tolerance: SignedDuration::from_secs(300),
    };
    let file = on_disk(&format!("id,opened,due,closed,label,type\n{rows}\n"));
    verify(Reader::open_with_verdicts(file.path(), &mapping)?, &terms)
}

fn verified(rows: &str) -> Verification {
    try_verified(rows, POLICIES, HOLIDAYS).unwrap()
}

/// How many due dates there are and how many are reproduced.
fn reproduced(rows: &str) -> (u64, u64) {
    let found = verified(rows);
    (found.reproduced, found.with_target)
}
