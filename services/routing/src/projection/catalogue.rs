//! What can be asked for, and with the directory: what a rule can refer to.

use async_trait::async_trait;
use eventlog::Recorded;
use routing_domain::table::Known;
use sqlx::{PgConnection, PgPool, Row};
use stream::{HandleError, Handler, OnPoison, Subscription};
use wire::schoolside::requests::v1 as pb;

use super::{directory, message, parsed, unknown};

/// The catalogue's subscription.
pub(crate) const CATALOGUE: Subscription = Subscription {
    name: "routing.catalogue",
    aggregates: &["request_type"],
    on_poison: OnPoison::HoldStream,
};

/// Keeps the catalogue.
pub(crate) struct CatalogueView;

#[async_trait]
impl Handler for CatalogueView {
    async fn handle(&self, page: &[Recorded], tx: &mut PgConnection) -> Result<(), HandleError> {
        for event in page {
            match event.name.as_str() {
                "request_type.defined" => define(&message(event)?, tx).await?,
                "request_type.retired" => {
                    let it: pb::RequestTypeRetired = message(event)?;
                    let sql = "update routing.request_type set retired = true where id = $1";
                    sqlx::query(sql).bind(it.request_type_id).execute(&mut *tx).await?;
                }
                _ => return Err(unknown(event)),
            }
        }
        Ok(())
    }
}

async fn define(it: &pb::RequestTypeDefined, tx: &mut PgConnection) -> Result<(), sqlx::Error> {
    let published = it.attributes.iter().filter(|attribute| attribute.published);
    let attributes: Vec<&str> = published.map(|attribute| attribute.name.as_str()).collect();
    let sql = "insert into routing.request_type (id, category, attributes, retired)
               values ($1, $2, $3, false)
               on conflict (id) do update set category = excluded.category,
                   attributes = excluded.attributes, retired = false";
    let query = sqlx::query(sql).bind(&it.request_type_id).bind(it.category.join("/"));
    query.bind(attributes).execute(tx).await.map(|_| ())
}

/// What a rule can refer to now.
pub(crate) async fn known(pool: &PgPool) -> Result<Known, sqlx::Error> {
    let mut known = Known::default();
    let all = |sql: &'static str| sqlx::query(sql).fetch_all(pool);
    for row in all("select id, kind from routing.team").await? {
        known.teams.insert(parsed(row.try_get(0)?)?, directory::kind(row.try_get(1)?));
    }
    for row in all("select id from routing.network").await? {
        known.networks.insert(parsed(row.try_get(0)?)?);
    }
    for row in all("select id from routing.school").await? {
        known.schools.insert(parsed(row.try_get(0)?)?);
    }
    for row in
        all("select id, category, attributes from routing.request_type where not retired").await?
    {
        known.request_types.insert(parsed(row.try_get(0)?)?);
        known.categories.insert(row.try_get(1)?);
        known.attributes.extend(row.try_get::<Vec<String>, _>(2)?);
    }
    Ok(known)
}
