//! Bad calendar files: each fault names its place and says what to write instead; nothing panics or passes silently.

use proptest::prelude::*;
use rstest::rstest;
use sla_domain::calendar::Definition;

const WEEK: &str = "weekly = { mon = [[\"08:00\", \"16:00\"]] }";

fn faults(text: &str) -> Vec<String> {
    Definition::read(text).unwrap_err().0.iter().map(ToString::to_string).collect()
}

#[rstest]
#[case::empty("", "the file is empty; a calendar has at least `zone` and `weekly`")]
#[case::blank("\u{feff} \n", "the file is empty; a calendar has at least `zone` and `weekly`")]
#[case::nul("zone = \"UTC\"\0", "TOML parse error at line 1")]
#[case::list("[1, 2]", "TOML parse error at line 1")]
#[case::no_zone(WEEK, "zone: is missing")]
#[case::empty_zone(
    "zone = \"\"\nweekly = { mon = [[\"08:00\", \"16:00\"]] }",
    "zone: unknown zone \"\""
)]
#[case::twice_json("{\"zone\":\"UTC\",\"zone\":\"UTC\"}", "duplicate key `zone` at line 1")]
#[case::twice_toml("zone = \"UTC\"\nzone = \"UTC\"", "TOML parse error at line 2")]
fn a_document_that_is_no_calendar(#[case] text: &str, #[case] says: &str) {
    let found = faults(text);
    assert!(found.len() == 1 && found[0].starts_with(says), "{found:?}");
}

#[rstest]
#[case::unknown("Mars/Olympus")]
#[case::up("../../../etc/passwd")]
#[case::rule("EST5EDT,M3.2.0,M11.1.0")]
#[case::none("Etc/Unknown")]
#[case::offset("-05:00")]
fn a_zone_that_is_none(#[case] zone: &str) {
    let found = faults(&format!("zone = {zone:?}\n{WEEK}"));
    assert_eq!(
        found,
        [format!("zone: unknown zone {zone:?}; expected an IANA name, e.g. \"America/New_York\"")]
    );
}

const TIME: &str = "expected a time of day in quotes, from \"00:00\" to";

#[rstest]
// An end may be 24:00 and no later, a start must lie below it.
#[case(r#"["24:00", "06:00"]"#, "weekly.mon[0][0]", TIME)]
#[case(r#"["08:00", "25:00"]"#, "weekly.mon[0][1]", TIME)]
#[case(r#"["08:00", "24:01"]"#, "weekly.mon[0][1]", TIME)]
#[case(r#"["8:00", "16:00"]"#, "weekly.mon[0][0]", TIME)]
#[case(r#"["08:60", "16:00"]"#, "weekly.mon[0][0]", TIME)]
#[case(r#"["08:00", "16:00:60"]"#, "weekly.mon[0][1]", TIME)]
#[case(r#"["-1:00", "16:00"]"#, "weekly.mon[0][0]", TIME)]
#[case(r#"["08:00", 16]"#, "weekly.mon[0][1]", TIME)]
#[case(r#"["08:00 ", "16:00"]"#, "weekly.mon[0][0]", TIME)]
#[case(r#"["٠٨:٠٠", "16:00"]"#, "weekly.mon[0][0]", TIME)]
#[case(r#"["08:00"]"#, "weekly.mon[0]", "expected two times")]
#[case(r#"["08:00", "12:00", "13:00"]"#, "weekly.mon[0]", "expected two times")]
#[case(r#""08:00-16:00""#, "weekly.mon[0]", "expected a list in square brackets")]
fn hours_that_are_none(#[case] pair: &str, #[case] path: &str, #[case] says: &str) {
    let found = faults(&format!("zone = \"UTC\"\nweekly = {{ mon = [{pair}] }}"));
    assert!(found[0].starts_with(&format!("{path}: {says}")), "{found:?}");
}

const DATE: &str = "expected a date as YYYY-MM-DD between 1900 and 2299";
const INSTANT: &str = "expected an instant";

