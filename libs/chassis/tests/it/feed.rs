//! The event feed: from any position, within the message limit, and honest about where it ends.

use chassis::identity::CallerRole;
use kernel::StreamId;
use testkit::{TestServer, Who, field_of, reason_of};
use tonic::{Code, Status};
use wire::schoolside::common::v1::{
    EventMeta, ListTopicsRequest, ReadRequest, ReadResponse,
    event_feed_service_client::EventFeedServiceClient,
};

use crate::demo::{Gate, PAD, Pad, demo, write};

const TOPIC: &str = "schoolside.demo.pad.v1";

type Feed = EventFeedServiceClient<testkit::Client>;

async fn serve() -> (TestServer, Feed) {
    let server = TestServer::start([demo(Gate::default().into())]).await;
    let feed = Feed::new(server.client(&Who::new(CallerRole::Integrator, "systems/lake")));
    (server, feed)
}

async fn write_times(server: &TestServer, times: usize) {
    let mut pad = Pad::new(server.client(&Who::operator()));
    for _ in 0..times {
        pad.publish_rule_set(write(&testkit::command_id(), "")).await.unwrap();
    }
}

fn ask(from_position: i64, limit: i64) -> ReadRequest {
    ReadRequest { topic: TOPIC.to_owned(), from_position, limit, follow: false }
}

async fn all(feed: &mut Feed, ask: ReadRequest) -> Result<Vec<ReadResponse>, Status> {
    let mut stream = feed.read(ask).await?.into_inner();
    let mut pages = Vec::new();
    while let Some(page) = stream.message().await? {
        pages.push(page);
    }
    Ok(pages)
}

fn positions(pages: &[ReadResponse]) -> Vec<i64> {
    pages.iter().flat_map(|page| &page.events).map(|event| event.position).collect()
}

#[tokio::test]
async fn a_topic_is_read_from_any_position_in_published_form() {
    let (server, mut feed) = serve().await;
    write_times(&server, 3).await;
    let pages = all(&mut feed, ask(0, 0)).await.unwrap();
    assert_eq!(positions(&pages), [1, 2, 3]);
    let first = &pages[0].events[0];
    assert_eq!(first.r#type, "schoolside.demo.pad.written.v1");
    assert_eq!((first.source.as_str(), first.key.clone()), ("/schoolside/demo", PAD.to_string()));
    assert_eq!(first.meta.as_ref().unwrap().actor, "people/operator");
    assert_eq!(positions(&all(&mut feed, ask(1, 1)).await.unwrap()), [2]);
    assert!(all(&mut feed, ask(3, 0)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_follower_hears_of_what_comes_and_is_told_when_the_server_ends_the_stream() {
    let (mut server, mut feed) = serve().await;
    write_times(&server, 1).await;
    let mut stream =
        feed.read(ReadRequest { follow: true, ..ask(1, 0) }).await.unwrap().into_inner();
    write_times(&server, 1).await;
    assert_eq!(stream.message().await.unwrap().unwrap().events[0].position, 2);
    let (ended, ()) = tokio::join!(stream.message(), server.stop());
    let ended = ended.unwrap_err();
    assert_eq!((ended.code(), reason_of(&ended).as_str()), (Code::Unavailable, "STREAM_ENDED"));
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_by_name() {
    let (_server, mut feed) = serve().await;
    let topic = ReadRequest { topic: "schoolside.demo.other.v1".to_owned(), ..ask(0, 0) };
    assert_eq!(all(&mut feed, topic).await.unwrap_err().code(), Code::NotFound);
    assert_eq!(field_of(&all(&mut feed, ask(-1, 0)).await.unwrap_err()), "from_position");
    let beyond = all(&mut feed, ask(9, 0)).await.unwrap_err();
    assert_eq!(
        (beyond.code(), reason_of(&beyond).as_str()),
        (Code::OutOfRange, "POSITION_BEYOND_END")
    );
    let topics = feed.list_topics(ListTopicsRequest {}).await.unwrap().into_inner().topics;
    assert_eq!((topics.len(), topics[0].name.as_str(), topics[0].head), (1, TOPIC, 0));
}

/// The demo's own log, written past its rules: large events, and events of another aggregate between them.
#[tokio::test]
async fn large_events_come_in_several_messages_and_other_aggregates_not_at_all() {
    let (server, mut feed) = serve().await;
    let pool = server.database().pool(1);
    let log =
        eventlog::Log::open(pool, "demo", std::sync::Arc::new(server.clock.clone())).await.unwrap();
    for number in 0..40 {
        let kind = if number % 2 == 0 { "pad" } else { "cover" };
        log.append(large(kind, number)).await.unwrap();
    }
    let pages = all(&mut feed, ask(0, 0)).await.unwrap();
    assert_eq!(positions(&pages), (1..=40).step_by(2).collect::<Vec<i64>>());
    assert!(pages.len() > 3, "20 events of 240 KiB came in {} messages", pages.len());
    assert_eq!(pages.last().unwrap().position, 40);
    log.close().await;
}

fn large(kind: &'static str, number: u32) -> eventlog::Append {
    eventlog::Append {
        command_id: kernel::CommandId::of(&number.to_string()),
        stream: StreamId::of(kind, &number.to_string()),
        kind,
        expected: kernel::Version(0),
        request_hash: [0; 32],
        events: vec![eventlog::NewEvent {
            name: format!("{kind}.written"),
            revision: 1,
            occurred_at: kernel::Timestamp::UNIX_EPOCH,
            payload: vec![7; 240 * 1024],
            private: None,
        }],
        meta: EventMeta::default(),
        recorded_at: kernel::Timestamp::UNIX_EPOCH,
        erase_private: false,
    }
}
