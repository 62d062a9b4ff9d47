//! Requests as surveys needs them: for whom each was, and how often it has been resolved.

use std::collections::BTreeSet;

use kernel::StreamId;
use sqlx::{PgConnection, Row};
use uuid::Uuid;
use wire::schoolside::requests::v1 as pb;

/// A request at a resolution.
pub(crate) struct Resolved {
    pub(crate) requester: String,
    pub(crate) channel: String,
    pub(crate) confidentiality: String,
    pub(crate) school: String,
    pub(crate) tier: i32,
    /// Which resolution it is, from 1.
    pub(crate) resolution: i32,
}

/// Keeps a request that was opened.
pub(crate) async fn open(
    tx: &mut PgConnection,
    id: StreamId,
    it: &pb::RequestOpened,
) -> Result<(), sqlx::Error> {
    let sql = "insert into surveys.request (id, requester, channel, confidentiality, school, tier)
               values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing";
    let query = sqlx::query(sql).bind(id.0).bind(&it.requester_id).bind(&it.channel);
    let query = query.bind(&it.confidentiality).bind(&it.school_id).bind(it.tier);
    query.execute(tx).await.map(|_| ())
}

/// Which of these requests are kept here.
pub(crate) async fn kept(
    tx: &mut PgConnection,
    requests: &BTreeSet<StreamId>,
) -> Result<BTreeSet<StreamId>, sqlx::Error> {
    if requests.is_empty() {
        return Ok(BTreeSet::new());
    }
    let ids: Vec<Uuid> = requests.iter().map(|request| request.0).collect();
    let kept: Vec<Uuid> = sqlx::query_scalar("select id from surveys.request where id = any($1)")
        .bind(ids)
        .fetch_all(tx)
        .await?;
    Ok(kept.into_iter().map(StreamId).collect())
}

/// Counts a resolution.
pub(crate) async fn resolve(tx: &mut PgConnection, id: StreamId) -> Result<Resolved, sqlx::Error> {
    let sql = "update surveys.request set resolutions = resolutions + 1 where id = $1
               returning requester, channel, confidentiality, school, tier, resolutions";
    let row = sqlx::query(sql).bind(id.0).fetch_one(tx).await?;
    Ok(Resolved {
        requester: row.try_get(0)?,
        channel: row.try_get(1)?,
        confidentiality: row.try_get(2)?,
        school: row.try_get(3)?,
        tier: row.try_get(4)?,
        resolution: row.try_get(5)?,
    })
}

/// How often a request has been resolved.
pub(crate) async fn resolutions(tx: &mut PgConnection, id: StreamId) -> Result<i32, sqlx::Error> {
    let sql = "select resolutions from surveys.request where id = $1";
    sqlx::query_scalar(sql).bind(id.0).fetch_one(tx).await
}
