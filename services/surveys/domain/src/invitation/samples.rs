//! What the scenarios of invitations begin with.

use kernel::time::SignedDuration;
use uuid::Uuid;

use super::*;
use crate::instrument::{Item, Questionnaire};

/// The resolution, a Monday morning.
pub(super) fn resolved_at() -> Timestamp {
    "2026-02-02T14:00:00Z".parse().unwrap()
}

/// So many hours after the resolution.
pub(super) fn hour(hours: i64) -> Timestamp {
    resolved_at() + SignedDuration::from_hours(hours)
}

pub(super) fn questionnaire() -> Questionnaire {
    let item =
        |key: &str| Item { key: key.to_owned(), text: "I was treated with respect.".to_owned() };
    Questionnaire {
        items: ["timely", "solved", "respectful"].map(item).into(),
        satisfaction_item: "solved".to_owned(),
        settle: SignedDuration::from_hours(24),
        expiry: SignedDuration::from_hours(100),
    }
}

/// Sent 24 hours after the resolution.
pub(super) fn scheduled() -> Scheduled {
    Scheduled {
        request: StreamId(Uuid::from_u128(5)),
        resolution: 1,
        instrument: InstrumentId::try_new("transactional").unwrap(),
        instrument_version: 1,
        respondent: PersonId::try_new("principal-0101").unwrap(),
        send_at: hour(24),
        team: None,
        tier: None,
        school: None,
    }
}

/// Can be answered until hour 124.
pub(super) fn sent() -> Sent {
    Sent { expires_at: hour(124), token_hash: Some(TokenHash([7; 32])) }
}

pub(super) fn a_scheduled_invitation() -> Vec<Event> {
    vec![Event::Scheduled(scheduled())]
}

pub(super) fn a_sent_invitation() -> Vec<Event> {
    vec![Event::Scheduled(scheduled()), Event::Sent(sent())]
}

/// The respondent's answer: `solved` with this value.
pub(super) fn answer(solved: i32, comment: &str) -> Answer {
    Answer {
        answers: vec![("solved".to_owned(), solved)],
        comment: comment.to_owned(),
        questionnaire: questionnaire(),
    }
}

pub(super) fn answered(solved: i32, comment: &str, amended: bool) -> Answered {
    Answered {
        answers: vec![("solved".to_owned(), solved)],
        comment: Some(comment.to_owned()).filter(|comment| !comment.is_empty()),
        amended,
        satisfied: solved >= 4,
    }
}
