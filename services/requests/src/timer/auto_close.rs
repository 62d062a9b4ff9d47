//! A resolution that nobody objected to closes by itself after seven days.

use std::time::Duration;

use async_trait::async_trait;
use chassis::call::timer_call;
use eventlog::{Log, Recorded};
use futures::{StreamExt, TryStreamExt, stream as futures_stream};
use kernel::{Position, StreamId, Timestamp};
use requests_domain::{
    Request,
    request::{Close, Command},
};
use sqlx::PgPool;
use stream::{BoxError, DueWork, Progress};

use crate::projection::request;

/// How many are closed in one go.
const BATCH: i64 = 500;
/// How many at once.
const AT_ONCE: usize = 64;
/// How long the view may take to show what was closed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Closes what is due.
pub(crate) struct AutoClose {
    pub(crate) log: Log,
    pub(crate) pool: PgPool,
    pub(crate) view: Progress,
}

#[async_trait]
impl DueWork for AutoClose {
    async fn run_due(&self, now: Timestamp) -> Result<usize, BoxError> {
        let due = request::closing_by(&self.pool, now, BATCH).await?;
        let ids: Vec<StreamId> = due.iter().map(|(id, _)| *id).collect();
        let mut histories = self.log.load_all(&ids).await?;
        let closing = due.iter().map(|(id, version)| {
            self.close(*id, *version, histories.remove(id).unwrap_or_default())
        });
        let closing: Vec<_> = closing.collect();
        let positions: Vec<Position> =
            futures_stream::iter(closing).buffer_unordered(AT_ONCE).try_collect().await?;
        // What is due is read from the view: until it shows these as closed they would be found again.
        if let Some(last) = positions.into_iter().max()
            && !self.view.wait_for(last, PATIENCE).await
        {
            return Err("the view of requests does not follow".into());
        }
        Ok(due.len())
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, BoxError> {
        Ok(request::next_closing(&self.pool).await?)
    }
}

impl AutoClose {
    /// Closes a request as it was just loaded.
    async fn close(
        &self,
        id: StreamId,
        version: i32,
        history: Vec<Recorded>,
    ) -> Result<Position, BoxError> {
        let call = timer_call("requests.auto_close", &format!("{id}/{version}"));
        let (log, command) = (&self.log, Command::Close(Close { automatic: true }));
        let executed = eventlog::execute_from::<Request>(log, call, id, history, command).await?;
        Ok(executed.position)
    }
}
