//! `[states]`: which states let a resolved time count, and what a closed row without one means.

use super::{SMALL, WarningKind, history, one, refused, warnings};

const HEAD: &str = "id,opened,type,state,closed,updated,how";

fn with(states: &str) -> String {
    format!(
        "{SMALL}state = \"state\"\nresolved = \"closed\"\noutcome = {{ column = \"how\", values = {{ fixed = \"done\" }} }}\n[states]\nresolved = [\"Closed\", \"Done\"]\nopen = \"Open\"\n{states}"
    )
}

fn row(states: &str, cells: &str) -> super::Row {
    one(&with(states), HEAD, &format!("1,2015-01-05 08:00:00,t,{cells}"))
}

#[test]
fn a_resolved_time_counts_in_a_resolved_state() {
    let row = row("", "Done,2015-01-06 08:00:00,,fixed");
    assert_eq!(history(&row).resolved.unwrap().to_string(), "2015-01-06T13:00:00Z");
    assert_eq!(history(&row).outcome.as_deref(), Some("done"));
}

#[test]
fn a_resolved_time_does_not_count_in_an_open_state_and_this_is_said() {
    let row = row("", "Open,1900-01-01 00:00:00,,fixed");
    assert_eq!((history(&row).resolved, history(&row).outcome.as_deref()), (None, None));
    assert_eq!(warnings(&row), [WarningKind::ResolvedTimeIgnored]);
}

#[test]
fn an_unlisted_state_is_refused_or_what_the_mapping_says() {
    let cells = "Parked,2015-01-06 08:00:00,,";
    assert_eq!(
        refused(&row("", cells)).expected,
        "a state of the mapping: \"Closed\", \"Done\", \"Open\""
    );
    assert_eq!(history(&row("unlisted = \"open\"", cells)).resolved, None);
    assert!(history(&row("unlisted = \"resolved\"", cells)).resolved.is_some());
}

#[test]
fn closed_without_a_time_is_refused_kept_open_or_taken_from_another_column() {
    let cells = "Closed,,2015-01-07 08:00:00,";
    assert!(refused(&row("", cells)).expected.contains("\"Closed\""));
    let kept = row("closed_without_time = \"keep-open\"", cells);
    assert_eq!((history(&kept).resolved, warnings(&kept)), (None, vec![WarningKind::KeptOpen]));
    let other = row("closed_without_time = { column = \"updated\" }", cells);
    assert_eq!(history(&other).resolved.unwrap().to_string(), "2015-01-07T13:00:00Z");
    assert_eq!(warnings(&other), [WarningKind::TimeOfOtherColumn]);
}

#[test]
fn without_states_a_resolved_time_counts_where_it_stands() {
    let mapping = format!("{SMALL}resolved = \"closed\"");
    let row = one(&mapping, HEAD, "1,2015-01-05 08:00:00,t,,2015-01-06 08:00:00,,");
    assert!(history(&row).resolved.is_some());
}

#[test]
fn an_outcome_is_a_word_of_the_product_and_absent_while_open() {
    let other = row("", "Closed,2015-01-06 08:00:00,,gone");
    assert!(refused(&other).expected.starts_with("done, declined, deferred, duplicate; translate"));
    assert_eq!(history(&row("", "Open,,,gone")).outcome, None);
}

#[test]
fn resolved_before_opened_is_kept_and_marked() {
    let row = row("", "Closed,2015-01-05 07:59:59,,");
    assert!(history(&row).implausible);
    assert_eq!(warnings(&row), [WarningKind::Implausible]);
}
