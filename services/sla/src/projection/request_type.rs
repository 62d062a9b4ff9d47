//! The catalogue's codes and categories: what a policy can refer to.

use std::collections::{BTreeMap, BTreeSet};

use eventlog::Recorded;
use sqlx::{PgConnection, PgPool, Row};
use stream::HandleError;
use wire::schoolside::requests::v1::RequestTypeDefined;

use crate::facts::message;

/// Takes an event of the catalogue in. A retired type stays: requests of it are under way.
pub(crate) async fn apply(event: &Recorded, tx: &mut PgConnection) -> Result<(), HandleError> {
    if event.event() != "defined" {
        return Ok(());
    }
    let defined: RequestTypeDefined = message(event)?;
    let sql = "insert into sla.request_type (id, category) values ($1, $2)
               on conflict (id) do update set category = excluded.category";
    sqlx::query(sql).bind(defined.request_type_id).bind(defined.category).execute(tx).await?;
    Ok(())
}

/// What a policy can refer to.
#[derive(Default)]
pub(crate) struct Catalogue {
    /// The codes, each with its category path.
    pub(crate) types: BTreeMap<String, Vec<String>>,
    pub(crate) categories: BTreeSet<String>,
}

/// The catalogue as it is known here.
pub(crate) async fn catalogue(pool: &PgPool) -> Result<Catalogue, sqlx::Error> {
    let mut catalogue = Catalogue::default();
    for row in sqlx::query("select id, category from sla.request_type").fetch_all(pool).await? {
        let path: Vec<String> = row.try_get(1)?;
        catalogue.categories.extend(path.iter().cloned());
        catalogue.types.insert(row.try_get(0)?, path);
    }
    Ok(catalogue)
}
