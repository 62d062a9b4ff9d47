//! What stands in a record's headers: one table, from which they are documented and checked.
//!
//! `stream::kafka::record` writes them. To add one there: a line here, and it is in every document.

use kernel::Timestamp;
use uuid::Uuid;

/// A header of a record.
pub struct Header {
    /// Its name.
    pub name: &'static str,
    /// Whether every record has it; otherwise those that have something to say.
    pub always: bool,
    /// What it says.
    pub meaning: &'static str,
    /// What it looks like.
    pub form: Form,
}

/// What a header's value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Always this text.
    Exactly(&'static str),
    /// A UUID in small letters with hyphens.
    Uuid,
    /// An instant: RFC 3339 in UTC.
    Instant,
    /// A whole number from 1, as twenty digits.
    Sequence,
    /// A whole number that is not below this.
    From(i64),
    /// Words with one space between them.
    Words,
    /// A W3C trace context.
    Trace,
    /// A text that is not empty.
    Text,
}

const fn always(name: &'static str, form: Form, meaning: &'static str) -> Header {
    Header { name, always: true, meaning, form }
}

const fn sometimes(name: &'static str, form: Form, meaning: &'static str) -> Header {
    Header { name, always: false, meaning, form }
}

/// Every header, in the order in which they are sent.
pub const HEADERS: [Header; 22] = [
    always("ce_specversion", Form::Exactly("1.0"), "The version of CloudEvents."),
    always("ce_id", Form::Uuid, "The event's id; together with `ce_source` it names one event."),
    always("ce_source", Form::Text, "Who published it: `/schoolside/` and the context."),
    always("ce_type", Form::Text, "Which event type it is."),
    always("ce_subject", Form::Text, "What it is about: the aggregate, `/`, and the key."),
    always(
        "ce_time",
        Form::Instant,
        "When it is said to have happened; imports bring old instants.",
    ),
    always(
        "ce_dataschema",
        Form::Text,
        "The schema file below `proto/`, `#`, and the message that the value is.",
    ),
    always("content-type", Form::Exactly("application/protobuf"), "The value's media type."),
    always("ce_sequence", Form::Sequence, "Its place among the events of its key: 1, 2, 3 …"),
    always(
        "ce_position",
        Form::From(1),
        "Its place in the context's log: it grows, also from key to key, with gaps within a topic.",
    ),
    always(
        "ce_revision",
        Form::From(1),
        "The revision of the message; raised when the message says more than before.",
    ),
    always("ce_recordedtime", Form::Instant, "When it was recorded; never goes back within a log."),
    always("ce_partitionkey", Form::Uuid, "The record's key once more."),
    always(
        "ce_dataclassification",
        Form::Exactly("internal"),
        "For whom it is: for those who work for the district.",
    ),
    always("ce_commandid", Form::Uuid, "The command that caused it; its events share it."),
    always(
        "ce_following",
        Form::From(0),
        "How many events of the same command and key come after it.",
    ),
    always(
        "ce_causationdepth",
        Form::From(0),
        "How many reactions lie between it and the ask from outside.",
    ),
    sometimes("ce_actor", Form::Text, "Who did it: an opaque id, never a name."),
    sometimes("ce_roles", Form::Words, "The role words of who did it."),
    sometimes(
        "ce_correlationid",
        Form::Text,
        "Shared by all that follows from one ask from outside.",
    ),
    sometimes("ce_causationid", Form::Text, "The event to which this one is a reaction."),
    sometimes("traceparent", Form::Trace, "The W3C trace context of the command."),
];

impl Form {
    /// What a value must look like, in words.
    pub fn words(self) -> String {
        match self {
            Self::Exactly(text) => format!("`{text}`"),
            Self::Uuid => "a UUID in small letters with hyphens".to_owned(),
            Self::Instant => "an instant in RFC 3339, in UTC with `Z`".to_owned(),
            Self::Sequence => "a whole number from 1, as twenty digits".to_owned(),
            Self::From(least) => format!("a whole number from {least}"),
            Self::Words => "words with one space between them".to_owned(),
            Self::Trace => "a W3C `traceparent`".to_owned(),
            Self::Text => "a text that is not empty".to_owned(),
        }
    }

    /// The pattern of its values, for schemas.
    pub fn pattern(self) -> &'static str {
        match self {
            Self::Exactly(_) | Self::Text => "^.+$",
            Self::Uuid => "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
            Self::Instant => r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$",
            Self::Sequence => r"^\d{20}$",
            Self::From(0) => r"^(0|[1-9]\d*)$",
            Self::From(_) => r"^[1-9]\d*$",
            Self::Words => r"^\S+( \S+)*$",
            Self::Trace => "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
        }
    }

    /// Whether a value has this form.
    pub fn is_of(self, value: &str) -> bool {
        match self {
            Self::Exactly(text) => value == text,
            Self::Uuid => Uuid::try_parse(value).is_ok_and(|uuid| uuid.to_string() == value),
            Self::Instant => {
                value.ends_with('Z')
                    && value.get(10..11) == Some("T")
                    && value.parse::<Timestamp>().is_ok()
            }
            Self::Sequence => value.len() == 20 && whole(value).is_some_and(|number| number >= 1),
            Self::From(least) => {
                whole(value).is_some_and(|number| number >= least && number.to_string() == value)
            }
            Self::Words => !value.is_empty() && value.split(' ').all(|word| !word.is_empty()),
            Self::Trace => is_trace(value),
            Self::Text => !value.trim().is_empty(),
        }
    }
}

/// A number of nothing but digits.
fn whole(value: &str) -> Option<i64> {
    value.bytes().all(|byte| byte.is_ascii_digit()).then(|| value.parse().ok()).flatten()
}

fn is_trace(value: &str) -> bool {
    let parts: Vec<&str> = value.split('-').collect();
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    parts.iter().map(|part| part.len()).eq([2, 32, 16, 2])
        && parts.iter().all(|part| part.bytes().all(hex))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Form::Exactly("1.0"), "1.0", "1")]
    #[case(
        Form::Uuid,
        "6f1f5c2e-0c7c-5f6a-9b1e-2d3c4b5a6978",
        "6F1F5C2E-0C7C-5F6A-9B1E-2D3C4B5A6978"
    )]
    #[case(Form::Instant, "2026-01-12T13:05:31.25Z", "2026-01-12T13:05:31+00:00")]
    #[case(Form::Instant, "2026-01-12T13:05:31Z", "2026-02-30T13:05:31Z")]
    #[case(Form::Sequence, "00000000000000000007", "7")]
    #[case(Form::Sequence, "00000000000000000001", "00000000000000000000")]
    #[case(Form::From(1), "12", "012")]
    #[case(Form::From(1), "1", "0")]
    #[case(Form::From(0), "0", "-1")]
    #[case(Form::Words, "lead team_member", "lead  team_member")]
    #[case(
        Form::Trace,
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"
    )]
    #[case(Form::Text, "people/T1-lead-1", " ")]
    fn a_form_tells_right_from_wrong(#[case] form: Form, #[case] right: &str, #[case] wrong: &str) {
        assert!(form.is_of(right), "{right}");
        assert!(!form.is_of(wrong), "{wrong}");
    }
}
