//! The fine print as hand-made cases. Each says what makes it so.

use jiff::Timestamp;
use rstest::rstest;
use sla_domain::{
    calendar::{Definition, Hours},
    clock::{Pause, Run, elapsed},
    words::PauseReason,
};

use crate::{ny, office};

fn due(hours: &Hours, start: &str, length: &str, pauses: &[Pause]) -> Option<Timestamp> {
    let length = length.parse().unwrap();
    Run { start: ny(start), length, hours, pauses, stopped: None, now: None }.reckon().due
}

#[rstest]
// An exact end of day is due at closing: 8.5 h of Monday.
#[case("2026-02-02T08:30", "510 minutes", "2026-02-02T17:00")]
// Half an hour of Friday, half an hour of Monday.
#[case("2026-02-06T16:30", "1 hours", "2026-02-09T09:00")]
// Saturday has no open time: the hour is Monday's first.
#[case("2026-02-07T12:00", "1 hours", "2026-02-09T09:30")]
// A target of 0 is due at the start, open or not.
#[case("2026-02-07T12:00", "0 hours", "2026-02-07T12:00")]
// Three days of 8.5 h from a Thursday noon: 5 h, 8.5 h, 8.5 h, and 3.5 h of Tuesday.
#[case("2026-02-05T12:00", "1530 minutes", "2026-02-10T12:00")]
// Over the spring change of 8 March, a Sunday nobody works: nothing happens.
#[case("2026-03-06T16:00", "2 hours", "2026-03-09T09:30")]
fn hours(#[case] start: &str, #[case] length: &str, #[case] expected: &str) {
    assert_eq!(due(&office(""), start, length, &[]), Some(ny(expected)));
}

#[rstest]
// A partial day counts as a whole one.
#[case("2026-02-06T16:59:59", "1 business_days", "2026-02-09T16:59:59")]
// The closing instant is outside: the start is clamped to Monday 08:30.
#[case("2026-02-06T17:00:00", "1 business_days", "2026-02-10T08:30")]
// Before opening: the start is 08:30 of the same day.
#[case("2026-02-02T05:00", "1 business_days", "2026-02-03T08:30")]
// 0 business days is the start clamped to the next opening.
#[case("2026-02-07T12:00", "0 business_days", "2026-02-09T08:30")]
#[case("2026-02-03T09:15", "0 business_days", "2026-02-03T09:15")]
// Wednesday the 11th closes at noon: after closing is its closing.
#[case("2026-02-10T15:00", "1 business_days", "2026-02-11T12:00")]
// Thursday the 12th opens at ten: before opening is its opening.
#[case("2026-02-11T09:00", "1 business_days", "2026-02-12T10:00")]
// Friday the 13th has a break from 12:00 to 12:30: inside it is the next opening, its first instant included.
#[case("2026-02-12T12:10", "1 business_days", "2026-02-13T12:30")]
#[case("2026-02-12T12:00", "1 business_days", "2026-02-13T12:30")]
#[case("2026-02-12T11:59:59", "1 business_days", "2026-02-13T11:59:59")]
// Monday the 16th is closed: Tuesday is the next business day.
#[case("2026-02-13T09:00", "1 business_days", "2026-02-17T09:00")]
// Wednesday the 18th is closed but opened from 09:00 to 10:00: the opening wins, 15:00 is after its closing.
#[case("2026-02-17T15:00", "1 business_days", "2026-02-18T10:00")]
fn business_days(#[case] start: &str, #[case] length: &str, #[case] expected: &str) {
    let hours = office(
        r#"closures = [
            { date = "2026-02-11", from = "12:00" }, { date = "2026-02-12", to = "10:00" },
            { date = "2026-02-13", from = "12:00", to = "12:30" }, { date = "2026-02-16" }, { date = "2026-02-18" } ]
        openings = [{ date = "2026-02-18", from = "09:00", to = "10:00" }]"#,
    );
    assert_eq!(due(&hours, start, length, &[]), Some(ny(expected)));
}

