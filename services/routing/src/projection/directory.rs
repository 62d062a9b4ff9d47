//! The directory as routing needs it: teams, who serves which network, schools' networks and principals, memberships.

use async_trait::async_trait;
use eventlog::{PgDate, Recorded};
use jiff::{civil::Date, tz::TimeZone};
use kernel::Timestamp;
use routing_domain::{
    Directory,
    directory::{Membership, TeamKind},
};
use sqlx::{PgConnection, Row};
use stream::{HandleError, Handler, OnPoison, Subscription};
use wire::schoolside::directory::v1 as pb;

use super::{message, parsed, unknown};

/// The directory's subscription.
pub(crate) const DIRECTORY: Subscription = Subscription {
    name: "routing.directory",
    aggregates: &["district", "network", "school", "team", "person"],
    on_poison: OnPoison::HoldStream,
};

/// Keeps the directory.
pub(crate) struct DirectoryView;

#[async_trait]
impl Handler for DirectoryView {
    async fn handle(&self, page: &[Recorded], tx: &mut PgConnection) -> Result<(), HandleError> {
        for event in page {
            apply(event, tx).await?;
        }
        Ok(())
    }
}

async fn apply(event: &Recorded, tx: &mut PgConnection) -> Result<(), HandleError> {
    match event.name.as_str() {
        "district.defined" => {
            let it: pb::DistrictDefined = message(event)?;
            let sql = "insert into routing.district (zone) values ($1)
                       on conflict (one) do update set zone = excluded.zone";
            store(sql, [it.zone], tx).await?;
        }
        "network.defined" => {
            let it: pb::NetworkDefined = message(event)?;
            store(
                "insert into routing.network values ($1) on conflict do nothing",
                [it.network_id],
                tx,
            )
            .await?;
        }
        "team.defined" => {
            let it: pb::TeamDefined = message(event)?;
            let sql = "insert into routing.team (id, kind) values ($1, $2)
                       on conflict (id) do update set kind = excluded.kind";
            store(sql, [it.team_id, kind_word(it.kind).to_owned()], tx).await?;
        }
        "team.network_assigned" => {
            let it: pb::TeamNetworkAssigned = message(event)?;
            // Teams are streams of their own, whose order among each other only positions tell.
            let sql = "insert into routing.serving as s (network, effective_from, team, position)
                       values ($1, $2::text::date, $3, $4::text::bigint)
                       on conflict (network, effective_from) do update
                       set team = excluded.team, position = excluded.position where s.position < excluded.position";
            let position = event.position.to_string();
            store(sql, [it.network_id, it.effective_from, it.team_id, position], tx).await?;
        }
        "school.registered" => {
            let it: pb::SchoolRegistered = message(event)?;
            store(
                "insert into routing.school values ($1) on conflict do nothing",
                [it.school_id],
                tx,
            )
            .await?;
        }
        "school.network_assigned" => {
            let it: pb::SchoolNetworkAssigned = message(event)?;
            let sql = "insert into routing.school_network (school, effective_from, network)
                       values ($1, $2::text::date, $3)
                       on conflict (school, effective_from) do update set network = excluded.network";
            store(sql, [it.school_id, it.effective_from, it.network_id], tx).await?;
        }
        "school.principal_appointed" => {
            let it: pb::SchoolPrincipalAppointed = message(event)?;
            let sql = "insert into routing.school_principal (school, effective_from, person)
                       values ($1, $2::text::date, $3)
                       on conflict (school, effective_from) do update set person = excluded.person";
            store(sql, [it.school_id, it.effective_from, it.person_id], tx).await?;
        }
        "person.membership_started" => {
            let it: pb::PersonMembershipStarted = message(event)?;
            let sql = "insert into routing.membership
                           (person, team, role, effective_from, capacity_percent)
                       values ($1, $2, $3, $4::text::date, $5::text::int)
                       on conflict (person, team, role, effective_from)
                       do update set capacity_percent = excluded.capacity_percent,
                           effective_until = null";
            let capacity = it.capacity_percent.to_string();
            store(sql, [it.person_id, it.team_id, it.role, it.effective_from, capacity], tx)
                .await?;
        }
        "person.membership_ended" => {
            let it: pb::PersonMembershipEnded = message(event)?;
            let sql = "update routing.membership set effective_until = $4::text::date
                       where person = $1 and team = $2 and role = $3 and effective_until is null";
            store(sql, [it.person_id, it.team_id, it.role, it.effective_until], tx).await?;
        }
        "school.tier_assigned" | "school.closed" | "person.registered" | "person.erased" => {}
        _ => return Err(unknown(event)),
    }
    Ok(())
}

