//! The closed vocabularies of requests, one word per concept.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use wire::schoolside::requests::v1 as pb;

/// A text that is not a word of a closed vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a {what}: one of {expected}")]
pub struct UnknownWord {
    what: &'static str,
    given: String,
    expected: String,
}

macro_rules! words {
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

/// Ties a vocabulary to the protobuf enum of the same words.
macro_rules! on_the_wire {
    ($name:ident: $pb:ident { $($variant:ident = $pbvariant:ident),+ $(,)? }) => {
        impl $name {
            /// The number of the protobuf enum's value.
            #[must_use]
            pub const fn to_wire(self) -> i32 {
                match self { $(Self::$variant => pb::$pb::$pbvariant as i32),+ }
            }

            /// The word of a protobuf enum's number; `None` when unspecified or unknown.
            #[must_use]
            pub fn from_wire(number: i32) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.to_wire() == number)
            }
        }
    };
}

words! {
    /// How a resolution came out. "Closed" alone never means fixed.
    Outcome as "outcome" {
        /// What was asked for is done.
        Done = "done",
        /// It will not be done.
        Declined = "declined",
        /// It waits for a budget: neither met nor missed.
        Deferred = "deferred",
        /// Another request asks for the same.
        Duplicate = "duplicate",
    }
}
on_the_wire!(Outcome: Outcome { Done = Done, Declined = Declined, Deferred = Deferred, Duplicate = Duplicate });

words! {
    /// What a paused request waits for.
    PauseReason as "pause reason" {
        /// The requester must answer; a reply of the requester ends the pause.
        WaitingForRequester = "waiting_for_requester",
        /// A vendor must deliver.
        WaitingForVendor = "waiting_for_vendor",
        /// Another office must act.
        WaitingForThirdParty = "waiting_for_third_party",
        /// It is planned for a later day, agreed with the requester.
        Scheduled = "scheduled",
    }
}
on_the_wire!(PauseReason: PauseReason {
    WaitingForRequester = WaitingForRequester,
    WaitingForVendor = WaitingForVendor,
    WaitingForThirdParty = WaitingForThirdParty,
    Scheduled = Scheduled,
});

words! {
    /// Who wrote a reply.
    Author as "author" {
        /// A person of the office.
        Staff = "staff",
        /// The requester, or someone for them.
        Requester = "requester",
        /// A machine; never counts as a first response.
        Automatic = "automatic",
    }
}
on_the_wire!(Author: Author { Staff = Staff, Requester = Requester, Automatic = Automatic });

words! {
    /// Why a pause ended.
    ResumeCause as "resume cause" {
        /// Somebody said so.
        Manual = "manual",
        /// The requester answered.
        RequesterReplied = "requester_replied",
        /// It was resolved.
        Resolved = "resolved",
        /// It was cancelled.
        Cancelled = "cancelled",
    }
}

words! {
    /// Why a request was handed over.
    ReassignReason as "reassign reason" {
        /// It belongs elsewhere.
        WrongTeam = "wrong_team",
        /// The holder has too much.
        Workload = "workload",
        /// The holder is away.
        Absence = "absence",
        /// Somebody else knows better.
        Expertise = "expertise",
        /// None of these.
        Other = "other",
    }
}

words! {
    /// Why a request was reclassified.
    ReclassifyReason as "reclassify reason" {
        /// The wrong type was chosen.
        WrongType = "wrong_type",
        /// What was asked became clear only later.
        UnclearRequest = "unclear_request",
        /// None of these.
        Other = "other",
    }
}

words! {
    /// Why a request got another priority.
    PriorityReason as "priority reason" {
        /// Somebody could come to harm, or no longer can.
        Safety = "safety",
        /// More people are affected than was thought, or fewer.
        Impact = "impact",
        /// It is needed by another day than was thought.
        Deadline = "deadline",
        /// It was a mistake.
        SetWrongly = "set_wrongly",
        /// None of these.
        Other = "other",
    }
}

words! {
    /// Why a request is for another school.
    SchoolReason as "school reason" {
        /// The wrong school was chosen.
        WrongSchool = "wrong_school",
        /// Who asked belongs to another school by now.
        Moved = "moved",
        /// None of these.
        Other = "other",
    }
}

words! {
    /// Why a request was reopened.
    ReopenReason as "reopen reason" {
        /// It was never fixed.
        NotFixed = "not_fixed",
        /// It came back.
        Recurred = "recurred",
        /// It was declined, deferred or linked wrongly.
        WrongOutcome = "wrong_outcome",
        /// None of these.
        Other = "other",
    }
}

words! {
    /// Why a request was cancelled.
    CancelReason as "cancel reason" {
        /// It is not needed any more.
        Withdrawn = "withdrawn",
        /// It should not have been opened.
        OpenedInError = "opened_in_error",
        /// None of these.
        Other = "other",
    }
}

words! {
    /// On what ground free text is destroyed.
    ErasureGround as "ground of erasure" {
        /// A parent asked, after the records are no longer needed.
        ParentRequest = "parent_request",
        /// The retention schedule says so.
        RetentionSchedule = "retention_schedule",
        /// A court ordered it.
        CourtOrder = "court_order",
        /// None of these.
        Other = "other",
    }
}

words! {
    /// What an attribute's value must look like.
    AttributeKind as "attribute kind" {
        /// Text, at most 500 characters.
        Text = "text",
        /// A whole number.
        Integer = "integer",
        /// An amount of money with at most two decimals.
        Amount = "amount",
        /// A date, `YYYY-MM-DD`.
        Date = "date",
        /// `true` or `false`.
        Boolean = "boolean",
        /// One of the attribute's choices.
        Choice = "choice",
    }
}
on_the_wire!(AttributeKind: AttributeKind {
    Text = Text, Integer = Integer, Amount = Amount, Date = Date, Boolean = Boolean, Choice = Choice,
});

/// The protobuf number of a confidentiality.
#[must_use]
pub const fn confidentiality_to_wire(word: kernel::Confidentiality) -> i32 {
    use kernel::Confidentiality as C;
    let value = match word {
        C::None => pb::Confidentiality::None,
        C::Student => pb::Confidentiality::Student,
        C::Idea => pb::Confidentiality::Idea,
        C::Personnel => pb::Confidentiality::Personnel,
        C::Legal => pb::Confidentiality::Legal,
    };
    value as i32
}

/// The confidentiality of a protobuf number; `None` when unspecified or unknown.
#[must_use]
pub fn confidentiality_from_wire(number: i32) -> Option<kernel::Confidentiality> {
    let all = kernel::Confidentiality::ALL.iter().copied();
    all.into_iter().find(|word| confidentiality_to_wire(*word) == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_the_wire_and_unspecified_is_none() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::from_wire(outcome.to_wire()), Some(*outcome));
        }
        assert_eq!(Outcome::from_wire(0), None);
        assert_eq!(confidentiality_from_wire(3), Some(kernel::Confidentiality::Idea));
    }

    #[test]
    fn an_unknown_word_names_the_choices() {
        let error = "bored".parse::<CancelReason>().unwrap_err().to_string();
        assert_eq!(
            error,
            r#""bored" is not a cancel reason: one of withdrawn, opened_in_error, other"#
        );
    }
}
