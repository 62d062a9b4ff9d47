//! Mappings that are wrong: everything at once, each fault with its key.

use rstest::rstest;

use super::{Mapping, SMALL, mapping_faults};

#[rstest]
#[case("\n[files]\n", "files: unknown key; known here: rows, source_system, zone, file")]
#[case("\n[file]\nencodng = \"utf-8\"", "file.encodng: unknown key; known here: delimiter")]
#[case(
    "\n[file]\nencoding = \"latin\"",
    "file.encoding: \"latin\" is unknown; expected one of \"auto\", \"utf-8\""
)]
#[case("\n[file]\ndelimiter = \";;\"", "file.delimiter: expected one ASCII character or \"tab\"")]
#[case("\n[file]\nquote = \",\"", "file.quote: is the same character as the delimiter")]
#[case("\n[file]\nheader_line = 0", "file.header_line: expected a whole number from 1")]
#[case(
    "\n[file]\nignore_rows = [{ column = \"a\" }]",
    "file.ignore_rows[0].pattern: missing; expected a pattern"
)]
#[case("due = 7", "fields.due: expected the name of a column or a table")]
#[case("due = { column = \"d\", format = \"%Y\" }", "fields.due.format: unknown key")]
#[case(
    "due = { column = \"d\", formats = [\"%Y-%m-%d\", \"%Q\"] }",
    "fields.due.formats[1]: \"%Q\" in \"%Q\" is unknown; known are %Y"
)]
#[case(
    "due = { column = \"d\", formats = \"%H:%M\" }",
    "fields.due.formats[0]: \"%H:%M\" does not give year, month and day"
)]
#[case(
    "due = { column = \"d\", formats = \"%F %I:%M\" }",
    "fields.due.formats[0]: \"%F %I:%M\": a 12-hour %I goes with %p"
)]
#[case(
    "due = { column = \"d\", zone = \"Mars\" }",
    "fields.due.zone: \"Mars\" is no zone; expected an IANA name"
)]
#[case("due = { column = \"d\", earliest = \"soon\" }", "fields.due.earliest: expected a day")]
#[case(
    "resolved = { column = \"d\", end_of_day = true }",
    "fields.resolved.end_of_day: unknown key"
)]
#[case("school = { nth = 2 }", "fields.school.column: missing; expected column, join or first")]
#[case(
    "school = { column = \"a\", join = [\"b\"] }",
    "fields.school.column: only one of column, join and first"
)]
#[case("school = { first = [7] }", "fields.school.first[0]: expected the name of a column")]
#[case("school = { column = \"a\", with = \"-\" }", "fields.school.with: goes with join")]
#[case(
    "school = { column = \"a\", unlisted = \"refuse\" }",
    "fields.school.unlisted: \"refuse\" needs a list of values"
)]
#[case(
    "school = { column = \"a\", values = { x = 1 } }",
    "fields.school.values: expected a table of texts"
)]
#[case("state = \"s\"", "states: missing; fields.state needs to know")]
#[case("\n[states]\nresolved = \"Closed\"", "fields.state: missing; [states] needs a column")]
#[case(
    "\n[states]\nresolved = \"Closed\"\nopen = \"Closed\"",
    "states.open: \"Closed\" stands under resolved too"
)]
#[case(
    "\n[states]\nresolved = \"Closed\"\nclosed_without_time = \"guess\"",
    "states.closed_without_time: expected \"refuse\""
)]
#[case("\n[same_id]\nconflicting = \"latest\"", "same_id.latest_by: missing")]
#[case(
    "\n[cells]\ndecimal = \";\"",
    "cells.decimal: \";\" is unknown; expected one of \".\", \",\""
)]
fn a_fault_names_its_key_and_what_is_expected(#[case] added: &str, #[case] says: &str) {
    let faults = mapping_faults(&format!("{SMALL}{added}"));
    assert!(faults.iter().any(|fault| fault.starts_with(says)), "{faults:#?}");
}

#[test]
fn a_source_system_has_the_form_of_an_id() {
    let faults = mapping_faults(&SMALL.replace("old-desk", "the old desk"));
    assert!(faults[0].starts_with("source_system: expected 1 to 64 letters"), "{faults:?}");
}

#[test]
fn all_faults_are_said_at_once() {
    let faults =
        mapping_faults("zone = \"Mars\"\nrows = \"event\"\n[fields]\nexternal_id = 1\n[tmes]");
    let keys: Vec<_> = faults.iter().filter_map(|fault| fault.split(':').next()).collect();
    for key in [
        "zone",
        "rows",
        "source_system",
        "fields.external_id",
        "fields.opened",
        "fields.type",
        "tmes",
    ] {
        assert!(keys.contains(&key), "{key} in {faults:#?}");
    }
}

#[test]
fn a_fault_of_the_file_itself_names_its_line() {
    let error = Mapping::parse("mine.toml", "zone = \"UTC\"\nzone = ").unwrap_err().to_string();
    assert!(
        error.starts_with("the mapping mine.toml cannot be used:") && error.contains("line 2"),
        "{error}"
    );
}

#[test]
fn a_mapping_that_is_not_there_lists_those_that_ship() {
    let error = Mapping::find("/nowhere/mine.toml").unwrap_err().to_string();
    assert!(error.contains("boston-311"), "{error}");
}

#[test]
fn every_shipped_mapping_is_sound() {
    for (name, _) in super::super::SHIPPED {
        assert!(Mapping::find(name).is_ok(), "{name}");
    }
}
