//! The closed vocabularies of promises, as they stand in files, columns and messages.

use std::{fmt, str::FromStr};

/// A text that is not a word of a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a {what}; expected one of {expected}")]
pub struct UnknownWord {
    what: &'static str,
    given: String,
    expected: String,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident as $what:literal { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every word, in its order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word.
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

words! {
    /// What must happen.
    Metric as "metric" {
        /// A person of the office answers in public for the first time.
        FirstResponse = "first_response",
        /// A person of the office answers what the requester wrote last.
        NextResponse = "next_response",
        /// The requester hears something at least this often, until the request is resolved.
        PeriodicUpdate = "periodic_update",
        /// The request is resolved; a reopening lets the clock go on.
        FirstResolution = "first_resolution",
        /// The request is resolved; no pause stops the clock, so waiting is part of the total.
        TotalResolution = "total_resolution",
        /// One team's tenure ends: it hands the request over, or the request is resolved.
        Ownership = "ownership",
    }
}

impl Metric {
    /// Whether targets of this metric may say when the clock starts; the others start with what they are about.
    #[must_use]
    pub const fn has_start(self) -> bool {
        match self {
            Self::FirstResponse
            | Self::PeriodicUpdate
            | Self::FirstResolution
            | Self::TotalResolution => true,
            Self::NextResponse | Self::Ownership => false,
        }
    }

    /// Whether waiting for the requester stops the clock whatever the target says: it is their turn.
    #[must_use]
    pub const fn stops_at_the_requesters_turn(self) -> bool {
        matches!(self, Self::NextResponse | Self::PeriodicUpdate)
    }

    /// Whether pauses can stop the clock at all.
    #[must_use]
    pub const fn can_pause(self) -> bool {
        !matches!(self, Self::TotalResolution)
    }
}

words! {
    /// From when on a clock runs.
    Start as "start" {
        /// The request was recorded.
        Created = "created",
        /// The request reached the office, which may lie before it was recorded.
        Received = "received",
        /// A team held it for the first time.
        Routed = "routed",
        /// A person of the office did something about it for the first time.
        FirstActive = "first_active",
    }
}

words! {
    /// What a change of type, priority or school does to a running clock whose target differs afterwards.
    OnChange as "rule for changes" {
        /// The new target counts from the old start: what has passed is carried over.
        CarryElapsed = "carry_elapsed",
        /// The clock is superseded; another starts at the change.
        Restart = "restart",
        /// The old target stands.
        Keep = "keep",
    }
}

words! {
    /// Who is told on a step of the ladder.
    Audience as "reader" {
        /// The member who holds the request, or else the team.
        Holder = "holder",
        /// The lead of the team.
        Lead = "lead",
        /// The directors.
        Director = "director",
    }
}

words! {
    /// What a clock waits for.
    PauseReason as "pause reason" {
        /// The requester must answer.
        WaitingForRequester = "waiting_for_requester",
        /// A vendor must deliver.
        WaitingForVendor = "waiting_for_vendor",
        /// Another office must act.
        WaitingForThirdParty = "waiting_for_third_party",
        /// Planned for a later day, agreed with the requester.
        Scheduled = "scheduled",
        /// It was resolved and then reopened; never a reason of a request's own pauses.
        Resolved = "resolved",
    }
}

words! {
    /// What a reopening does to the clock of a resolution.
    OnReopen as "rule for reopening" {
        /// It goes on; the time between resolution and reopening does not count.
        ResumeExcludingGap = "resume_excluding_gap",
        /// The old cycle stays as it ended; a new one starts at the reopening.
        NewCycle = "new_cycle",
        /// The first resolution stands.
        Ignore = "ignore",
    }
}

words! {
    /// Whether later versions count for a clock that runs already.
    Mode as "mode" {
        /// The version in force now, with all it knows now.
        Follow = "follow",
        /// The version known at the start, with what it knew then.
        Pinned = "pinned",
    }
}

words! {
    /// Why a clock ended without a verdict.
    CancelReason as "reason" {
        /// The request was withdrawn.
        RequestCancelled = "request_cancelled",
        /// Another request asks for the same.
        Duplicate = "duplicate",
        /// It waits for a budget.
        Deferred = "deferred",
        /// No target applies any more.
        NoTarget = "no_target",
    }
}

words! {
    /// What made a case be looked at again.
    Cause as "cause" {
        /// Time passed.
        Time = "time",
        /// The request was opened, or its opening corrected.
        Opening = "opening",
        /// A pause began or ended.
        Pause = "pause",
        /// Somebody replied.
        Reply = "reply",
        /// It was resolved.
        Resolution = "resolution",
        /// It was reopened.
        Reopening = "reopening",
        /// It was cancelled.
        Cancellation = "cancellation",
        /// Its type, priority or holder changed.
        Change = "change",
        /// A calendar version or a late closure counts.
        Calendar = "calendar",
        /// A policy version counts.
        Policy = "policy",
    }
}
