//! Importing: an outside system states what it knows of a request. Decided from the state alone, so the same row
//! is recognised for ever: taken before → unchanged; adds what was not known → appended; states a known fact
//! otherwise → refused.

use std::fmt::Display;

use kernel::{
    Decider, DecodeError, Encoded, NetworkId, Priority, SchoolId, StreamId, TeamId, Tier, Timestamp,
};
use serde::{Deserialize, Serialize};
use wire::schoolside::requests::v1 as pb;

use super::{Event, Facts, Holder, Opened, Phase, Refusal, Request, Resolved, Resumed, State};
use crate::{
    Reference, proto,
    request_type::Definition,
    words::{Outcome, ResumeCause},
};

/// SHA-256 of a row's mapped columns.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RowHash(pub [u8; 32]);

impl std::fmt::Debug for RowHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RowHash({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

/// The stream of the request that `source_system` knows as `external_id`: the same for ever, on every machine.
/// The system's id has the form of an id and so no slash: no two pairs give one key.
#[must_use]
pub fn imported_stream(source_system: &str, external_id: &str) -> StreamId {
    StreamId::of(Request::KIND, &format!("{source_system}/{external_id}"))
}

/// States what an outside system knows. What is `None` is not known there, except the resolution: a row
/// without one states that the request is not resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The outside system.
    pub source_system: String,
    /// The request's id there.
    pub external_id: String,
    /// The hash of the row's mapped columns.
    pub row_hash: RowHash,
    /// The short reference, drawn in case it is new.
    pub reference: Reference,
    /// Who imports: the subject of the caller.
    pub submitter: String,
    /// The type's definition now.
    pub definition: Definition,
    /// The category path; empty takes the type's.
    pub category: Vec<String>,
    /// When it was opened.
    pub opened: Timestamp,
    /// The school.
    pub school: Option<SchoolId>,
    /// The network.
    pub network: Option<NetworkId>,
    /// The tier.
    pub tier: Option<Tier>,
    /// Who held it.
    pub team: Option<TeamId>,
    /// The queue's name; kept with the team.
    pub queue: Option<String>,
    /// How it came in; empty if unknown.
    pub channel: String,
    /// The priority.
    pub priority: Option<Priority>,
    /// When it was due.
    pub due: Option<Timestamp>,
    /// When it was resolved, and how that came out.
    pub resolved: Option<(Timestamp, Outcome)>,
}

/// A row was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The outside system.
    pub source_system: String,
    /// The request's id there.
    pub external_id: String,
    /// The hash of the row's mapped columns.
    pub row_hash: RowHash,
}

/// An imported request was held by this team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The team.
    pub team: TeamId,
    /// The queue's name in the source system.
    pub queue: Option<String>,
    /// From when: the opening.
    pub from: Timestamp,
}

/// The source states when it was due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueDateStated {
    /// The stated due instant.
    pub due: Timestamp,
    /// From when it is taken as known: the opening.
    pub from: Timestamp,
}

/// What the source of an imported request stated so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The outside system.
    pub system: String,
    /// The request's id there.
    pub external_id: String,
    /// The hashes of all rows taken.
    pub rows: Vec<RowHash>,
    /// The holder it stated.
    pub team: Option<TeamId>,
    /// The queue it stated.
    pub queue: Option<String>,
    /// The resolution it stated.
    pub resolved: Option<(Timestamp, Outcome)>,
}

impl Source {
    /// The same, with a stated resolution.
    pub(super) fn with_resolution(self, at: Timestamp, outcome: Outcome) -> Self {
        Self { resolved: Some((at, outcome)), ..self }
    }
}

/// Compares a stated fact with the known one: `Ok(true)` when it adds what was not known.
fn compare<T: PartialEq + Display>(
    field: &'static str,
    known: Option<&T>,
    stated: Option<&T>,
) -> Result<bool, Refusal> {
    match (known, stated) {
        (Some(known), Some(stated)) if known != stated => Err(contradiction(field, known, stated)),
        (None, Some(_)) => Ok(true),
        _ => Ok(false),
    }
}

