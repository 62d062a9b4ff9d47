//! Which published due dates are reproduced.

use super::{HOLIDAYS, POLICIES, reproduced, try_verified, verified};

#[test]
fn a_due_date_is_reproduced_within_the_tolerance_on_either_side() {
    // Wednesday 15:00, Thursday is closed: Friday 15:00.
    for (due, hit) in [("15:05:00", 1), ("14:55:00", 1), ("15:05:01", 0), ("14:54:59", 0)] {
        let row = format!("1,2026-11-25 15:00:00,2026-11-27 {due},,,A");
        assert_eq!(reproduced(&row), (hit, 1), "{due}");
    }
}

#[test]
fn calendar_days_keep_the_wall_clock() {
    // Clocks go back on 1 November 2026: two days later is 49 hours later.
    assert_eq!(reproduced("1,2026-10-31 15:00:00,2026-11-02 15:00:00,,,B"), (1, 1));
    assert_eq!(reproduced("1,2026-10-31 15:00:00,2026-11-02 14:00:00,,,B"), (0, 1));
}

#[test]
fn what_has_no_due_date_is_not_counted_and_what_has_no_policy_is_a_misfit() {
    let found = verified(
        "1,2026-11-25 15:00:00,,,,A\n2,2026-11-25 15:00:00,2026-11-27 15:00:00,,,C\n3,2026-11-25 15:00:00,2026-11-27 15:00:00,,,D",
    );
    assert_eq!((found.rows, found.with_target, found.reproduced), (3, 2, 0));
    let types: Vec<_> = found
        .misfits_by_type
        .iter()
        .map(|it| (it.request_type.as_str(), it.misfits, it.without_policy))
        .collect();
    assert_eq!(types, [("C", 1, 1), ("D", 1, 1)]);
}

#[test]
fn misfits_are_told_by_type_the_most_first() {
    let found = verified(
        "1,2026-11-23 10:00:00,2026-11-30 10:00:00,,,B
2,2026-11-23 10:00:00,2026-11-24 10:00:00,,,A
3,2026-11-23 10:00:00,2026-11-25 10:00:00,,,A
4,2026-11-24 18:00:00,2026-11-26 09:00:00,,,A",
    );
    let [of_a, of_b] = found.misfits_by_type.as_slice() else { panic!("{found:?}") };
    assert_eq!((of_a.rows, of_a.reproduced, of_a.misfits), (3, 1, 2));
    assert_eq!(
        (of_b.request_type.as_str(), of_b.policies.as_slice()),
        ("B", &["2 calendar_days".to_owned()][..])
    );
    // After hours on Tuesday starts on Wednesday at 9; Thursday is closed.
    let example = &of_a.examples[1];
    assert_eq!((example.line, example.computed), (5, "2026-11-27T14:00:00Z".parse().ok()));
    assert_eq!(example.later_by_seconds, Some(24 * 3600));
}

#[test]
fn a_policy_is_in_force_from_its_first_instant_to_before_its_last() {
    let versions = "type,version,valid_from,valid_to,unit,n
A,2,2026-02-16T13:00:00,2026-03-01,business_days,2
A,1,,2026-02-16T13:00:00,business_days,1";
    // A Monday; one day is Tuesday, two days Wednesday. From March on there is none.
    for (opened, due, hit) in [
        ("2026-02-16 12:59:59", "2026-02-17 12:59:59", 1),
        ("2026-02-16 13:00:00", "2026-02-17 13:00:00", 0),
        ("2026-02-16 13:00:00", "2026-02-18 13:00:00", 1),
        ("2026-03-02 10:00:00", "2026-03-04 10:00:00", 0),
    ] {
        let row = format!("1,{opened},{due},,,A");
        let found = try_verified(&row, versions, HOLIDAYS).unwrap();
        assert_eq!(found.reproduced, hit, "{opened} {due}");
    }
}

#[test]
fn a_closed_day_counts_for_what_is_opened_once_it_is_known() {
    let holidays = "known_from,date\n2026-11-24T11:00:00,2026-11-26\n";
    for (opened, due) in [
        ("2026-11-24 10:59:59", "2026-11-26 10:59:59"),
        ("2026-11-24 11:00:00", "2026-11-27 11:00:00"),
    ] {
        let row = format!("1,{opened},{due},,,A");
        let twice = POLICIES.replace("A,business_days,1", "A,business_days,2");
        assert_eq!(try_verified(&row, &twice, holidays).unwrap().reproduced, 1, "{opened}");
    }
}

#[test]
fn hours_and_lengths_beyond_all_calendars_have_a_result() {
    let table = "type,unit,n\nA,hours,4\nB,business_days,1000000\n";
    // Wednesday 15:00: two hours today, two on Friday.
    let rows = "1,2026-11-25 15:00:00,2026-11-27 11:00:00,,,A\n2,2026-11-25 15:00:00,2026-11-27 11:00:00,,,B";
    let found = try_verified(rows, table, HOLIDAYS).unwrap();
    assert_eq!((found.reproduced, found.misfits_by_type[0].examples[0].computed), (1, None));
}

#[test]
fn a_request_of_several_rows_is_counted_once() {
    let due = "1,2026-11-25 15:00:00,2026-11-27 15:00:00";
    let rows =
        format!("1,2026-11-25 15:00:00,,,,A\n{due},,,A\n{due},,,A\n{due},2026-11-27 15:00:00,ok,A");
    let found = verified(&rows);
    assert_eq!((found.rows, found.requests, found.with_target, found.reproduced), (4, 1, 1, 1));
    assert_eq!((found.verdict_rows, found.verdict_agree, found.unchanged), (1, 1, 1));
}

#[test]
fn an_opening_in_the_repeated_hour_is_taken_at_its_first_and_named() {
    // 01:16 on 1 November 2026, first at 05:16 UTC; two days later 01:16 is 06:16 UTC.
    let found = verified("1,2026-11-01 01:16:00,2026-11-05 01:16:00,,,B");
    let example = &found.misfits_by_type[0].examples[0];
    assert_eq!(Some(example.opened), "2026-11-01T05:16:00Z".parse().ok());
    assert_eq!(example.computed, "2026-11-03T06:16:00Z".parse().ok());
    let said = found.to_string();
    assert!(said.contains("line 2 1 2026-11-01 01:16:00"), "{said}");
}
