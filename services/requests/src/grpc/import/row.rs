//! One row: from the message to the domain's command, or to the field at fault.

use std::{collections::BTreeMap, str::FromStr};

use kernel::{RequestTypeId, Timestamp, time::to_microsecond};
use prost_types::Timestamp as Instant;
use requests_domain::{
    Reference,
    request::{Import, RowHash},
    request_type::Definition,
    words::Outcome,
};
use wire::{
    schoolside::requests::v1::{ImportRefusal, ImportRow},
    time::from_proto,
};

/// The longest id, name or word of an outside system.
const WORD_LIMIT: usize = 200;

/// What a row's command needs beside the row.
pub(super) struct Context<'a> {
    pub(super) source_system: &'a str,
    pub(super) submitter: &'a str,
    pub(super) reference: Reference,
    pub(super) definitions: &'a BTreeMap<RequestTypeId, Definition>,
}

fn invalid(
    field: &'static str,
    value: impl std::fmt::Display,
    expected: impl std::fmt::Display,
) -> ImportRefusal {
    let value: String = value.to_string().chars().take(WORD_LIMIT).collect();
    let expected = expected.to_string();
    ImportRefusal {
        reason: "IMPORT_ROW_INVALID".to_owned(),
        field: field.to_owned(),
        message: format!("{field} is {value:?}; expected: {expected}"),
        value,
        expected,
    }
}

/// The id in a resource name; `None` when it is empty.
fn named<T: FromStr>(
    field: &'static str,
    collection: &str,
    name: &str,
) -> Result<Option<T>, ImportRefusal> {
    if name.is_empty() {
        return Ok(None);
    }
    let id = name.strip_prefix(collection).and_then(|rest| rest.strip_prefix('/'));
    let id = id.and_then(|id| id.parse().ok());
    id.map(Some).ok_or_else(|| invalid(field, name, format_args!("{collection}/ID")))
}

fn word(field: &'static str, text: &str) -> Result<Option<String>, ImportRefusal> {
    if text.chars().count() > WORD_LIMIT || text.chars().any(char::is_control) {
        let expected = format_args!("at most {WORD_LIMIT} characters in one line");
        return Err(invalid(field, text, expected));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn instant(field: &'static str, at: Option<&Instant>) -> Result<Option<Timestamp>, ImportRefusal> {
    let Some(at) = at else { return Ok(None) };
    let out_of_range =
        || invalid(field, format_args!("{at:?}"), "an instant between the years 0 and 9999");
    from_proto(at).map(to_microsecond).map(Some).ok_or_else(out_of_range)
}

fn outcome(number: i32) -> Result<Outcome, ImportRefusal> {
    if number == 0 {
        return Ok(Outcome::Done);
    }
    Outcome::from_wire(number).ok_or_else(|| invalid("outcome", number, "one of the enum's values"))
}

/// The command of a row.
pub(super) fn import(context: &Context<'_>, row: &ImportRow) -> Result<Import, ImportRefusal> {
    let hash = <[u8; 32]>::try_from(row.row_hash.as_slice()).map_err(|_| {
        invalid("row_hash", format_args!("{} bytes", row.row_hash.len()), "32 bytes")
    })?;
    let external_id = word("external_id", &row.external_id)?;
    let request_type: Option<RequestTypeId> =
        named("request_type", "requestTypes", &row.request_type)?;
    let definition = request_type.and_then(|id| context.definitions.get(&id));
    let opened = instant("opened_at", row.opened_at.as_ref())?;
    let resolved_at = instant("resolved_at", row.resolved_at.as_ref())?;
    let outcome = outcome(row.outcome)?;
    let tier = if row.tier == 0 { None } else { Some(row.tier.to_string()) };
    let tier = tier.map(|tier| tier.parse().map_err(|error| invalid("tier", row.tier, error)));
    let tier = tier.transpose()?;
    let priority = word("priority", &row.priority)?;
    let priority =
        priority.map(|text| text.parse().map_err(|error| invalid("priority", &text, error)));
    let priority = priority.transpose()?;
    for part in &row.category {
        word("category", part)?;
    }
    Ok(Import {
        source_system: context.source_system.to_owned(),
        external_id: external_id.ok_or_else(|| invalid("external_id", "", "the row's id"))?,
        row_hash: RowHash(hash),
        reference: context.reference,
        submitter: context.submitter.to_owned(),
        definition: definition
            .ok_or_else(|| invalid("request_type", &row.request_type, "a type that is defined"))?
            .clone(),
        category: row.category.clone(),
        opened: opened.ok_or_else(|| invalid("opened_at", "", "an instant"))?,
        school: named("school", "schools", &row.school)?,
        network: named("network", "networks", &row.network)?,
        tier,
        team: named("team", "teams", &row.team)?,
        queue: word("queue", &row.queue)?,
        channel: word("channel", &row.channel)?.unwrap_or_default(),
        priority,
        due: instant("due_at", row.due_at.as_ref())?,
        resolved: resolved_at.map(|at| (at, outcome)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(row: &ImportRow) -> (String, String) {
        let definitions = BTreeMap::new();
        let context = Context {
            source_system: "boston-311",
            submitter: "system/import",
            reference: Reference::of(1),
            definitions: &definitions,
        };
        let refusal = import(&context, row).unwrap_err();
        (refusal.field, refusal.expected)
    }

    #[test]
    fn a_bad_field_is_named_with_what_would_have_been_taken() {
        let good =
            ImportRow { row_hash: vec![0; 32], external_id: "1".into(), ..Default::default() };
        let cases = [
            (ImportRow { row_hash: vec![1], ..good.clone() }, "row_hash"),
            (ImportRow { tier: 4, ..good.clone() }, "tier"),
            (ImportRow { priority: "urgent".into(), ..good.clone() }, "priority"),
            (ImportRow { external_id: "a\nb".into(), ..good.clone() }, "external_id"),
            (ImportRow { request_type: "FAC1".into(), ..good.clone() }, "request_type"),
            (good, "request_type"),
        ];
        for (row, field) in cases {
            assert_eq!(refusal(&row).0, field);
        }
    }
}
