//! `fields.external_id`: what is cleaned off an id, and what it must look like.

use super::{
    field::{Cells, Field},
    keys::Keys,
};
use crate::import::pattern::Pattern;

/// Upper or lower case for ids that were typed by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Case {
    AsIs,
    Upper,
    Lower,
}

/// The rule for ids, applied in this order.
#[derive(Debug, Clone)]
pub(in crate::import) struct IdField {
    pub(in crate::import) field: Field,
    pub(in crate::import) remove_prefix: Vec<String>,
    pub(in crate::import) remove_suffix: Vec<String>,
    pub(in crate::import) remove: Vec<String>,
    pub(in crate::import) case: Case,
    pub(in crate::import) pad_to: usize,
    pub(in crate::import) pad_with: char,
    pub(in crate::import) patterns: Vec<Pattern>,
}

impl IdField {
    pub(super) fn read(name: &str, mut keys: Keys<'_>, cells: &Cells) -> Self {
        let field = Field::read(name, &mut keys, cells);
        let pad_to = keys.number("pad_to", 1, 64).unwrap_or(0);
        let pad_with = keys.text("pad_with");
        let pad_with =
            match pad_with.as_deref().map(|text| (text.chars().next(), text.chars().count())) {
                None => '0',
                Some((Some(c), 1)) => c,
                Some(_) => {
                    keys.fault("pad_with", "expected one character");
                    '0'
                }
            };
        let id = Self {
            field,
            remove_prefix: keys.texts("remove_prefix").unwrap_or_default(),
            remove_suffix: keys.texts("remove_suffix").unwrap_or_default(),
            remove: keys.texts("remove").unwrap_or_default(),
            case: keys
                .word("case", &[("upper", Case::Upper), ("lower", Case::Lower)])
                .unwrap_or(Case::AsIs),
            pad_to: usize::try_from(pad_to).unwrap_or(0),
            pad_with,
            patterns: keys
                .texts("pattern")
                .unwrap_or_default()
                .iter()
                .map(|text| Pattern::new(text))
                .collect(),
        };
        keys.finish();
        id
    }

    /// The id in its final form, or what was expected instead.
    pub(in crate::import) fn clean(&self, text: &str) -> Result<String, String> {
        if is_scientific(text) {
            return Err(
                "the whole id; a spreadsheet has rounded this one: export the column as text"
                    .to_owned(),
            );
        }
        let mut id = text;
        for prefix in &self.remove_prefix {
            id = id.strip_prefix(prefix.as_str()).unwrap_or(id);
        }
        for suffix in &self.remove_suffix {
            id = id.strip_suffix(suffix.as_str()).unwrap_or(id);
        }
        let mut id = id.to_owned();
        for remove in self.remove.iter().filter(|remove| !remove.is_empty()) {
            id = id.replace(remove.as_str(), "");
        }
        match self.case {
            Case::AsIs => {}
            Case::Upper => id = id.to_uppercase(),
            Case::Lower => id = id.to_lowercase(),
        }
        let length = id.chars().count();
        if length > 0 && length < self.pad_to {
            id = std::iter::repeat_n(self.pad_with, self.pad_to - length)
                .chain(id.chars())
                .collect();
        }
        if id.is_empty() {
            return Err("an id; nothing is left of this one after the clean-up".to_owned());
        }
        if !self.patterns.is_empty() && !self.patterns.iter().any(|pattern| pattern.matches(&id)) {
            let patterns =
                self.patterns.iter().map(|pattern| format!("\"{pattern}\"")).collect::<Vec<_>>();
            return Err(format!("an id of the form {}", patterns.join(" or ")));
        }
        Ok(id)
    }
}

/// What spreadsheets make of long numbers: `1.01E+11`, `1,01E+11`, `1E+11`.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once(['.', ',']) {
        Some((whole, fraction)) => whole.len() == 1 && digits(whole) && digits(fraction),
        None => mantissa.len() == 1 && digits(mantissa),
    };
    mantissa_fits && exponent.strip_prefix(['+', '-']).is_some_and(digits)
}
