//! Resolving: the team says it is finished, and how it came out. Resolving ends a pause.

use kernel::{DecodeError, Encoded, PersonId, StreamId, TeamId, Timestamp};
use serde::{Deserialize, Serialize};
use wire::schoolside::requests::v1 as pb;

use super::{Event, Original, Phase, Refusal, Resumed, State, Verb};
use crate::{
    proto,
    words::{Outcome, ResumeCause},
};

/// Asks to resolve a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolve {
    /// The request itself, so that it is not its own duplicate.
    pub request: StreamId,
    /// How it came out.
    pub outcome: Outcome,
    /// The request that asks for the same, as it was found.
    pub original: Option<Original>,
    /// What was done, for the requester.
    pub summary: Option<String>,
}

/// The team said it is finished, or a source states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// How it came out.
    pub outcome: Outcome,
    /// The request that asks for the same.
    pub duplicate_of: Option<StreamId>,
    /// The team that answered for it.
    pub team: Option<TeamId>,
    /// The member who held it.
    pub member: Option<PersonId>,
    /// Whether an import states an instant before the opening.
    pub implausible: bool,
    /// When.
    pub at: Timestamp,
    /// Whether the source of an import states it.
    pub imported: bool,
    /// What was done, unless destroyed or out of reach.
    pub summary: Option<String>,
}

/// The resolution that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// How it came out.
    pub outcome: Outcome,
    /// The request that asks for the same.
    pub duplicate_of: Option<StreamId>,
    /// When.
    pub at: Timestamp,
    /// What was done, unless destroyed or out of reach.
    pub summary: Option<String>,
}

impl Resolve {
    pub(super) fn decide(self, state: &State, now: Timestamp) -> Result<Vec<Event>, Refusal> {
        state.must_be_open(Verb::Resolve)?;
        match (&self.original, self.outcome == Outcome::Duplicate) {
            (Some(original), true) => original.must_lead_somewhere(self.request)?,
            (None, false) => {}
            (Some(_), false) | (None, true) => return Err(Refusal::DuplicateOf),
        }
        let mut events = Vec::from_iter(Resumed::because(ResumeCause::Resolved, state));
        events.push(Event::Resolved(Resolved {
            outcome: self.outcome,
            duplicate_of: self.original.map(|original| original.request),
            team: state.holder.as_ref().map(|holder| holder.team.clone()),
            member: state.holder.as_ref().and_then(|holder| holder.member.clone()),
            implausible: false,
            at: now,
            imported: false,
            summary: self.summary,
        }));
        Ok(events)
    }
}

impl Resolved {
    pub(super) fn evolve(&self, state: State) -> State {
        let resolution = Resolution {
            outcome: self.outcome,
            duplicate_of: self.duplicate_of,
            at: self.at,
            summary: self.summary.clone(),
        };
        let source = state.source.map(|source| {
            if self.imported { source.with_resolution(self.at, self.outcome) } else { source }
        });
        State { phase: Phase::Resolved, resolution: Some(resolution), source, ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        let message = pb::RequestResolved {
            outcome: self.outcome.to_wire(),
            duplicate_of: self.duplicate_of.map(|id| format!("requests/{id}")).unwrap_or_default(),
            team_id: proto::text(self.team.as_ref()),
            member_id: proto::text(self.member.as_ref()),
            implausible: self.implausible,
            resolved_at: Some(wire::time::to_proto(self.at)),
            imported: self.imported,
        };
        let private = self.summary.clone().map(|summary| pb::RequestResolvedPrivate { summary });
        proto::with_private(&message, private)
    }

    pub(super) fn decode(payload: &[u8], private: Option<&[u8]>) -> Result<Self, DecodeError> {
        const NAME: &str = "request.resolved";
        let it: pb::RequestResolved = proto::message(NAME, payload)?;
        let private: Option<pb::RequestResolvedPrivate> = proto::private(NAME, private)?;
        let duplicate_of = it.duplicate_of.strip_prefix("requests/").unwrap_or(&it.duplicate_of);
        Ok(Self {
            outcome: proto::required(NAME, "outcome", Outcome::from_wire(it.outcome))?,
            duplicate_of: proto::optional(NAME, "duplicate_of", duplicate_of)?,
            team: proto::optional(NAME, "team_id", &it.team_id)?,
            member: proto::optional(NAME, "member_id", &it.member_id)?,
            implausible: it.implausible,
            at: proto::instant(NAME, "resolved_at", it.resolved_at.as_ref())?,
            imported: it.imported,
            summary: private.and_then(|private| proto::filled(private.summary)),
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::{EventCodec, scenario::given};
    use uuid::Uuid;

    use super::*;
    use crate::{
        request::{
            Command, Request,
            samples::{DAY_2, DAY_9, a_request, held_by_a_team, paused, resolved, resolved_on},
        },
        words::PauseReason,
    };

    fn resolve(outcome: Outcome, original: Option<Original>) -> Command {
        let summary = Some("ordered".into());
        Command::Resolve(Resolve { request: a_request(), outcome, original, summary })
    }

    fn another() -> Original {
        let other = StreamId(Uuid::from_u128(8));
        Original::new(other, &given::<Request>(held_by_a_team()).state(), None)
    }

    #[test]
    fn a_resolution_names_who_answered_and_when() {
        let state = given::<Request>(held_by_a_team())
            .when(DAY_2, resolve(Outcome::Done, None))
            .then([resolved(DAY_2)]);
        assert_eq!(state.closes_at(), Some(DAY_9));
    }

    #[test]
    fn resolving_a_paused_request_ends_the_pause_first() {
        let mut before = held_by_a_team();
        before.push(paused(PauseReason::WaitingForVendor));
        let resumed = Event::Resumed(Resumed { cause: ResumeCause::Resolved });
        given::<Request>(before)
            .when(DAY_2, resolve(Outcome::Done, None))
            .then([resumed, resolved(DAY_2)]);
    }

    #[test]
    fn a_duplicate_names_another_request_and_nothing_else_does() {
        for (outcome, of) in [(Outcome::Duplicate, None), (Outcome::Done, Some(another()))] {
            given::<Request>(held_by_a_team())
                .when(DAY_2, resolve(outcome, of))
                .refused(Refusal::DuplicateOf);
        }
    }

    #[test]
    fn it_is_resolved_once() {
        given::<Request>(resolved_on(DAY_2))
            .when(DAY_2, resolve(Outcome::Done, None))
            .refused(Refusal::WrongState { verb: Verb::Resolve, phase: Phase::Resolved });
    }

    #[test]
    fn a_resolution_survives_the_wire() {
        let bytes = resolved(DAY_2).encode();
        let read = Event::decode("resolved", 1, &bytes.payload, bytes.private.as_deref());
        assert_eq!(read, Ok(resolved(DAY_2)));
    }
}