async fn store<const N: usize>(
    sql: &'static str,
    values: [String; N],
    tx: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let query = values.into_iter().fold(sqlx::query(sql), sqlx::query::Query::bind);
    query.execute(tx).await.map(|_| ())
}

fn kind_word(kind: i32) -> &'static str {
    match pb::TeamKind::try_from(kind) {
        Ok(pb::TeamKind::Desk) => "desk",
        Ok(pb::TeamKind::Intake) => "intake",
        Ok(pb::TeamKind::NetworkTeam | pb::TeamKind::Unspecified) | Err(_) => "network_team",
    }
}

/// The kind of team that a column names.
pub(crate) fn kind(word: &str) -> TeamKind {
    match word {
        "desk" => TeamKind::Desk,
        "intake" => TeamKind::Intake,
        _ => TeamKind::NetworkTeam,
    }
}

/// The whole directory: a few hundred rows.
pub(crate) async fn read(connection: &mut PgConnection) -> Result<Directory, sqlx::Error> {
    let mut directory = Directory::default();
    let all = |sql: &'static str| sqlx::query(sql);
    for row in all("select id, kind from routing.team").fetch_all(&mut *connection).await? {
        directory.add_team(parsed(row.try_get(0)?)?, kind(row.try_get(1)?));
    }
    let sql = "select network, effective_from, team from routing.serving";
    for row in all(sql).fetch_all(&mut *connection).await? {
        let PgDate(from) = row.try_get(1)?;
        directory.add_serving(parsed(row.try_get(0)?)?, from, parsed(row.try_get(2)?)?);
    }
    let sql = "select school, effective_from, network from routing.school_network";
    for row in all(sql).fetch_all(&mut *connection).await? {
        let PgDate(from) = row.try_get(1)?;
        directory.add_school_network(parsed(row.try_get(0)?)?, from, parsed(row.try_get(2)?)?);
    }
    let sql = "select school, effective_from, person from routing.school_principal";
    for row in all(sql).fetch_all(&mut *connection).await? {
        let PgDate(from) = row.try_get(1)?;
        directory.add_principal(parsed(row.try_get(0)?)?, from, parsed(row.try_get(2)?)?);
    }
    let sql = "select person, team, role, effective_from, effective_until, capacity_percent
               from routing.membership";
    for row in all(sql).fetch_all(&mut *connection).await? {
        let PgDate(from) = row.try_get(3)?;
        let until: Option<PgDate> = row.try_get(4)?;
        directory.add_member(Membership {
            person: parsed(row.try_get(0)?)?,
            team: parsed(row.try_get(1)?)?,
            role: parsed(row.try_get(2)?)?,
            from,
            until: until.map(Date::from),
            capacity_percent: row.try_get(5)?,
        });
    }
    Ok(directory)
}

/// The district's zone; UTC before one is known.
pub(crate) async fn zone(connection: &mut PgConnection) -> Result<TimeZone, sqlx::Error> {
    let zone: Option<String> =
        sqlx::query_scalar("select zone from routing.district").fetch_optional(connection).await?;
    match zone {
        Some(name) => TimeZone::get(&name).map_err(|error| sqlx::Error::Decode(error.into())),
        None => Ok(TimeZone::UTC),
    }
}

/// The day of an instant in a zone.
pub(crate) fn day(zone: &TimeZone, instant: Timestamp) -> Date {
    zone.to_datetime(instant).date()
}
