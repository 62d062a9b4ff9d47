//! The rows that a subscription keeps: its checkpoints and what it has parked.

use eventlog::{EventMeta, PgTimestamp, Recorded};
use kernel::{CommandId, EventId, Position, StreamId, Version};
use prost::Message;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, Row, Transaction, postgres::PgRow};

use crate::{Checkpoint, Run};

/// One subscription's rows in its context's schema.
#[derive(Clone)]
pub(crate) struct Ledger {
    pub(crate) pool: PgPool,
    pub(crate) context: &'static str,
    subscription: &'static str,
}

/// What is to be done with the first waiting record of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It waits for the operator.
    Parked,
    /// It waits behind another.
    Held,
    /// The operator wants it tried again.
    Retry,
    /// The operator wants it left out.
    Drop,
}

/// A parked record with what is to be done.
pub(crate) struct Entry {
    pub(crate) state: State,
    pub(crate) lane: String,
    pub(crate) record: Recorded,
}

impl Ledger {
    pub(crate) fn new(pool: PgPool, context: &'static str, subscription: &'static str) -> Self {
        Self { pool, context, subscription }
    }

    /// Begins the transaction of a page.
    #[expect(
        clippy::disallowed_methods,
        reason = "a runner is a task of its own, which ends between two pages"
    )]
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        self.pool.begin().await
    }

    pub(crate) fn sql(&self, template: &str) -> AssertSqlSafe<String> {
        AssertSqlSafe(template.replace("{context}", self.context))
    }

    pub(crate) fn subscription(&self) -> &'static str {
        self.subscription
    }

    pub(crate) async fn checkpoints(&self) -> Result<Vec<Checkpoint>, sqlx::Error> {
        let sql =
            self.sql("select lane, position from {context}.checkpoint where subscription = $1");
        let rows = sqlx::query(sql).bind(self.subscription).fetch_all(&self.pool).await?;
        let checkpoint = |row: &PgRow| {
            Ok(Checkpoint { lane: row.try_get(0)?, position: Position(row.try_get(1)?) })
        };
        rows.iter().map(checkpoint).collect()
    }

    /// Moves checkpoints from their old values; false when one has another by now. A runner that hangs loses the
    /// transaction after a minute, so that it cannot keep the others out for ever.
    pub(crate) async fn advance(
        &self,
        tx: &mut PgConnection,
        runs: &[Run],
    ) -> Result<bool, sqlx::Error> {
        let sql = match runs {
            // A first checkpoint has no old value to compare with: whoever inserts it first wins.
            [run] if run.from == Position(0) => {
                "insert into {context}.checkpoint as c (subscription, lane, position)
                 select $1, lane, upto from unnest($2::text[], $3::bigint[], $4::bigint[]) as r(lane, since, upto)
                 on conflict (subscription, lane) do update set position = excluded.position where c.position = 0
                 returning set_config('idle_in_transaction_session_timeout', '60s', true)"
            }
            _ => {
                "update {context}.checkpoint c set position = r.upto
                 from unnest($2::text[], $3::bigint[], $4::bigint[]) as r(lane, since, upto)
                 where c.subscription = $1 and c.lane = r.lane and c.position = r.since
                 returning set_config('idle_in_transaction_session_timeout', '60s', true)"
            }
        };
        let moved = sqlx::query(self.sql(sql))
            .bind(self.subscription)
            .bind(runs.iter().map(|run| &*run.lane).collect::<Vec<_>>())
            .bind(runs.iter().map(|run| run.from.0).collect::<Vec<_>>())
            .bind(runs.iter().map(|run| run.to.0).collect::<Vec<_>>())
            .execute(tx)
            .await?;
        Ok(moved.rows_affected() == runs.len() as u64)
    }

    /// Stores where lanes begin, whatever was stored of them before.
    pub(crate) async fn begin_lanes(
        &self,
        tx: &mut PgConnection,
        lanes: &[Checkpoint],
    ) -> Result<(), sqlx::Error> {
        let sql = self.sql(
            "insert into {context}.checkpoint (subscription, lane, position)
             select $1, lane, position from unnest($2::text[], $3::bigint[]) as l(lane, position)
             on conflict (subscription, lane) do update set position = excluded.position",
        );
        sqlx::query(sql)
            .bind(self.subscription)
            .bind(lanes.iter().map(|lane| lane.lane.as_str()).collect::<Vec<_>>())
            .bind(lanes.iter().map(|lane| lane.position.0).collect::<Vec<_>>())
            .execute(tx)
            .await?;
        Ok(())
    }

    /// Keeps a record aside.
    pub(crate) async fn park(
        &self,
        tx: &mut PgConnection,
        lane: &str,
        record: &Recorded,
        held: bool,
        error: &str,
        attempts: i32,
    ) -> Result<(), sqlx::Error> {
        let sql = self.sql(
            "insert into {context}.parked (subscription, lane, position, stream, version, type, revision, event_id,
                 command, occurred_at, recorded_at, meta, payload, state, error, attempts)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
             on conflict (subscription, lane, position) do update set
                 error = excluded.error, attempts = parked.attempts + excluded.attempts",
        );
        sqlx::query(sql)
            .bind(self.subscription)
            .bind(lane)
            .bind(record.position.0)
            .bind(record.stream.0)
            .bind(record.version.0)
            .bind(&record.name)
            .bind(record.revision.cast_signed())
            .bind(record.event_id.0)
            .bind(record.command_id.0)
            .bind(PgTimestamp(record.occurred_at))
            .bind(PgTimestamp(record.recorded_at))
            .bind(record.meta.encode_to_vec())
            .bind(&record.payload)
            .bind(if held { "held" } else { "parked" })
            .bind(error)
            .bind(attempts)
            .execute(tx)
            .await?;
        Ok(())
    }

    /// The first waiting record of every stream that has one.
    pub(crate) async fn fronts(&self, source: &'static str) -> Result<Vec<Entry>, sqlx::Error> {
        let sql = self.sql(
            "select distinct on (stream) state, lane, position, stream, version, type, revision, event_id,
                 command, occurred_at, recorded_at, meta, payload
             from {context}.parked where subscription = $1 and state <> 'dropped' order by stream, version, position",
        );
        let rows = sqlx::query(sql).bind(self.subscription).fetch_all(&self.pool).await?;
        rows.iter().map(|row| entry(source, row)).collect()
    }

    /// The first waiting record of one stream, locked until the transaction ends.
    pub(crate) async fn front_of(
        &self,
        tx: &mut PgConnection,
        source: &'static str,
        stream: StreamId,
    ) -> Result<Option<Entry>, sqlx::Error> {
        let sql = self.sql(
            "select state, lane, position, stream, version, type, revision, event_id, command,
                 occurred_at, recorded_at, meta, payload
             from {context}.parked where subscription = $1 and stream = $2 and state <> 'dropped'
             order by version, position limit 1 for update",
        );
        let row =
            sqlx::query(sql).bind(self.subscription).bind(stream.0).fetch_optional(tx).await?;
        row.map(|row| entry(source, &row)).transpose()
    }

    /// Takes away what a halt has left of records that are now applied.
    pub(crate) async fn settle_applied(
        &self,
        tx: &mut PgConnection,
        lane: &str,
        applied: &[Recorded],
    ) -> Result<(), sqlx::Error> {
        let sql = self.sql(
            "delete from {context}.parked
             where subscription = $1 and lane = $2 and position = any($3) and state <> 'dropped'",
        );
        let positions: Vec<_> = applied.iter().map(|event| event.position.0).collect();
        sqlx::query(sql).bind(self.subscription).bind(lane).bind(positions).execute(tx).await?;
        Ok(())
    }

    /// Notes that an entry has failed once more, and waits for the operator again.
    pub(crate) async fn failed_again(&self, entry: &Entry, error: &str) -> Result<(), sqlx::Error> {
        let sql = self.sql(
            "update {context}.parked set state = 'parked', error = $4, attempts = attempts + 1
             where subscription = $1 and lane = $2 and position = $3 and state <> 'dropped'",
        );
        sqlx::query(sql)
            .bind(self.subscription)
            .bind(&entry.lane)
            .bind(entry.record.position.0)
            .bind(error)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Takes an entry away because it has been applied.
    pub(crate) async fn settle(
        &self,
        tx: &mut PgConnection,
        entry: &Entry,
    ) -> Result<(), sqlx::Error> {
        let sql = self.sql(
            "delete from {context}.parked where subscription = $1 and lane = $2 and position = $3",
        );
        let settled = sqlx::query(sql)
            .bind(self.subscription)
            .bind(&entry.lane)
            .bind(entry.record.position.0)
            .execute(tx)
            .await?;
        if settled.rows_affected() == 1 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
    }

    /// Marks an entry as left out for good; the row stays as the record of it.
    pub(crate) async fn mark_dropped(
        &self,
        tx: &mut PgConnection,
        entry: &Entry,
    ) -> Result<(), sqlx::Error> {
        let sql = self.sql(
            "update {context}.parked set state = 'dropped'
             where subscription = $1 and lane = $2 and position = $3",
        );
        sqlx::query(sql)
            .bind(self.subscription)
            .bind(&entry.lane)
            .bind(entry.record.position.0)
            .execute(tx)
            .await?;
        Ok(())
    }
}

fn entry(source: &'static str, row: &PgRow) -> Result<Entry, sqlx::Error> {
    let state = match row.try_get::<&str, _>(0)? {
        "held" => State::Held,
        "retry" => State::Retry,
        "drop" => State::Drop,
        _ => State::Parked,
    };
    let meta: &[u8] = row.try_get(11)?;
    let record = Recorded {
        context: source,
        position: Position(row.try_get(2)?),
        stream: StreamId(row.try_get(3)?),
        version: Version(row.try_get(4)?),
        name: row.try_get(5)?,
        revision: row.try_get::<i16, _>(6)?.cast_unsigned(),
        event_id: EventId(row.try_get(7)?),
        command_id: CommandId(row.try_get(8)?),
        occurred_at: row.try_get::<PgTimestamp, _>(9)?.0,
        recorded_at: row.try_get::<PgTimestamp, _>(10)?.0,
        meta: EventMeta::decode(meta).map_err(|error| sqlx::Error::Decode(error.into()))?,
        payload: row.try_get(12)?,
        private: None,
    };
    Ok(Entry { state, lane: row.try_get(1)?, record })
}
