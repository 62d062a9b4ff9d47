//! Reading a log in the order of its positions, and waiting for more.

use std::{collections::HashMap, sync::Arc, time::Duration};

use kernel::{Position, StreamId, Version};
use sqlx::{AssertSqlSafe, PgPool};
use tokio::sync::watch;

use crate::{ReadError, Recorded, Wakeups, tail::Tail};

/// How often a reader looks for itself, in case every hint was lost.
const TICK: Duration = Duration::from_millis(250);

/// Reads one context's log: one's own, or another's of which one may only read. Cheap to clone.
#[derive(Clone)]
pub struct LogReader {
    pool: PgPool,
    context: &'static str,
    sql: Arc<Sql>,
    head: watch::Receiver<i64>,
    tail: Arc<Tail>,
    /// Kept so that hints go on arriving.
    _wakeups: Wakeups,
}

struct Sql {
    page: Arc<str>,
    page_with_private: Arc<str>,
    load: Arc<str>,
    load_all: Arc<str>,
    head: Arc<str>,
}

impl LogReader {
    /// A reader of the log of `context` in the database behind `pool`.
    ///
    /// # Panics
    /// When `context` is not a plain lower-case word.
    #[must_use]
    pub fn of(pool: PgPool, context: &'static str, wakeups: &Wakeups) -> Self {
        assert!(crate::schema::is_word(context), "{context:?} cannot name a log");
        let sql = Sql {
            page: format!("select * from {context}.page($1, $2)").into(),
            page_with_private: format!("select * from {context}.page_with_private($1, $2)").into(),
            load: format!("select * from {context}.load($1)").into(),
            load_all: format!("select * from {context}.load_all($1)").into(),
            head: format!("select pos from {context}.head where shard = 0").into(),
        };
        let (head, tail) = (wakeups.head(context), wakeups.tail(context));
        Self { pool, context, sql: Arc::new(sql), head, tail, _wakeups: wakeups.clone() }
    }

    /// Whose log it is.
    #[must_use]
    pub fn context(&self) -> &'static str {
        self.context
    }

    /// At most `limit` events behind `after`, in order, without private parts; none only when there are none.
    ///
    /// Readers of one process share what one of them has just read.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page(&self, after: Position, limit: i64) -> Result<Vec<Recorded>, ReadError> {
        let read = self.read(&self.sql.page, after, limit);
        self.tail.page(after, usize::try_from(limit).unwrap_or_default(), read).await
    }

    /// At most `limit` events behind `after`, in order, with private parts: for the log's owner only.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page_with_private(
        &self,
        after: Position,
        limit: i64,
    ) -> Result<Vec<Recorded>, ReadError> {
        self.read(&self.sql.page_with_private, after, limit).await
    }

    /// The position of the last event.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn head(&self) -> Result<Position, ReadError> {
        let sql = AssertSqlSafe(self.sql.head.clone());
        let head = sqlx::query_scalar(sql).fetch_one(&self.pool).await?;
        Ok(Position(head))
    }

    /// The version that each stream has at a position. Reads the whole log up to there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn versions_at(
        &self,
        position: Position,
    ) -> Result<Vec<(StreamId, Version)>, ReadError> {
        let context = self.context;
        let sql = format!(
            "select stream, max(version) from {context}.event where pos <= $1 group by stream"
        );
        let rows: Vec<(uuid::Uuid, i32)> =
            sqlx::query_as(AssertSqlSafe(sql)).bind(position.0).fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(|(stream, version)| (StreamId(stream), Version(version))).collect())
    }

    /// The position of the last event that this process knows of, without asking the database: its own appends at
    /// once, others' as soon as it hears of them.
    #[must_use]
    pub fn known_head(&self) -> Position {
        Position(*self.head.borrow())
    }

    /// Returns when the log may reach beyond `position`: on a hint, and at the latest after 250 ms.
    pub async fn wait_past(&self, position: Position) {
        let mut head = self.head.clone();
        // Either way the caller looks for itself, so how the waiting ended is of no interest.
        let _ = tokio::time::timeout(TICK, head.wait_for(|head| *head > position.0)).await;
    }

    /// A stream's events with their private parts.
    pub(crate) async fn load(&self, stream: StreamId) -> Result<Vec<Recorded>, ReadError> {
        let sql = AssertSqlSafe(self.sql.load.clone());
        let rows = sqlx::query(sql).bind(stream.0).fetch_all(&self.pool).await?;
        Ok(rows.iter().map(|row| Recorded::read(self.context, row)).collect::<Result<_, _>>()?)
    }

    /// The events of several streams with their private parts, read at once.
    pub(crate) async fn load_all(
        &self,
        streams: &[StreamId],
    ) -> Result<HashMap<StreamId, Vec<Recorded>>, ReadError> {
        let sql = AssertSqlSafe(self.sql.load_all.clone());
        let streams: Vec<_> = streams.iter().map(|stream| stream.0).collect();
        let mut histories = HashMap::<_, Vec<_>>::new();
        for row in sqlx::query(sql).bind(streams).fetch_all(&self.pool).await? {
            let event = Recorded::read(self.context, &row)?;
            histories.entry(event.stream).or_default().push(event);
        }
        Ok(histories)
    }

    async fn read(
        &self,
        sql: &Arc<str>,
        after: Position,
        limit: i64,
    ) -> Result<Vec<Recorded>, ReadError> {
        let sql = AssertSqlSafe(sql.clone());
        let rows = sqlx::query(sql).bind(after.0).bind(limit).fetch_all(&self.pool).await?;
        Ok(rows.iter().map(|row| Recorded::read(self.context, row)).collect::<Result<_, _>>()?)
    }
}
