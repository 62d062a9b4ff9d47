//! The table of closed days: dates, and from when on the calendar knew them.

use std::{collections::HashMap, path::Path};

use jiff::{civil::Date, tz::TimeZone};
use sla_domain::calendar::definition::{Closure, DAY_SECONDS, Span};

use super::policies::instant;
use crate::import::{Line, Sheet, SheetError};

/// Reads a table with the column `date`, and, if they are there, `name` and `known_from`: an instant, or a wall time in the
/// zone; empty is always.
///
/// # Errors
/// Everything that is wrong with it, each with its line.
pub fn closures(path: &Path, zone: &TimeZone) -> Result<Vec<Closure>, SheetError> {
    let mut sheet = Sheet::read(path, &["date"], &["name", "known_from"])?;
    let mut closures = Vec::new();
    let mut faults = Vec::new();
    let mut first: HashMap<Date, u64> = HashMap::new();
    for line in sheet.lines() {
        match closure(line, zone) {
            Ok(closure) => {
                match first.get(&closure.date) {
                    Some(other) => faults.push((
                        line.number,
                        format!("{} stands on line {other} already: remove one", closure.date),
                    )),
                    None => drop(first.insert(closure.date, line.number)),
                }
                closures.push(closure);
            }
            Err(problem) => faults.push((line.number, problem)),
        }
    }
    for (line, problem) in faults {
        sheet.fault(line, problem);
    }
    sheet.finish(closures)
}

fn closure(line: &Line, zone: &TimeZone) -> Result<Closure, String> {
    let [date, label, known_from] = [0, 1, 2].map(|column| line.cell(column));
    let date = wire::time::parse_date(date)
        .filter(|date| (1900..2300).contains(&date.year()))
        .ok_or_else(|| {
            format!("date {date:?} is no date: expected YYYY-MM-DD between 1900 and 2299")
        })?;
    Ok(Closure {
        date,
        hours: Span { from: 0, to: DAY_SECONDS },
        yearly: false,
        known_from: instant("known_from", known_from, zone)?,
        label: label.to_owned(),
    })
}
