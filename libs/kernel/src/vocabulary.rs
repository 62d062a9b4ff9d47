//! The closed vocabularies of the glossary, one word per concept.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A text that is not a word of a closed vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a {what}: one of {expected}")]
pub struct UnknownWord {
    what: &'static str,
    given: String,
    expected: String,
}

macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident as $what:literal { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every word of the vocabulary, in its order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word, as it stands in files, columns and messages.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;
            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text).ok_or_else(|| UnknownWord {
                    what: $what,
                    given: text.chars().take(80).collect(),
                    expected: Self::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>().join(", "),
                })
            }
        }
    };
}

vocabulary! {
    /// What a member does in a team.
    Role as "role" {
        /// Curriculum and instruction.
        Academic = "academic",
        /// Special education.
        SpecialEducation = "special_education",
        /// Buildings, buses, technology.
        Operations = "operations",
        /// Staffing and pay.
        HumanResources = "human_resources",
        /// Money.
        Budget = "budget",
        /// Pupils and families.
        SocialWork = "social_work",
        /// Takes what no rule placed.
        Intake = "intake",
        /// Leads the team.
        Lead = "lead",
    }
}

vocabulary! {
    /// How pressing a request is, P1 first.
    Priority as "priority" {
        /// Emergency.
        P1 = "P1",
        /// Urgent.
        P2 = "P2",
        /// Normal.
        P3 = "P3",
        /// Can be planned.
        P4 = "P4",
    }
}

vocabulary! {
    /// A school's level of need.
    Tier as "tier" {
        /// Foundational support.
        Foundational = "1",
        /// Targeted support.
        Targeted = "2",
        /// Intensive support.
        Intensive = "3",
    }
}

vocabulary! {
    /// Which pupils a school teaches.
    SchoolLevel as "school level" {
        /// Elementary school.
        Elementary = "elementary",
        /// Kindergarten to grade 8.
        K8 = "k8",
        /// Middle school.
        Middle = "middle",
        /// High school.
        High = "high",
        /// Alternative school.
        Alternative = "alternative",
    }
}

vocabulary! {
    /// Who may read a request of a type, beside those who always may.
    Confidentiality as "confidentiality" {
        /// Nothing special.
        None = "none",
        /// About a pupil.
        Student = "student",
        /// Special education records of a pupil.
        Idea = "idea",
        /// About an employee.
        Personnel = "personnel",
        /// Legal matters.
        Legal = "legal",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_and_unknown_ones_name_the_choices() {
        assert_eq!("special_education".parse(), Ok(Role::SpecialEducation));
        let error = "P5".parse::<Priority>().unwrap_err().to_string();
        assert_eq!(error, r#""P5" is not a priority: one of P1, P2, P3, P4"#);
    }
}
