//! iCalendar files: what events take of each date, what a mapping makes of them, and what an import would do.

use jiff::tz::TimeZone;
use proptest::prelude::*;
use rstest::rstest;
use sla_domain::{
    calendar::{
        Definition,
        ical::{Entry, Mapping, Plan, plan, read, to_toml},
    },
    fault::Faults,
};

const MAPPING: &str = r#"
    [[rules]]
    contains = "half day"
    means = "closed"
    from = "12:30"
    [[rules]]
    prefix = "no students"
    means = "ignore"
    [[rules]]
    exact = "Saturday Fair"
    means = "open"
    from = "09:00"
    to = "13:00"
    [[rules]]
    category = "Holiday"
    means = "closed"
    [[rules]]
    prefix = "Delay"
    means = "closed"
"#;

fn office() -> Definition {
    let text = r#"{"zone":"America/New_York","weekly":{"mon":[["08:00","16:00"]]},
        "closures":[{"date":"2026-12-25","yearly":true,"label":"Christmas"}]}"#;
    Definition::read(text).unwrap()
}

fn file(events: &str) -> String {
    format!("BEGIN:VCALENDAR\r\n{events}END:VCALENDAR\r\n")
}

fn event(uid: &str, rest: &str) -> String {
    format!("BEGIN:VEVENT\nUID:{uid}\n{rest}\nEND:VEVENT\n")
}

fn import(definition: &Definition, ics: &str) -> Result<Plan, Faults> {
    let zone = TimeZone::get(&definition.zone).unwrap();
    let events = read(ics, &zone, None)?;
    Ok(plan(definition, &events, &Mapping::read(MAPPING).unwrap(), None))
}

fn added(rest: &str) -> Vec<String> {
    let plan = import(&office(), &file(&event("1", rest))).unwrap();
    plan.added.iter().map(said).collect()
}

fn said(entry: &Entry) -> String {
    let word = if entry.opens { "open" } else { "closed" };
    format!("{} {word} {}-{} {}", entry.date, entry.hours.from, entry.hours.to, entry.label)
}

#[rstest]
// A date without an end is one day; DTEND is not included.
#[case("SUMMARY:Labor Day\nCATEGORIES:Holiday\nDTSTART;VALUE=DATE:20260907", &["2026-09-07 closed 0-86400 Labor Day"])]
#[case("SUMMARY:X\nCATEGORIES:A,Holiday\nDTSTART;VALUE=DATE:20260907\nDTEND;VALUE=DATE:20260909",
    &["2026-09-07 closed 0-86400 X", "2026-09-08 closed 0-86400 X"])]
#[case("SUMMARY:X\nCATEGORIES:holiday\nDTSTART;VALUE=DATE:20260907\nDURATION:P1D", &["2026-09-07 closed 0-86400 X"])]
// By UTC, another zone, or floating: 08:00 to 10:00 in New York (in September four hours behind UTC).
#[case("SUMMARY:Delay\nDTSTART:20260908T120000Z\nDTEND:20260908T140000Z", &["2026-09-08 closed 28800-36000 Delay"])]
#[case("SUMMARY:Delay\nDTSTART;TZID=America/Chicago:20260908T070000\nDURATION:PT2H", &["2026-09-08 closed 28800-36000 Delay"])]
#[case("SUMMARY:Delay\nDTSTART:20260908T080000\nDTEND:20260908T100000", &["2026-09-08 closed 28800-36000 Delay"])]
// Over midnight it is a part of each date.
#[case("SUMMARY:Delay\nDTSTART:20260908T220000\nDTEND:20260909T020000",
    &["2026-09-08 closed 79200-86400 Delay", "2026-09-09 closed 0-7200 Delay"])]
// Folded lines and escapes; the hours of the rule win over the day of the event.
#[case("SUMMARY:Confer\n ences\\, half\n  day\nDTSTART;VALUE=DATE:20260910", &["2026-09-10 closed 45000-86400 Conferences, half day"])]
#[case("SUMMARY:Saturday fair\nDTSTART;VALUE=DATE:20260912", &["2026-09-12 open 32400-46800 Saturday fair"])]
#[case("SUMMARY:No students - staff day\nDTSTART;VALUE=DATE:20260911", &[])]
#[case("SUMMARY:Delay\nSTATUS:CANCELLED\nDTSTART;VALUE=DATE:20260911", &[])]
fn events_become_closures_and_openings(#[case] rest: &str, #[case] expected: &[&str]) {
    assert_eq!(added(rest), expected);
}

