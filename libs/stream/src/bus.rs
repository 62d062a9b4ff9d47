//! Where a subscription's events come from: the seam between the log itself and a broker.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use eventlog::{LogReader, Recorded};
use kernel::Position;

use crate::{BoxError, Subscription};

/// The most events of a page, unless stated otherwise.
const PAGE: i64 = 1_000;

/// Carries one context's events to its followers.
#[async_trait]
pub trait Bus: Send + Sync + 'static {
    /// The context whose events it carries.
    fn source(&self) -> &'static str;

    /// Begins to read for a subscription, behind its checkpoints; a lane without one is read from its beginning.
    async fn open(
        &self,
        subscription: &Subscription,
        checkpoints: &[Checkpoint],
    ) -> Result<Box<dyn Feed>, BoxError>;

    /// A parked record as it should be handled now: a bus with private parts adds what is left of them.
    async fn refresh(&self, parked: Recorded) -> Result<Recorded, BoxError> {
        Ok(parked)
    }
}

/// An open subscription.
#[async_trait]
pub trait Feed: Send {
    /// Waits for the next delivery. Dropping the future loses nothing.
    async fn next(&mut self) -> Result<Delivery, BoxError>;
}

/// How far a subscription has come on one lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// What is counted: a log, or a partition of a topic in a cluster.
    pub lane: String,
    /// Everything up to here has been applied.
    pub position: Position,
}

/// A run of one lane, in order.
#[derive(Debug)]
pub struct Delivery {
    /// The lane.
    pub lane: Arc<str>,
    /// The run begins behind this place, where the lane's last one ended.
    pub from: Position,
    /// The run reaches up to here, also where it left out events of other aggregates.
    pub to: Position,
    /// The events of the subscribed aggregates in it.
    pub events: Vec<Recorded>,
    /// The place in the lane with each of them; on the log it is the event's own position.
    pub places: Vec<Position>,
}

#[async_trait]
impl<B: Bus + ?Sized> Bus for Arc<B> {
    fn source(&self) -> &'static str {
        (**self).source()
    }
    async fn open(
        &self,
        subscription: &Subscription,
        checkpoints: &[Checkpoint],
    ) -> Result<Box<dyn Feed>, BoxError> {
        (**self).open(subscription, checkpoints).await
    }
    async fn refresh(&self, parked: Recorded) -> Result<Recorded, BoxError> {
        (**self).refresh(parked).await
    }
}

/// Reads the publishing context's log itself, by position: durable and gapless, without a broker.
#[derive(Clone)]
pub struct LogBus {
    reader: LogReader,
    page: i64,
    private: bool,
    gather: Duration,
}

impl LogBus {
    /// A bus over a log, without private parts, in pages of at most 1,000 events.
    #[must_use]
    pub fn new(reader: LogReader) -> Self {
        Self { reader, page: PAGE, private: false, gather: Duration::ZERO }
    }

    /// With private parts: for the context that owns the log.
    #[must_use]
    pub fn with_private(self) -> Self {
        Self { private: true, ..self }
    }

    /// In pages of at most `page` events.
    #[must_use]
    pub fn with_page(self, page: i64) -> Self {
        Self { page: page.max(1), ..self }
    }

    /// Waits so long after an event before it is read, for more to read at once: for views that many events touch
    /// and that need not be as fresh as possible.
    #[must_use]
    pub fn gathering(self, gather: Duration) -> Self {
        Self { gather, ..self }
    }

    async fn read(&self, after: Position, limit: i64) -> Result<Vec<Recorded>, BoxError> {
        let page = if self.private {
            self.reader.page_with_private(after, limit).await
        } else {
            self.reader.page(after, limit).await
        };
        Ok(page?)
    }
}

#[async_trait]
impl Bus for LogBus {
    fn source(&self) -> &'static str {
        self.reader.context()
    }

    async fn open(
        &self,
        subscription: &Subscription,
        checkpoints: &[Checkpoint],
    ) -> Result<Box<dyn Feed>, BoxError> {
        let lane: Arc<str> = format!("log/{}", self.source()).into();
        let checkpoint = checkpoints.iter().find(|checkpoint| *checkpoint.lane == *lane);
        let after = checkpoint.map_or(Position(0), |checkpoint| checkpoint.position);
        let head = self.reader.head().await?;
        if after > head {
            return Err(format!(
                "{} has applied {after} events of the log {}, which has only {head}: was the log restored?",
                subscription.name,
                self.source()
            )
            .into());
        }
        Ok(Box::new(LogFeed {
            bus: self.clone(),
            aggregates: subscription.aggregates,
            lane,
            after,
            caught_up: false,
        }))
    }

    async fn refresh(&self, parked: Recorded) -> Result<Recorded, BoxError> {
        let read = self.read(Position(parked.position.0 - 1), 1).await?;
        read.into_iter().next().ok_or_else(|| "the parked record is not in the log".into())
    }
}

struct LogFeed {
    bus: LogBus,
    aggregates: &'static [&'static str],
    lane: Arc<str>,
    after: Position,
    /// The last page reached the log's end: the next is read on word of more, or when the tick of the waiting is over.
    caught_up: bool,
}

#[async_trait]
impl Feed for LogFeed {
    async fn next(&mut self) -> Result<Delivery, BoxError> {
        loop {
            if self.caught_up {
                self.bus.reader.wait_past(self.after).await;
                // Sleeping takes its millisecond even for no time at all.
                if !self.bus.gather.is_zero() {
                    tokio::time::sleep(self.bus.gather).await;
                }
            }
            let mut events = self.bus.read(self.after, self.bus.page).await?;
            self.caught_up = i64::try_from(events.len()).is_ok_and(|read| read < self.bus.page);
            let Some(last) = events.last() else { continue };
            let to = last.position;
            if !self.aggregates.is_empty() {
                events.retain(|event| self.aggregates.contains(&event.kind()));
            }
            let places = events.iter().map(|event| event.position).collect();
            let from = std::mem::replace(&mut self.after, to);
            return Ok(Delivery { lane: self.lane.clone(), from, to, events, places });
        }
    }
}
