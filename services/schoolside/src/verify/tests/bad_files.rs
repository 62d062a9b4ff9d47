//! What cannot be used is refused with its line and what to write instead.

use super::{HOLIDAYS, MAPPING, POLICIES, closures, on_disk, policies, try_verified, zone};
use crate::import::{Mapping, Reader};

#[test]
fn rows_that_cannot_be_read_are_refused_with_their_line() {
    let rows = "1,2026-11-25 15:00:00,2026-11-27 15:00:00,,,A
2,yesterday,2026-11-27 15:00:00,,,A
3,2026-11-25 15:00:00
4,2026-11-25 15:00:00,2026-11-27 15:00:00,2026-11-27 15:00:00,perhaps,A";
    let found = try_verified(rows, POLICIES, HOLIDAYS).unwrap();
    let refused: Vec<_> = found.refused.iter().map(|it| (it.line, it.field.as_str())).collect();
    assert_eq!(refused, [(3, "opened"), (4, "row"), (5, "verdict")]);
    assert!(found.refused[2].expected.contains("met or missed"));
    assert_eq!((found.rows, found.with_target), (4, 1));
}

#[test]
fn a_file_without_the_column_of_the_verdict_is_refused() {
    let mapping = std::sync::Arc::new(Mapping::parse("test.toml", MAPPING).unwrap());
    let file = on_disk("id,opened,due,closed,type\n1,2026-11-25 15:00:00,,,A\n");
    let Err(error) = Reader::open_with_verdicts(file.path(), &mapping) else { panic!("accepted") };
    let said = error.to_string();
    assert!(said.contains("column \"label\", which verdict needs, is missing"), "{said}");
}

#[test]
fn a_table_of_policies_must_be_one() {
    for (text, problem) in [
        ("", "has no line 1"),
        (HOLIDAYS, "column \"unit\" is missing; the header has date, name"),
        ("type,unit,n\n", "no type has a policy"),
        ("type,unit,n\nA,fortnights,1", "line 2: n and unit: \"1 fortnights\" is not a length"),
        ("type,unit,n\nA,business_days,-1", "line 2: n and unit: \"-1 business_days\" is not"),
        ("type,unit,n\nA,business_days,1.5", "line 2: n and unit"),
        ("type,unit,n\nA,business_days,", "line 2: n and unit"),
        ("type,unit,n\n,business_days,1", "line 2: type is empty"),
        ("type,unit,n\nA,business_days", "line 2: expected 3 cells as in the header, found 2"),
        ("type,unit,n\n\"A,business_days,1", "line 2: a quote is not closed"),
        ("type,unit,n,n\nA,business_days,1,2", "column \"n\" stands twice"),
        (
            "type,unit,n\nA,business_days,1\n\nA,business_days,2",
            "line 4: \"A\" has a policy on line 2",
        ),
        ("type,unit,n,valid_to\nA,business_days,1,soon", "line 2: valid_to \"soon\" is no time"),
        (
            "type,unit,n,valid_from,valid_to\nA,business_days,1,2026-02-01,2026-02-01",
            "line 2: valid_to must lie after valid_from",
        ),
        (
            "type,unit,n,valid_from,valid_to\nA,business_days,1,,2026-02-02\nA,business_days,2,2026-02-01,",
            "line 3: \"A\" has a policy on line 2 that is in force at the same time",
        ),
    ] {
        let said = policies(text).unwrap_err().to_string();
        assert!(said.contains(problem), "{text:?}: {said}");
    }
}

#[test]
fn all_faults_are_said_at_once() {
    let text = "type,unit,n\nA,days,1\nB,business_days,x\nC,business_days,1\n";
    let said = policies(text).unwrap_err().to_string();
    assert!(said.contains("line 2: ") && said.contains("line 3: ") && !said.contains("line 4: "));
}

#[test]
fn a_version_that_ends_and_one_of_another_type_are_no_overlap() {
    let text = "type,unit,n,valid_from,valid_to
A,business_days,2,2026-02-01,
A,business_days,1,,2026-02-01
B,business_days,1,2026-01-01,";
    assert!(policies(text).is_ok());
}

#[test]
fn a_table_of_closed_days_must_be_one() {
    for (text, problem) in [
        (POLICIES, "column \"date\" is missing"),
        ("date\n2026-02-30", "line 2: date \"2026-02-30\" is no date"),
        ("date\n", ""),
        ("date,name\n,Thanksgiving", "line 2: date \"\" is no date"),
        ("date,known_from\n2026-01-01,once", "line 2: known_from \"once\" is no time"),
        ("date\n2026-01-01\n2026-01-02\n2026-01-01", "line 4: 2026-01-01 stands on line 2 already"),
    ] {
        match closures(on_disk(text).path(), &zone()) {
            Ok(closed) => assert!(problem.is_empty() && closed.is_empty(), "{text:?}"),
            Err(error) => assert!(error.to_string().contains(problem), "{text:?}: {error}"),
        }
    }
}

#[test]
fn what_a_mapping_says_of_verification_is_checked() {
    for (from, to, fault) in [
        ("verdict = {", "verdikt = {", "verify.verdict: missing"),
        (
            "[[\"09:00\", \"17:00\"]]",
            "[[\"9\", \"17:00\"]]",
            "verify.weekly.mon[0][0]: expected a time",
        ),
        ("[[\"09:00\", \"17:00\"]]", "[]", "verify.weekly: the calendar has no open time"),
        ("mon =", "mo =", "verify.weekly.mo: unknown key"),
        ("[verify.weekly]", "[verify.hours]", "verify.weekly: missing"),
    ] {
        let faults = Mapping::parse("test.toml", &MAPPING.replace(from, to)).unwrap_err().faults;
        assert!(faults.iter().any(|one| one.starts_with(fault)), "{to}: {faults:?}");
    }
}
