//! Scheduling: a resolution made someone eligible; the invitation waits for the settle delay.

use kernel::{
    DecodeError, Encoded, InstrumentId, PersonId, SchoolId, StreamId, TeamId, Tier, Timestamp,
};
use prost::Message;
use wire::schoolside::surveys::v1 as wire;

use super::{Event, Stage, State, message};

/// Asks to plan an invitation.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule(pub Scheduled);

impl Schedule {
    pub(super) fn decide(self, state: &State) -> Vec<Event> {
        match state.stage {
            Stage::Unknown => vec![Event::Scheduled(self.0)],
            Stage::Scheduled
            | Stage::Sent
            | Stage::Answered
            | Stage::Withdrawn
            | Stage::Expired => vec![],
        }
    }
}

/// An invitation was planned. Team, tier and school are those of the resolution, and stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduled {
    /// The request it asks about.
    pub request: StreamId,
    /// Which resolution of the request, from 1.
    pub resolution: i32,
    /// The questionnaire.
    pub instrument: InstrumentId,
    /// The questionnaire's version.
    pub instrument_version: i32,
    /// Who is asked.
    pub respondent: PersonId,
    /// When it is sent unless the request is reopened.
    pub send_at: Timestamp,
    /// The team that answered for the request, if known.
    pub team: Option<TeamId>,
    /// The school's tier at the opening, if known.
    pub tier: Option<Tier>,
    /// The school, if known.
    pub school: Option<SchoolId>,
}

impl Scheduled {
    pub(super) const NAME: &'static str = "scheduled";

    pub(super) fn evolve(&self, state: State) -> State {
        State { stage: Stage::Scheduled, scheduled: Some(self.clone()), ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        let message = wire::InvitationScheduled {
            request_id: self.request.to_string(),
            resolution: self.resolution,
            instrument_id: self.instrument.to_string(),
            instrument_version: self.instrument_version,
            respondent_id: self.respondent.to_string(),
            send_at: Some(::wire::time::to_proto(self.send_at)),
            team_id: self.team.as_ref().map(ToString::to_string).unwrap_or_default(),
            tier: self.tier.and_then(|tier| tier.as_str().parse().ok()).unwrap_or_default(),
            school_id: self.school.as_ref().map(ToString::to_string).unwrap_or_default(),
        };
        Encoded { payload: message.encode_to_vec(), private: None }
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let event: wire::InvitationScheduled = message(Self::NAME, payload)?;
        let invalid = |field| DecodeError::Invalid { name: Self::NAME, field };
        let send_at = event.send_at.as_ref().and_then(::wire::time::from_proto);
        Ok(Self {
            request: event.request_id.parse().map_err(|_| invalid("request_id"))?,
            resolution: event.resolution,
            instrument: event.instrument_id.parse().map_err(|_| invalid("instrument_id"))?,
            instrument_version: event.instrument_version,
            respondent: event.respondent_id.parse().map_err(|_| invalid("respondent_id"))?,
            send_at: send_at.ok_or(invalid("send_at"))?,
            team: event.team_id.parse().ok(),
            tier: event.tier.to_string().parse().ok(),
            school: event.school_id.parse().ok(),
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::{EventCodec, scenario::given};

    use super::*;
    use crate::invitation::{Command, Invitation, samples::*};

    #[test]
    fn a_resolution_is_asked_about_once() {
        given::<Invitation>([])
            .when(hour(0), Command::Schedule(Schedule(scheduled())))
            .then(a_scheduled_invitation());
        given::<Invitation>(a_sent_invitation())
            .when(hour(30), Command::Schedule(Schedule(scheduled())))
            .then([]);
    }

    #[test]
    fn each_resolution_of_a_request_has_its_own_invitation() {
        let request = scheduled().request;
        assert_eq!(Invitation::stream(request, 1), Invitation::stream(request, 1));
        assert_ne!(Invitation::stream(request, 1), Invitation::stream(request, 2));
    }

    #[test]
    fn it_reads_back() {
        let known = Scheduled {
            team: TeamId::try_new("T1").ok(),
            tier: Some(Tier::Intensive),
            school: SchoolId::try_new("0101").ok(),
            ..scheduled()
        };
        for event in [scheduled(), known].map(Event::Scheduled) {
            let bytes = event.encode();
            assert_eq!(Event::decode(event.name(), 1, &bytes.payload, None), Ok(event));
        }
    }
}
