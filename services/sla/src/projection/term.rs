//! Publications: kept as they are, and the clocks that they touch are looked at again.
//!
//! A new version of a calendar wakes the running clocks that are reckoned in it, one of a policy the open requests; the
//! first version of a policy wakes every request, since what was opened before it is judged by it.

use async_trait::async_trait;
use eventlog::{PgTimestamp, Recorded};
use kernel::Decider;
use sla_domain::{calendar::Calendar, policy::Policy, words::Cause};
use sqlx::{PgConnection, PgPool, Row};
use stream::{HandleError, Handler, OnPoison, Subscription};
use wire::schoolside::sla::v1::{CalendarPublished, PolicyPublished};

use super::own_terms;
use crate::facts::message;

/// The own log's subscription. Nothing is reckoned without a version that cannot be read, so all else waits.
pub(crate) const TERMS: Subscription = Subscription {
    name: "sla.terms",
    aggregates: &[Calendar::KIND, Policy::KIND],
    on_poison: OnPoison::Halt,
};

/// Keeps publications.
pub(crate) struct Terms;

#[async_trait]
impl Handler for Terms {
    async fn handle(&self, page: &[Recorded], tx: &mut PgConnection) -> Result<(), HandleError> {
        own_terms(tx).await?;
        for event in page {
            match event.name.as_str() {
                "calendar.published" => {
                    let published: CalendarPublished = message(event)?;
                    keep(event, &published.calendar_id, published.version, tx).await?;
                    wake_calendar(event, &published.calendar_id, tx).await?;
                }
                "policy.published" => {
                    let published: PolicyPublished = message(event)?;
                    keep(event, &published.policy_id, published.version, tx).await?;
                    wake_requests(event, published.version == 1, tx).await?;
                }
                name => {
                    return Err(HandleError::Poison(format!("{name} is not known here").into()));
                }
            }
        }
        Ok(())
    }
}

async fn keep(
    event: &Recorded,
    id: &str,
    version: i32,
    tx: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let sql = "insert into sla.term (pos, kind, id, version, revision, payload)
               values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    sqlx::query(sql)
        .bind(event.position.0)
        .bind(event.kind())
        .bind(id)
        .bind(version)
        .bind(event.revision.cast_signed())
        .bind(&event.payload)
        .execute(tx)
        .await?;
    Ok(())
}

async fn wake_calendar(
    event: &Recorded,
    calendar: &str,
    tx: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let sql = "update sla.request_facts facts set next_wake = least(next_wake, $2), wake_cause = $3
               from (select distinct request from sla.clock
                   where live and calendar = $1 and state in ('running', 'paused')) touched
               where facts.request = touched.request";
    let query = sqlx::query(sql).bind(calendar).bind(PgTimestamp(event.recorded_at));
    query.bind(Cause::Calendar.as_str()).execute(tx).await.map(|_| ())
}

async fn wake_requests(
    event: &Recorded,
    first: bool,
    tx: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let sql = "update sla.request_facts set next_wake = least(next_wake, $1), wake_cause = $2
               where not imported and (open or $3)";
    let query = sqlx::query(sql).bind(PgTimestamp(event.recorded_at));
    query.bind(Cause::Policy.as_str()).bind(first).execute(tx).await.map(|_| ())
}

/// The latest version of each calendar behind `after`, by id, as its event says it, with the version of its stream.
pub(crate) async fn calendars(
    pool: &PgPool,
    after: &str,
    limit: i64,
) -> Result<Vec<Vec<u8>>, sqlx::Error> {
    let sql = "select distinct on (id) payload from sla.term where kind = $1 and id > $2
               order by id, version desc limit $3";
    let rows =
        sqlx::query(sql).bind(Calendar::KIND).bind(after).bind(limit).fetch_all(pool).await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// The policy that judges: the one that was published first.
pub(crate) async fn policy_in_use(pool: &PgPool) -> Result<Option<String>, sqlx::Error> {
    let sql = "select id from sla.term where kind = $1 order by pos limit 1";
    sqlx::query_scalar(sql).bind(Policy::KIND).fetch_optional(pool).await
}
