//! What a calendar must fulfil beside its form: a known zone, no overlap, some open time.

use jiff::tz::TimeZone;

use super::definition::{DAY_SECONDS, Definition, Weekly};
use crate::fault::Faults;

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const WEEK_SECONDS: u32 = 7 * DAY_SECONDS;

/// Notes everything that is wrong with a definition.
pub(crate) fn check(definition: &Definition, faults: &mut Faults) {
    // One that is missing has been said already.
    let said = faults.0.iter().any(|fault| fault.path == "zone");
    if !said && zone(&definition.zone).is_none() {
        let problem = format!(
            "unknown zone {:?}; expected an IANA name, e.g. \"America/New_York\"",
            definition.zone
        );
        faults.add("zone", problem);
    }
    overlaps(&definition.weekly, "weekly", faults);
    seasons(definition, faults);
    for (index, closure) in definition.closures.iter().enumerate() {
        if closure.hours.from >= closure.hours.to {
            let problem = "must lie after `from`: a closure ends on its own date, write a second one for the next";
            faults.add(format!("closures[{index}].to"), problem);
        }
    }
    let shut = definition.weekly.is_empty()
        && definition.seasons.iter().all(|season| season.weekly.is_empty())
        && definition.openings.is_empty();
    // Where hours did not read, that is the fault, and not that there are none.
    if shut && faults.0.is_empty() {
        faults.add("weekly", "the calendar has no open time; give at least one interval");
    }
}

/// A zone with rules of its own: `Etc/Unknown` is a name that says there are none.
fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok().filter(|zone| !zone.is_unknown())
}

fn seasons(definition: &Definition, faults: &mut Faults) {
    for (index, season) in definition.seasons.iter().enumerate() {
        overlaps(&season.weekly, &format!("seasons[{index}].weekly"), faults);
        if season.to < season.from {
            faults.add(format!("seasons[{index}].to"), "lies before `from`");
        }
        let earlier = definition.seasons[..index].iter();
        if let Some(other) =
            { earlier }.position(|one| one.from <= season.to && season.from <= one.to)
        {
            faults.add(format!("seasons[{index}]"), format!("overlaps seasons[{other}]"));
        }
    }
}

/// Two intervals that share a second, the week taken as a ring.
fn overlaps(weekly: &Weekly, path: &str, faults: &mut Faults) {
    let mut spans = Vec::new();
    for (offset, (name, hours)) in (0..).step_by(86_400).zip(WEEKDAYS.iter().zip(&weekly.0)) {
        for (index, span) in hours.iter().enumerate() {
            spans.push((offset + span.from, offset + span.to, format!("{path}.{name}[{index}]")));
        }
    }
    spans.sort_unstable();
    let mut reach: Option<(u32, &str)> = None;
    for (from, to, name) in &spans {
        match reach {
            Some((end, other)) if *from < end => faults.add(name, format!("overlaps {other}")),
            _ => {}
        }
        if reach.is_none_or(|(end, _)| *to > end) {
            reach = Some((*to, name));
        }
    }
    if let (Some((end, last)), Some((first, _, name))) = (reach, spans.first())
        && end > WEEK_SECONDS + first
        && last != name
    {
        faults.add(name, format!("overlaps {last}"));
    }
}