#[test]
fn midnight_that_a_zone_skips_is_no_part_of_the_day_before() {
    // In São Paulo 2018-11-04 begins at 01:00; the day before it is one whole date and no more.
    let ics =
        file(&event("1", "SUMMARY:D\nDTSTART;VALUE=DATE:20181103\nDTEND;VALUE=DATE:20181104"));
    let events = read(&ics, &TimeZone::get("America/Sao_Paulo").unwrap(), None).unwrap();
    assert_eq!(events[0].days.len(), 1);
}

#[rstest]
#[case(
    "SUMMARY:Term\nDTSTART;VALUE=DATE:20260907\nRDATE:20260908",
    "line 3 (\"Term\"): recurs, which is not read"
)]
#[case("SUMMARY:Term\nDTSTART:20260907T080000", "neither DTEND nor DURATION")]
#[case("SUMMARY:Term\nDTSTART:20260230", "DTSTART \"20260230\", which is no date")]
#[case(
    "SUMMARY:Term\nDTSTART;TZID=Eastern:20260907T080000\nDURATION:PT1H",
    "zone \"Eastern\", which is no IANA name"
)]
#[case(
    "SUMMARY:Term\nDTSTART;VALUE=DATE:20260907\nDTEND;VALUE=DATE:20260907",
    "does not end after it begins"
)]
#[case(
    "SUMMARY:Term\nDTSTART;VALUE=DATE:20200907\nDTEND;VALUE=DATE:20260907",
    "lasts more than 400 days"
)]
#[case("SUMMARY:Term", "has no DTSTART")]
#[case("nonsense", "line 4: is no iCalendar line")]
fn what_cannot_be_read_stops_the_import_by_name(#[case] rest: &str, #[case] says: &str) {
    let said = import(&office(), &file(&event("1", rest))).unwrap_err().to_string();
    assert!(said.contains(says), "{said}");
    assert!(
        read("zone = 1", &TimeZone::UTC, None).is_err()
            && read("BEGIN:VCALENDAR", &TimeZone::UTC, None).is_err()
    );
}

#[test]
fn of_several_editions_the_latest_counts_and_what_no_rule_knows_is_unmapped() {
    let edition = |sequence, day| {
        format!("SEQUENCE:{sequence}\nSUMMARY:Delay\nDTSTART;VALUE=DATE:202609{day}")
    };
    let both = event("1", &edition(2, "09")) + &event("1", &edition(1, "08"));
    let other = event("2", "SUMMARY:Picture day\nDTSTART;VALUE=DATE:20260914");
    let found = import(&office(), &file(&(both + &other))).unwrap();
    assert_eq!(
        found.added.iter().map(said).collect::<Vec<_>>(),
        ["2026-09-09 closed 0-86400 Delay"]
    );
    assert_eq!((found.unmapped.len(), found.unmapped[0].label.as_str()), (1, "Picture day"));
}

#[test]
fn twice_is_once_changes_replace_and_what_vanished_stays() {
    let one = |hours: &str| {
        event("1", &format!("SUMMARY:Delay\nDTSTART:20260908T080000\nDTEND:20260908T{hours}"))
    };
    let holiday = event("2", "SUMMARY:Delay day\nDTSTART;VALUE=DATE:20260910");
    let frame =
        event("3", "SUMMARY:No students\nDTSTART;VALUE=DATE:20260901\nDTEND;VALUE=DATE:20260930");
    let first = import(&office(), &file(&(one("100000") + &holiday + &frame))).unwrap();
    assert_eq!((first.added.len(), first.ignored.len()), (2, 29));
    let again = import(&first.outcome, &file(&(one("100000") + &holiday + &frame))).unwrap();
    assert_eq!((again.added.len(), again.unchanged.len(), &again.outcome), (0, 2, &first.outcome));
    let later = import(&first.outcome, &file(&(one("110000") + &frame))).unwrap();
    let changed: Vec<_> = later.changed.iter().map(said).collect();
    assert_eq!(changed, ["2026-09-08 closed 28800-39600 Delay"]);
    let vanished: Vec<_> = later.vanished.iter().map(said).collect();
    assert_eq!(vanished, ["2026-09-10 closed 0-86400 Delay day"]);
    // Christmas, the delay with its new hours, and the day that vanished.
    assert_eq!(later.outcome.closures.len(), 3);
    assert_eq!(Definition::read(&to_toml(&later.outcome)).unwrap(), later.outcome);
}

