//! `instruments.toml`: the questionnaires.

use kernel::InstrumentId;
use serde::{Deserialize, Serialize};

use super::{
    document,
    error::{FileError, Place},
    fact::{Entry, Fact},
    settings::Settings,
};

/// The file.
pub(super) const FILE: &str = "instruments.toml";

/// A questionnaire.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Instrument {
    /// Its id.
    pub id: InstrumentId,
    /// The items in their order.
    pub items: Vec<Item>,
    /// The item whose 4s and 5s count as satisfied.
    pub satisfaction_item: String,
    /// How long after a resolution the invitation goes out.
    pub settle_hours: u32,
    /// How long an invitation can be answered.
    pub expiry_days: u32,
}

/// One statement, answered on a scale of agreement from 1 to 5.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its key, constant over the years.
    pub key: String,
    /// The statement.
    pub text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default, rename = "instrument")]
    instruments: Vec<InstrumentDocument>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InstrumentDocument {
    id: toml::Spanned<String>,
    satisfaction_item: String,
    settle_hours: u32,
    expiry_days: u32,
    #[serde(default, rename = "item")]
    items: Vec<Item>,
}

/// Reads the file.
pub(super) fn read(
    text: &str,
    settings: &Settings,
    entries: &mut Vec<Entry>,
    errors: &mut Vec<FileError>,
) {
    let Some(document) = document::read::<Document>(FILE, text, errors) else { return };
    for instrument in document.instruments {
        let place = Place::new(FILE, Some(document::line(text, instrument.id.span().start)));
        if let Some(instrument) = checked(instrument, &place, errors) {
            entries.push(Entry {
                place,
                recorded: settings.recorded,
                fact: Fact::Instrument(instrument),
            });
        }
    }
}

fn checked(
    document: InstrumentDocument,
    place: &Place,
    errors: &mut Vec<FileError>,
) -> Option<Instrument> {
    let before = errors.len();
    let id = match InstrumentId::try_new(document.id.as_ref()) {
        Ok(id) => Some(id),
        Err(error) => {
            errors.push(place.error("id", document.id.as_ref(), error.to_string()));
            None
        }
    };
    if document.items.is_empty() {
        errors.push(place.error("item", "", "there is none: add at least one [[instrument.item]]"));
    }
    for (index, item) in document.items.iter().enumerate() {
        if document.items[..index].iter().any(|earlier| earlier.key == item.key) {
            errors.push(place.error("item.key", &item.key, "is the key of two items: rename one"));
        }
    }
    let wanted = &document.satisfaction_item;
    if !document.items.iter().any(|item| item.key == *wanted) {
        errors.push(place.error(
            "satisfaction_item",
            wanted,
            "is the key of no item: name one of the items",
        ));
    }
    if document.expiry_days == 0 {
        errors.push(place.error("expiry_days", "0", "nobody could answer: give at least 1"));
    }
    if errors.len() > before {
        return None;
    }
    Some(Instrument {
        id: id?,
        items: document.items,
        satisfaction_item: document.satisfaction_item,
        settle_hours: document.settle_hours,
        expiry_days: document.expiry_days,
    })
}
