//! Publishing and reading questionnaires.

use testkit::{Who, command_id, field_of, reason_of};
use tonic::Code;
use wire::schoolside::surveys::v1::{GetInstrumentRequest, Instrument, PublishInstrumentRequest};

use crate::world::{World, instrument, principal};

#[tokio::test]
async fn an_invitation_keeps_the_version_it_was_scheduled_with() {
    let world = World::new().await;
    world.resolves(1).await;
    let mut shorter = instrument();
    shorter.items.truncate(2);
    let second = world.publish(shorter).await.expect("published");
    assert_eq!(second.instrument.unwrap().version, 2);
    world.server.settle_at("2026-02-03T08:00:00-05:00").await;
    let sent = world.invitation().await;
    assert_eq!(sent.instrument_version, 1);
    assert_eq!(world.form(&sent.token).await.unwrap().items.len(), 3);
}

#[tokio::test]
async fn the_same_questionnaire_again_changes_nothing_and_is_read_back() {
    let world = World::empty().await;
    let first = world.publish(instrument()).await.unwrap();
    let again = world.publish(instrument()).await.unwrap();
    assert_eq!(again.etag, first.etag);
    let ask = GetInstrumentRequest { name: instrument().name, after: first.consistency };
    let read = world.client(&principal()).get_instrument(ask).await.unwrap().into_inner();
    assert_eq!(read.instrument, Some(Instrument { version: 1, ..instrument() }));
    let ask =
        GetInstrumentRequest { name: "instruments/periodic".to_owned(), after: String::new() };
    let missing = world.client(&principal()).get_instrument(ask).await.unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);
}

#[tokio::test]
async fn a_malformed_questionnaire_is_refused_and_only_operators_publish() {
    let world = World::empty().await;
    let refused = world.publish(Instrument { items: vec![], ..instrument() }).await.unwrap_err();
    let seen = (reason_of(&refused), field_of(&refused));
    assert_eq!(seen, ("INSTRUMENT_MALFORMED".to_owned(), "items".to_owned()));
    let refused =
        world.publish(Instrument { name: "transactional".to_owned(), ..instrument() }).await;
    assert_eq!(field_of(&refused.unwrap_err()), "instrument.name");
    let ask = PublishInstrumentRequest {
        instrument: Some(instrument()),
        command_id: command_id(),
        ..Default::default()
    };
    let denied =
        world.client(&Who::lead("people/x", "T1")).publish_instrument(ask).await.unwrap_err();
    assert_eq!(denied.code(), Code::PermissionDenied);
}