/// As [`compare`], for facts that are fixed by the opening: nothing can be added to them.
fn fixed<T: PartialEq + Display>(
    field: &'static str,
    known: Option<&T>,
    stated: Option<&T>,
) -> Result<(), Refusal> {
    match (compare(field, known, stated)?, stated) {
        (true, Some(stated)) => Err(contradiction(field, &"nothing", stated)),
        _ => Ok(()),
    }
}

fn contradiction(field: &'static str, known: &impl Display, stated: &impl Display) -> Refusal {
    Refusal::ImportContradiction { field, known: known.to_string(), stated: stated.to_string() }
}

fn some_text(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

impl Import {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        match (state.facts_at_opening(), &state.source) {
            (None, _) => Ok(self.first()),
            (Some(facts), Some(source)) => self.again(state, facts, source),
            (Some(_), None) => {
                Err(contradiction("external_id", &"a request opened here", &self.external_id))
            }
        }
    }

    fn first(self) -> Vec<Event> {
        let mut events =
            vec![Event::Imported(self.taken()), Event::Opened(Box::new(self.opening()))];
        events.extend(self.holding());
        events.extend(self.due_date());
        events.extend(self.resolution(self.team.clone()));
        events
    }

    fn again(self, state: &State, facts: &Facts, source: &Source) -> Result<Vec<Event>, Refusal> {
        if source.rows.contains(&self.row_hash) {
            return Ok(vec![]);
        }
        self.must_agree_on_the_opening(facts)?;
        let holder_is_new = compare("team", source.team.as_ref(), self.team.as_ref())?;
        if !holder_is_new {
            fixed(
                "queue",
                source.queue.as_ref(),
                self.queue.as_ref().filter(|_| source.team.is_some()),
            )?;
        }
        let due_is_new = compare("due_at", state.due.as_ref(), self.due.as_ref())?;
        let resolution_is_new = self.must_agree_on_the_resolution(state, source)?;
        let mut events = vec![Event::Imported(self.taken())];
        if holder_is_new {
            events.extend(self.holding());
        }
        if due_is_new {
            events.extend(self.due_date());
        }
        if resolution_is_new {
            events.extend(Resumed::because(ResumeCause::Resolved, state));
            let holder = state.holder.as_ref().map(|holder| holder.team.clone());
            events.extend(self.resolution(holder.or_else(|| self.team.clone())));
        }
        Ok(events)
    }

    fn must_agree_on_the_opening(&self, facts: &Facts) -> Result<(), Refusal> {
        fixed("opened_at", Some(&facts.opened_at), Some(&self.opened))?;
        fixed("request_type", Some(&facts.request_type), Some(&self.definition.id))?;
        let path = |parts: &[String]| (!parts.is_empty()).then(|| parts.join(" > "));
        fixed("category", path(&facts.category).as_ref(), path(&self.category).as_ref())?;
        fixed("school", facts.school.as_ref(), self.school.as_ref())?;
        fixed("network", facts.network.as_ref(), self.network.as_ref())?;
        fixed("tier", facts.tier.as_ref(), self.tier.as_ref())?;
        fixed("channel", some_text(&facts.channel).as_ref(), some_text(&self.channel).as_ref())?;
        fixed("priority", facts.priority.as_ref(), self.priority.as_ref())
    }

    /// Whether the row adds a resolution.
    fn must_agree_on_the_resolution(
        &self,
        state: &State,
        source: &Source,
    ) -> Result<bool, Refusal> {
        match (&source.resolved, &self.resolved) {
            (Some((known, _)), None) => Err(contradiction("resolved_at", known, &"not resolved")),
            (Some((known_at, known)), Some((at, outcome))) => {
                fixed("resolved_at", Some(known_at), Some(at))?;
                fixed("outcome", Some(known), Some(outcome)).map(|()| false)
            }
            (None, None) => Ok(false),
            (None, Some(_)) if state.phase == Phase::Open => Ok(true),
            (None, Some((at, _))) => {
                Err(contradiction("resolved_at", &format!("{} here", state.word()), at))
            }
        }
    }

    fn taken(&self) -> Imported {
        Imported {
            source_system: self.source_system.clone(),
            external_id: self.external_id.clone(),
            row_hash: self.row_hash,
        }
    }

    fn opening(&self) -> Opened {
        let definition = self.definition.clone();
        let stated = !self.category.is_empty();
        let facts = Facts {
            request_type: definition.id,
            category: if stated { self.category.clone() } else { definition.category },
            priority: self.priority,
            channel: self.channel.clone(),
            requester: None,
            submitter: self.submitter.clone(),
            school: self.school.clone(),
            network: self.network.clone(),
            tier: self.tier,
            level: None,
            attributes: std::collections::BTreeMap::new(),
            reference: self.reference,
            confidentiality: definition.confidentiality,
            accountable_role: definition.accountable_role,
            contributing: definition.contributing,
            imported: true,
            opened_at: self.opened,
        };
        Opened { facts, text: None }
    }

    fn holding(&self) -> Option<Event> {
        let team = self.team.clone()?;
        Some(Event::Held(Held { team, queue: self.queue.clone(), from: self.opened }))
    }

    fn due_date(&self) -> Option<Event> {
        self.due.map(|due| Event::DueDateStated(DueDateStated { due, from: self.opened }))
    }

    fn resolution(&self, team: Option<TeamId>) -> Option<Event> {
        let (at, outcome) = self.resolved?;
        Some(Event::Resolved(Resolved {
            outcome,
            duplicate_of: None,
            team,
            member: None,
            implausible: at < self.opened,
            at,
            imported: true,
            summary: None,
        }))
    }
}

