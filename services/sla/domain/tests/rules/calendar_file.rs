//! What a calendar file may say, and what it may not.

use sla_domain::calendar::{Definition, definition::Span};

fn faults(text: &str) -> Vec<String> {
    Definition::read(text).unwrap_err().0.iter().map(ToString::to_string).collect()
}

#[test]
fn toml_and_json_say_the_same() {
    let toml = r#"
        zone = "America/New_York"
        weekly = { mon = [["08:00", "24:00"]], tue = [["22:00", "06:00"]] }
        seasons = [{ from = "2026-06-22", to = 2026-08-14, weekly = {} }]
        closures = [{ date = "2026-12-24", from = "12:00", yearly = true, known_from = "2026-01-01T09:00:00", label = "Eve" }]
        openings = [{ date = "2026-02-07", from = "09:00", to = "12:00" }]
    "#;
    let json = r#"{ "zone": "America/New_York",
        "weekly": { "mon": [["08:00", "24:00"]], "tue": [["22:00", "06:00"]] },
        "seasons": [{ "from": "2026-06-22", "to": "2026-08-14", "weekly": {} }],
        "closures": [{ "date": "2026-12-24", "from": "12:00", "yearly": true, "known_from": "2026-01-01T14:00:00Z", "label": "Eve" }],
        "openings": [{ "date": "2026-02-07", "from": "09:00", "to": "12:00" }] }"#;
    let read = Definition::read(toml).unwrap();
    assert_eq!(read, Definition::read(json).unwrap());
    assert_eq!(read.weekly.0[0], [Span { from: 8 * 3600, to: 24 * 3600 }]);
    assert_eq!(read.weekly.0[1], [Span { from: 22 * 3600, to: 30 * 3600 }]);
    assert_eq!(read.closures[0].hours, Span { from: 12 * 3600, to: 24 * 3600 });
}

#[test]
fn every_fault_is_named_with_its_path() {
    let found = faults(
        r#"
        colour = "red"
        zone = "America/Atlantis"
        weekly = { mon = [["8:00", "25:00"], ["24:00", "06:00"], ["08:00"]], funday = [] }
        seasons = [{ from = "2026-06-22", to = "2026-06-01", weekly = {} }, { from = "2026-02-30" }]
        closures = [{ date = "yesterday" }, { date = "2026-01-01", from = "12:00", to = "11:00" }, { date = "2026-01-02", known_from = "soon" }]
        openings = [{ date = "2026-01-03", from = "09:00", until = "10:00" }]
    "#,
    );
    for path in [
        "colour: unknown key",
        "zone: unknown zone \"America/Atlantis\"",
        "weekly.funday: unknown key",
        "weekly.mon[0][0]: ",
        "weekly.mon[0][1]: ",
        "weekly.mon[1][0]: ",
        "weekly.mon[2]: expected two times",
        "seasons[0].to: lies before",
        "seasons[1].from: ",
        "seasons[1].to: is missing",
        "seasons[1].weekly: is missing",
        "closures[0].date: ",
        "closures[0].to: must lie after",
        "closures[2].known_from: ",
        "openings[0].until: unknown key",
        "openings[0].to: is missing",
    ] {
        assert!(found.iter().any(|fault| fault.starts_with(path)), "{path} not in {found:#?}");
    }
    assert_eq!(found.len(), 16, "{found:#?}");
}

#[test]
fn a_calendar_without_open_time_is_a_fault() {
    let found = faults("zone = \"UTC\"\nweekly = {}");
    assert_eq!(found, ["weekly: the calendar has no open time; give at least one interval"]);
}

#[test]
fn overlaps_are_found_over_midnight_and_over_the_week_s_end() {
    let week = |hours: &str| format!("zone = \"UTC\"\nweekly = {{ {hours} }}");
    let two = r#"mon = [["08:00", "12:00"], ["11:00", "13:00"]]"#;
    assert_eq!(faults(&week(two)), ["weekly.mon[1]: overlaps weekly.mon[0]"]);
    let night = r#"mon = [["20:00", "08:00"]], tue = [["07:00", "12:00"]]"#;
    assert_eq!(faults(&week(night)), ["weekly.tue[0]: overlaps weekly.mon[0]"]);
    let sunday = r#"sun = [["20:00", "08:00"]], mon = [["07:00", "12:00"]]"#;
    assert_eq!(faults(&week(sunday)), ["weekly.mon[0]: overlaps weekly.sun[0]"]);
    let touching = r#"mon = [["08:00", "12:00"], ["12:00", "13:00"]]"#;
    assert!(Definition::read(&week(touching)).is_ok());
}

#[test]
fn a_file_that_is_no_document_says_where() {
    assert!(faults("zone = ")[0].contains("line 1"), "{:?}", faults("zone = "));
    assert!(faults("{\"zone\": ")[0].contains("line 1"));
}
