//! Which versions of each stream a subscription has applied: for a bus that can bring an event more than once.
//!
//! Of a stream only the next version is applied; an earlier one is a repetition and left out, a later one means that
//! something was lost, which is reported like any record that cannot be applied.

use std::collections::HashMap;

use eventlog::Recorded;
use kernel::{StreamId, Version};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{HandleError, ledger::Ledger};

/// A stream goes on behind a hole.
#[derive(Debug, thiserror::Error)]
#[error(
    "the stream {stream} goes on with version {version}, but only {applied} of its events were applied: what lies between \
     was lost on the topic, and has to be published again"
)]
struct Hole {
    stream: Uuid,
    version: i32,
    applied: i32,
}

/// The versions of one stream on a page.
struct Heard {
    before: i32,
    version: i32,
}

impl Ledger {
    /// The events that have not been applied before, which they count as from now on.
    ///
    /// # Errors
    /// When one of them lies behind a hole, or another runner applies the same streams.
    pub(crate) async fn hear(
        &self,
        tx: &mut PgConnection,
        events: &[Recorded],
    ) -> Result<Vec<Recorded>, HandleError> {
        let mut heard = self.heard(tx, events).await?;
        let mut fresh = Vec::with_capacity(events.len());
        for event in events {
            let (stream, version) = (event.stream.0, event.version.0);
            let heard = heard.entry(stream).or_insert(Heard { before: 0, version: 0 });
            if version > heard.version + 1 {
                let applied = heard.version;
                return Err(HandleError::Poison(Hole { stream, version, applied }.into()));
            }
            if version == heard.version + 1 {
                heard.version = version;
                fresh.push(event.clone());
            }
        }
        heard.retain(|_, heard| heard.version > heard.before);
        self.note(tx, &heard).await?;
        Ok(fresh)
    }

    /// Counts an event as applied that was left out for good.
    pub(crate) async fn skip(
        &self,
        tx: &mut PgConnection,
        event: &Recorded,
    ) -> Result<(), HandleError> {
        let mut heard = self.heard(tx, std::slice::from_ref(event)).await?;
        let before = heard.remove(&event.stream.0).map_or(0, |heard| heard.before);
        if event.version.0 > before {
            let skipped = Heard { before, version: event.version.0 };
            self.note(tx, &HashMap::from([(event.stream.0, skipped)])).await?;
        }
        Ok(())
    }

    async fn heard(
        &self,
        tx: &mut PgConnection,
        events: &[Recorded],
    ) -> Result<HashMap<Uuid, Heard>, sqlx::Error> {
        let mut streams: Vec<_> = events.iter().map(|event| event.stream.0).collect();
        streams.sort_unstable();
        streams.dedup();
        // Row by row, by the key: asked for all at once, the whole subscription is read, and each row compared with each.
        let sql = self.sql(
            "select asked.stream, (select version from {context}.heard h
                 where h.subscription = $1 and h.stream = asked.stream)
             from unnest($2::uuid[]) as asked(stream)",
        );
        let rows: Vec<(Uuid, Option<i32>)> =
            sqlx::query_as(sql).bind(self.subscription()).bind(streams).fetch_all(tx).await?;
        let rows = rows.into_iter().map(|(stream, version)| (stream, version.unwrap_or_default()));
        let heard = |(stream, version)| (stream, Heard { before: version, version });
        Ok(rows.map(heard).collect())
    }

    async fn note(
        &self,
        tx: &mut PgConnection,
        heard: &HashMap<Uuid, Heard>,
    ) -> Result<(), HandleError> {
        if heard.is_empty() {
            return Ok(());
        }
        // In one order everywhere, so that two runners cannot wait for one another.
        let mut rows: Vec<_> = heard.iter().collect();
        rows.sort_unstable_by_key(|(stream, _)| **stream);
        let sql = self.sql(
            "insert into {context}.heard as h (subscription, stream, version, before)
             select $1, stream, version, before from unnest($2::uuid[], $3::int[], $4::int[]) as n(stream, version, before)
             on conflict (subscription, stream) do update set version = excluded.version, before = excluded.before
             where h.version = excluded.before",
        );
        let noted = sqlx::query(sql)
            .bind(self.subscription())
            .bind(rows.iter().map(|(stream, _)| **stream).collect::<Vec<_>>())
            .bind(rows.iter().map(|(_, heard)| heard.version).collect::<Vec<_>>())
            .bind(rows.iter().map(|(_, heard)| heard.before).collect::<Vec<_>>())
            .execute(tx)
            .await?;
        if noted.rows_affected() == rows.len() as u64 {
            return Ok(());
        }
        Err(HandleError::Transient(
            "another runner has just applied events of the same streams".into(),
        ))
    }

    /// Whether anything was ever noted: then it has to be gone on with, also on a bus that brings everything once.
    pub(crate) async fn has_heard(&self) -> Result<bool, sqlx::Error> {
        let sql = self.sql("select exists(select from {context}.heard where subscription = $1)");
        sqlx::query_scalar(sql).bind(self.subscription()).fetch_one(&self.pool).await
    }

    /// Begins to note: takes over what was applied of a log up to a position, when nothing was noted before.
    pub(crate) async fn hear_up_to(
        &self,
        tx: &mut PgConnection,
        versions: &[(StreamId, Version)],
    ) -> Result<(), HandleError> {
        for versions in versions.chunks(10_000) {
            let heard = |(stream, version): &(StreamId, Version)| {
                (stream.0, Heard { before: 0, version: version.0 })
            };
            self.note(tx, &versions.iter().map(heard).collect()).await?;
        }
        Ok(())
    }
}
