//! The networks by id, with the team that serves each on a day.

use directory_domain::{ExternalKeys, network::Event};
use eventlog::{PgDate, PgTimestamp, Recorded};
use jiff::{Timestamp, civil::Date};
use sqlx::{PgConnection, PgPool, types::Json};
use stream::HandleError;

/// A network on a day.
#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    /// Its id.
    pub(crate) id: String,
    /// Its name.
    pub(crate) display_name: String,
    /// Its names in source systems.
    pub(crate) external_keys: Json<ExternalKeys>,
    /// Its stream's version.
    pub(crate) version: i32,
    /// The team that serves it.
    pub(crate) team: Option<String>,
}

pub(super) async fn apply(recorded: &Recorded, tx: &mut PgConnection) -> Result<(), HandleError> {
    let Event::Defined(network) = recorded.decode()?;
    sqlx::query(
        "insert into directory.network (id, display_name, external_keys, version) values ($1, $2, $3, $4)
         on conflict (id) do update set display_name = excluded.display_name,
             external_keys = excluded.external_keys, version = excluded.version",
    )
    .bind(network.network.as_str())
    .bind(&network.display_name)
    .bind(Json(&network.external_keys))
    .bind(recorded.version.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// One network.
pub(crate) async fn get(
    pool: &PgPool,
    id: &str,
    day: Date,
    known_at: Option<Timestamp>,
) -> Result<Option<Row>, sqlx::Error> {
    sqlx::query_as(
        "select id, display_name, external_keys, version, directory.in_force('network_team', id, $2, $3) as team
         from directory.network where id = $1",
    )
    .bind(id)
    .bind(PgDate(day))
    .bind(known_at.map(PgTimestamp))
    .fetch_optional(pool)
    .await
}

/// At most `limit` networks behind the id `behind`.
pub(crate) async fn list(
    pool: &PgPool,
    day: Date,
    behind: &str,
    limit: i64,
) -> Result<Vec<Row>, sqlx::Error> {
    sqlx::query_as(
        "select id, display_name, external_keys, version, directory.in_force('network_team', id, $1, null) as team
         from directory.network where id > $2 order by id limit $3",
    )
    .bind(PgDate(day))
    .bind(behind)
    .bind(limit)
    .fetch_all(pool)
    .await
}
