//! The district, in one row.

use directory_domain::district::Event;
use eventlog::Recorded;
use sqlx::{PgConnection, PgPool};
use stream::HandleError;

/// The district.
#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    /// Its name.
    pub(crate) display_name: String,
    /// Its zone.
    pub(crate) zone: String,
    /// Its id in the national register.
    pub(crate) lea_id: String,
    /// Its stream's version.
    pub(crate) version: i32,
}

pub(super) async fn apply(recorded: &Recorded, tx: &mut PgConnection) -> Result<(), HandleError> {
    let Event::Defined(district) = recorded.decode()?;
    sqlx::query(
        "insert into directory.district (display_name, zone, lea_id, version) values ($1, $2, $3, $4)
         on conflict (one) do update set display_name = excluded.display_name, zone = excluded.zone,
             lea_id = excluded.lea_id, version = excluded.version",
    )
    .bind(&district.display_name)
    .bind(&district.zone)
    .bind(&district.lea_id)
    .bind(recorded.version.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// The district, once it is defined.
pub(crate) async fn get(pool: &PgPool) -> Result<Option<Row>, sqlx::Error> {
    sqlx::query_as("select display_name, zone, lea_id, version from directory.district")
        .fetch_optional(pool)
        .await
}
