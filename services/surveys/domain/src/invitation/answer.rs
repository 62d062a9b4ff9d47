//! Answering: one response per invitation, which can be amended until it expires.

use std::collections::BTreeSet;

use kernel::{DecodeError, Encoded, Timestamp};
use prost::Message;
use wire::schoolside::surveys::v1 as wire;

use super::{Event, Refusal, Stage, State, message};
use crate::instrument::Questionnaire;

/// The longest comment, in bytes.
pub const LONGEST_COMMENT: usize = 64 * 1024;
/// From this value on an answer agrees.
const AGREES: i32 = 4;

/// Asks to record the response, or to amend it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Item → agreement from 1 to 5; they replace those given before.
    pub answers: Vec<(String, i32)>,
    /// The comment, which replaces the one given before; empty for none.
    pub comment: String,
    /// The questionnaire in the version that was sent.
    pub questionnaire: Questionnaire,
}

impl Answer {
    pub(super) fn decide(self, state: &State, now: Timestamp) -> Result<Vec<Event>, Refusal> {
        state.answerable(now)?;
        self.check()?;
        let satisfaction = &self.questionnaire.satisfaction_item;
        let satisfied =
            self.answers.iter().any(|(item, value)| item == satisfaction && *value >= AGREES);
        let mut answers = self.answers;
        let order = |key: &str| self.questionnaire.items.iter().position(|item| item.key == key);
        answers.sort_by_key(|(item, _)| order(item));
        let comment = Some(self.comment).filter(|comment| !comment.is_empty());
        let earlier = state.response.as_ref();
        if earlier.is_some_and(|e| e.answers == answers && e.comment == comment) {
            return Ok(Vec::new());
        }
        let amended = earlier.is_some();
        Ok(vec![Event::Answered(Answered { answers, comment, amended, satisfied })])
    }

    fn check(&self) -> Result<(), Refusal> {
        let malformed =
            |field: String, problem: String| Err(Refusal::AnswerMalformed { field, problem });
        if self.answers.is_empty() {
            return malformed(
                "answers".to_owned(),
                "at least one item must be answered".to_owned(),
            );
        }
        let mut seen = BTreeSet::new();
        for (at, (item, value)) in self.answers.iter().enumerate() {
            if !self.questionnaire.has(item) {
                let keys: Vec<_> =
                    self.questionnaire.items.iter().map(|item| item.key.as_str()).collect();
                let problem = format!("it is not an item: one of {}", keys.join(", "));
                return malformed(format!("answers[{at}].item"), problem);
            }
            if !(1..=5).contains(value) {
                return malformed(format!("answers[{at}].value"), "it must be 1 to 5".to_owned());
            }
            if !seen.insert(item) {
                return malformed(format!("answers[{at}].item"), "it is answered twice".to_owned());
            }
        }
        if self.comment.len() > LONGEST_COMMENT {
            return malformed("comment".to_owned(), "at most 64 KiB are taken".to_owned());
        }
        Ok(())
    }
}

/// The invitation was answered, or the response amended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Item → agreement, in the questionnaire's order.
    pub answers: Vec<(String, i32)>,
    /// The comment; `None` if there is none, for readers outside the service, and after an erasure.
    pub comment: Option<String>,
    /// Whether it amends an earlier response.
    pub amended: bool,
    /// Whether the satisfaction item was answered with 4 or 5.
    pub satisfied: bool,
}

impl Answered {
    pub(super) const NAME: &'static str = "answered";

