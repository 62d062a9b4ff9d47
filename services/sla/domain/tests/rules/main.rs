//! The rules of promises through the crate's public face: calendar files, the fine print of due dates, clocks, cases.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails, one that is skipped says so"
)]

mod boston;
mod boston_variants;
mod calendar_edges;
mod calendar_faults;
mod calendar_file;
mod clocks;
mod desk;
mod due_dates;
mod failures;
mod ical;
mod ical_yearly;
mod known;
mod ladder;
mod metrics;
mod odd_facts;
mod order;
mod review;
mod targets;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use sla_domain::calendar::{Definition, Hours};

/// A wall time in New York, where 2 February 2026 is a Monday; of a repeated hour the first.
fn ny(text: &str) -> Timestamp {
    let at: DateTime = text.parse().unwrap();
    TimeZone::get("America/New_York").unwrap().to_timestamp(at).unwrap()
}

/// Monday to Friday, half past eight to five, and what else is given.
fn office(more: &str) -> Hours {
    let mut file = String::from("zone = \"America/New_York\"\n");
    file += more;
    file += "\n[weekly]\n";
    for day in ["mon", "tue", "wed", "thu", "fri"] {
        file += &format!("{day} = [[\"08:30\", \"17:00\"]]\n");
    }
    Hours::new(Definition::read(&file).unwrap())
}
