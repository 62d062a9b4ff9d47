//! The table of policies: per type a length, for ever or within a validity.

use std::{collections::HashMap, path::Path};

use jiff::{civil::DateTime, tz::TimeZone};
use kernel::Timestamp;
use sla_domain::clock::Length;

use crate::import::{Line, Sheet, SheetError};

/// What is promised, by type.
#[derive(Debug, Default)]
pub struct Policies(HashMap<String, Vec<Version>>);

/// One length and when it is in force: from the first instant to before the second.
#[derive(Debug, Clone, Copy)]
struct Version {
    line: u64,
    from: Timestamp,
    to: Timestamp,
    length: Length,
}

impl Policies {
    /// Reads a table with the columns `type`, `unit` and `n`, and, where lengths change, `valid_from` and `valid_to`: instants,
    /// or wall times in the zone. A type without unit and n has no policy.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its line.
    pub fn read(path: &Path, zone: &TimeZone) -> Result<Self, SheetError> {
        let mut sheet = Sheet::read(path, &["type", "unit", "n"], &["valid_from", "valid_to"])?;
        let mut policies = Self::default();
        let mut faults = Vec::new();
        for line in sheet.lines() {
            match version(line, zone) {
                Ok(Some(version)) => {
                    policies.0.entry(line.cell(0).to_owned()).or_default().push(version);
                }
                Ok(None) => {}
                Err(problem) => faults.push((line.number, problem)),
            }
        }
        for (request_type, versions) in &mut policies.0 {
            versions.sort_by_key(|version| (version.from, version.line));
            faults.extend(overlaps(request_type, versions));
        }
        if policies.0.is_empty() && faults.is_empty() {
            faults.push((1, "no type has a policy: nothing could be reproduced".to_owned()));
        }
        faults.sort();
        for (line, problem) in faults {
            sheet.fault(line, problem);
        }
        sheet.finish(policies)
    }

    /// What is promised for what is opened at an instant.
    #[must_use]
    pub fn in_force(&self, request_type: &str, at: Timestamp) -> Option<Length> {
        let versions = self.0.get(request_type)?.iter();
        let mut holds = versions.filter(|version| version.from <= at && at < version.to);
        holds.next().map(|version| version.length)
    }
}

fn version(line: &Line, zone: &TimeZone) -> Result<Option<Version>, String> {
    let [request_type, unit, n, from, to] = [0, 1, 2, 3, 4].map(|column| line.cell(column));
    if request_type.is_empty() {
        return Err("type is empty: fill it in".to_owned());
    }
    if unit.is_empty() && n.is_empty() {
        return Ok(None);
    }
    let length: Length =
        format!("{n} {unit}").parse().map_err(|error| format!("n and unit: {error}"))?;
    let from = instant("valid_from", from, zone)?.unwrap_or(Timestamp::MIN);
    let to = instant("valid_to", to, zone)?.unwrap_or(Timestamp::MAX);
    if to <= from {
        return Err("valid_to must lie after valid_from".to_owned());
    }
    Ok(Some(Version { line: line.number, from, to, length }))
}

/// An instant, or a wall time: in a repeated hour the first, in a skipped one as much later as the clocks went.
pub(super) fn instant(
    column: &str,
    text: &str,
    zone: &TimeZone,
) -> Result<Option<Timestamp>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let local = || text.parse::<DateTime>().ok().and_then(|at| zone.to_timestamp(at).ok());
    text.parse().ok().or_else(local).map(Some).ok_or_else(|| {
        format!("{column} {text:?} is no time: expected e.g. 2015-02-16T13:00:00, in the mapping's zone, or with an offset")
    })
}

/// Each version that begins before an earlier one of its type has ended.
fn overlaps<'a>(
    request_type: &'a str,
    versions: &'a [Version],
) -> impl Iterator<Item = (u64, String)> + use<'a> {
    let pairs = versions.iter().zip(versions.iter().skip(1));
    pairs.filter(|(one, next)| next.from < one.to).map(move |(one, next)| {
        let problem = format!(
            "{request_type:?} has a policy on line {} that is in force at the same time: give them a valid_from and a valid_to that do not overlap, or remove one",
            one.line
        );
        (next.line, problem)
    })
}