#[rstest]
// Wall time, not n × 24 h: the 8 March change lies between.
#[case("2026-02-20T10:00", "30 calendar_days", "2026-03-22T10:00")]
// Neither start nor outcome is clamped: Saturday to Sunday at midnight.
#[case("2026-02-07T23:59", "1 calendar_days", "2026-02-08T23:59")]
// 02:30 is skipped: forward by the length of the gap.
#[case("2026-03-07T02:30", "1 calendar_days", "2026-03-08T03:30")]
// 01:30 is repeated: its first occurrence (`ny` takes the first too).
#[case("2026-10-31T01:30", "1 calendar_days", "2026-11-01T01:30")]
#[case("2026-02-07T12:00", "0 calendar_days", "2026-02-07T12:00")]
fn calendar_days(#[case] start: &str, #[case] length: &str, #[case] expected: &str) {
    assert_eq!(due(&office(""), start, length, &[]), Some(ny(expected)));
}

#[test]
fn a_date_that_the_zone_skipped_is_counted_as_a_calendar_day() {
    // Samoa went from Thursday 29 to Saturday 31 December 2011. Two days after Thursday is Saturday.
    let hours = Hours::new(
        Definition::read(r#"{"zone":"Pacific/Apia","weekly":{"mon":[["08:00","16:00"]]}}"#)
            .unwrap(),
    );
    let start = "2011-12-29T12:00:00-10:00".parse().unwrap();
    let expected = "2011-12-31T12:00:00+14:00".parse().ok();
    assert_eq!(hours.add_calendar_days(start, 2), expected);
    // Noon of the skipped Friday does not exist: forward by the gap of 24 h.
    assert_eq!(hours.add_calendar_days(start, 1), expected);
}

fn nights(more: &str) -> Hours {
    let shifts = r#"[weekly]
        mon = [["22:00", "06:00"]]
        tue = [["22:00", "06:00"]]
        fri = [["22:00", "06:00"]]"#;
    Hours::new(Definition::read(&format!("zone = \"America/New_York\"\n{more}\n{shifts}")).unwrap())
}

#[rstest]
// 02:00 after Monday's midnight is Monday 26:00; Tuesday 26:00 is Wednesday 02:00.
#[case("", "2026-02-03T02:00", "1 business_days", "2026-02-04T02:00")]
// From Tuesday 26:00 the next night shift is Friday's, 26:00 is Saturday 02:00.
#[case("", "2026-02-04T02:00", "1 business_days", "2026-02-07T02:00")]
// Friday is closed from 22:00: no interval keeps open time on that date, though small hours remain. Monday is next.
#[case(
    r#"closures = [{ date = "2026-02-06" }]"#,
    "2026-02-03T23:00",
    "1 business_days",
    "2026-02-09T23:00"
)]
// Saturday is closed: Friday's shift keeps the hours until midnight; 02:00 is after its closing.
#[case(
    r#"closures = [{ date = "2026-02-07" }]"#,
    "2026-02-04T02:00",
    "1 business_days",
    "2026-02-07T00:00"
)]
// Eight hours from Monday 23:00 are 7 h of the shift and one of Tuesday's.
#[case("", "2026-02-02T23:00", "8 hours", "2026-02-03T23:00")]
fn overnight_shifts_belong_to_the_date_on_which_they_start(
    #[case] more: &str,
    #[case] start: &str,
    #[case] length: &str,
    #[case] expected: &str,
) {
    assert_eq!(due(&nights(more), start, length, &[]), Some(ny(expected)));
}

