//! `catalogue.csv` and `attributes.csv`: what can be asked for, and what is asked in turn.

use std::collections::BTreeMap;

use kernel::{Confidentiality, Priority, RequestTypeId, Role};
use serde::Serialize;

use super::{
    error::{FileError, Place},
    fact::{Entry, Fact},
    settings::Settings,
    table::{Columns, Row, rows},
};

/// The file of the request types.
pub(super) const TYPES: &str = "catalogue.csv";
/// The file of their attributes.
pub(super) const ATTRIBUTES: &str = "attributes.csv";

const TYPE_COLUMNS: Columns = Columns {
    required: &["type", "name", "category"],
    optional: &["accountable_role", "contributing", "priority", "confidentiality", "recorded"],
};
const ATTRIBUTE_COLUMNS: Columns = Columns {
    required: &["type", "name", "kind"],
    optional: &["required", "published", "choices"],
};

/// Something that can be asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RequestType {
    /// Its code.
    pub id: RequestTypeId,
    /// Its name.
    pub name: String,
    /// The category path, widest first.
    pub category: Vec<String>,
    /// The role that answers for it.
    pub accountable_role: Option<Role>,
    /// Role words, or `desk:ID`.
    pub contributing: Vec<String>,
    /// The priority if none is stated.
    pub default_priority: Option<Priority>,
    /// Who may read requests of the type.
    pub confidentiality: Confidentiality,
    /// What is asked.
    pub attributes: Vec<Attribute>,
}

/// One thing to ask when a request is opened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// What its value must look like.
    pub kind: AttributeKind,
    /// Whether it must be there.
    pub required: bool,
    /// Whether its value is published.
    pub published: bool,
    /// The choices, for the kind `choice`.
    pub choices: Vec<String>,
}

/// What an attribute's value must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributeKind {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// An amount of money.
    Amount,
    /// A date.
    Date,
    /// `true` or `false`.
    Boolean,
    /// One of the choices.
    Choice,
}

impl RequestType {
    /// The desks among its contributors.
    pub(super) fn desks(&self) -> impl Iterator<Item = &str> {
        self.contributing.iter().filter_map(|contributor| contributor.strip_prefix("desk:"))
    }
}

/// Reads both files.
pub(super) fn read(
    types: Option<&str>,
    attributes: Option<&str>,
    settings: &Settings,
    entries: &mut Vec<Entry>,
    errors: &mut Vec<FileError>,
) {
    let mut asked = asked(attributes.unwrap_or_default(), errors);
    for row in rows(TYPES, types.unwrap_or("type,name,category"), &TYPE_COLUMNS, errors) {
        let recorded = row.recorded(&settings.zone, errors).or(settings.recorded);
        let attributes =
            asked.remove(row.text("type")).map(|(_, attributes)| attributes).unwrap_or_default();
        if let Some(request_type) = request_type(&row, attributes, errors) {
            entries.push(Entry {
                place: row.place,
                recorded,
                fact: Fact::RequestType(request_type),
            });
        }
    }
    for (name, (place, _)) in asked {
        errors.push(place.error(
            "type",
            &name,
            format!("there is no such request type in {TYPES}: add it there or correct it"),
        ));
    }
}

fn request_type(
    row: &Row,
    attributes: Vec<Attribute>,
    errors: &mut Vec<FileError>,
) -> Option<RequestType> {
    let before = errors.len();
    let id = row.read("type", errors);
    let accountable_role = row.read("accountable_role", errors);
    let default_priority = row.read("priority", errors);
    let confidentiality = row.read("confidentiality", errors).unwrap_or(Confidentiality::None);
    let contributing: Vec<String> =
        row.text("contributing").split_whitespace().map(str::to_owned).collect();
    for contributor in contributing.iter().filter(|contributor| !contributor.starts_with("desk:")) {
        if let Err(error) = contributor.parse::<Role>() {
            errors.push(row.place.error(
                "contributing",
                contributor,
                format!("{error}, or desk:ID"),
            ));
        }
    }
    let category = row.text("category").split('/').map(|part| part.trim().to_owned()).collect();
    if errors.len() > before {
        return None;
    }
    Some(RequestType {
        id: id?,
        name: row.text("name").to_owned(),
        category,
        accountable_role,
        contributing,
        default_priority,
        confidentiality,
        attributes,
    })
}

type Asked = BTreeMap<String, (Place, Vec<Attribute>)>;

fn asked(text: &str, errors: &mut Vec<FileError>) -> Asked {
    let mut asked = Asked::new();
    if text.is_empty() {
        return asked;
    }
    for row in rows(ATTRIBUTES, text, &ATTRIBUTE_COLUMNS, errors) {
        let Some(attribute) = attribute(&row, errors) else { continue };
        let (_, attributes) = asked
            .entry(row.text("type").to_owned())
            .or_insert_with(|| (row.place.clone(), Vec::new()));
        if attributes.iter().any(|known| known.name == attribute.name) {
            errors.push(row.place.error(
                "name",
                &attribute.name,
                "is asked twice for this type: remove one",
            ));
            continue;
        }
        attributes.push(attribute);
    }
    asked
}

fn attribute(row: &Row, errors: &mut Vec<FileError>) -> Option<Attribute> {
    let before = errors.len();
    let name = row.text("name");
    let snake = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !snake || !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        errors.push(row.place.error("name", name, "must be a word in snake case, like need_by"));
    }
    let kind = kind(row, errors);
    let choices: Vec<String> = row
        .text("choices")
        .split('|')
        .map(str::trim)
        .filter(|choice| !choice.is_empty())
        .map(str::to_owned)
        .collect();
    if kind.is_some_and(|kind| (kind == AttributeKind::Choice) == choices.is_empty()) {
        errors.push(row.place.error(
            "choices",
            row.text("choices"),
            "the kind choice, and no other, has choices, with | between them",
        ));
    }
    let (required, published) = (row.flag("required", errors), row.flag("published", errors));
    if published && kind == Some(AttributeKind::Text) {
        errors.push(row.place.error(
            "published",
            "true",
            "free text is never published: write false, or make it a choice",
        ));
    }
    if errors.len() > before {
        return None;
    }
    Some(Attribute { name: name.to_owned(), kind: kind?, required, published, choices })
}

fn kind(row: &Row, errors: &mut Vec<FileError>) -> Option<AttributeKind> {
    Some(match row.text("kind") {
        "text" => AttributeKind::Text,
        "integer" => AttributeKind::Integer,
        "amount" => AttributeKind::Amount,
        "date" => AttributeKind::Date,
        "boolean" => AttributeKind::Boolean,
        "choice" => AttributeKind::Choice,
        other => {
            errors.push(row.place.error(
                "kind",
                other,
                "is no kind: one of text, integer, amount, date, boolean, choice",
            ));
            return None;
        }
    })
}
