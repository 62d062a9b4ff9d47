//! Identifiers: newtypes over UUIDs, numbers and short texts, so that one cannot be passed for another.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The namespace of every identifier that Schoolside derives (UUIDv5).
const NAMESPACE: Uuid = Uuid::from_u128(0x8a1f_57a2_3f6c_5d0e_9c41_64d3_2b7e_90aa);

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }
    };
}

uuid_id! {
    /// One stream: the whole history of one aggregate. A request's id is its stream's id.
    StreamId
}
uuid_id! {
    /// The caller's name for one attempt to change something; repeating it repeats the answer.
    CommandId
}
uuid_id! {
    /// One event.
    EventId
}

impl StreamId {
    /// The stream of the aggregate `kind` that is known by the text `key`: the same for ever, on every machine.
    #[must_use]
    pub fn of(kind: &str, key: &str) -> Self {
        Self(Uuid::new_v5(&NAMESPACE, format!("{kind}/{key}").as_bytes()))
    }

    /// The stream that a creating command makes: repeating the command finds it again.
    #[must_use]
    pub fn created_by(kind: &str, command: CommandId) -> Self {
        Self::of(kind, &command.to_string())
    }
}

impl CommandId {
    /// The command that `reaction` issues because of `event`: a redelivery is a duplicate, not a second effect.
    #[must_use]
    pub fn of_reaction(reaction: &str, event: EventId) -> Self {
        Self(Uuid::new_v5(&event.0, reaction.as_bytes()))
    }

    /// A command id derived from a text, for work that must be the same whoever repeats it.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Uuid::new_v5(&NAMESPACE, text.as_bytes()))
    }
}

/// A place in one service's log: gapless from 1, in commit order. 0 is before the first event.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Position(pub i64);

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How many events a stream has: versions run 1, 2, 3 … without holes. 0 is a stream that does not exist.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Version(pub i32);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not an id: 1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit"
)]
pub struct InvalidId(pub String);

fn checked(text: &str) -> Result<Box<str>, InvalidId> {
    let mut bytes = text.bytes();
    let fits = text.len() <= 64
        && bytes.next().is_some_and(|b| b.is_ascii_alphanumeric())
        && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    if fits { Ok(text.into()) } else { Err(InvalidId(text.chars().take(80).collect())) }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// Takes a text that has the form of an id.
            ///
            /// # Errors
            /// When it has not.
            pub fn try_new(text: &str) -> Result<Self, InvalidId> {
                checked(text).map(Self)
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::try_new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::try_new(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.into()
            }
        }
    };
}

text_id! {
    /// A school, by the district's own number: text, leading zeros count.
    SchoolId
}
text_id! {
    /// A network of about fifteen schools.
    NetworkId
}
text_id! {
    /// A cross-functional team, a central desk or intake.
    TeamId
}
text_id! {
    /// A person, by an opaque id; names are private.
    PersonId
}
text_id! {
    /// A request type of the catalogue, by its code.
    RequestTypeId
}
text_id! {
    /// A calendar of open hours.
    CalendarId
}
text_id! {
    /// A policy: which targets apply to which requests.
    PolicyId
}
text_id! {
    /// A questionnaire.
    InstrumentId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_ids_keep_leading_zeros_and_refuse_what_a_path_cannot_carry() {
        assert_eq!(SchoolId::try_new("0101").unwrap().as_str(), "0101");
        for bad in ["", "-a", "a/b", "No Q", "é", &"x".repeat(65)] {
            assert!(TeamId::try_new(bad).is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn derived_ids_depend_on_kind_and_key() {
        assert_eq!(StreamId::of("school", "0101"), StreamId::of("school", "0101"));
        assert_ne!(StreamId::of("school", "0101"), StreamId::of("team", "0101"));
    }
}
