//! `directory_changes.csv`: what changed later, each change with its day and with when it was recorded.
//!
//! | what | subject | value |
//! |---|---|---|
//! | `school_network` | school | network |
//! | `school_tier` | school | tier |
//! | `school_principal` | school | person |
//! | `school_closed` | school | `merged_into:SCHOOL`, or empty |
//! | `team_network` | team | network |

use std::{fmt::Display, str::FromStr};

use super::{
    error::FileError,
    fact::{Entry, Fact},
    settings::Settings,
    table::{Columns, Row, rows},
};

/// The file.
pub(super) const FILE: &str = "directory_changes.csv";

const COLUMNS: Columns =
    Columns { required: &["effective", "recorded", "what", "subject"], optional: &["value"] };

pub(super) fn read(
    text: &str,
    settings: &Settings,
    entries: &mut Vec<Entry>,
    errors: &mut Vec<FileError>,
) {
    for row in rows(FILE, text, &COLUMNS, errors) {
        let recorded = row.recorded(&settings.zone, errors);
        if let Some(fact) = change(&row, errors) {
            entries.push(Entry { place: row.place, recorded, fact });
        }
    }
}

fn change(row: &Row, errors: &mut Vec<FileError>) -> Option<Fact> {
    let day = row.date("effective", errors);
    match row.text("what") {
        "school_network" => {
            let (school, network) = (row.read("subject", errors), value(row, errors));
            Some(Fact::SchoolNetwork { school: school?, network: network?, from: day? })
        }
        "school_tier" => {
            let (school, tier) = (row.read("subject", errors), value(row, errors));
            Some(Fact::SchoolTier { school: school?, tier: tier?, from: day? })
        }
        "school_principal" => {
            let (school, person) = (row.read("subject", errors), value(row, errors));
            Some(Fact::Principal { school: school?, person: person?, from: day? })
        }
        "team_network" => {
            let (team, network) = (row.read("subject", errors), value(row, errors));
            Some(Fact::TeamNetwork { team: team?, network: network?, from: day? })
        }
        "school_closed" => {
            let school = row.read("subject", errors);
            let merged_into = merged_into(row, errors)?;
            Some(Fact::SchoolClosed { school: school?, on: day?, merged_into })
        }
        other => {
            let known =
                "school_network, school_tier, school_principal, school_closed, team_network";
            errors.push(row.place.error("what", other, format!("is no change: one of {known}")));
            None
        }
    }
}

fn value<T: FromStr<Err: Display>>(row: &Row, errors: &mut Vec<FileError>) -> Option<T> {
    if row.text("value").is_empty() {
        errors.push(row.place.error("value", "", "is empty: fill it in"));
    }
    row.read("value", errors)
}

/// The school in `merged_into:SCHOOL`; an inner `None` for an empty value.
fn merged_into(row: &Row, errors: &mut Vec<FileError>) -> Option<Option<kernel::SchoolId>> {
    let text = row.text("value");
    if text.is_empty() {
        return Some(None);
    }
    let school = text.strip_prefix("merged_into:").and_then(|school| school.parse().ok());
    if school.is_none() {
        errors.push(row.place.error(
            "value",
            text,
            "is not understood: write merged_into:SCHOOL, or leave it empty",
        ));
    }
    school.map(Some)
}
