//! The bus without a broker: reads the publishing context's log itself, by position.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use eventlog::{LogReader, Recorded};
use kernel::Position;

use crate::{
    BoxError, Bus, Checkpoints, Delivery, Fed, Feed, Subscription,
    bus::{Checkpoint, Place, Run, log_lane},
};

/// The most events of a page, unless stated otherwise.
const PAGE: i64 = 1_000;

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
        checkpoints: &Checkpoints,
    ) -> Result<Box<dyn Feed>, BoxError> {
        let after = self.reached(subscription, &checkpoints.stored().await?).await?;
        let walk = Walk::begin(&self.reader, subscription, after).await?;
        Ok(Box::new(LogFeed { bus: self.clone(), walk, assigned: false, caught_up: false }))
    }

    async fn refresh(&self, parked: Recorded) -> Result<Recorded, BoxError> {
        let read = self.read(Position(parked.position.0 - 1), 1).await?;
        read.into_iter().next().ok_or_else(|| "the parked record is not in the log".into())
    }
}

/// A way along a log, page by page, for one subscription.
pub(crate) struct Walk {
    aggregates: &'static [&'static str],
    pub(crate) lane: Arc<str>,
    pub(crate) after: Position,
}

impl Walk {
    /// Begins behind `after`, which a log that was not restored reaches.
    pub(crate) async fn begin(
        reader: &LogReader,
        subscription: &Subscription,
        after: Position,
    ) -> Result<Self, BoxError> {
        let (head, source) = (reader.head().await?, reader.context());
        if after > head {
            return Err(format!(
                "{} has applied {after} events of the log {source}, which has only {head}: was the log restored?",
                subscription.name
            )
            .into());
        }
        Ok(Self { aggregates: subscription.aggregates, lane: log_lane(source).into(), after })
    }

    pub(crate) fn place(&self) -> Checkpoint {
        Checkpoint { lane: self.lane.to_string(), position: self.after }
    }

    /// The next delivery, of a page that was read behind the last one; `None` when it is empty.
    pub(crate) fn deliver(&mut self, mut events: Vec<Recorded>) -> Option<Delivery> {
        let to = events.last()?.position;
        if !self.aggregates.is_empty() {
            events.retain(|event| self.aggregates.contains(&event.kind()));
        }
        let lane = &self.lane;
        let place = |event: &Recorded| Place { lane: lane.clone(), position: event.position };
        let places = events.iter().map(place).collect();
        let from = std::mem::replace(&mut self.after, to);
        let runs = vec![Run { lane: self.lane.clone(), from, to }];
        Some(Delivery { runs, events, places, ..Delivery::default() })
    }
}

struct LogFeed {
    bus: LogBus,
    walk: Walk,
    assigned: bool,
    /// The last page reached the log's end: the next is read on word of more, or when the tick of the waiting is over.
    caught_up: bool,
}

#[async_trait]
impl Feed for LogFeed {
    async fn next(&mut self) -> Result<Fed, BoxError> {
        if !self.assigned {
            self.assigned = true;
            return Ok(Fed::Assigned(vec![self.walk.place()]));
        }
        loop {
            if self.caught_up {
                self.bus.reader.wait_past(self.walk.after).await;
                // Sleeping takes its millisecond even for no time at all.
                if !self.bus.gather.is_zero() {
                    tokio::time::sleep(self.bus.gather).await;
                }
            }
            let events = self.bus.read(self.walk.after, self.bus.page).await?;
            self.caught_up = i64::try_from(events.len()).is_ok_and(|read| read < self.bus.page);
            if let Some(delivery) = self.walk.deliver(events) {
                return Ok(Fed::Delivered(delivery));
            }
        }
    }
}