#[rstest]
// Spring: the skipped hour 02:00–03:00 is not open time, a 24 h day has 23.
#[case("2026-03-08T00:00", "2026-03-09T00:00", 23)]
// Autumn: the repeated hour counts twice.
#[case("2026-11-01T00:00", "2026-11-02T00:00", 25)]
#[case("2026-07-04T00:00", "2026-07-05T00:00", 24)]
fn a_day_of_24_hours_is_as_long_as_it_is(#[case] from: &str, #[case] to: &str, #[case] hours: i64) {
    let all = r#"[["00:00", "24:00"]]"#;
    let file = format!(
        "zone = \"America/New_York\"\nweekly = {{ sat = {all}, sun = {all}, mon = {all} }}"
    );
    let always = Hours::new(Definition::read(&file).unwrap());
    assert_eq!(always.between(ny(from), ny(to)).as_hours(), hours);
}

fn pause(from: &str, to: &str) -> Pause {
    let to = (!to.is_empty()).then(|| ny(to));
    Pause { reason: PauseReason::WaitingForRequester, from: ny(from), to }
}

const MON_9: &str = "2026-02-02T09:00";

#[rstest]
// Due 13:00; two open hours of pause.
#[case(MON_9, "4 hours", &[("2026-02-02T10:00", "2026-02-02T12:00")], "2026-02-02T15:00")]
// Due Tuesday 09:30; the pause holds 16:00–17:00 and 08:30–09:30, the night is no open time.
#[case("2026-02-02T14:00", "4 hours", &[("2026-02-02T16:00", "2026-02-03T09:30")], "2026-02-03T11:30")]
// Overlapping pauses are a union of three hours, whatever their order.
#[case(MON_9, "4 hours", &[("2026-02-02T11:00", "2026-02-02T13:00"), ("2026-02-02T10:00", "2026-02-02T12:00")], "2026-02-02T16:00")]
// A pause that begins at the due instant comes too late.
#[case(MON_9, "4 hours", &[("2026-02-02T13:00", "2026-02-02T14:00")], "2026-02-02T13:00")]
// The second begins before the instant to which the first moved it: 13:00 → 15:00 → 17:00.
#[case(MON_9, "4 hours", &[("2026-02-02T10:00", "2026-02-02T12:00"), ("2026-02-02T14:00", "2026-02-02T16:00")], "2026-02-02T17:00")]
// Only the hour after the start counts.
#[case(MON_9, "4 hours", &[("2026-02-02T08:30", "2026-02-02T10:00")], "2026-02-02T14:00")]
// Tuesday 09:00, moved by 16:00–17:00 and 08:30–08:45.
#[case(MON_9, "1 business_days", &[("2026-02-02T16:00", "2026-02-03T08:45")], "2026-02-03T10:15")]
// A pause in the night is no open time.
#[case(MON_9, "1 business_days", &[("2026-02-02T18:00", "2026-02-03T08:00")], "2026-02-03T09:00")]
// Calendar days move by elapsed time, open or not.
#[case(MON_9, "1 calendar_days", &[("2026-02-02T20:00", "2026-02-02T22:00")], "2026-02-03T11:00")]
fn pauses_that_begin_before_the_due_instant_move_it(
    #[case] start: &str,
    #[case] length: &str,
    #[case] pauses: &[(&str, &str)],
    #[case] expected: &str,
) {
    let pauses: Vec<_> = pauses.iter().map(|(from, to)| pause(from, to)).collect();
    assert_eq!(due(&office(""), start, length, &pauses), Some(ny(expected)));
}

#[test]
fn while_a_pause_lasts_there_is_only_due_if_resumed_now() {
    let (hours, pauses) = (office(""), [pause("2026-02-02T10:00", "")]);
    let length = "4 hours".parse().unwrap();
    let run = Run {
        start: ny(MON_9),
        length,
        hours: &hours,
        pauses: &pauses,
        stopped: None,
        now: Some(ny("2026-02-02T12:00")),
    };
    let found = run.reckon();
    assert_eq!((found.due, found.due_if_resumed_now), (None, Some(ny("2026-02-02T15:00"))));
    assert_eq!(found.elapsed.as_secs(), 3600);
    // Without a now there is neither.
    let found = Run { now: None, ..run }.reckon();
    assert_eq!((found.due, found.due_if_resumed_now, found.elapsed.as_secs()), (None, None, 3600));
}

