//! A mapping: how one outside system's export is read, as a TOML file that people write.
//!
//! Everything wrong with a mapping is said at once, each fault with its key and what is expected there;
//! an unknown key is a fault. The guide `docs/guides/import-your-history.md` shows every feature.

mod field;
mod file;
mod id;
mod keys;
mod states;
mod time;
mod verify;

use std::path::Path;

use jiff::tz::TimeZone;
use toml::{Table, Value};

pub use self::verify::VerifyRules;
use self::{
    field::{Cells, field_keys},
    keys::{Faults, Keys},
    time::Times,
};
pub(super) use self::{
    field::{Column, Combine, Field, Unlisted},
    file::{Dialect, Encoding, FileRules},
    id::IdField,
    states::{SameId, StateMeans, States, WithoutTime},
    time::TimeField,
};

/// The mappings that ship with the product: their names and texts.
pub const SHIPPED: [(&str, &str); 1] =
    [("boston-311", include_str!("../../../mappings/boston-311.toml"))];

/// Why a mapping cannot be used: everything at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the mapping {name} cannot be used:\n  {}", faults.join("\n  "))]
pub struct MappingError {
    /// Which mapping.
    pub name: String,
    /// Each fault: the key, and what is expected there.
    pub faults: Vec<String>,
}

/// How one outside system's export is read.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// What the outside system is called; with the external id it names a request for ever.
    pub source_system: String,
    /// The zone of wall times, as an IANA name; an empty system takes it for the district's.
    pub zone: String,
    /// What published due dates and verdicts are verified by, if it says so.
    pub verify: Option<VerifyRules>,
    pub(super) file: FileRules,
    pub(super) fields: Fields,
    pub(super) states: Option<States>,
    pub(super) same_id: SameId,
}

/// `[fields]`: where each value of a request comes from.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    pub(super) external_id: IdField,
    pub(super) opened: TimeField,
    pub(super) due: Option<TimeField>,
    pub(super) resolved: Option<TimeField>,
    pub(super) state: Option<Field>,
    pub(super) request_type: Field,
    pub(super) category: Vec<Field>,
    pub(super) team: Option<Field>,
    pub(super) queue: Option<Field>,
    pub(super) school: Option<Field>,
    pub(super) network: Option<Field>,
    pub(super) tier: Option<Field>,
    pub(super) channel: Option<Field>,
    pub(super) priority: Option<Field>,
    pub(super) outcome: Option<Field>,
}

impl Mapping {
    /// Reads the mapping a person named: one that ships with the product, else a file.
    ///
    /// # Errors
    /// When there is none, or when something in it is wrong.
    pub fn find(name_or_path: &str) -> Result<Self, MappingError> {
        if let Some((name, text)) = SHIPPED.iter().find(|(name, _)| *name == name_or_path) {
            return Self::parse(name, text);
        }
        let text = std::fs::read_to_string(Path::new(name_or_path)).map_err(|error| MappingError {
            name: name_or_path.to_owned(),
            faults: vec![format!(
                "is neither a file that can be read ({error}) nor a mapping that ships with the product ({})",
                SHIPPED.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
            )],
        })?;
        Self::parse(name_or_path, &text)
    }

    /// Which instant of an opening in the repeated hour is taken: `first`, `second`, or neither.
    #[must_use]
    pub fn repeated_hour(&self) -> Option<&'static str> {
        self.fields.opened.repeated_hour()
    }

    /// Reads a mapping's text; `name` is for messages.
    ///
    /// # Errors
    /// When something in it is wrong: all of it at once.
    pub fn parse(name: &str, text: &str) -> Result<Self, MappingError> {
        let failed = |faults| MappingError { name: name.to_owned(), faults };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let table: Table =
            text.parse().map_err(|error: toml::de::Error| failed(vec![error.to_string()]))?;
        let faults = Faults::default();
        let mapping = read(Keys::new("", table, &faults));
        let faults = faults.into_inner();
        match mapping {
            Some(mapping) if faults.is_empty() => Ok(mapping),
            _ => Err(failed(faults)),
        }
    }
}

