//! A command's life: its id, its etag, its token, and how it is refused.

use testkit::{Who, command_id, field_of, metadata_of, reason_of};
use tonic::Code;
use wire::schoolside::routing::v1::GetRuleSetRequest;

use crate::demo::{CONTEXT, PAD, Pad, read, serve, write};

#[tokio::test]
async fn a_repeated_command_gets_its_first_answer_and_another_request_under_its_id_none() {
    let (server, _) = serve().await;
    let mut pad = Pad::new(server.client(&Who::operator()));
    let id = command_id();
    let first = pad.publish_rule_set(write(&id, "")).await.unwrap().into_inner();
    pad.publish_rule_set(write(&command_id(), "")).await.unwrap();
    assert_eq!(pad.publish_rule_set(write(&id, "")).await.unwrap().into_inner(), first);
    let refused = pad.publish_rule_set(write(&id, "v2")).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason_of(&refused).as_str()),
        (Code::InvalidArgument, "COMMAND_ID_REUSED")
    );
    assert_eq!(field_of(&refused), "command_id");
}

#[tokio::test]
async fn a_stale_etag_is_answered_with_the_present_one() {
    let (server, _) = serve().await;
    let mut pad = Pad::new(server.client(&Who::operator()));
    let etag = pad.publish_rule_set(write(&command_id(), "")).await.unwrap().into_inner().etag;
    pad.publish_rule_set(write(&command_id(), &etag)).await.unwrap();
    let refused = pad.publish_rule_set(write(&command_id(), &etag)).await.unwrap_err();
    assert_eq!((refused.code(), reason_of(&refused).as_str()), (Code::Aborted, "ETAG_MISMATCH"));
    let current = metadata_of(&refused, "current_etag").unwrap();
    pad.publish_rule_set(write(&command_id(), &current)).await.unwrap();
}

#[tokio::test]
async fn what_a_rule_declines_and_what_is_no_command_say_why() {
    let (server, _) = serve().await;
    let mut pad = Pad::new(server.client(&Who::operator()));
    let malformed = pad.publish_rule_set(write("1", "")).await.unwrap_err();
    assert_eq!(
        (malformed.code(), field_of(&malformed).as_str()),
        (Code::InvalidArgument, "command_id")
    );
    for _ in 0..3 {
        pad.publish_rule_set(write(&command_id(), "")).await.unwrap();
    }
    let full = pad.publish_rule_set(write(&command_id(), "")).await.unwrap_err();
    assert_eq!((full.code(), reason_of(&full).as_str()), (Code::FailedPrecondition, "PAD_FULL"));
    assert_eq!(full.message(), "the pad is full: take another");
}

#[tokio::test]
async fn a_query_after_a_change_waits_for_it_and_refuses_a_token_that_is_none() {
    let (server, _) = serve().await;
    let mut pad = Pad::new(server.client(&Who::operator()));
    let token =
        pad.publish_rule_set(write(&command_id(), "")).await.unwrap().into_inner().consistency;
    let ask = |after: String| GetRuleSetRequest { after, ..read("") };
    pad.get_rule_set(ask(token)).await.unwrap();
    let refused = pad.get_rule_set(ask("nonsense".to_owned())).await.unwrap_err();
    assert_eq!((refused.code(), field_of(&refused).as_str()), (Code::InvalidArgument, "after"));
}

#[tokio::test]
async fn an_event_names_its_caller_and_carries_the_trace_of_the_call() {
    let _telemetry = chassis::telemetry::init(chassis::telemetry::LogFormat::Json, "warn", None);
    let (server, _) = serve().await;
    let mut pad = Pad::new(server.client(&Who::operator()));
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let mut request = tonic::Request::new(write(&command_id(), ""));
    let header = format!("00-{trace}-00f067aa0ba902b7-01").parse().unwrap();
    request.metadata_mut().insert("traceparent", header);
    pad.publish_rule_set(request).await.unwrap();
    let events = server.logs.reader(CONTEXT).page(kernel::Position(0), 10).await.unwrap();
    assert_eq!((events.len(), events[0].stream), (1, *PAD));
    assert_eq!(events[0].meta.actor, "people/operator");
    assert_eq!(events[0].meta.traceparent.split('-').nth(1), Some(trace));
}
