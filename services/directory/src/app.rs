//! What every rpc of the service works with.

use std::time::Duration;

use chassis::{consistency, fault::Fault, parse};
use eventlog::{Call, Log, execute, load};
use jiff::{civil::Date, tz::TimeZone};
use kernel::{Decider, NetworkId, StreamId, TeamId, Version};
use sqlx::PgPool;
use stream::Progress;

use crate::projection;

/// The context's name: its schema, its log, its topics.
pub(crate) const CONTEXT: &str = "directory";

/// How long a query waits for the view that `after` asks for.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long a command waits for the view it looks into before it goes by what is there.
const GLANCE: Duration = Duration::from_secs(1);

/// What every rpc of the service works with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    /// The own log.
    pub(crate) log: Log,
    /// The own database.
    pub(crate) pool: PgPool,
    /// How far the read models are.
    pub(crate) view: Progress,
}

/// What a command's reply says.
pub(crate) struct Done {
    /// The etag after it.
    pub(crate) etag: String,
    /// The token that names what it changed.
    pub(crate) consistency: String,
}

impl App {
    /// Runs a command through its rules.
    pub(crate) async fn execute<D: Decider + 'static>(
        &self,
        call: Call,
        stream: StreamId,
        command: D::Command,
    ) -> Result<Done, Fault> {
        let executed = execute::<D>(&self.log, call, stream, command).await?;
        Ok(Done {
            etag: parse::etag_of(executed.version),
            consistency: consistency::encode(CONTEXT, executed.position, stream, executed.version),
        })
    }

    /// Whether something has been entered: by the log, which is ahead of every view.
    pub(crate) async fn exists<D: Decider>(&self, stream: StreamId) -> Result<bool, Fault> {
        let (_, version) = load::<D>(&self.log, stream).await?;
        Ok(version > Version(0))
    }

    /// The team that serves a network on a day, as far as is known now.
    pub(crate) async fn serving(
        &self,
        network: &NetworkId,
        day: Date,
    ) -> Result<Option<TeamId>, Fault> {
        let head = self.log.reader().head().await?;
        self.view.wait_for(head, GLANCE).await;
        let team = projection::facts::serving(&self.pool, network.as_str(), day).await?;
        Ok(team.and_then(|team| team.parse().ok()))
    }

    /// Waits until the read models show what `after` names; nothing to wait for when it is empty.
    pub(crate) async fn wait(&self, after: &str) -> Result<(), Fault> {
        consistency::wait(after, &self.view, PATIENCE).await
    }

    /// The day that a query asks for; without one today in the district's zone.
    pub(crate) async fn day(&self, as_of: Option<Date>) -> Result<Date, Fault> {
        if let Some(day) = as_of {
            return Ok(day);
        }
        let district = projection::district::get(&self.pool).await?;
        let zone = district.and_then(|district| TimeZone::get(&district.zone).ok());
        let now = self.log.clock().now();
        Ok(zone.unwrap_or(TimeZone::UTC).to_datetime(now).date())
    }
}
