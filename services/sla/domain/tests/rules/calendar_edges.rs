//! Hand-made calendars at the edges: skipped dates, leap days, the last year, late closures.

use jiff::{SignedDuration, Timestamp};
use rstest::rstest;
use sla_domain::calendar::{Definition, Hours, Timetable};

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn always(zone: &str, more: &str) -> Definition {
    let all = r#"[["00:00", "24:00"]]"#;
    let week =
        ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(|day| format!("{day} = {all}"));
    Definition::read(&format!("zone = {zone:?}\n{more}\n[weekly]\n{}", week.join("\n"))).unwrap()
}

#[rstest]
// The date does not exist: a closure of it takes nothing, one of the day before ends where the day after begins.
#[case("Pacific/Apia", "2011-12-30", 72)]
#[case("Pacific/Apia", "2011-12-29", 48)]
#[case("Pacific/Fakaofo", "2011-12-30", 72)]
// 2018-11-04 begins at 01:00 in São Paulo, and has 23 hours.
#[case("America/Sao_Paulo", "2018-11-04", 49)]
fn a_whole_closure_takes_the_date_as_long_as_it_is(
    #[case] zone: &str,
    #[case] date: &str,
    #[case] left: i64,
) {
    let hours = Hours::new(always(zone, &format!("closures = [{{ date = {date:?} }}]")));
    // 72 hours around it, from the midnight that begins the date before it.
    let from = match zone {
        "Pacific/Apia" => "2011-12-29T10:00:00Z",
        "Pacific/Fakaofo" => "2011-12-29T11:00:00Z",
        _ => "2018-11-03T03:00:00Z",
    };
    let from = instant(from);
    let to = from.checked_add(SignedDuration::from_hours(72)).unwrap();
    assert_eq!(hours.between(from, to).as_hours(), left);
}

#[test]
fn a_yearly_closure_on_a_leap_day_holds_in_leap_years_only() {
    let yearly = r#"closures = [{ date = "2024-02-29", yearly = true }]"#;
    let hours = Hours::new(always("UTC", yearly));
    let open = |from: &str, to: &str| hours.between(instant(from), instant(to)).as_hours();
    assert_eq!(open("2028-02-28T00:00:00Z", "2028-03-02T00:00:00Z"), 48);
    assert_eq!(open("2026-02-28T00:00:00Z", "2026-03-02T00:00:00Z"), 48);
    // 2100 is no leap year.
    assert_eq!(open("2100-02-28T00:00:00Z", "2100-03-02T00:00:00Z"), 48);
}

#[test]
fn nothing_is_open_from_2300_on() {
    let hours = Hours::new(always("UTC", ""));
    let start = instant("2299-12-31T20:00:00Z");
    let advance = |open| hours.advance(start, SignedDuration::from_hours(open));
    assert_eq!(advance(4), Some(instant("2300-01-01T00:00:00Z")));
    assert_eq!((advance(5), hours.add_business_days(start, 1)), (None, None));
}

#[test]
fn a_closure_recorded_late_and_its_opening_count_from_their_own_instants() {
    let more = r#"
        closures = [{ date = "2026-01-27", known_from = "2026-01-27T05:40:00Z" }]
        openings = [{ date = "2026-01-27", from = "10:00", to = "12:00", known_from = "2026-01-27T09:00:00Z" }]"#;
    let calendar = Timetable::new(always("UTC", more));
    let open = |known: &str| {
        let hours = calendar.known_at(instant(known));
        hours.between(instant("2026-01-27T00:00:00Z"), instant("2026-01-28T00:00:00Z")).as_hours()
    };
    assert_eq!(open("2026-01-27T05:39:59Z"), 24);
    assert_eq!(open("2026-01-27T05:40:00Z"), 0);
    assert_eq!(open("2026-01-27T09:00:00Z"), 2);
}
