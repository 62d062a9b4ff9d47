//! What the directory told: a school's network and tier, its principal of record, and who is in which team's
//! role, all from a day on.

use async_trait::async_trait;
use eventlog::{PgTimestamp, Recorded};
use kernel::{PersonId, Role, SchoolId, TeamId, Timestamp};
use prost::Message;
use requests_domain::request::School;
use sqlx::{PgConnection, PgPool, Row, postgres::PgRow};
use stream::{HandleError, Handler, OnPoison, Subscription};
use wire::schoolside::directory::v1 as pb;

/// The directory's subscription.
pub(crate) const DIRECTORY: Subscription = Subscription {
    name: "requests.directory",
    aggregates: &["district", "school", "person"],
    on_poison: OnPoison::HoldStream,
};

/// Keeps what requests need of the directory.
pub(crate) struct Directory;

#[async_trait]
impl Handler for Directory {
    async fn handle(&self, page: &[Recorded], tx: &mut PgConnection) -> Result<(), HandleError> {
        for event in page {
            apply(event, tx).await?;
        }
        Ok(())
    }
}

fn message<M: Message + Default>(event: &Recorded) -> Result<M, HandleError> {
    M::decode(event.payload.as_slice()).map_err(|error| HandleError::Poison(error.into()))
}

async fn apply(event: &Recorded, tx: &mut PgConnection) -> Result<(), HandleError> {
    match event.name.as_str() {
        "district.defined" => {
            let it: pb::DistrictDefined = message(event)?;
            let sql = "insert into requests.district (zone) values ($1)
                       on conflict (singleton) do update set zone = excluded.zone";
            sqlx::query(sql).bind(it.zone).execute(tx).await?;
        }
        "school.registered" => {
            let it: pb::SchoolRegistered = message(event)?;
            let sql = "insert into requests.school (id, level) values ($1, $2)
                       on conflict (id) do update set level = excluded.level";
            sqlx::query(sql).bind(it.school_id).bind(level(it.level)).execute(tx).await?;
        }
        "school.network_assigned" => {
            let it: pb::SchoolNetworkAssigned = message(event)?;
            let sql = "insert into requests.school_network (school, effective_from, network)
                       values ($1, $2::text::date, $3)
                       on conflict (school, effective_from) do update set network = excluded.network";
            dated(sql, [it.school_id, it.effective_from, it.network_id], tx).await?;
        }
        "school.tier_assigned" => {
            let it: pb::SchoolTierAssigned = message(event)?;
            let sql = "insert into requests.school_tier (school, effective_from, tier)
                       values ($1, $2::text::date, $3)
                       on conflict (school, effective_from) do update set tier = excluded.tier";
            dated(sql, [it.school_id, it.effective_from, it.tier.to_string()], tx).await?;
        }
        "school.principal_appointed" => {
            let it: pb::SchoolPrincipalAppointed = message(event)?;
            let sql = "insert into requests.school_principal (school, effective_from, person)
                       values ($1, $2::text::date, $3)
                       on conflict (school, effective_from) do update set person = excluded.person";
            dated(sql, [it.school_id, it.effective_from, it.person_id], tx).await?;
        }
        "person.membership_started" => {
            let it: pb::PersonMembershipStarted = message(event)?;
            let sql = "insert into requests.membership (person, team, role, effective_from)
                       values ($1, $2, $3, $4::text::date) on conflict do nothing";
            dated(sql, [it.person_id, it.team_id, it.role, it.effective_from], tx).await?;
        }
        "person.membership_ended" => {
            let it: pb::PersonMembershipEnded = message(event)?;
            let sql = "update requests.membership set effective_until = $4::text::date
                       where person = $1 and team = $2 and role = $3 and effective_until is null";
            dated(sql, [it.person_id, it.team_id, it.role, it.effective_until], tx).await?;
        }
        // Nothing here hangs on them; a type that is not named at all is parked below.
        "school.closed" | "person.registered" | "person.erased" => {}
        unknown => return Err(HandleError::Poison(format!("{unknown} is not known here").into())),
    }
    Ok(())
}

async fn dated<const N: usize>(
    sql: &'static str,
    values: [String; N],
    tx: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let query = values.into_iter().fold(sqlx::query(sql), sqlx::query::Query::bind);
    query.execute(tx).await.map(|_| ())
}

fn level(level: i32) -> &'static str {
    match pb::SchoolLevel::try_from(level) {
        Ok(pb::SchoolLevel::Elementary) => "elementary",
        Ok(pb::SchoolLevel::K8) => "k8",
        Ok(pb::SchoolLevel::Middle) => "middle",
        Ok(pb::SchoolLevel::High) => "high",
        Ok(pb::SchoolLevel::Alternative) => "alternative",
        Ok(pb::SchoolLevel::Unspecified) | Err(_) => "",
    }
}

/// A school as it is on the day of an instant, with its principal of record.
pub(crate) struct SchoolToday {
    pub(crate) school: School,
    pub(crate) principal: Option<PersonId>,
}

/// A word of a closed vocabulary or an id from a column that may be empty.
fn parsed<T: std::str::FromStr>(row: &PgRow, column: usize) -> Result<Option<T>, sqlx::Error>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text: Option<&str> = row.try_get(column)?;
    let text = text.filter(|text| !text.is_empty());
    text.map(str::parse).transpose().map_err(|error: T::Err| sqlx::Error::Decode(error.into()))
}

/// A school on the district's day of `now`; `None` when it is not known here.
pub(crate) async fn school(
    pool: &PgPool,
    id: &SchoolId,
    now: Timestamp,
) -> Result<Option<SchoolToday>, sqlx::Error> {
    let sql = "with today as (
                   select ($2 at time zone coalesce((select zone from requests.district), 'UTC'))::date as day)
               select s.level,
                   (select network from requests.school_network n where n.school = s.id
                       and n.effective_from <= today.day order by n.effective_from desc limit 1),
                   (select tier from requests.school_tier t where t.school = s.id
                       and t.effective_from <= today.day order by t.effective_from desc limit 1),
                   (select person from requests.school_principal p where p.school = s.id
                       and p.effective_from <= today.day order by p.effective_from desc limit 1)
               from requests.school s, today where s.id = $1";
    let row =
        sqlx::query(sql).bind(id.as_str()).bind(PgTimestamp(now)).fetch_optional(pool).await?;
    let Some(row) = row else { return Ok(None) };
    let school = School {
        id: id.clone(),
        level: parsed(&row, 0)?,
        network: parsed(&row, 1)?,
        tier: parsed(&row, 2)?,
    };
    Ok(Some(SchoolToday { school, principal: parsed(&row, 3)? }))
}

/// The roles that a person has in teams on the district's day of `now`.
pub(crate) async fn roles(
    pool: &PgPool,
    person: &PersonId,
    now: Timestamp,
) -> Result<Vec<(TeamId, Role)>, sqlx::Error> {
    let sql = "with today as (
                   select ($2 at time zone coalesce((select zone from requests.district), 'UTC'))::date as day)
               select team, role from requests.membership, today where person = $1
                   and effective_from <= today.day and (effective_until is null or effective_until >= today.day)";
    let rows =
        sqlx::query(sql).bind(person.as_str()).bind(PgTimestamp(now)).fetch_all(pool).await?;
    let mut roles = Vec::new();
    for row in &rows {
        if let (Some(team), Some(role)) = (parsed(row, 0)?, parsed(row, 1)?) {
            roles.push((team, role));
        }
    }
    Ok(roles)
}
