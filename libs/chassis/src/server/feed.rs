//! The event feed: the published history of every topic served here, from any position.
//!
//! A stream reads the log as its consumer reads the stream: a slow one holds one page, never the server up. A
//! stream that ends well has reached what was asked for; one that the server ends early says so as an error.

use std::{
    collections::{BTreeMap, VecDeque},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use eventlog::{LogReader, Recorded};
use futures::{Stream, stream};
use kernel::Position;
use prost::Message;
use tokio::time::Instant;
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

/// How many of the log's events are read at once.
const PAGE: i64 = 500;
/// About how many bytes one message has at most; a single event may have more, but not much.
const MESSAGE_BYTES: usize = 1024 * 1024;
/// How long a reader of the present end goes without hearing where it stands.
const BOOKMARK: Duration = Duration::from_secs(15);
/// A following stream ends after a while, so that consumers spread over servers again.
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

    async fn open(&self, ask: &ReadRequest) -> Result<Reading, Fault> {
        let topic = self.topics.get(&ask.topic).cloned();
        let topic = topic.ok_or_else(|| Fault::not_found("topic", ask.topic.clone()))?;
        for (field, value) in [("from_position", ask.from_position), ("limit", ask.limit)] {
            if value < 0 {
                return Err(Fault::invalid(field, "must not be negative"));
            }
        }
        let head = topic.reader.head().await?;
        if ask.from_position > head.0 {
            return Err(Fault::beyond_end(ask.from_position, head.0));
        }
        let now = Instant::now();
        Ok(Reading {
            topic,
            position: Position(ask.from_position),
            until: (!ask.follow).then_some(head),
            left: if ask.limit == 0 { i64::MAX } else { ask.limit },
            waiting: VecDeque::new(),
            said: now,
            end: now + LIFETIME,
            shutdown: self.shutdown.clone(),
        })
    }
}

type Pages = Pin<Box<dyn Stream<Item = Result<ReadResponse, Status>> + Send>>;

#[tonic::async_trait]
impl EventFeedService for Feed {
    type ReadStream = Pages;

    async fn read(&self, request: Request<ReadRequest>) -> Result<Response<Pages>, Status> {
        let reading = self.open(request.get_ref()).await?;
        let pages = stream::unfold(Some(reading), |reading| async {
            let mut reading = reading?;
            match reading.next().await {
                Ok(Some(page)) => Some((Ok(page), Some(reading))),
                Ok(None) => None,
                Err(fault) => Some((Err(fault.into()), None)),
            }
        });
        Ok(Response::new(Box::pin(pages)))
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

/// One stream on its way.
struct Reading {
    topic: FeedTopic,
    /// Everything up to here has been read, and is sent or in `waiting`.
    position: Position,
    /// Where to stop; `None` goes on with what comes.
    until: Option<Position>,
    /// How many events may still be sent.
    left: i64,
    /// What has been read and not sent.
    waiting: VecDeque<ReadResponse>,
    /// When the consumer last heard where it stands.
    said: Instant,
    end: Instant,
    shutdown: CancellationToken,
}

impl Reading {
    /// The next message; `None` at the end of what was asked for.
    async fn next(&mut self) -> Result<Option<ReadResponse>, Fault> {
        loop {
            if let Some(message) = self.waiting.pop_front() {
                self.said = Instant::now();
                return Ok(Some(message));
            }
            if self.left == 0 || self.until.is_some_and(|until| self.position >= until) {
                return Ok(None);
            }
            if self.shutdown.is_cancelled() || Instant::now() >= self.end {
                return Err(Fault::stream_ended());
            }
            let page = self.topic.reader.page(self.position, PAGE).await?;
            if page.is_empty() {
                self.wait().await;
            } else {
                self.take(&page);
            }
            if self.waiting.is_empty() && self.said.elapsed() >= BOOKMARK {
                self.waiting.push_back(self.bookmark());
            }
        }
    }

    fn bookmark(&self) -> ReadResponse {
        ReadResponse { events: Vec::new(), position: self.position.0 }
    }

    /// Puts a page's events of the topic into messages of a bounded size.
    fn take(&mut self, page: &[Recorded]) {
        let mut message = self.bookmark();
        let mut bytes = 0;
        for event in page {
            if self.left == 0 || self.until.is_some_and(|until| event.position > until) {
                break;
            }
            self.position = event.position;
            if event.kind() != self.topic.aggregate {
                continue;
            }
            let envelope = envelope(event);
            let size = envelope.encoded_len();
            if bytes + size > MESSAGE_BYTES && !message.events.is_empty() {
                self.waiting.push_back(std::mem::take(&mut message));
                bytes = 0;
            }
            bytes += size;
            message.position = event.position.0;
            message.events.push(envelope);
            self.left -= 1;
        }
        if !message.events.is_empty() {
            message.position = self.position.0;
            self.waiting.push_back(message);
        }
    }

    async fn wait(&self) {
        tokio::select! {
            () = self.topic.reader.wait_past(self.position) => {}
            () = self.shutdown.cancelled() => {}
        }
    }
}

/// An event as it is published.
fn envelope(event: &Recorded) -> Envelope {
    Envelope {
        event_id: event.event_id.to_string(),
        source: wire::topic::source(event.context),
        r#type: wire::topic::cloud_event_type(event.context, &event.name),
        subject: wire::topic::subject(event.kind(), &event.stream.to_string()),
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
