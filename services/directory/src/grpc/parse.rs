//! From a message's fields to the domain's words.

use std::{fmt::Display, str::FromStr};

use chassis::{fault::Fault, parse};
use directory_domain::ExternalKeys;
use jiff::civil::Date;

/// The longest of the short texts (numbers, addresses, names elsewhere), in characters.
const SHORT: usize = 200;
/// The most source systems that can know a thing.
const KEYS: usize = 16;

/// The id in a resource name of `collection`.
pub(super) fn id<I: FromStr<Err: Display>>(
    field: &str,
    collection: &str,
    name: &str,
) -> Result<I, Fault> {
    let id = parse::resource(field, collection, name)?;
    id.parse().map_err(|error: I::Err| Fault::invalid(field, error.to_string()))
}

/// As [`id`]; `None` for an empty name.
pub(super) fn optional_id<I: FromStr<Err: Display>>(
    field: &str,
    collection: &str,
    name: &str,
) -> Result<Option<I>, Fault> {
    if name.is_empty() { Ok(None) } else { id(field, collection, name).map(Some) }
}

/// A word of a closed vocabulary.
pub(super) fn word<W: FromStr<Err: Display>>(field: &str, text: &str) -> Result<W, Fault> {
    text.parse().map_err(|error: W::Err| Fault::invalid(field, error.to_string()))
}

/// A date, which must be given.
pub(super) fn date(field: &str, text: &str) -> Result<Date, Fault> {
    wire::time::parse_date(text)
        .ok_or_else(|| Fault::invalid(field, "must be a date like 2026-01-05"))
}

/// A date, or `None` for an empty text.
pub(super) fn optional_date(field: &str, text: &str) -> Result<Option<Date>, Fault> {
    if text.is_empty() { Ok(None) } else { date(field, text).map(Some) }
}

/// A short text, trimmed; may be empty.
pub(super) fn short(field: &str, text: &str) -> Result<String, Fault> {
    let text = parse::text(field, text)?;
    if text.chars().count() > SHORT {
        return Err(Fault::invalid(field, format!("must have at most {SHORT} characters")));
    }
    Ok(text)
}

/// Names in source systems.
pub(super) fn external_keys(keys: &ExternalKeys) -> Result<ExternalKeys, Fault> {
    if keys.len() > KEYS {
        return Err(Fault::invalid("external_keys", format!("must have at most {KEYS} entries")));
    }
    let mut checked = ExternalKeys::new();
    for (system, name) in keys {
        let system = parse::required_text("external_keys", system)?;
        checked.insert(short("external_keys", &system)?, short("external_keys", name)?);
    }
    Ok(checked)
}

/// The resource name of an id, or an empty text.
pub(super) fn name(collection: &str, id: Option<&String>) -> String {
    id.filter(|id| !id.is_empty()).map(|id| format!("{collection}/{id}")).unwrap_or_default()
}

/// The resource names of ids.
pub(super) fn names(collection: &str, ids: Vec<String>) -> Vec<String> {
    ids.into_iter().map(|id| format!("{collection}/{id}")).collect()
}
