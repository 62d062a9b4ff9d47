//! Something happened to requests: what is known of them is brought up to date, and their clocks are looked at.
//!
//! A page costs three statements, whatever its size, beside the events it leads to; an import's requests are new, so
//! their cases need not be loaded. When the page comes again after a crash, the looks find their events recorded.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chassis::call::reaction_call;
use eventlog::{Call, Log, Recorded};
use futures::{StreamExt, TryStreamExt, stream as futures_stream};
use kernel::{StreamId, Timestamp, Version};
use sla_domain::words::Cause;
use sqlx::PgConnection;
use stream::{HandleError, Handler, OnPoison, Subscription, TimerHandle};
use uuid::Uuid;

use crate::{
    books::{Books, Shelf},
    cases::Cases,
    look::{AT_ONCE, Standing, Task, look},
    projection::{
        clock,
        request_facts::{self, Row},
        request_type,
    },
};

/// The requests' subscription.
pub(crate) const REQUESTS: Subscription = Subscription {
    name: "sla.requests",
    aggregates: &["request", "request_type"],
    on_poison: OnPoison::HoldStream,
};

/// The name of the reaction, of which its commands' ids are made.
const RECONCILE: &str = "sla.reconcile";

/// Follows requests.
pub(crate) struct Follow {
    pub(crate) log: Log,
    pub(crate) shelf: Shelf,
    pub(crate) cases: Cases,
    /// Wakes at due instants.
    pub(crate) timer: TimerHandle,
}

/// What a page holds of one request.
struct Touched<'a> {
    last: &'a Recorded,
    cause: Option<Cause>,
    fresh: bool,
}

#[async_trait]
impl Handler for Follow {
    async fn handle(&self, page: &[Recorded], tx: &mut PgConnection) -> Result<(), HandleError> {
        let books = self.shelf.current(tx).await?;
        let (events, types): (Vec<&Recorded>, Vec<&Recorded>) =
            page.iter().partition(|event| event.kind() == "request");
        for event in types {
            request_type::apply(event, tx).await?;
        }
        let (mut rows, mut touched) = fold(&events, tx).await?;
        put_off(&rows, &mut touched);

        let now = self.now(&events);
        let standings = self.look_at_all(&books, now, &rows, &touched).await?;
        for standing in &standings {
            if let Some(row) = rows.get_mut(&standing.request) {
                row.next_wake = standing.next_wake;
                row.wake_cause = None;
            }
        }
        request_facts::store(&rows, tx).await?;
        clock::store(&standings, tx).await?;
        if let Some(next) = standings.iter().filter_map(|standing| standing.next_wake).min() {
            self.timer.poke(next);
        }
        Ok(())
    }
}

/// The rows of a page's requests with its events folded in, and what it holds of each.
async fn fold<'a>(
    events: &[&'a Recorded],
    tx: &mut PgConnection,
) -> Result<(BTreeMap<StreamId, Row>, BTreeMap<StreamId, Touched<'a>>), HandleError> {
    let mut requests: Vec<Uuid> = events.iter().map(|event| event.stream.0).collect();
    requests.sort_unstable();
    requests.dedup();
    let mut rows = request_facts::load(&requests, tx).await?;
    let mut touched = BTreeMap::<StreamId, Touched<'_>>::new();
    for event in events {
        let fresh = !rows.contains_key(&event.stream);
        let blank = || Row {
            version: 0,
            known: crate::facts::Known::default(),
            next_wake: None,
            wake_cause: None,
        };
        let row = rows.entry(event.stream).or_insert_with(blank);
        let seen =
            touched.entry(event.stream).or_insert(Touched { last: event, cause: None, fresh });
        if event.version.0 <= row.version {
            continue;
        }
        if event.version.0 > row.version + 1 {
            let gap = format!("{} skips from {} to {}", event.stream, row.version, event.version);
            return Err(HandleError::Poison(gap.into()));
        }
        let cause = row.known.fold(event)?;
        row.version = event.version.0;
        seen.last = event;
        seen.cause = cause.or(seen.cause);
    }
    Ok((rows, touched))
}

/// A request whose command goes on behind the page's end is left to the next page: of an imported row that is due and
/// resolved, the first half alone would look like a breach.
fn put_off(rows: &BTreeMap<StreamId, Row>, touched: &mut BTreeMap<StreamId, Touched<'_>>) {
    for (request, touched) in touched {
        let imported = rows.get(request).is_some_and(|row| row.known.imported());
        if imported && touched.last.meta.following > 0 {
            touched.cause = None;
        }
    }
}

impl Follow {
    /// The domain clock's present instant, but never before what has been recorded: clocks of two machines differ.
    fn now(&self, events: &[&Recorded]) -> Timestamp {
        let recorded = events.iter().map(|event| event.recorded_at).max();
        let now = kernel::time::to_microsecond(self.log.clock().now());
        recorded.map_or(now, |recorded| recorded.max(now))
    }

    /// Looks at every request of which something was learned, many at once: the log folds their events together.
    async fn look_at_all(
        &self,
        books: &Books,
        now: Timestamp,
        rows: &BTreeMap<StreamId, Row>,
        touched: &BTreeMap<StreamId, Touched<'_>>,
    ) -> Result<Vec<Standing>, HandleError> {
        let mut looks = Vec::with_capacity(touched.len());
        for (request, touched) in touched {
            let (Some(cause), Some(row)) = (touched.cause, rows.get(request)) else { continue };
            let task = Task { request: *request, known: &row.known, fresh: touched.fresh, cause };
            looks.push(self.look(books, now, task, touched.last));
        }
        let looks = futures_stream::iter(looks).buffer_unordered(AT_ONCE);
        let found: Vec<Option<Standing>> = looks.try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn look(
        &self,
        books: &Books,
        now: Timestamp,
        task: Task<'_>,
        last: &Recorded,
    ) -> Result<Option<Standing>, HandleError> {
        let call = reaction_call(RECONCILE, last)?;
        let call = |_: Version| -> Call { call.clone() };
        look(&self.log, &self.cases, books, now, &task, call).await
    }
}
