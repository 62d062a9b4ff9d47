//! Where a subscription's events come from: the seam between the log itself and a broker.

use std::sync::Arc;

use async_trait::async_trait;
use eventlog::Recorded;
use kernel::{Position, StreamId, Version};
use sqlx::PgPool;

use crate::{BoxError, Subscription, ledger::Ledger};

/// Carries one context's events to its followers.
#[async_trait]
pub trait Bus: Send + Sync + 'static {
    /// The context whose events it carries.
    fn source(&self) -> &'static str;

    /// Begins to read for a subscription, behind its checkpoints; a lane without one is read from its beginning.
    async fn open(
        &self,
        subscription: &Subscription,
        checkpoints: &Checkpoints,
    ) -> Result<Box<dyn Feed>, BoxError>;

    /// Whether an event can come more than once, or out of the order of the log: then the versions of its stream tell.
    fn repeats(&self) -> bool {
        false
    }

    /// Up to which position of the source's log everything has been applied that is within the checkpoints.
    async fn reached(
        &self,
        _: &Subscription,
        checkpoints: &[Checkpoint],
    ) -> Result<Position, BoxError> {
        let lane = log_lane(self.source());
        let log = checkpoints.iter().find(|checkpoint| checkpoint.lane == lane);
        Ok(log.map(|checkpoint| checkpoint.position).unwrap_or_default())
    }

    /// The last version of each stream that is within the log up to a position, for a bus that
    /// [repeats](Bus::repeats) to begin with.
    async fn applied_by(&self, _: Position) -> Result<Vec<(StreamId, Version)>, BoxError> {
        Ok(Vec::new())
    }

    /// A parked record as it should be handled now: a bus with private parts adds what is left of them.
    async fn refresh(&self, parked: Recorded) -> Result<Recorded, BoxError> {
        Ok(parked)
    }
}

/// An open subscription.
#[async_trait]
pub trait Feed: Send {
    /// Waits for what comes next. Dropping the future loses nothing.
    async fn next(&mut self) -> Result<Fed, BoxError>;
}

/// What a feed gives.
#[derive(Debug)]
pub enum Fed {
    /// These lanes are read here from now on, behind these places.
    Assigned(Vec<Checkpoint>),
    /// Events.
    Delivered(Delivery),
}

/// How far a subscription has come on one lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// What is counted: a log, or a partition of a topic in a cluster.
    pub lane: String,
    /// Everything up to here has been applied.
    pub position: Position,
}

/// The lane of a context's log, whose places are its positions.
#[must_use]
pub fn log_lane(context: &str) -> String {
    format!("log/{context}")
}

/// What a subscription has stored of its progress, to be looked up again when its lanes change hands. Cheap to clone.
#[derive(Clone)]
pub struct Checkpoints(pub(crate) Ledger);

impl Checkpoints {
    /// Those of a subscription of `context`, whose tables lie in the database behind `pool`.
    #[must_use]
    pub fn of(pool: PgPool, context: &'static str, subscription: &'static str) -> Self {
        Self(Ledger::new(pool, context, subscription))
    }

    /// The context that follows.
    #[must_use]
    pub fn context(&self) -> &'static str {
        self.0.context
    }

    /// As they stand now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn stored(&self) -> Result<Vec<Checkpoint>, sqlx::Error> {
        self.0.checkpoints().await
    }
}

/// Events, in the order of their positions, that reach to a certain place in each of one or several lanes.
#[derive(Debug, Clone, Default)]
pub struct Delivery {
    /// How far it reaches in each lane; at least one.
    pub runs: Vec<Run>,
    /// The events of the subscribed aggregates in them.
    pub events: Vec<Recorded>,
    /// Where each of them lies.
    pub places: Vec<Place>,
    /// What lay between them and is no event.
    pub foreign: Vec<Foreign>,
    /// Lanes that begin with it, whatever was stored of them before.
    pub begins: Vec<Checkpoint>,
}

/// What a foreign record is called.
pub(crate) const FOREIGN: &str = "foreign.record";

/// A record that is no event: kept aside, for it may be somebody's mistake.
#[derive(Debug, Clone)]
pub struct Foreign {
    /// The lane that it was found in.
    pub lane: Arc<str>,
    /// The record, as far as it can be described.
    pub record: Recorded,
    /// Why it is no event.
    pub reason: String,
}

/// A run of one lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The lane.
    pub lane: Arc<str>,
    /// It begins behind this place, where the lane's last run ended.
    pub from: Position,
    /// It reaches up to here, also where it left out events of other aggregates.
    pub to: Position,
}

/// Where an event lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The lane.
    pub lane: Arc<str>,
    /// The place in it; on the log it is the event's own position.
    pub position: Position,
}

#[async_trait]
impl<B: Bus + ?Sized> Bus for Arc<B> {
    fn source(&self) -> &'static str {
        (**self).source()
    }
    async fn open(
        &self,
        subscription: &Subscription,
        checkpoints: &Checkpoints,
    ) -> Result<Box<dyn Feed>, BoxError> {
        (**self).open(subscription, checkpoints).await
    }
    fn repeats(&self) -> bool {
        (**self).repeats()
    }
    async fn reached(
        &self,
        subscription: &Subscription,
        checkpoints: &[Checkpoint],
    ) -> Result<Position, BoxError> {
        (**self).reached(subscription, checkpoints).await
    }
    async fn applied_by(&self, position: Position) -> Result<Vec<(StreamId, Version)>, BoxError> {
        (**self).applied_by(position).await
    }
    async fn refresh(&self, parked: Recorded) -> Result<Recorded, BoxError> {
        (**self).refresh(parked).await
    }
}
