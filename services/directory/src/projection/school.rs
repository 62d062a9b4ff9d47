//! The schools by id, each as it is on a day.

use directory_domain::{
    ExternalKeys,
    school::{Event, Registered},
};
use eventlog::{PgDate, PgTimestamp, Recorded};
use jiff::{Timestamp, civil::Date};
use kernel::SchoolLevel;
use sqlx::{PgConnection, PgPool, types::Json};
use stream::HandleError;
use wire::schoolside::directory::v1 as pb;

use super::facts::{self, Kind};

/// A school on a day.
#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    /// Its number.
    pub(crate) id: String,
    /// Its name.
    pub(crate) display_name: String,
    /// Its id in the national register.
    pub(crate) nces_id: String,
    /// Its level, by its number on the wire.
    pub(crate) level: i16,
    /// The number of pupils.
    pub(crate) enrolment: i32,
    /// Its first day.
    pub(crate) effective_from: Option<PgDate>,
    /// Its names in source systems.
    pub(crate) external_keys: Json<ExternalKeys>,
    /// Its stream's version.
    pub(crate) version: i32,
    /// Its last day.
    pub(crate) closed_on: Option<PgDate>,
    /// The school it is merged into.
    pub(crate) merged_into: Option<String>,
    /// Its network.
    pub(crate) network: Option<String>,
    /// Its tier.
    pub(crate) tier: Option<String>,
    /// Its principal of record.
    pub(crate) principal: Option<String>,
    /// The team that serves it.
    pub(crate) team: Option<String>,
}

pub(super) async fn apply(recorded: &Recorded, tx: &mut PgConnection) -> Result<(), HandleError> {
    let school = match recorded.decode()? {
        Event::Registered(school) => return Ok(register(recorded, &school, tx).await?),
        Event::NetworkAssigned(fact) => {
            let (school, value) = (fact.school, fact.network);
            let kind = Kind::SchoolNetwork;
            facts::record(recorded, kind, school.as_str(), value.as_str(), fact.effective_from, tx)
                .await?;
            school
        }
        Event::TierAssigned(fact) => {
            let (school, value) = (fact.school, fact.tier);
            let kind = Kind::SchoolTier;
            facts::record(recorded, kind, school.as_str(), value.as_str(), fact.effective_from, tx)
                .await?;
            school
        }
        Event::PrincipalAppointed(fact) => {
            let (school, value) = (fact.school, fact.principal);
            let kind = Kind::SchoolPrincipal;
            facts::record(recorded, kind, school.as_str(), value.as_str(), fact.effective_from, tx)
                .await?;
            school
        }
        Event::Closed(fact) => {
            let (school, value) = (fact.school, fact.merged_into);
            let value = value.as_ref().map_or("", |into| into.as_str());
            facts::record(
                recorded,
                Kind::SchoolClosed,
                school.as_str(),
                value,
                fact.effective_on,
                tx,
            )
            .await?;
            school
        }
    };
    sqlx::query("update directory.school set version = $2 where id = $1")
        .bind(school.as_str())
        .bind(recorded.version.0)
        .execute(tx)
        .await?;
    Ok(())
}

async fn register(
    recorded: &Recorded,
    school: &Registered,
    tx: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into directory.school
             (id, display_name, nces_id, level, enrolment, effective_from, external_keys, version)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (id) do update set display_name = excluded.display_name, nces_id = excluded.nces_id,
             level = excluded.level, enrolment = excluded.enrolment, effective_from = excluded.effective_from,
             external_keys = excluded.external_keys, version = excluded.version",
    )
    .bind(school.school.as_str())
    .bind(&school.display_name)
    .bind(&school.nces_id)
    .bind(level(school.level))
    .bind(school.enrolment)
    .bind(school.effective_from.map(PgDate))
    .bind(Json(&school.external_keys))
    .bind(recorded.version.0)
    .execute(tx)
    .await?;
    Ok(())
}

const fn level(level: Option<SchoolLevel>) -> i16 {
    let wire = match level {
        None => pb::SchoolLevel::Unspecified,
        Some(SchoolLevel::Elementary) => pb::SchoolLevel::Elementary,
        Some(SchoolLevel::K8) => pb::SchoolLevel::K8,
        Some(SchoolLevel::Middle) => pb::SchoolLevel::Middle,
        Some(SchoolLevel::High) => pb::SchoolLevel::High,
        Some(SchoolLevel::Alternative) => pb::SchoolLevel::Alternative,
    };
    wire as i16
}

/// One school on a day, as known at an instant.
pub(crate) async fn get(
    pool: &PgPool,
    id: &str,
    day: Date,
    known_at: Option<Timestamp>,
) -> Result<Option<Row>, sqlx::Error> {
    sqlx::query_as("select * from directory.schools_on($2, $3) where id = $1")
        .bind(id)
        .bind(PgDate(day))
        .bind(known_at.map(PgTimestamp))
        .fetch_optional(pool)
        .await
}

/// At most `limit` schools behind the id `behind`, of a network or of all.
pub(crate) async fn list(
    pool: &PgPool,
    day: Date,
    network: Option<&str>,
    behind: &str,
    limit: i64,
) -> Result<Vec<Row>, sqlx::Error> {
    sqlx::query_as(
        "select * from directory.schools_on($1, null)
         where id > $2 and ($3::text is null or network = $3) order by id limit $4",
    )
    .bind(PgDate(day))
    .bind(behind)
    .bind(network)
    .bind(limit)
    .fetch_all(pool)
    .await
}

/// The schools of a network on a day, as known at an instant.
pub(crate) async fn of_network(
    pool: &PgPool,
    network: &str,
    day: Date,
    known_at: Option<Timestamp>,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("select id from directory.schools_on($2, $3) where network = $1 order by id")
        .bind(network)
        .bind(PgDate(day))
        .bind(known_at.map(PgTimestamp))
        .fetch_all(pool)
        .await
}

/// The schools that a team serves on a day, as known at an instant.
pub(crate) async fn of_team(
    pool: &PgPool,
    team: &str,
    day: Date,
    known_at: Option<Timestamp>,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("select id from directory.schools_on($2, $3) where team = $1 order by id")
        .bind(team)
        .bind(PgDate(day))
        .bind(known_at.map(PgTimestamp))
        .fetch_all(pool)
        .await
}

/// The schools whose principal of record a person is on a day, by person.
pub(crate) async fn led_by(
    pool: &PgPool,
    people: &[String],
    day: Date,
) -> Result<Vec<(String, String)>, sqlx::Error> {
    sqlx::query_as(
        "select principal, id from directory.schools_on($2, null) where principal = any($1) order by principal, id",
    )
    .bind(people)
    .bind(PgDate(day))
    .fetch_all(pool)
    .await
}
