//! What a calendar knew when, seasons, yearly closures, and the labels of what is skipped.

use jiff::SignedDuration;
use sla_domain::calendar::{Definition, Timetable};

use crate::{ny, office};

const SNOW: &str = r#"
    zone = "America/New_York"
    weekly = { mon = [["08:00", "16:30"]], tue = [["08:00", "16:30"]], wed = [["08:00", "16:30"]] }
    closures = [{ date = "2026-01-27", known_from = "2026-01-27T05:40:00-05:00", label = "Snow day" }]
"#;

#[test]
fn a_closure_counts_from_when_it_is_known() {
    let calendar = Timetable::new(Definition::read(SNOW).unwrap());
    let open = |known: &str| {
        let hours = calendar.known_at(ny(known));
        hours.between(ny("2026-01-27T00:00"), ny("2026-01-28T00:00"))
    };
    assert_eq!(open("2026-01-27T05:39:59"), SignedDuration::from_mins(510));
    assert_eq!(open("2026-01-27T05:40:00"), SignedDuration::ZERO);
    assert_eq!(calendar.next_edge(ny("2026-01-26T12:00")), Some(ny("2026-01-27T05:40")));
    assert_eq!(calendar.latest_edge(ny("2026-01-26T12:00")), None);
}

#[test]
fn the_labels_of_skipped_closures_are_given() {
    let calendar = Timetable::new(Definition::read(SNOW).unwrap());
    let (from, to) = (ny("2026-01-26T16:30"), ny("2026-01-28T08:00"));
    assert_eq!(calendar.known_at_last().closures_within(from, to), ["Snow day"]);
    assert!(calendar.known_at_last().closures_within(to, ny("2026-02-28T08:00")).is_empty());
}

#[test]
fn seasons_replace_the_weekly_hours_on_dates_within_them() {
    let hours = office(
        r#"seasons = [{ from = 2026-06-22, to = 2026-08-14, weekly = { mon = [["07:30", "17:00"]] } }]"#,
    );
    let minutes = |from: &str, to: &str| hours.between(ny(from), ny(to)).as_mins();
    assert_eq!(minutes("2026-06-15T00:00", "2026-06-22T00:00"), 5 * 510);
    assert_eq!(minutes("2026-06-22T00:00", "2026-06-29T00:00"), 570);
    assert_eq!(minutes("2026-08-10T00:00", "2026-08-22T00:00"), 570 + 5 * 510);
}

#[test]
fn yearly_closures_hold_every_year() {
    let hours = office(r#"closures = [{ date = "2026-12-25", yearly = true }]"#);
    for (day, open) in
        [("2024-12-25", 0), ("2026-12-25", 0), ("2031-12-25", 0), ("2026-12-24", 510)]
    {
        let begin = ny(&format!("{day}T00:00"));
        let end = begin.checked_add(SignedDuration::from_hours(24)).unwrap();
        assert_eq!(hours.between(begin, end).as_mins(), open, "{day}");
    }
}

#[test]
fn decades_are_crossed_exactly() {
    // 2000-01-01 to 2100-01-01: 26,090 weekdays from Saturday to Friday (36,525 days = 5,217 weeks and 6 days, of which
    // Saturday to Thursday: 4 weekdays), each of 8.5 h.
    let hours = office("");
    let weekdays = 5_217 * 5 + 4;
    let (from, to) = (ny("2000-01-01T00:00"), ny("2100-01-01T00:00"));
    assert_eq!(hours.between(from, to), SignedDuration::from_mins(weekdays * 510));
    let end = hours.advance(from, SignedDuration::from_mins(weekdays * 510));
    assert_eq!(end, Some(ny("2099-12-31T17:00")));
}
