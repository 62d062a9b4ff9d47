//! What a condition can look at: a closed list, and the attributes that request types publish.

use std::{fmt, str::FromStr};

/// A field of a request's snapshot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The request type's code.
    RequestType,
    /// The category path, its parts joined by `/`. A condition's value matches the path and all below it.
    Category,
    /// The school.
    School,
    /// The school's network.
    Network,
    /// Which pupils the school teaches.
    SchoolLevel,
    /// The school's level of need, 1 to 3.
    Tier,
    /// The priority asked for, or the type's.
    Priority,
    /// How the request came in.
    Channel,
    /// `principal` for the school's principal of record, else the role word of a member of a team.
    RequesterRole,
    /// An attribute that a request type declares as published.
    Attribute(String),
}

impl Field {
    /// Every field but the attributes.
    pub const PLAIN: [Self; 9] = [
        Self::RequestType,
        Self::Category,
        Self::School,
        Self::Network,
        Self::SchoolLevel,
        Self::Tier,
        Self::Priority,
        Self::Channel,
        Self::RequesterRole,
    ];

    /// Whether its values have an order that `at_least` and `at_most` can use.
    #[must_use]
    pub const fn is_ordered(&self) -> bool {
        matches!(self, Self::Tier | Self::Priority | Self::Attribute(_))
    }

    /// Whether a condition's value matches a request's.
    #[must_use]
    pub fn matches(&self, wanted: &str, value: &str) -> bool {
        let below = |rest: &str| rest.is_empty() || rest.starts_with('/');
        match self {
            Self::Category => value.strip_prefix(wanted).is_some_and(below),
            Self::RequestType
            | Self::School
            | Self::Network
            | Self::SchoolLevel
            | Self::Tier
            | Self::Priority
            | Self::Channel
            | Self::RequesterRole
            | Self::Attribute(_) => wanted == value,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RequestType => "request_type",
            Self::Category => "category",
            Self::School => "school",
            Self::Network => "network",
            Self::SchoolLevel => "school_level",
            Self::Tier => "tier",
            Self::Priority => "priority",
            Self::Channel => "channel",
            Self::RequesterRole => "requester_role",
            Self::Attribute(name) => return write!(f, "attribute.{name}"),
        })
    }
}

/// A text that names no field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a field: one of request_type, category, school, network, school_level, tier, priority, \
     channel, requester_role, or attribute.NAME"
)]
pub struct UnknownField(pub String);

impl FromStr for Field {
    type Err = UnknownField;

    fn from_str(text: &str) -> Result<Self, UnknownField> {
        let unknown = || UnknownField(text.chars().take(80).collect());
        if let Some(name) = text.strip_prefix("attribute.") {
            let fits = (1..=64).contains(&name.len());
            return if fits { Ok(Self::Attribute(name.to_owned())) } else { Err(unknown()) };
        }
        Self::PLAIN.into_iter().find(|field| field.to_string() == text).ok_or_else(unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_matches_the_path_and_all_below_it() {
        assert!(Field::Category.matches("facilities", "facilities/heating"));
        assert!(Field::Category.matches("facilities/heating", "facilities/heating"));
        assert!(!Field::Category.matches("facilities", "facilities-2/heating"));
        assert!(!Field::RequestType.matches("FAC", "FAC/1"));
    }

    #[test]
    fn fields_read_back() {
        for field in Field::PLAIN.into_iter().chain([Field::Attribute("amount".to_owned())]) {
            assert_eq!(field.to_string().parse(), Ok(field));
        }
        assert!("attribute.".parse::<Field>().is_err());
        assert!("schol".parse::<Field>().unwrap_err().to_string().contains("school_level"));
    }
}
