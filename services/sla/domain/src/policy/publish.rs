//! Publishing: a version of the whole policy becomes valid. The same again changes nothing.

use std::collections::BTreeSet;

use ::wire::schoolside::sla::v1::PolicyPublished;
use kernel::{CalendarId, DecodeError, PolicyId, Timestamp};
use prost::Message;

use super::{Event, Refusal, Rules, State, check, wire};
use crate::{
    codec::{count, instant, message, number, stamp, word},
    fault::Faults,
    versions,
};

/// Publish a version.
#[derive(Debug, Clone)]
pub struct Publish {
    /// The policy.
    pub id: PolicyId,
    /// What it is to say.
    pub rules: Rules,
    /// From when on it is in force; `None` is at once.
    pub effective_from: Option<Timestamp>,
    /// The calendars that are published.
    pub known_calendars: BTreeSet<CalendarId>,
}

/// A version is valid.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// The policy.
    pub id: PolicyId,
    /// The version, from 1.
    pub version: u32,
    /// From when on it is in force.
    pub effective_from: Timestamp,
    /// When it became known.
    pub published_at: Timestamp,
    /// What it says.
    pub rules: Rules,
}

impl Publish {
    pub(super) fn decide(self, state: &State, now: Timestamp) -> Result<Vec<Event>, Refusal> {
        let mut faults = Faults::default();
        check::check(&self.rules, &mut faults);
        let rules = faults.or(self.rules).map_err(Refusal::Invalid)?;
        let unknown = rules.calendars().find(|calendar| !self.known_calendars.contains(calendar));
        if let Some(calendar) = unknown {
            return Err(Refusal::UnknownCalendar(calendar.clone()));
        }
        let latest = state.versions.latest();
        let same = latest.is_some_and(|latest| {
            latest.content == rules
                && self.effective_from.is_none_or(|from| from == latest.effective_from)
        });
        if same {
            return Ok(Vec::new());
        }
        Ok(vec![Event::Published(Published {
            id: self.id,
            version: latest.map_or(1, |latest| latest.version + 1),
            effective_from: self.effective_from.unwrap_or(now),
            published_at: now,
            rules,
        })])
    }
}

impl Published {
    pub(super) const NAME: &'static str = "published";

    pub(super) fn evolve(&self, mut state: State) -> State {
        state.versions.add(versions::Published {
            version: self.version,
            effective_from: self.effective_from,
            published_at: self.published_at,
            content: self.rules.clone(),
        });
        state
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        PolicyPublished {
            policy_id: self.id.to_string(),
            version: count(self.version),
            effective_from: stamp(self.effective_from),
            published_at: stamp(self.published_at),
            entries: self.rules.entries.iter().map(wire::entry_to).collect(),
        }
        .encode_to_vec()
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = Published::NAME;
        let read: PolicyPublished = message(NAME, payload)?;
        let entries = read.entries.into_iter().map(|entry| wire::entry_from(NAME, entry));
        Ok(Self {
            id: word(NAME, "policy_id", &read.policy_id)?,
            version: number(NAME, "version", read.version)?,
            effective_from: instant(NAME, "effective_from", read.effective_from.as_ref())?,
            published_at: instant(NAME, "published_at", read.published_at.as_ref())?,
            rules: Rules { entries: entries.collect::<Result<_, _>>()? },
        })
    }
}
