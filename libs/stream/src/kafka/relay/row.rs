//! The relay's row: who is at it, and how far the log is on its topics.

use std::collections::{BTreeMap, HashSet};

use kernel::Position;
use sqlx::{AssertSqlSafe, PgPool, types::Json};
use uuid::Uuid;

/// For each `topic/partition` the offset behind the last acknowledged record.
pub(crate) type Places = BTreeMap<String, i64>;

/// The right to publish, as it was taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lease {
    /// Grows with every taking: who holds an earlier one moves nothing any more.
    pub epoch: i64,
    /// The cursor.
    pub position: Position,
}

/// A context's row, and who asks.
pub(super) struct Row {
    pool: PgPool,
    context: &'static str,
    me: Uuid,
}

impl Row {
    #[expect(
        clippy::disallowed_methods,
        reason = "a name for this run of this process; nothing is derived from it"
    )]
    pub fn new(pool: PgPool, context: &'static str) -> Self {
        Self { pool, context, me: Uuid::new_v4() }
    }

    fn sql(&self, sql: &str) -> AssertSqlSafe<String> {
        AssertSqlSafe(sql.replace("{relay}", &format!("{}.relay", self.context)))
    }

    /// Takes the lease, for five seconds; `None` while another holds it.
    pub async fn acquire(&self) -> Result<Option<Lease>, sqlx::Error> {
        let sql = self.sql(
            "update {relay} set holder = $1, epoch = epoch + 1, expires_at = now() + interval '5 seconds'
             where shard = 0 and (holder is null or holder = $1 or expires_at < now())
             returning epoch, position",
        );
        let row: Option<(i64, i64)> =
            sqlx::query_as(sql).bind(self.me).fetch_optional(&self.pool).await?;
        Ok(row.map(|(epoch, position)| Lease { epoch, position: Position(position) }))
    }

    /// Holds the lease for longer; false when it is another's by now.
    pub async fn renew(&self, epoch: i64) -> Result<bool, sqlx::Error> {
        let sql = self.sql(
            "update {relay} set expires_at = now() + interval '5 seconds' where shard = 0 and epoch = $1",
        );
        Ok(sqlx::query(sql).bind(epoch).execute(&self.pool).await?.rows_affected() == 1)
    }

    /// Gives the lease back.
    pub async fn release(&self, epoch: i64) -> Result<(), sqlx::Error> {
        let sql = self.sql("update {relay} set holder = null where shard = 0 and epoch = $1");
        sqlx::query(sql).bind(epoch).execute(&self.pool).await.map(drop)
    }

    /// The cluster that the cursor is about, and the cursor: the given one, if it is about none yet.
    pub async fn cluster(
        &self,
        epoch: i64,
        found: &str,
    ) -> Result<Option<(String, i64)>, sqlx::Error> {
        let known = self.sql(
            "select cluster, position from {relay} where shard = 0 and epoch = $1 and cluster is not null",
        );
        let known = sqlx::query_as(known).bind(epoch).fetch_optional(&self.pool).await?;
        if known.is_some() {
            return Ok(known);
        }
        let sql = self.sql(
            "update {relay} set cluster = coalesce(cluster, $2) where shard = 0 and epoch = $1
             returning cluster, position",
        );
        sqlx::query_as(sql).bind(epoch).bind(found).fetch_optional(&self.pool).await
    }

    /// Moves the cursor from where this relay left it; false when another has moved it or holds the lease. Does not wait for
    /// the disk: a move that a crash of the database loses is a repetition.
    pub async fn advance(
        &self,
        epoch: i64,
        from: Position,
        to: Position,
        places: &Places,
    ) -> Result<bool, sqlx::Error> {
        let sql = self.sql(
            "update {relay} set position = $3, places = places || $4, trouble = null,
                 expires_at = now() + interval '5 seconds'
             where shard = 0 and epoch = $1 and position = $2
             returning set_config('synchronous_commit', 'off', true)",
        );
        let moved = sqlx::query(sql)
            .bind(epoch)
            .bind(from.0)
            .bind(to.0)
            .bind(Json(places))
            .execute(&self.pool)
            .await?;
        Ok(moved.rows_affected() == 1)
    }

    /// Says why the relay does not go on.
    pub async fn trouble(&self, trouble: &str) -> Result<(), sqlx::Error> {
        let sql = self
            .sql("update {relay} set trouble = $1 where shard = 0 and trouble is distinct from $1");
        sqlx::query(sql).bind(trouble).execute(&self.pool).await.map(drop)
    }

    /// The positions that an operator has left out.
    pub async fn skipped(&self) -> Result<HashSet<Position>, sqlx::Error> {
        let sql = self.sql("select position from {relay}_skipped");
        let skipped: Vec<i64> = sqlx::query_scalar(sql).fetch_all(&self.pool).await?;
        Ok(skipped.into_iter().map(Position).collect())
    }
}