#[test]
fn a_calendar_is_written_as_it_was_read() {
    let text = r#"
        zone = "America/New_York"
        closures = [{ date = "2026-12-24", from = "12:00", to = "23:59:59", yearly = true, known_from = "2026-01-01T09:00:00", label = "Eve \"24\"\n\\" }]
        openings = [{ date = "2026-02-07", from = "21:00", to = "24:00" }, { date = "2026-02-08", from = "21:00", to = "21:00" }]
        seasons = [{ from = 2026-06-22, to = 2026-08-14, weekly = { mon = [["07:30", "17:00"]] } }, { from = 2027-01-01, to = 2027-01-02, weekly = {} }]
        weekly = { mon = [["08:00", "24:00"]], tue = [["22:00", "06:00"], ["06:00", "07:00"]] }"#;
    let read = Definition::read(text).unwrap();
    assert_eq!(Definition::read(&to_toml(&read)).unwrap(), read);
}

#[rstest]
#[case("", "rules: is missing")]
#[case("[[rules]]\nmeans = \"closed\"", "rules[0].exact: a rule needs exact")]
#[case("[[rules]]\nexact = \"A\"", "rules[0].means: is missing")]
#[case("[[rules]]\nexact = \"A\"\nmeans = \"shut\"", "rules[0].means: \"shut\" is no meaning")]
#[case(
    "[[rules]]\nexact = \"A\"\nmeans = \"open\"\nfrom = \"08:00\"",
    "rules[0].from: `open` needs both"
)]
#[case(
    "[[rules]]\nexact = \"A\"\nmeans = \"ignore\"\nto = \"08:00\"",
    "rules[0].from: `ignore` has no hours"
)]
#[case(
    "[[rules]]\nexact = \"A\"\nmeans = \"closed\"\nfrom = \"9\"",
    "rules[0].from: expected a time"
)]
#[case(
    "[[rules]]\nexact = \"A\"\nmeans = \"closed\"\nfrom = \"09:00\"\nto = \"08:00\"",
    "rules[0].to: must lie after"
)]
#[case("[[rules]]\nsummary = \"A\"\nmeans = \"closed\"", "rules[0].summary: unknown key")]
fn a_mapping_says_what_is_wrong_with_it(#[case] text: &str, #[case] says: &str) {
    let found = Mapping::read(text).unwrap_err().to_string();
    assert!(found.starts_with(says), "{found}");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>(), place in 0usize..160, put in ".{0,3}") {
        let _ = read(&format!("BEGIN:VCALENDAR\n{text}"), &TimeZone::UTC, None);
        let mut slipped = file(&event("1", "SUMMARY:A\\,\nSEQUENCE:1\nDTSTART;TZID=UTC:20260908T080000\nDURATION:PT1H"));
        if slipped.is_char_boundary(place) {
            slipped.insert_str(place, &put);
        }
        let _ = read(&slipped, &TimeZone::UTC, None);
        let _ = Mapping::read(&text);
    }
}

const GUIDE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/guides/import-closures.md"));

#[test]
fn the_example_of_the_guide_can_be_used() {
    let block = |kind: &str| GUIDE.split(kind).nth(1).and_then(|rest| rest.split("```").next());
    let mapping = Mapping::read(block("```toml\n").unwrap()).unwrap();
    let zone = TimeZone::get("America/New_York").unwrap();
    let events = read(block("```ics\n").unwrap(), &zone, None).unwrap();
    let plan = plan(&office(), &events, &mapping, None);
    let added: Vec<_> = plan.added.iter().map(said).collect();
    // Labor Day is a whole date; Early Dismissal is shut from 13:00 on; the staff's day is left alone.
    assert_eq!(
        added,
        [
            "2026-09-07 closed 0-86400 Labor Day - Schools and Offices Closed",
            "2026-11-25 closed 46800-86400 Early Dismissal",
        ]
    );
    assert_eq!((plan.ignored.len(), plan.unmapped.len()), (1, 0));
}
