//! A published year: all its due dates computed, and all its requests replayed, on one core, from memory.

use std::{path::Path, sync::Arc};

use jiff::{SignedDuration, tz::TimeZone};
use kernel::Timestamp;
use serde_json::{Value, json};
use sla_domain::calendar::Timetable;

use super::{replay, speed};
use crate::{
    failure::Failure,
    import::{HistoryRow, Mapping, Outcome, Reader},
    verify::{Policies, Terms, closures},
};

/// Reads it, then measures how long the computation alone takes.
pub(super) fn measure(
    file: &Path,
    mapping: &str,
    policies: &Path,
    holidays: &Path,
) -> Result<Value, Failure> {
    let mapping = Arc::new(Mapping::find(mapping).map_err(Failure::usage)?);
    let Some(rules) = &mapping.verify else {
        return Err(Failure::Usage(format!(
            "the mapping {} has no [verify]",
            mapping.source_system
        )));
    };
    let zone = TimeZone::get(&mapping.zone).map_err(Failure::usage)?;
    let mut definition = rules.calendar.clone();
    definition.closures = closures(holidays, &zone).map_err(Failure::usage)?;
    let rows = rows(file, &mapping)?;
    let policies = Policies::read(policies, &zone).map_err(Failure::usage)?;
    let what_if = replay::measure(&rows, &policies, &definition, &zone)?;
    let terms = Terms {
        policies,
        calendar: Timetable::new(definition),
        tolerance: SignedDuration::from_secs(300),
    };
    let targets: Vec<_> = rows.iter().filter_map(|row| Some((row, row.due?))).collect();
    let compute = || {
        let due = |(row, target): &&(&HistoryRow, Timestamp)| {
            terms.reproduces_target(&row.request_type, row.opened, *target)
        };
        targets.iter().filter(due).count()
    };
    let reproduced = compute();
    let took = speed(1, |_| compute());
    let seconds = took["nanoseconds"].as_f64().unwrap_or_default() / 1e9;
    Ok(json!({
        "targets": targets.len(),
        "reproduced": reproduced,
        "seconds": (seconds * 10_000.0).round() / 10_000.0,
        "what_if": what_if,
    }))
}

/// Every row that can be read.
fn rows(file: &Path, mapping: &Arc<Mapping>) -> Result<Vec<HistoryRow>, Failure> {
    let mut rows = Vec::new();
    for row in Reader::open(file, mapping).map_err(Failure::usage)? {
        if let Outcome::New(history) = row.map_err(Failure::usage)?.outcome {
            rows.push(*history);
        }
    }
    Ok(rows)
}
