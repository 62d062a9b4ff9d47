//! Which versions of each stream a subscription has applied: for a bus that can bring an event more than once.
//!
//! Of a stream only the next version is applied; an earlier one is a repetition and left out, a later one means that
//! something was lost, which is reported like any record that cannot be applied.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

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

/// From where to where the streams on a page go, those that go without a hole or a repetition.
fn following(events: &[Recorded]) -> HashMap<Uuid, Heard> {
    let mut streams = HashMap::<Uuid, Heard>::with_capacity(events.len());
    let mut broken = Vec::new();
    for event in events {
        let (stream, version) = (event.stream.0, event.version.0);
        let heard =
            streams.entry(stream).or_insert(Heard { before: version - 1, version: version - 1 });
        if version != heard.version + 1 {
            broken.push(stream);
        }
        heard.version = version;
    }
    for stream in broken {
        streams.remove(&stream);
    }
    streams
}

impl Ledger {
    /// The events that have not been applied before, which they count as from now on.
    ///
    /// # Errors
    /// When one of them lies behind a hole, or another runner applies the same streams.
    pub(crate) async fn hear<'a>(
        &self,
        tx: &mut PgConnection,
        events: &'a [Recorded],
    ) -> Result<Cow<'a, [Recorded]>, HandleError> {
        // Nearly always nothing comes again, so that is taken for granted first; what the rows deny is looked at.
        let noted = self.note(tx, &following(events)).await?;
        let noted: HashSet<_> = noted.into_iter().collect();
        if events.iter().all(|event| noted.contains(&event.stream.0)) {
            return Ok(events.into());
        }
        let denied: Vec<_> =
            events.iter().map(|it| it.stream.0).filter(|it| !noted.contains(it)).collect();
        let mut heard = self.heard(tx, denied).await?;
        let mut fresh = Vec::with_capacity(events.len());
        for event in events {
            let (stream, version) = (event.stream.0, event.version.0);
            let Some(heard) = heard.get_mut(&stream) else {
                fresh.push(event.clone());
                continue;
            };
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
        self.note_all(tx, &heard).await?;
        Ok(fresh.into())
    }

    /// Counts an event as applied that was left out for good.
    pub(crate) async fn skip(
        &self,
        tx: &mut PgConnection,
        event: &Recorded,
    ) -> Result<(), HandleError> {
        let mut heard = self.heard(tx, vec![event.stream.0]).await?;
        let before = heard.remove(&event.stream.0).map_or(0, |heard| heard.before);
        if event.version.0 > before {
            let skipped = Heard { before, version: event.version.0 };
            self.note_all(tx, &HashMap::from([(event.stream.0, skipped)])).await?;
        }
        Ok(())
    }

    /// Up to where streams are noted as applied.
    async fn heard(
        &self,
        tx: &mut PgConnection,
        mut streams: Vec<Uuid>,
    ) -> Result<HashMap<Uuid, Heard>, sqlx::Error> {
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

    /// Notes streams as applied further, and says which of them stood where they were thought to.
    async fn note(
        &self,
        tx: &mut PgConnection,
        heard: &HashMap<Uuid, Heard>,
    ) -> Result<Vec<Uuid>, sqlx::Error> {
        if heard.is_empty() {
            return Ok(Vec::new());
        }
        // In one order everywhere, so that two runners cannot wait for one another.
        let mut rows: Vec<_> = heard.iter().collect();
        rows.sort_unstable_by_key(|(stream, _)| **stream);
        let sql = self.sql(
            "insert into {context}.heard as h (subscription, stream, version, before)
             select $1, stream, version, before from unnest($2::uuid[], $3::int[], $4::int[]) as n(stream, version, before)
             where before = 0 or (select true from {context}.heard known
                 where known.subscription = $1 and known.stream = n.stream)
             on conflict (subscription, stream) do update set version = excluded.version, before = excluded.before
             where h.version = excluded.before
             returning stream",
        );
        sqlx::query_scalar(sql)
            .bind(self.subscription())
            .bind(rows.iter().map(|(stream, _)| **stream).collect::<Vec<_>>())
            .bind(rows.iter().map(|(_, heard)| heard.version).collect::<Vec<_>>())
            .bind(rows.iter().map(|(_, heard)| heard.before).collect::<Vec<_>>())
            .fetch_all(tx)
            .await
    }

    async fn note_all(
        &self,
        tx: &mut PgConnection,
        heard: &HashMap<Uuid, Heard>,
    ) -> Result<(), HandleError> {
        if self.note(tx, heard).await?.len() == heard.len() {
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
            self.note_all(tx, &versions.iter().map(heard).collect()).await?;
        }
        Ok(())
    }
}