    pub(super) fn evolve(&self, state: State) -> State {
        let commented = state.commented || self.comment.is_some();
        State { stage: Stage::Answered, response: Some(self.clone()), commented, ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        let answer =
            |(item, value): &(String, i32)| wire::Answer { item: item.clone(), value: *value };
        let message = wire::InvitationAnswered {
            answers: self.answers.iter().map(answer).collect(),
            amended: self.amended,
            satisfied: self.satisfied,
        };
        let private = self.comment.as_ref().map(|comment| {
            wire::InvitationAnsweredPrivate { comment: comment.clone() }.encode_to_vec()
        });
        Encoded { payload: message.encode_to_vec(), private }
    }

    pub(super) fn decode(payload: &[u8], private: Option<&[u8]>) -> Result<Self, DecodeError> {
        let event: wire::InvitationAnswered = message(Self::NAME, payload)?;
        let private: Option<wire::InvitationAnsweredPrivate> =
            private.map(|bytes| message(Self::NAME, bytes)).transpose()?;
        Ok(Self {
            answers: event.answers.into_iter().map(|answer| (answer.item, answer.value)).collect(),
            comment: private.map(|private| private.comment),
            amended: event.amended,
            satisfied: event.satisfied,
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::{EventCodec, scenario::given};
    use rstest::rstest;

    use super::*;
    use crate::invitation::{Command, Invitation, samples::*};

    fn an_answered_invitation() -> Vec<Event> {
        a_sent_invitation()
            .into_iter()
            .chain([Event::Answered(answered(2, "late", false))])
            .collect()
    }

    #[test]
    fn the_satisfaction_item_decides_whether_someone_is_satisfied() {
        for value in 1..=5 {
            given::<Invitation>(a_sent_invitation())
                .when(hour(30), Command::Answer(answer(value, "")))
                .then([Event::Answered(Answered {
                    satisfied: value >= 4,
                    ..answered(value, "", false)
                })]);
        }
    }

    #[test]
    fn a_response_can_be_amended_until_it_expires() {
        given::<Invitation>(an_answered_invitation())
            .when(hour(123), Command::Answer(answer(5, "")))
            .then([Event::Answered(answered(5, "", true))]);
        given::<Invitation>(an_answered_invitation())
            .when(hour(124), Command::Answer(answer(5, "")))
            .refused(Refusal::Expired { expired_at: hour(124) });
    }

    #[test]
    fn the_same_answer_again_changes_nothing() {
        given::<Invitation>(an_answered_invitation())
            .when(hour(50), Command::Answer(answer(2, "late")))
            .then([]);
    }

    #[test]
    fn the_order_of_the_answers_does_not_matter() {
        let mut one = answer(4, "");
        one.answers.insert(0, ("respectful".to_owned(), 5));
        let mut other = one.clone();
        other.answers.reverse();
        let decide = |answer: Answer| {
            let mut state = State { stage: Stage::Sent, ..State::default() };
            state.expires_at = Some(hour(124));
            answer.decide(&state, hour(30))
        };
        assert_eq!(decide(one), decide(other));
    }

    #[test]
    fn an_invitation_that_has_not_gone_out_cannot_be_answered() {
        given::<Invitation>(a_scheduled_invitation())
            .when(hour(30), Command::Answer(answer(5, "")))
            .refused(Refusal::Unknown);
    }

    #[rstest]
    #[case::none(&[], "answers")]
    #[case::unknown(&[("kind", 3)], "answers[0].item")]
    #[case::low(&[("solved", 0)], "answers[0].value")]
    #[case::high(&[("timely", 5), ("solved", 6)], "answers[1].value")]
    #[case::twice(&[("solved", 5), ("solved", 5)], "answers[1].item")]
    fn malformed_answers_name_their_field(#[case] answers: &[(&str, i32)], #[case] at: &str) {
        let answers = answers.iter().map(|(item, value)| ((*item).to_owned(), *value)).collect();
        let refusal = Answer { answers, ..answer(3, "") }.check().expect_err("it was taken");
        assert_eq!(kernel::Refusal::field(&refusal).as_deref(), Some(at));
    }

    #[test]
    fn the_comment_is_private() {
        let event = Event::Answered(answered(4, "thank you", false));
        let bytes = event.encode();
        assert_eq!(
            Event::decode("answered", 1, &bytes.payload, bytes.private.as_deref()),
            Ok(event)
        );
        let outside = Event::Answered(answered(4, "", false));
        assert_eq!(Event::decode("answered", 1, &bytes.payload, None), Ok(outside));
    }
}
