//! A published year: all its due dates computed on one core, from memory.

use std::{path::Path, sync::Arc};

use jiff::{SignedDuration, tz::TimeZone};
use kernel::Timestamp;
use serde_json::{Value, json};
use sla_domain::calendar::Timetable;

use super::speed;
use crate::{
    failure::Failure,
    import::{Mapping, Outcome, Reader},
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
    let terms = Terms {
        policies: Policies::read(policies, &zone).map_err(Failure::usage)?,
        calendar: Timetable::new(definition),
        tolerance: SignedDuration::from_secs(300),
    };
    let targets = targets(file, &mapping)?;
    let compute = || {
        let due = |(request_type, opened, target): &(String, Timestamp, Timestamp)| {
            terms.reproduces_target(request_type, *opened, *target)
        };
        targets.iter().filter(|target| due(target)).count()
    };
    let reproduced = compute();
    let took = speed(1, |_| compute());
    let seconds = took["nanoseconds"].as_f64().unwrap_or_default() / 1e9;
    Ok(json!({
        "targets": targets.len(),
        "reproduced": reproduced,
        "seconds": (seconds * 10_000.0).round() / 10_000.0,
    }))
}

/// Every published target: type, opening, due date.
fn targets(
    file: &Path,
    mapping: &Arc<Mapping>,
) -> Result<Vec<(String, Timestamp, Timestamp)>, Failure> {
    let mut targets = Vec::new();
    for row in Reader::open(file, mapping).map_err(Failure::usage)? {
        if let Outcome::New(history) = row.map_err(Failure::usage)?.outcome {
            targets.extend(history.due.map(|due| (history.request_type, history.opened, due)));
        }
    }
    Ok(targets)
}
