//! A calendar date by date: each has its own part of a night, and what was known of it.

use jiff::civil::Date;
use sla_domain::calendar::{Definition, Timetable, review};

/// Each date's open hours in minutes, and the labels of what makes it differ.
fn reviewed(file: &str, known: Option<&str>, from: &str, to: &str) -> Vec<(Vec<i64>, String)> {
    let timetable = Timetable::new(Definition::read(file).unwrap());
    let date = |text: &str| text.parse::<Date>().unwrap();
    let known = known.map(|at| at.parse().unwrap());
    let days = review::days(&timetable, known, date(from), date(to));
    days.map(|day| {
        let labels = day.closures.iter().map(|one| one.label.as_str());
        let labels = labels.chain(day.openings.iter().map(|one| one.label.as_str()));
        let open = day.open.iter().map(|(from, to)| to.duration_since(*from).as_mins());
        let open: Vec<_> = open.collect();
        assert_eq!(open.iter().sum::<i64>(), day.open_time().as_mins());
        (open, labels.collect::<Vec<_>>().join(", "))
    })
    .collect()
}

#[test]
fn each_date_has_its_own_part_of_a_night_and_names_what_differs() {
    let file = r#"
        zone = "America/New_York"
        weekly = { mon = [["08:00", "12:00"], ["13:00", "17:00"]], tue = [["22:00", "06:00"]] }
        closures = [{ date = "2020-01-27", yearly = true, to = "10:00", label = "Late start" }]
        openings = [{ date = "2026-01-26", from = "18:00", to = "19:30", label = "Enrolment" }]"#;
    // 2026-01-26 is a Monday; the closure of every 27 January touches no shift that begins at 22:00.
    let said = |open: &[i64], label: &str| (open.to_vec(), label.to_owned());
    assert_eq!(
        reviewed(file, None, "2026-01-26", "2026-01-29"),
        [
            said(&[240, 240, 90], "Enrolment"),
            said(&[120], "Late start"),
            said(&[360], ""),
            said(&[], ""),
        ]
    );
}

#[test]
fn what_became_known_later_does_not_count_yet() {
    let file = r#"
        zone = "America/New_York"
        weekly = { tue = [["08:00", "16:00"]] }
        closures = [{ date = "2026-01-27", known_from = "2026-01-27T05:40:00-05:00", label = "Snow day" }]"#;
    let on = |known| reviewed(file, known, "2026-01-27", "2026-01-27").remove(0);
    assert_eq!(on(None), (vec![], "Snow day".to_owned()));
    assert_eq!(on(Some("2026-01-27T10:39:59Z")), (vec![480], String::new()));
    assert_eq!(on(Some("2026-01-27T10:40:00Z")), (vec![], "Snow day".to_owned()));
}

#[test]
fn a_date_is_as_long_as_its_zone_makes_it() {
    let always = |zone: &str| {
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let week = days.map(|day| format!("{day} = [[\"00:00\", \"24:00\"]]"));
        format!("zone = {zone:?}\nweekly = {{ {} }}", week.join(", "))
    };
    let minutes = |zone: &str, from: &str, to: &str| {
        reviewed(&always(zone), None, from, to)
            .into_iter()
            .map(|(open, _)| open)
            .collect::<Vec<_>>()
    };
    // Samoa skipped 30 December 2011; New York has 23 hours when clocks go forward, 25 when they go back.
    assert_eq!(
        minutes("Pacific/Apia", "2011-12-29", "2011-12-31"),
        [vec![1440], vec![], vec![1440]]
    );
    assert_eq!(minutes("America/New_York", "2026-03-08", "2026-03-08"), [vec![23 * 60]]);
    assert_eq!(minutes("America/New_York", "2026-11-01", "2026-11-01"), [vec![25 * 60]]);
}
