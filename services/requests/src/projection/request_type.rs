//! The read model of the catalogue.

use std::collections::BTreeMap;

use eventlog::Recorded;
use requests_domain::{RequestType, request_type::State};
use sqlx::{PgConnection, PgPool, Row as _, postgres::PgRow};
use stream::HandleError;

use super::fold::{self, Row};

/// One type as the read model has it.
pub(crate) struct Found {
    pub(crate) state: State,
    pub(crate) version: i32,
}

/// Applies a page of catalogue events: one read, one write.
pub(super) async fn apply(page: &[&Recorded], tx: &mut PgConnection) -> Result<(), HandleError> {
    if page.is_empty() {
        return Ok(());
    }
    let sql = "select stream, version, doc::text from requests.request_type where stream = any($1)";
    let known = sqlx::query(sql).bind(fold::streams(page)).fetch_all(&mut *tx).await?;
    let mut rows = BTreeMap::new();
    for row in &known {
        let state = fold::state::<State>(row.try_get(2)?)?;
        rows.insert(row.try_get(0)?, Row::<RequestType> { state, version: row.try_get(1)? });
    }
    let (mut ids, mut streams, mut versions) = (Vec::new(), Vec::new(), Vec::new());
    let (mut retired, mut documents) = (Vec::new(), Vec::new());
    for (stream, row) in fold::fold::<RequestType>(rows, page)? {
        let Some(definition) = &row.state.definition else { continue };
        ids.push(definition.id.to_string());
        streams.push(stream);
        versions.push(row.version);
        retired.push(row.state.retired);
        documents.push(fold::document(&row.state)?);
    }
    sqlx::query(
        "insert into requests.request_type (id, stream, version, retired, doc)
         select id, stream, version, retired, doc::jsonb
         from unnest($1::text[], $2::uuid[], $3::int[], $4::boolean[], $5::text[])
             as page(id, stream, version, retired, doc)
         on conflict (id) do update set version = excluded.version, retired = excluded.retired, doc = excluded.doc",
    )
    .bind(ids)
    .bind(streams)
    .bind(versions)
    .bind(retired)
    .bind(documents)
    .execute(tx)
    .await?;
    Ok(())
}

fn found(row: &PgRow) -> Result<Found, sqlx::Error> {
    Ok(Found { state: fold::state(row.try_get(0)?)?, version: row.try_get(1)? })
}

/// One type by its id.
pub(crate) async fn by_id(pool: &PgPool, id: &str) -> Result<Option<Found>, sqlx::Error> {
    let sql = "select doc::text, version from requests.request_type where id = $1";
    let row = sqlx::query(sql).bind(id).fetch_optional(pool).await?;
    row.as_ref().map(found).transpose()
}

/// At most `limit` types behind `after`, by id.
pub(crate) async fn list(
    pool: &PgPool,
    after: &str,
    with_retired: bool,
    limit: i64,
) -> Result<Vec<Found>, sqlx::Error> {
    let sql = "select doc::text, version from requests.request_type
               where id > $1 and (not retired or $2) order by id limit $3";
    let rows = sqlx::query(sql).bind(after).bind(with_retired).bind(limit).fetch_all(pool).await?;
    rows.iter().map(found).collect()
}
