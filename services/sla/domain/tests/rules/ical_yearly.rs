//! Events of an iCalendar file that recur every year, as RFC 5545 has it; what recurs otherwise is refused by name.
//! Dates of holidays are those of printed calendars.

use jiff::{civil::Date, tz::TimeZone};
use rstest::rstest;
use sla_domain::calendar::ical::read;

/// The dates of one event in New York, with the hours that are taken of each where it is not all.
fn dates(event: &str, last: Option<&str>) -> Result<Vec<String>, String> {
    let file = format!(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:Day\n{event}\nEND:VEVENT\nEND:VCALENDAR\n"
    );
    let zone = TimeZone::get("America/New_York").unwrap();
    let last = last.map(|date| date.parse::<Date>().unwrap());
    let events = read(&file, &zone, last).map_err(|faults| faults.to_string())?;
    let said = |(date, hours): &(Date, sla_domain::calendar::definition::Span)| match *hours {
        hours if hours.from == 0 && hours.to == 86_400 => date.to_string(),
        hours => format!("{date} {}-{}", hours.from / 3600, hours.to / 3600),
    };
    Ok(events[0].days.iter().map(said).collect())
}

const EVE: &str = "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261226";
const FOURTH_THURSDAY: &str = "DTSTART;VALUE=DATE:20261126\nRRULE:FREQ=YEARLY";

#[rstest]
// Every year, two days each, up to the date asked for.
#[case(&format!("{EVE}\nRRULE:FREQ=YEARLY"), Some("2027-12-31"), &["2026-12-24", "2026-12-25", "2027-12-24", "2027-12-25"])]
#[case("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;COUNT=3", None, &["2026-12-25", "2027-12-25", "2028-12-25"])]
#[case("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;COUNT=3", Some("2027-12-25"), &["2026-12-25", "2027-12-25"])]
// UNTIL is included.
#[case("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;UNTIL=20271225", None, &["2026-12-25", "2027-12-25"])]
#[case("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;UNTIL=20271224", None, &["2026-12-25"])]
#[case("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;INTERVAL=2;COUNT=2", None, &["2026-12-25", "2028-12-25"])]
#[case("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25;COUNT=2;WKST=SU", None, &["2026-12-25", "2027-12-25"])]
// A date that a year does not have is left out, and does not count.
#[case("DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY;COUNT=2", None, &["2024-02-29", "2028-02-29"])]
// Thanksgiving 2026 to 2028 and Memorial Day 2026 to 2027, in the ways that exporters say it.
#[case(&format!("{FOURTH_THURSDAY};BYMONTH=11;BYDAY=4TH;COUNT=3"), None, &["2026-11-26", "2027-11-25", "2028-11-23"])]
#[case(&format!("{FOURTH_THURSDAY};BYDAY=TH;BYMONTH=11;BYSETPOS=4;COUNT=2"), None, &["2026-11-26", "2027-11-25"])]
#[case("DTSTART;VALUE=DATE:20260525\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;COUNT=2", None, &["2026-05-25", "2027-05-31"])]
// What is left out counts as an occurrence.
#[case("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;COUNT=3\nEXDATE;VALUE=DATE:20271225", None, &["2026-12-25", "2028-12-25"])]
// The same wall time in the event's own zone: noon in Chicago is 13:00 in New York.
#[case("DTSTART;TZID=America/Chicago:20261224T120000\nDTEND;TZID=America/Chicago:20261224T140000\nRRULE:FREQ=YEARLY;UNTIL=20271224T180000Z\n",
    None, &["2026-12-24 13-15", "2027-12-24 13-15"])]
#[case("DTSTART;TZID=America/Chicago:20261224T120000\nDURATION:PT2H\nRRULE:FREQ=YEARLY;UNTIL=20271224T175959Z", None, &["2026-12-24 13-15"])]
#[case("DTSTART:20261224T120000\nDURATION:PT2H\nRRULE:FREQ=YEARLY;COUNT=2\nEXDATE:20261224T170000Z", None, &["2027-12-24 12-14"])]
fn yearly_events_are_taken_each_year(
    #[case] event: &str,
    #[case] last: Option<&str>,
    #[case] expected: &[&str],
) {
    assert_eq!(dates(event, last).unwrap(), expected);
}

#[rstest]
#[case("RRULE:FREQ=YEARLY", "line 3 (\"Day\"): recurs for ever; say up to which date")]
#[case("RRULE:FREQ=WEEKLY;COUNT=2", "recurs by FREQ=WEEKLY, which is not read; export")]
#[case("RRULE:FREQ=WEEKLY;COUNT=2", "(RRULE in line 6)")]
#[case("RRULE:FREQ=YEARLY;BYWEEKNO=20;COUNT=2", "recurs by BYWEEKNO, which is not read")]
#[case(
    "RRULE:FREQ=YEARLY;BYDAY=FR;COUNT=2",
    "recurs by FREQ=YEARLY;BYDAY=FR;COUNT=2, which is not read"
)]
#[case("RRULE:FREQ=YEARLY;BYMONTH=11,12;COUNT=2", "which is not read")]
#[case("RRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=-7;COUNT=2", "which is not read")]
#[case("RRULE:FREQ=YEARLY;COUNT=2;UNTIL=20271225", "has both COUNT and UNTIL")]
#[case("RRULE:FREQ=YEARLY;COUNT=many", "has a COUNT that is none")]
#[case("RRULE:FREQ=YEARLY;INTERVAL=0;COUNT=2", "has an INTERVAL that is none")]
#[case("RRULE:FREQ=YEARLY;UNTIL=soon", "has UNTIL \"SOON\", which is no date")]
#[case(
    "RRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24;COUNT=2",
    "begins on a date that its RRULE does not give"
)]
#[case("RRULE:FREQ=YEARLY;COUNT=2\nRRULE:FREQ=YEARLY;COUNT=3", "has several RRULEs")]
#[case(
    "RRULE:FREQ=YEARLY;COUNT=2\nEXDATE:20271224",
    "has the EXDATE \"20271224\", at which it does not occur"
)]
#[case("EXDATE:20261225", "has an EXDATE without an RRULE")]
#[case("RRULE:FREQ=YEARLY;COUNT=2\nRECURRENCE-ID:20271225", "RECURRENCE-ID in line 7")]
#[case("RRULE:FREQ", "has \"FREQ\" in it")]
fn what_recurs_otherwise_is_refused_by_name(#[case] rule: &str, #[case] says: &str) {
    let said = dates(&format!("DTSTART;VALUE=DATE:20261225\n{rule}"), None).unwrap_err();
    assert!(said.contains(says), "{said}");
}

#[test]
fn an_event_takes_no_more_dates_than_a_calendar_can_have() {
    let event =
        "DTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20261231\nRRULE:FREQ=YEARLY;COUNT=100";
    let said = dates(event, None).unwrap_err();
    assert!(said.contains("takes more than 4000 dates"), "{said}");
}
