//! The event feed: the published history of every topic served here, from any position.

use std::{collections::BTreeMap, pin::Pin, sync::Arc, time::Duration};

use eventlog::{LogReader, Recorded};
use futures::Stream;
use kernel::Position;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};
use wire::schoolside::common::v1::{
    Envelope, ListTopicsRequest, ListTopicsResponse, ReadRequest, ReadResponse, Topic,
    event_feed_service_server::EventFeedService,
};

use crate::{
    fault::Fault,
    identity::{Permission, PermissionTable},
    service::{Logs, TimeLimit, TimeLimits, TopicDescription},
};

pub(super) const PERMISSIONS: PermissionTable = &[
    ("/schoolside.common.v1.EventFeedService/Read", Permission::EventsRead),
    ("/schoolside.common.v1.EventFeedService/ListTopics", Permission::EventsRead),
];
pub(super) const TIME_LIMITS: TimeLimits =
    &[("/schoolside.common.v1.EventFeedService/Read", TimeLimit::Stream)];

const PAGE: i64 = 500;
/// How many pages may wait for a slow consumer.
const BUFFER: usize = 4;
/// How long a full buffer may stay full.
const PATIENCE: Duration = Duration::from_secs(30);
const BOOKMARK: Duration = Duration::from_secs(15);
/// A stream ends after a while, so that consumers spread over servers again.
const LIFETIME: Duration = Duration::from_secs(45 * 60);

/// One topic that is served here.
#[derive(Clone)]
pub(super) struct FeedTopic {
    name: String,
    aggregate: &'static str,
    description: &'static str,
    reader: LogReader,
}

pub(super) fn topics(
    context: &'static str,
    topics: &'static [TopicDescription],
    logs: &Logs,
) -> Vec<FeedTopic> {
    let topic = |topic: &'static TopicDescription| FeedTopic {
        name: wire::topic::topic(context, topic.aggregate),
        aggregate: topic.aggregate,
        description: topic.description,
        reader: logs.reader(context),
    };
    topics.iter().map(topic).collect()
}

/// The event feed.
pub(super) struct Feed {
    topics: Arc<BTreeMap<String, FeedTopic>>,
    shutdown: CancellationToken,
}

impl Feed {
    pub(super) fn new(topics: Vec<FeedTopic>, shutdown: CancellationToken) -> Self {
        let topics = topics.into_iter().map(|topic| (topic.name.clone(), topic)).collect();
        Self { topics: Arc::new(topics), shutdown }
    }
}

type Pages = Pin<Box<dyn Stream<Item = Result<ReadResponse, Status>> + Send>>;

#[tonic::async_trait]
impl EventFeedService for Feed {
    type ReadStream = Pages;

    async fn read(&self, request: Request<ReadRequest>) -> Result<Response<Pages>, Status> {
        let ask = request.into_inner();
        let topic = self.topics.get(&ask.topic).cloned();
        let topic = topic.ok_or_else(|| Fault::not_found("topic", ask.topic.clone()))?;
        for (field, value) in [("from_position", ask.from_position), ("limit", ask.limit)] {
            if value < 0 {
                return Err(Fault::invalid(field, "must not be negative").into());
            }
        }
        let (pages, stream) = mpsc::channel(BUFFER);
        let shutdown = self.shutdown.clone();
        crate::task::spawn("event feed", async move {
            let reading = Reading { topic, position: Position(ask.from_position), pages };
            let read = reading.run(ask.limit, ask.follow);
            let _ended = shutdown.run_until_cancelled(tokio::time::timeout(LIFETIME, read)).await;
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(stream))))
    }

    async fn list_topics(
        &self,
        _request: Request<ListTopicsRequest>,
    ) -> Result<Response<ListTopicsResponse>, Status> {
        let mut topics = Vec::with_capacity(self.topics.len());
        for topic in self.topics.values() {
            topics.push(Topic {
                name: topic.name.clone(),
                description: topic.description.to_owned(),
                head: topic.reader.head().await.map_err(Fault::from)?.0,
            });
        }
        Ok(Response::new(ListTopicsResponse { topics }))
    }
}

struct Reading {
    topic: FeedTopic,
    position: Position,
    pages: mpsc::Sender<Result<ReadResponse, Status>>,
}

impl Reading {
    async fn run(mut self, limit: i64, follow: bool) {
        let mut left = if limit == 0 { i64::MAX } else { limit };
        while left > 0 {
            match self.topic.reader.page(self.position, PAGE).await {
                Err(error) => {
                    let _ = self.pages.send(Err(Fault::from(error).into())).await;
                    return;
                }
                Ok(page) if page.is_empty() => {
                    if !follow || !self.wait().await {
                        return;
                    }
                }
                Ok(page) => match self.pass_on(&page, left).await {
                    Some(sent) => left -= sent,
                    None => return,
                },
            }
        }
    }

    /// Passes a page on; says how many events were sent, or `None` when nobody reads any more.
    async fn pass_on(&mut self, page: &[Recorded], left: i64) -> Option<i64> {
        let mut events = Vec::new();
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        for event in page {
            if events.len() == left {
                break;
            }
            self.position = event.position;
            if event.kind() == self.topic.aggregate {
                events.push(envelope(event));
            }
        }
        let sent = i64::try_from(events.len()).ok()?;
        if sent > 0 {
            self.send(ReadResponse { events, position: self.position.0 }).await?;
        }
        Some(sent)
    }

    async fn send(&self, page: ReadResponse) -> Option<()> {
        match self.pages.send_timeout(Ok(page), PATIENCE).await {
            Ok(()) => Some(()),
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => {
                let _ = self.pages.try_send(Err(Fault::too_slow().into()));
                None
            }
            Err(mpsc::error::SendTimeoutError::Closed(_)) => None,
        }
    }

    /// Waits for more; sends a bookmark meanwhile. Says whether anybody still reads.
    async fn wait(&self) -> bool {
        tokio::select! {
            () = self.topic.reader.wait_past(self.position) => true,
            () = self.pages.closed() => false,
            () = tokio::time::sleep(BOOKMARK) => {
                self.send(ReadResponse { events: Vec::new(), position: self.position.0 }).await.is_some()
            }
        }
    }
}

/// An event as it is published.
fn envelope(event: &Recorded) -> Envelope {
    Envelope {
        event_id: event.event_id.to_string(),
        source: format!("/schoolside/{}", event.context),
        r#type: wire::topic::cloud_event_type(event.context, &event.name),
        subject: format!("{}/{}", event.kind(), event.stream),
        key: event.stream.to_string(),
        occurred_at: Some(wire::time::to_proto(event.occurred_at)),
        recorded_at: Some(wire::time::to_proto(event.recorded_at)),
        version: event.version.0,
        position: event.position.0,
        revision: i32::from(event.revision),
        meta: Some(event.meta.clone()),
        payload: event.payload.clone(),
    }
}
