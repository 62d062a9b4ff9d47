//! A warning or a due instant is reached, or a published version comes to count: the clocks are looked at.
//!
//! What is due stands in an index, so idle clocks cost nothing. The instant of a breach is the computed one, however
//! late it is noticed.

use async_trait::async_trait;
use chassis::call::timer_call;
use eventlog::Log;
use futures::{StreamExt, stream as futures_stream};
use jiff::SignedDuration;
use kernel::{StreamId, Timestamp, Version};
use sqlx::PgPool;
use stream::{BoxError, DueWork, HandleError};

use crate::{
    books::{Books, Shelf},
    cases::Cases,
    look::{AT_ONCE, Standing, Task, look},
    projection::{
        clock,
        request_facts::{self, Due},
    },
};

/// The timer's name.
pub(crate) const DUE: &str = "sla.due";

/// How many requests are looked at in one go.
const BATCH: i64 = 500;

/// How long a request that cannot be looked at is left alone.
const RETRY: SignedDuration = SignedDuration::from_hours(1);

/// Looks at what is due.
pub(crate) struct DueClocks {
    pub(crate) log: Log,
    pub(crate) pool: PgPool,
    pub(crate) shelf: Shelf,
    pub(crate) cases: Cases,
}

#[async_trait]
impl DueWork for DueClocks {
    #[expect(
        clippy::disallowed_methods,
        reason = "a timer is a task of its own, which nobody cancels"
    )]
    async fn run_due(&self, now: Timestamp) -> Result<usize, BoxError> {
        let mut tx = self.pool.begin().await?;
        let books = self.shelf.current(&mut tx).await?;
        let due = request_facts::due(now, BATCH, &mut tx).await?;
        if due.is_empty() {
            return Ok(0);
        }
        let mut looks = Vec::with_capacity(due.len());
        for due in &due {
            looks.push(self.look(&books, now, due));
        }
        let found: Vec<_> = futures_stream::iter(looks).buffer_unordered(AT_ONCE).collect().await;
        let (mut standings, mut wakes) = (Vec::new(), Vec::new());
        for (request, looked) in found {
            match looked {
                Ok(Some(standing)) => {
                    wakes.push((request, standing.next_wake));
                    standings.push(standing);
                }
                Ok(None) => wakes.push((request, None)),
                // One request that cannot be understood must not keep the others waiting.
                Err(HandleError::Poison(error)) => {
                    tracing::error!(error = kernel::chain(&*error), %request, "the clocks of a request cannot be looked at");
                    wakes.push((request, Some(now + RETRY)));
                }
                Err(error) => return Err(error.into()),
            }
        }
        request_facts::wake(&wakes, &mut tx).await?;
        clock::store(&standings, &mut tx).await?;
        tx.commit().await?;
        Ok(due.len())
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, BoxError> {
        Ok(request_facts::next_due(&self.pool).await?)
    }
}

impl DueClocks {
    async fn look(
        &self,
        books: &Books,
        now: Timestamp,
        due: &Due,
    ) -> (StreamId, Result<Option<Standing>, HandleError>) {
        let Due { request, known, cause } = due;
        let task = Task { request: *request, known, fresh: false, cause: *cause };
        // A case changes with every command, so its version names what this look is made for.
        let call = |version: Version| timer_call(DUE, &format!("{request}/{version}"));
        (*request, look(&self.log, &self.cases, books, now, &task, call).await)
    }
}