#[rstest]
#[case(r#"date = "2026-02-30""#, "date", DATE)]
#[case(r#"date = "2026-02-29", yearly = true"#, "date", DATE)]
#[case(r#"date = "1899-12-31""#, "date", DATE)]
#[case(r#"date = "2300-01-01""#, "date", DATE)]
#[case(r#"date = "20260101T0""#, "date", DATE)]
#[case(r#"date = "2026-1-1""#, "date", DATE)]
#[case(r#"date = 2026-01-01T09:00:00"#, "date", DATE)]
#[case(r#"date = 20260101"#, "date", "expected a text in quotes")]
#[case(r#"label = "nothing""#, "date", "is missing")]
#[case(r#"date = "2026-01-01", yearly = "yes""#, "yearly", "expected true or false")]
#[case(r#"date = "2026-01-01", label = 5"#, "label", "expected a text in quotes")]
#[case(r#"date = "2026-01-01", from = "12:00", to = "12:00""#, "to", "must lie after `from`")]
#[case(r#"date = "2026-01-01", from = "12:00", to = "08:00""#, "to", "must lie after `from`")]
#[case(r#"date = "2026-01-01", to = "00:00""#, "to", "must lie after `from`")]
#[case(r#"date = "2026-01-01", from = "24:00""#, "from", TIME)]
#[case(
    r#"date = "2026-01-01", until = "12:00""#,
    "until",
    "unknown key; the keys here are date, from, to"
)]
#[case(r#"date = "2026-01-01", known_from = "soon""#, "known_from", INSTANT)]
// A date is no instant, and a zone in brackets could say something else than the calendar.
#[case(r#"date = "2026-01-01", known_from = "2026-01-01""#, "known_from", INSTANT)]
#[case(
    r#"date = "2026-01-01", known_from = "2026-01-01T05:00[Asia/Tokyo]""#,
    "known_from",
    INSTANT
)]
#[case(r#"date = "2026-01-01", known_from = "2026-01-01T25:00:00Z""#, "known_from", INSTANT)]
#[case(r#"date = "2026-01-01", known_from = "2026-01-01T05:00:00+99:00""#, "known_from", INSTANT)]
#[case(r#"date = "2026-01-01", known_from = 5"#, "known_from", "expected a text in quotes")]
fn closures_that_are_none(#[case] closure: &str, #[case] key: &str, #[case] says: &str) {
    let found = faults(&format!("zone = \"UTC\"\n{WEEK}\nclosures = [{{ {closure} }}]"));
    assert!(found[0].starts_with(&format!("closures[0].{key}: {says}")), "{found:?}");
}

#[rstest]
#[case("weekly = 5", "weekly: expected a table with mon, tue")]
#[case("weekly = { mon = 5 }", "weekly.mon: expected a list")]
#[case("weekly = {}\nclosures = {}", "closures: expected a list")]
#[case("weekly = {}\nclosures = [5]", "closures[0]: expected a table with date, from")]
#[case("weekly = {}\nopenings = [{ date = \"2026-01-01\" }]", "openings[0].from: is missing")]
#[case("weekly = {}\nopenings = []", "weekly: the calendar has no open time")]
#[case("weekly = {}\nholidays = []", "holidays: unknown key; the keys here are zone, weekly")]
#[case(
    "seasons = [{ from = 2026-06-22, to = 2026-06-21, weekly = {} }]",
    "seasons[0].to: lies before `from`"
)]
#[case(
    "seasons = [{ from = 2026-06-01, to = 2026-06-09, weekly = {} }, { from = 2026-06-09, to = 2026-06-21, weekly = {} }]",
    "seasons[1]: overlaps seasons[0]"
)]
fn shapes_that_are_none(#[case] text: &str, #[case] says: &str) {
    let found = faults(&format!("zone = \"UTC\"\n{text}"));
    assert!(found[0].starts_with(says), "{found:?}");
}

#[test]
fn lists_without_end_are_refused_by_their_length() {
    let closures = "{\"date\":\"2026-01-01\"},".repeat(100_000);
    let text = format!("{{\"zone\":\"UTC\",\"closures\":[{}]}}", closures.trim_end_matches(','));
    assert_eq!(faults(&text), ["closures: has 100000 items; at most 10000 are taken"]);
    let deep = format!("{{\"zone\":{}", "[".repeat(100_000));
    assert!(faults(&deep)[0].contains("recursion limit"));
}

/// All kinds of text, valid or not.
const WHOLE: &str = r#"zone = "America/New_York"
closures = [{ date = "2026-12-24", from = "12:00", yearly = true, known_from = "2026-01-01T09:00:00", label = "Eve" }]
openings = [{ date = "2026-02-07", from = "09:00", to = "12:00" }]
seasons = [{ from = 2026-06-22, to = 2026-08-14, weekly = { mon = [["07:30", "17:00"]] } }]
weekly = { mon = [["08:00", "24:00"]], tue = [["22:00", "06:00"]] }
"#;

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = Definition::read(&text);
        let _ = Definition::read(&format!("{{{text}"));
    }

    #[test]
    fn a_file_with_a_slip_is_read_or_refused(
        place in 0..WHOLE.len(), long in 0usize..12, put in "[\\x00-\\x7f]{0,4}|[0-9]{1,3}|é",
    ) {
        let end = (place + long).min(WHOLE.len());
        let slipped = format!("{}{put}{}", &WHOLE[..place], &WHOLE[end..]);
        if let Err(faults) = Definition::read(&slipped) {
            prop_assert!(!faults.0.is_empty() && faults.0.iter().all(|fault| !fault.problem.is_empty()));
        }
    }
}
