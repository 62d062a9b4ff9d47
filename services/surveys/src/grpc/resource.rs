//! Questionnaires and invitations as messages.

use kernel::{InstrumentId, Version, time::SignedDuration};
use surveys_domain::instrument::{Item, Questionnaire};
use wire::schoolside::surveys::v1 as pb;

use crate::projection::invitation::Listed;

/// A questionnaire in a version.
pub(super) fn instrument(
    id: &InstrumentId,
    version: i32,
    questionnaire: &Questionnaire,
) -> pb::Instrument {
    pb::Instrument {
        name: format!("instruments/{id}"),
        version,
        items: items(questionnaire),
        satisfaction_item: questionnaire.satisfaction_item.clone(),
        settle_seconds: questionnaire.settle.as_secs(),
        expiry_seconds: questionnaire.expiry.as_secs(),
    }
}

/// A questionnaire's items.
pub(super) fn items(questionnaire: &Questionnaire) -> Vec<pb::Item> {
    let item = |item: &Item| pb::Item { key: item.key.clone(), text: item.text.clone() };
    questionnaire.items.iter().map(item).collect()
}

/// What a message asks to publish.
pub(super) fn questionnaire(instrument: pb::Instrument) -> Questionnaire {
    let item = |item: pb::Item| Item { key: item.key, text: item.text };
    Questionnaire {
        items: instrument.items.into_iter().map(item).collect(),
        satisfaction_item: instrument.satisfaction_item,
        settle: SignedDuration::from_secs(instrument.settle_seconds),
        expiry: SignedDuration::from_secs(instrument.expiry_seconds),
    }
}

/// A response's answers.
pub(super) fn answers(answers: &[(String, i32)]) -> Vec<pb::Answer> {
    answers.iter().map(|(item, value)| pb::Answer { item: item.clone(), value: *value }).collect()
}

/// An invitation as it is listed.
pub(super) fn invitation(listed: &Listed, token: String) -> pb::Invitation {
    let team = &listed.team;
    pb::Invitation {
        name: format!("invitations/{}", listed.id),
        request: format!("requests/{}", listed.request),
        resolution: listed.resolution,
        instrument: format!("instruments/{}", listed.instrument),
        instrument_version: listed.instrument_version,
        respondent: format!("people/{}", listed.respondent),
        state: state(&listed.stage).into(),
        send_at: Some(wire::time::to_proto(listed.send_at)),
        expires_at: listed.expires_at.map(wire::time::to_proto),
        token,
        team: if team.is_empty() { String::new() } else { format!("teams/{team}") },
        etag: chassis::parse::etag_of(Version(listed.version)),
    }
}

fn state(stage: &str) -> pb::InvitationState {
    match stage {
        "scheduled" => pb::InvitationState::Scheduled,
        "sent" => pb::InvitationState::Sent,
        "answered" => pb::InvitationState::Answered,
        "withdrawn" => pb::InvitationState::Withdrawn,
        "expired" => pb::InvitationState::Expired,
        _ => pb::InvitationState::Unspecified,
    }
}
