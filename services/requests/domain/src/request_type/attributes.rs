//! Checking what a requester filled in against the type's definition.

use std::collections::BTreeMap;

use super::Definition;
use crate::words::AttributeKind;

/// The values that were accepted, apart by where they may go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Values that are published with the event.
    pub published: BTreeMap<String, String>,
    /// Values that stay in the private part.
    pub private: BTreeMap<String, String>,
}

/// Why an attribute is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttributeRefusal {
    /// The type asks for no such thing.
    #[error("attribute {name:?} is not asked for by {request_type}; it asks for: {asked}")]
    Unknown {
        /// The attribute.
        name: String,
        /// The type.
        request_type: String,
        /// What it asks for.
        asked: String,
    },
    /// A required value is missing.
    #[error("attribute {0:?} is required")]
    Missing(String),
    /// A value of another kind.
    #[error("attribute {name:?} must be {expected}")]
    Invalid {
        /// The attribute.
        name: String,
        /// What would have been taken.
        expected: String,
    },
}

impl AttributeRefusal {
    /// The name of the attribute at fault.
    #[must_use]
    pub fn attribute(&self) -> &str {
        match self {
            Self::Unknown { name, .. } | Self::Missing(name) | Self::Invalid { name, .. } => name,
        }
    }
}

/// Checks values against a definition. An empty value counts as not given.
///
/// # Errors
/// At the first attribute that is unknown, missing or of another kind.
pub fn check(
    definition: &Definition,
    values: &BTreeMap<String, String>,
) -> Result<Checked, AttributeRefusal> {
    let asked = |name: &str| definition.attributes.iter().find(|attribute| attribute.name == name);
    if let Some(name) = values.keys().find(|name| asked(name).is_none()) {
        let names: Vec<_> = definition.attributes.iter().map(|it| it.name.as_str()).collect();
        return Err(AttributeRefusal::Unknown {
            name: name.chars().take(80).collect(),
            request_type: definition.id.to_string(),
            asked: if names.is_empty() { "nothing".into() } else { names.join(", ") },
        });
    }
    let mut checked = Checked::default();
    for attribute in &definition.attributes {
        let name = attribute.name.clone();
        let value = values.get(&name).map(|value| value.trim()).filter(|value| !value.is_empty());
        match value {
            None if attribute.required => return Err(AttributeRefusal::Missing(name)),
            None => {}
            Some(value) => {
                if let Some(expected) = misfit(attribute.kind, &attribute.choices, value) {
                    return Err(AttributeRefusal::Invalid { name, expected });
                }
                let target =
                    if attribute.published { &mut checked.published } else { &mut checked.private };
                target.insert(name, value.to_owned());
            }
        }
    }
    Ok(checked)
}

/// The values that a request of another type brings along: those of attributes of the same name, where they fit. What was
/// not published does not become so.
#[must_use]
pub fn carried(
    definition: &Definition,
    published: &BTreeMap<String, String>,
    private: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut carried = BTreeMap::new();
    for attribute in &definition.attributes {
        let hidden = private.get(&attribute.name).filter(|_| !attribute.published);
        let value = published.get(&attribute.name).or(hidden);
        if let Some(value) = value
            && misfit(attribute.kind, &attribute.choices, value).is_none()
        {
            carried.insert(attribute.name.clone(), value.clone());
        }
    }
    carried
}

/// What would have been taken instead of `value`; `None` when it fits.
fn misfit(kind: AttributeKind, choices: &[String], value: &str) -> Option<String> {
    let (fits, expected) = match kind {
        AttributeKind::Text => (value.chars().count() <= 500, "at most 500 characters"),
        AttributeKind::Integer => (value.parse::<i64>().is_ok(), "a whole number"),
        AttributeKind::Amount => {
            (is_amount(value), "an amount with at most two decimals, such as 1250.50")
        }
        AttributeKind::Date => {
            (wire::time::parse_date(value).is_some(), "a date, such as 2026-02-28")
        }
        AttributeKind::Boolean => (matches!(value, "true" | "false"), "true or false"),
        AttributeKind::Choice => {
            let fits = choices.iter().any(|choice| choice == value);
            return (!fits).then(|| format!("one of {}", choices.join(", ")));
        }
    };
    (!fits).then(|| expected.to_owned())
}

fn is_amount(value: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let unsigned = value.strip_prefix('-').unwrap_or(value);
    match unsigned.split_once('.') {
        None => digits(unsigned) && unsigned.len() <= 15,
        Some((whole, cents)) => {
            digits(whole) && whole.len() <= 15 && digits(cents) && cents.len() <= 2
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::request_type::define::tests::a_definition;

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }

    #[test]
    fn published_values_and_private_ones_go_apart() {
        let checked =
            check(&a_definition(), &values(&[("vendor", "Acme"), ("amount", "12.50")])).unwrap();
        assert_eq!(checked.published, values(&[("amount", "12.50")]));
        assert_eq!(checked.private, values(&[("vendor", "Acme")]));
    }

    #[test]
    fn unknown_and_missing_attributes_are_refused_by_name() {
        let unknown =
            check(&a_definition(), &values(&[("vendor", "A"), ("colour", "red")])).unwrap_err();
        assert_eq!(
            unknown.to_string(),
            r#"attribute "colour" is not asked for by PRC1; it asks for: vendor, amount"#
        );
        let missing = check(&a_definition(), &values(&[("vendor", "  ")])).unwrap_err();
        assert_eq!(missing, AttributeRefusal::Missing("vendor".into()));
    }

    #[test]
    fn only_what_fits_is_carried_over_and_nothing_becomes_published_by_it() {
        let published = values(&[("amount", "12.50"), ("colour", "red")]);
        let private = values(&[("vendor", "Acme")]);
        assert_eq!(
            carried(&a_definition(), &published, &private),
            values(&[("amount", "12.50"), ("vendor", "Acme")])
        );
        // The definition publishes amounts: one that was not published is not carried, nor is one that does not fit.
        assert_eq!(
            carried(&a_definition(), &values(&[]), &values(&[("amount", "9")])),
            values(&[])
        );
        let misfit = values(&[("amount", "much")]);
        assert_eq!(carried(&a_definition(), &misfit, &values(&[])), values(&[]));
    }

    #[rstest]
    #[case(AttributeKind::Integer, "12", "12.5")]
    #[case(AttributeKind::Amount, "-0.05", "1,000")]
    #[case(AttributeKind::Date, "2024-02-29", "2023-02-29")]
    #[case(AttributeKind::Boolean, "true", "yes")]
    #[case(AttributeKind::Choice, "red", "blue")]
    fn a_value_must_look_like_its_kind(
        #[case] kind: AttributeKind,
        #[case] good: &str,
        #[case] bad: &str,
    ) {
        let choices = ["red".to_owned()];
        assert_eq!(misfit(kind, &choices, good), None);
        assert!(misfit(kind, &choices, bad).is_some());
    }
}
