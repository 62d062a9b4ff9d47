//! The teams by id, with the networks each serves on a day.

use directory_domain::{
    ExternalKeys,
    team::{Defined, Event, Kind as TeamKind},
};
use eventlog::{PgDate, PgTimestamp, Recorded};
use jiff::{Timestamp, civil::Date};
use sqlx::{PgConnection, PgPool, types::Json};
use stream::HandleError;
use wire::schoolside::directory::v1 as pb;

use super::facts::{self, Kind};

/// A team on a day.
#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    /// Its id.
    pub(crate) id: String,
    /// Its name.
    pub(crate) display_name: String,
    /// Its kind, by its number on the wire.
    pub(crate) kind: i16,
    /// Its names in source systems.
    pub(crate) external_keys: Json<ExternalKeys>,
    /// Its stream's version.
    pub(crate) version: i32,
    /// The networks it serves.
    pub(crate) networks: Vec<String>,
}

/// A team with its networks on the day `$1`, as known at `$2`.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select t.id, t.display_name, t.kind, t.external_keys, t.version, array(
                 select n.id from directory.network n
                 where directory.in_force('network_team', n.id, $1, $2) = t.id order by n.id
             ) as networks
             from directory.team t where ",
            $rest
        )
    };
}

pub(super) async fn apply(recorded: &Recorded, tx: &mut PgConnection) -> Result<(), HandleError> {
    match recorded.decode()? {
        Event::Defined(team) => define(recorded, &team, tx).await?,
        Event::NetworkAssigned(fact) => {
            let (network, team) = (fact.network.as_str(), fact.team.as_str());
            facts::record(recorded, Kind::NetworkTeam, network, team, fact.effective_from, tx)
                .await?;
            sqlx::query("update directory.team set version = $2 where id = $1")
                .bind(team)
                .bind(recorded.version.0)
                .execute(tx)
                .await?;
        }
    }
    Ok(())
}

async fn define(
    recorded: &Recorded,
    team: &Defined,
    tx: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let kind = match team.kind {
        TeamKind::NetworkTeam => pb::TeamKind::NetworkTeam,
        TeamKind::Desk => pb::TeamKind::Desk,
        TeamKind::Intake => pb::TeamKind::Intake,
    };
    sqlx::query(
        "insert into directory.team (id, display_name, kind, external_keys, version) values ($1, $2, $3, $4, $5)
         on conflict (id) do update set display_name = excluded.display_name, kind = excluded.kind,
             external_keys = excluded.external_keys, version = excluded.version",
    )
    .bind(team.team.as_str())
    .bind(&team.display_name)
    .bind(kind as i16)
    .bind(Json(&team.external_keys))
    .bind(recorded.version.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// One team on a day, as known at an instant.
pub(crate) async fn get(
    pool: &PgPool,
    id: &str,
    day: Date,
    known_at: Option<Timestamp>,
) -> Result<Option<Row>, sqlx::Error> {
    sqlx::query_as(select!("t.id = $3"))
        .bind(PgDate(day))
        .bind(known_at.map(PgTimestamp))
        .bind(id)
        .fetch_optional(pool)
        .await
}

/// At most `limit` teams behind the id `behind`, of a kind or of all.
pub(crate) async fn list(
    pool: &PgPool,
    day: Date,
    kind: Option<i16>,
    behind: &str,
    limit: i64,
) -> Result<Vec<Row>, sqlx::Error> {
    sqlx::query_as(select!(
        "t.id > $3 and ($4::smallint is null or t.kind = $4) order by t.id limit $5"
    ))
    .bind(PgDate(day))
    .bind(None::<PgTimestamp>)
    .bind(behind)
    .bind(kind)
    .bind(limit)
    .fetch_all(pool)
    .await
}
