//! What the events of a case refer to: the clock, what it was reckoned by, and the request at that moment.

use kernel::{
    CalendarId, DecodeError, NetworkId, PolicyId, Priority, RequestTypeId, SchoolId, TeamId, Tier,
    Timestamp,
};
use wire::schoolside::sla::v1 as proto;

use crate::{
    clock::Length,
    codec::{count, number, optional_instant, optional_word, stamp, word},
    words::Metric,
};

/// One cycle of one clock of the request. Today a request has one target per metric, named like it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClockKey {
    /// What must happen.
    pub metric: Metric,
    /// Which run of the clock, from 1.
    pub cycle: u32,
}

/// What a due instant was reckoned by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// The source of an import states it.
    Stated,
    /// A policy's target in a calendar.
    Reckoned {
        /// The policy.
        policy: PolicyId,
        /// Its version.
        policy_version: u32,
        /// Its entry, from 1.
        entry: u32,
        /// The target's length for this request.
        length: Length,
        /// The calendar.
        calendar: CalendarId,
        /// Its version.
        calendar_version: u32,
        /// The last of its `known_from` instants that counted.
        calendar_known: Option<Timestamp>,
    },
}

/// What was known of the request when an event was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The request type.
    pub request_type: RequestTypeId,
    /// The priority, if known.
    pub priority: Option<Priority>,
    /// The team that holds it, if any.
    pub team: Option<TeamId>,
    /// The school, if known.
    pub school: Option<SchoolId>,
    /// The school's network at the opening, if known.
    pub network: Option<NetworkId>,
    /// The school's tier at the opening, if known.
    pub tier: Option<Tier>,
}

/// The policy id in messages where the source states the due instant.
const STATED: &str = "stated";

impl ClockKey {
    pub(super) fn to_wire(self) -> Option<proto::ClockRef> {
        let metric = self.metric.to_string();
        Some(proto::ClockRef { target: metric.clone(), metric, cycle: count(self.cycle) })
    }

    pub(super) fn from_wire(
        name: &'static str,
        read: Option<&proto::ClockRef>,
    ) -> Result<Self, DecodeError> {
        let read = read.ok_or(DecodeError::Invalid { name, field: "clock" })?;
        let metric = word(name, "metric", &read.metric)?;
        Ok(Self { metric, cycle: number(name, "cycle", read.cycle)? })
    }
}

impl Basis {
    /// Whether both were reckoned by the same version of the policy, and where it is the same calendar by the same version
    /// of that.
    #[must_use]
    pub fn same_versions(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Stated, Self::Stated) => true,
            (
                Self::Reckoned {
                    policy,
                    policy_version,
                    calendar,
                    calendar_version,
                    calendar_known,
                    ..
                },
                Self::Reckoned {
                    policy: other_policy,
                    policy_version: other_version,
                    calendar: other_calendar,
                    calendar_version: other_calendar_version,
                    calendar_known: other_known,
                    ..
                },
            ) => {
                let policies = (policy, policy_version) == (other_policy, other_version);
                let calendars =
                    (calendar_version, calendar_known) == (other_calendar_version, other_known);
                policies && (calendar != other_calendar || calendars)
            }
            (Self::Stated, Self::Reckoned { .. }) | (Self::Reckoned { .. }, Self::Stated) => false,
        }
    }

    pub(super) fn to_wire(&self) -> Option<proto::Basis> {
        Some(match self {
            Self::Stated => proto::Basis { policy_id: STATED.to_owned(), ..Default::default() },
            Self::Reckoned {
                policy,
                policy_version,
                entry,
                length,
                calendar,
                calendar_version,
                calendar_known,
            } => proto::Basis {
                policy_id: policy.to_string(),
                policy_version: count(*policy_version),
                policy_entry: count(*entry),
                length: length.to_string(),
                calendar_id: calendar.to_string(),
                calendar_version: count(*calendar_version),
                calendar_known: calendar_known.and_then(stamp),
            },
        })
    }

    pub(super) fn from_wire(
        name: &'static str,
        read: Option<&proto::Basis>,
    ) -> Result<Self, DecodeError> {
        let read = read.ok_or(DecodeError::Invalid { name, field: "basis" })?;
        if read.policy_id == STATED && read.policy_version == 0 {
            return Ok(Self::Stated);
        }
        let known = read.calendar_known.as_ref();
        Ok(Self::Reckoned {
            policy: word(name, "policy_id", &read.policy_id)?,
            policy_version: number(name, "policy_version", read.policy_version)?,
            entry: number(name, "policy_entry", read.policy_entry)?,
            length: word(name, "length", &read.length)?,
            calendar: word(name, "calendar_id", &read.calendar_id)?,
            calendar_version: number(name, "calendar_version", read.calendar_version)?,
            calendar_known: optional_instant(name, "calendar_known", known)?,
        })
    }
}

impl Snapshot {
    pub(super) fn to_wire(&self) -> Option<proto::CaseSnapshot> {
        fn text<T: ToString>(value: Option<&T>) -> String {
            value.map(ToString::to_string).unwrap_or_default()
        }
        Some(proto::CaseSnapshot {
            request_type_id: self.request_type.to_string(),
            priority: text(self.priority.as_ref()),
            team_id: text(self.team.as_ref()),
            school_id: text(self.school.as_ref()),
            network_id: text(self.network.as_ref()),
            tier: self.tier.and_then(|tier| tier.as_str().parse().ok()).unwrap_or_default(),
        })
    }

    pub(super) fn from_wire(
        name: &'static str,
        read: Option<&proto::CaseSnapshot>,
    ) -> Result<Self, DecodeError> {
        let read = read.ok_or(DecodeError::Invalid { name, field: "snapshot" })?;
        let tier = if read.tier == 0 { String::new() } else { read.tier.to_string() };
        Ok(Self {
            request_type: word(name, "request_type_id", &read.request_type_id)?,
            priority: optional_word(name, "priority", &read.priority)?,
            team: optional_word(name, "team_id", &read.team_id)?,
            school: optional_word(name, "school_id", &read.school_id)?,
            network: optional_word(name, "network_id", &read.network_id)?,
            tier: optional_word(name, "tier", &tier)?,
        })
    }
}