impl Imported {
    pub(super) fn evolve(&self, state: State) -> State {
        let mut source = state.source.unwrap_or_else(|| Source {
            system: self.source_system.clone(),
            external_id: self.external_id.clone(),
            ..Source::default()
        });
        source.rows.push(self.row_hash);
        State { source: Some(source), ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        proto::public(&pb::RequestImported {
            source_system: self.source_system.clone(),
            external_id: self.external_id.clone(),
            row_hash: self.row_hash.0.to_vec(),
        })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = "request.imported";
        let it: pb::RequestImported = proto::message(NAME, payload)?;
        let row_hash = <[u8; 32]>::try_from(it.row_hash).ok().map(RowHash);
        Ok(Self {
            source_system: it.source_system,
            external_id: it.external_id,
            row_hash: proto::required(NAME, "row_hash", row_hash)?,
        })
    }
}

impl Held {
    pub(super) fn evolve(&self, state: State) -> State {
        let source = state.source.map(|source| Source {
            team: Some(self.team.clone()),
            queue: self.queue.clone(),
            ..source
        });
        // A holder given here, since the import, outranks what the source adds later.
        let stated = Holder { team: self.team.clone(), role: None, member: None };
        State { holder: state.holder.or(Some(stated)), source, ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        proto::public(&pb::RequestHeld {
            team_id: self.team.to_string(),
            queue: self.queue.clone().unwrap_or_default(),
            held_from: Some(wire::time::to_proto(self.from)),
        })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = "request.held";
        let it: pb::RequestHeld = proto::message(NAME, payload)?;
        Ok(Self {
            team: proto::parsed(NAME, "team_id", &it.team_id)?,
            queue: proto::filled(it.queue),
            from: proto::instant(NAME, "held_from", it.held_from.as_ref())?,
        })
    }
}

impl DueDateStated {
    pub(super) fn evolve(&self, state: State) -> State {
        State { due: Some(self.due), ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        proto::public(&pb::RequestDueDateStated {
            due_at: Some(wire::time::to_proto(self.due)),
            stated_from: Some(wire::time::to_proto(self.from)),
        })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = "request.due_date_stated";
        let it: pb::RequestDueDateStated = proto::message(NAME, payload)?;
        Ok(Self {
            due: proto::instant(NAME, "due_at", it.due_at.as_ref())?,
            from: proto::instant(NAME, "stated_from", it.stated_from.as_ref())?,
        })
    }
}

#[cfg(test)]
#[path = "import_tests.rs"]
mod tests;