#[rstest]
#[case("4 hours", &[], "2026-02-02T13:00", true)]
#[case("4 hours", &[], "2026-02-02T13:00:00.000001", false)]
// Before the start: judged against the due date.
#[case("4 hours", &[], "2026-02-02T08:59", true)]
// Fulfilled in the evening, during a pause that began before the due instant.
#[case("4 hours", &[("2026-02-02T12:59", "")], "2026-02-02T20:00", true)]
// The pause began at the due instant.
#[case("4 hours", &[("2026-02-02T13:00", "")], "2026-02-02T20:00", false)]
// The pause would have begun at the fulfilment: a stop comes first, and it was late already.
#[case("4 hours", &[("2026-02-02T13:30", "")], "2026-02-02T13:30", false)]
fn verdicts_compare_instants(
    #[case] length: &str,
    #[case] pauses: &[(&str, &str)],
    #[case] fulfilled: &str,
    #[case] in_time: bool,
) {
    let pauses: Vec<_> = pauses.iter().map(|(from, to)| pause(from, to)).collect();
    let hours = office("");
    let length = length.parse().unwrap();
    let run = Run {
        start: ny(MON_9),
        length,
        hours: &hours,
        pauses: &pauses,
        stopped: Some(ny(fulfilled)),
        now: None,
    };
    assert_eq!(run.reckon().in_time, Some(in_time));
}

#[test]
fn a_business_day_fulfilled_during_a_pause_that_began_before_it_opened_is_met() {
    // Saturday, 0 business days: due Monday 08:30. The pause from Sunday on began before that; done Monday evening.
    let (hours, pauses) = (office(""), [pause("2026-02-08T12:00", "")]);
    let length = "0 business_days".parse().unwrap();
    let stopped = Some(ny("2026-02-09T20:00"));
    let run = Run {
        start: ny("2026-02-07T12:00"),
        length,
        hours: &hours,
        pauses: &pauses,
        stopped,
        now: None,
    };
    assert_eq!(run.reckon().in_time, Some(true));
}

#[test]
fn elapsed_time_leaves_out_the_union_of_pauses() {
    let pauses = [
        pause("2026-02-02T10:00", "2026-02-02T12:00"),
        pause("2026-02-02T11:00", "2026-02-03T09:00"),
    ];
    // 09:00–10:00 on Monday, 09:00–09:15 on Tuesday.
    let found = elapsed(&office(""), ny(MON_9), ny("2026-02-03T09:15"), &pauses);
    assert_eq!(found.as_mins(), 75);
}

#[test]
fn ten_thousand_pauses_and_no_open_time_ahead_end() {
    let hours = office("");
    let minute =
        |index: i64| ny(MON_9).checked_add(jiff::SignedDuration::from_mins(index)).unwrap();
    let reason = PauseReason::Scheduled;
    let pauses: Vec<_> = (0..10_000)
        .map(|one| Pause { reason, from: minute(2 * one), to: Some(minute(2 * one + 1)) })
        .collect();
    // Every second minute is paused from 09:00 on: 240 that count take 480.
    assert_eq!(due(&hours, MON_9, "240 minutes", &pauses), Some(ny("2026-02-02T17:00")));
    let once = r#"{"zone":"UTC","openings":[{"date":"2026-02-02","from":"08:00","to":"09:00"}]}"#;
    let hours = Hours::new(Definition::read(once).unwrap());
    assert_eq!(due(&hours, "2026-02-02T00:00", "2 hours", &[]), None);
    assert_eq!(due(&hours, "2026-02-02T00:00", "2 business_days", &[]), None);
}
