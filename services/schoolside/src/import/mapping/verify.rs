//! `[verify]`: what published due dates are recomputed by, and where the published verdict stands.

use jiff::tz::TimeZone;
use sla_domain::calendar::Definition;
use toml::{Table, Value};

use super::{
    field::{Cells, Field, field_keys},
    keys::Keys,
};

/// Everything `[verify]` says; an import has no need of it.
#[derive(Debug, Clone)]
pub struct VerifyRules {
    /// The weekly hours in the mapping's zone, without closures.
    pub calendar: Definition,
    pub(in crate::import) verdict: Field,
}

impl VerifyRules {
    pub(super) fn read(mut keys: Keys<'_>, zone: Option<&str>, cells: &Cells) -> Option<Self> {
        let calendar = calendar(&mut keys, zone);
        let verdict = keys.take("verdict");
        if verdict.is_none() {
            keys.fault("verdict", "missing; expected the column of the published verdict");
        }
        let verdict = verdict
            .and_then(|value| field_keys(&keys.name("verdict"), value, keys.faults()))
            .map(|mut own| {
                let field = Field::read("verdict", &mut own, cells);
                own.finish();
                field
            });
        keys.finish();
        Some(Self { calendar: calendar?, verdict: verdict? })
    }
}

/// The weekly hours, read as those of a calendar file are.
fn calendar(keys: &mut Keys<'_>, zone: Option<&str>) -> Option<Definition> {
    let Some(weekly) = keys.take("weekly") else {
        keys.fault("weekly", "missing; expected hours such as { mon = [[\"08:30\", \"17:00\"]] }");
        return None;
    };
    // Of a wrong zone the mapping has its own fault.
    let zone = zone.filter(|zone| TimeZone::get(zone).is_ok()).unwrap_or("UTC");
    let file = Table::from_iter([
        ("zone".to_owned(), Value::String(zone.to_owned())),
        ("weekly".to_owned(), weekly),
    ]);
    match Definition::read(&file.to_string()) {
        Ok(definition) => Some(definition),
        Err(faults) => {
            for fault in faults.0 {
                keys.fault(&fault.path, &fault.problem);
            }
            None
        }
    }
}
