//! What changed on the board since somebody looked, by the transactions that changed it.

use sqlx::{PgPool, Postgres, QueryBuilder, Row as _};

use super::clock::{COLUMNS, Clock};

/// An instant in the life of the database: every transaction before it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Horizon(pub(crate) i64);

/// Where the database stands.
pub(crate) async fn horizon(pool: &PgPool) -> Result<Horizon, sqlx::Error> {
    let sql = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint";
    Ok(Horizon(sqlx::query_scalar(sql).fetch_one(pool).await?))
}

/// How many rows are read at once.
const PAGE: i64 = 500;

/// Every clock that changed since a horizon, and where the database stands now.
///
/// INVARIANT: rows of transactions that are still under way are left for the next time, together with those of younger
/// ones. Otherwise a change that commits late would be passed over.
pub(crate) async fn since(
    pool: &PgPool,
    since: Horizon,
) -> Result<(Vec<Clock>, Horizon), sqlx::Error> {
    let next = horizon(pool).await?;
    let mut clocks = Vec::new();
    let mut last: Option<(i64, Clock)> = None;
    loop {
        let mut query = QueryBuilder::<Postgres>::new(COLUMNS);
        query.push(", changed::text::bigint from sla.clock where changed >= ");
        query.push_bind(since.0.to_string()).push("::text::xid8 and changed < ");
        query.push_bind(next.0.to_string()).push("::text::xid8");
        if let Some((changed, clock)) = &last {
            query.push(" and (changed, request, metric, cycle) > (");
            query.push_bind(changed.to_string()).push("::text::xid8, ");
            query.push_bind(clock.request.0).push(", ").push_bind(clock.metric.as_str());
            query.push(", ").push_bind(clock.cycle).push(")");
        }
        query.push(" order by changed, request, metric, cycle limit ").push_bind(PAGE);
        let rows = query.build().fetch_all(pool).await?;
        let full = i64::try_from(rows.len()) == Ok(PAGE);
        for row in &rows {
            let read = (row.try_get(16)?, Clock::read(row)?);
            clocks.extend(last.replace(read).map(|(_, clock)| clock));
        }
        if !full {
            clocks.extend(last.map(|(_, clock)| clock));
            return Ok((clocks, next));
        }
    }
}