fn read(mut keys: Keys<'_>) -> Option<Mapping> {
    keys.word("rows", &[("request", ())]);
    let source_system =
        keys.required_text("source_system", "the outside system's name, such as \"boston-311\"");
    if source_system.as_deref().is_some_and(|name| !has_form_of_an_id(name)) {
        keys.fault(
            "source_system",
            "expected 1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit",
        );
    }
    let zone_name = keys.required_text("zone", "an IANA zone such as \"America/New_York\"");
    let zone: Option<TimeZone> = zone_name.as_deref().and_then(|name| time::zone(&keys, name));
    let file = match keys.table("file") {
        Some(file) => FileRules::read(file),
        None => FileRules::read(Keys::new("file", Table::new(), keys.faults())),
    };
    let cells = Cells::read(keys.table("cells"));
    let times = Times::read(keys.table("times"), zone, &cells);
    let states = keys.table("states").map(|own| States::read(own, &cells, &times));
    let same_id = SameId::read(keys.table("same_id"), &cells, &times);
    let verify =
        keys.table("verify").and_then(|own| VerifyRules::read(own, zone_name.as_deref(), &cells));
    let fields = match keys.table("fields") {
        Some(own) => fields(own, &cells, &times),
        None => {
            keys.fault(
                "fields",
                "missing; expected a table with at least external_id, opened and type",
            );
            None
        }
    };
    if let Some(fields) = &fields {
        check_states(&keys, fields, states.is_some());
    }
    keys.finish();
    Some(Mapping {
        source_system: source_system?,
        zone: zone_name?,
        verify,
        file,
        fields: fields?,
        states,
        same_id,
    })
}

fn has_form_of_an_id(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

fn check_states(keys: &Keys<'_>, fields: &Fields, states: bool) {
    match (&fields.state, states) {
        (Some(_), false) => {
            keys.fault("states", "missing; fields.state needs to know what its states mean");
        }
        (None, true) => keys.fault("fields.state", "missing; [states] needs a column of states"),
        (Some(_), true) if fields.resolved.is_none() => {
            keys.fault("fields.resolved", "missing; [states] decides whether its time counts");
        }
        _ => {}
    }
}

fn fields(mut keys: Keys<'_>, cells: &Cells, times: &Times) -> Option<Fields> {
    let external_id =
        own(&mut keys, "external_id").map(|own| IdField::read("external_id", own, cells));
    let opened = own(&mut keys, "opened").map(|own| TimeField::read("opened", own, cells, times));
    let request_type = plain(&mut keys, "type", cells);
    for (key, missing) in [
        ("external_id", external_id.is_none()),
        ("opened", opened.is_none()),
        ("type", request_type.is_none()),
    ] {
        if missing {
            keys.fault(key, "missing; expected the name of a column or a table");
        }
    }
    let due = own(&mut keys, "due").map(|own| TimeField::read("due", own, cells, times));
    let resolved =
        own(&mut keys, "resolved").map(|own| TimeField::read("resolved", own, cells, times));
    let category = category(&mut keys, cells);
    let mut text = |name| plain(&mut keys, name, cells);
    let (state, team, queue, school) = (text("state"), text("team"), text("queue"), text("school"));
    let (network, tier, channel) = (text("network"), text("tier"), text("channel"));
    let (priority, outcome) = (text("priority"), text("outcome"));
    keys.finish();
    Some(Fields {
        external_id: external_id?,
        opened: opened?,
        due,
        resolved,
        state,
        request_type: request_type?,
        category,
        team,
        queue,
        school,
        network,
        tier,
        channel,
        priority,
        outcome,
    })
}

fn own<'a>(keys: &mut Keys<'a>, key: &'static str) -> Option<Keys<'a>> {
    let value = keys.take(key)?;
    field_keys(&keys.name(key), value, keys.faults())
}

fn plain(keys: &mut Keys<'_>, key: &'static str, cells: &Cells) -> Option<Field> {
    let mut own = own(keys, key)?;
    let field = Field::read(key, &mut own, cells);
    own.finish();
    Some(field)
}

/// The category's levels from the broadest: a list of fields, or a single one.
fn category(keys: &mut Keys<'_>, cells: &Cells) -> Vec<Field> {
    let levels = match keys.take("category") {
        None => return Vec::new(),
        Some(Value::Array(levels)) => levels,
        Some(single) => vec![single],
    };
    let mut fields = Vec::new();
    for (index, level) in levels.into_iter().enumerate() {
        let path = keys.name(&format!("category[{index}]"));
        let Some(mut own) = field_keys(&path, level, keys.faults()) else { continue };
        fields.push(Field::read("category", &mut own, cells));
        own.finish();
    }
    fields
}
