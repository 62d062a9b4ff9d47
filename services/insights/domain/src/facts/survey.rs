//! One survey invitation and its response.

use kernel::DecodeError;
use prost::Message;
use wire::schoolside::surveys::v1 as events;

use super::{Fact, Part};

/// One survey invitation and its response. Attribution is frozen at the resolution.
#[derive(Clone, PartialEq, Message)]
pub struct SurveyFacts {
    /// The request, as its stream's id.
    #[prost(string, tag = "1")]
    pub request: String,
    /// Who was asked: an opaque id.
    #[prost(string, tag = "2")]
    pub respondent: String,
    /// The team that answered for the request.
    #[prost(string, tag = "3")]
    pub team: String,
    /// When the invitation went out.
    #[prost(int64, optional, tag = "4")]
    pub sent: Option<i64>,
    /// When it was first answered.
    #[prost(int64, optional, tag = "5")]
    pub answered: Option<i64>,
    /// Whether the latest answer is a 4 or 5.
    #[prost(bool, tag = "6")]
    pub satisfied: bool,
    /// Whether it was withdrawn.
    #[prost(bool, tag = "7")]
    pub withdrawn: bool,
}

impl Part for SurveyFacts {
    fn apply(&mut self, fact: Fact<'_>) -> Result<(), DecodeError> {
        match fact.name {
            "invitation.scheduled" => {
                let event: events::InvitationScheduled = fact.read()?;
                self.request = event.request_id;
                self.respondent = event.respondent_id;
                self.team = event.team_id;
            }
            "invitation.sent" => self.sent = Some(fact.at),
            "invitation.answered" => {
                self.answered.get_or_insert(fact.at);
                self.satisfied = fact.read::<events::InvitationAnswered>()?.satisfied;
            }
            "invitation.withdrawn" => self.withdrawn = true,
            "invitation.expired" | "invitation.erased" => {}
            _ => return Err(fact.unknown()),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amended_answer_replaces_the_verdict_and_keeps_the_first_time() {
        let mut facts = SurveyFacts::default();
        for (at, satisfied) in [(10, false), (20, true)] {
            let payload =
                events::InvitationAnswered { satisfied, ..Default::default() }.encode_to_vec();
            facts.apply(Fact { name: "invitation.answered", at, payload: &payload }).unwrap();
        }
        assert_eq!((facts.answered, facts.satisfied), (Some(10), true));
    }
}
