//! The people by id, and their roles in teams.

use directory_domain::person::{Event, Registered};
use eventlog::{PgDate, PgTimestamp, Recorded};
use jiff::{Timestamp, civil::Date};
use kernel::Role;
use sqlx::{PgConnection, PgPool};
use stream::HandleError;

/// A person.
#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    /// The id.
    pub(crate) id: String,
    /// The name; empty after an erasure.
    pub(crate) display_name: String,
    /// The address; empty after an erasure.
    pub(crate) email: String,
    /// Whether name and address were destroyed.
    pub(crate) erased: bool,
    /// The stream's version.
    pub(crate) version: i32,
}

/// A role in a team that is held on a day.
#[derive(sqlx::FromRow)]
pub(crate) struct Held {
    /// The person.
    pub(crate) person: String,
    /// The person's name.
    pub(crate) display_name: String,
    /// The team.
    pub(crate) team: String,
    /// The role word.
    pub(crate) role: String,
    /// The capacity in hundredths of a full share.
    pub(crate) capacity_percent: i32,
    /// The first day.
    pub(crate) effective_from: PgDate,
}

/// A recorded beginning or end of a role.
#[derive(sqlx::FromRow)]
pub(crate) struct Fact {
    /// The team.
    pub(crate) team: String,
    /// The role word.
    pub(crate) role: String,
    /// The capacity; `None` for an end.
    pub(crate) capacity_percent: Option<i32>,
    /// The first day with, or without it.
    pub(crate) effective_from: PgDate,
    /// Since when it is known.
    pub(crate) recorded_at: PgTimestamp,
}

pub(super) async fn apply(recorded: &Recorded, tx: &mut PgConnection) -> Result<(), HandleError> {
    let person = match recorded.decode()? {
        Event::Registered(person) => return Ok(register(recorded, &person, tx).await?),
        Event::MembershipStarted(start) => {
            let capacity = Some(i32::from(start.capacity_percent));
            let person = start.person.as_str();
            hold(
                recorded,
                (person, start.team.as_str(), start.role),
                capacity,
                start.effective_from,
                tx,
            )
            .await?;
            start.person
        }
        Event::MembershipEnded(end) => {
            let from = end.effective_until.tomorrow().unwrap_or(Date::MAX);
            hold(recorded, (end.person.as_str(), end.team.as_str(), end.role), None, from, tx)
                .await?;
            end.person
        }
        Event::Erased(erased) => {
            sqlx::query("update directory.person set display_name = '', email = '', erased = true where id = $1")
                .bind(erased.person.as_str())
                .execute(&mut *tx)
                .await?;
            erased.person
        }
    };
    sqlx::query("update directory.person set version = $2 where id = $1")
        .bind(person.as_str())
        .bind(recorded.version.0)
        .execute(tx)
        .await?;
    Ok(())
}

async fn register(
    recorded: &Recorded,
    person: &Registered,
    tx: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into directory.person (id, display_name, email, version) values ($1, $2, $3, $4)
         on conflict (id) do update set display_name = excluded.display_name, email = excluded.email,
             version = excluded.version",
    )
    .bind(person.person.as_str())
    .bind(&person.display_name)
    .bind(&person.email)
    .bind(recorded.version.0)
    .execute(tx)
    .await?;
    Ok(())
}

async fn hold(
    recorded: &Recorded,
    (person, team, role): (&str, &str, Role),
    capacity_percent: Option<i32>,
    from: Date,
    tx: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into directory.membership
             (position, person, team, role, capacity_percent, effective_from, recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (position) do nothing",
    )
    .bind(recorded.position.0)
    .bind(person)
    .bind(team)
    .bind(role.as_str())
    .bind(capacity_percent)
    .bind(PgDate(from))
    .bind(PgTimestamp(recorded.recorded_at))
    .execute(tx)
    .await?;
    Ok(())
}

/// One person.
pub(crate) async fn get(pool: &PgPool, id: &str) -> Result<Option<Row>, sqlx::Error> {
    sqlx::query_as(
        "select id, display_name, email, erased, version from directory.person where id = $1",
    )
    .bind(id)
    .fetch_optional(pool)
    .await
}

/// At most `limit` people behind the id `behind`, of a team on a day or of all.
pub(crate) async fn list(
    pool: &PgPool,
    day: Date,
    team: Option<&str>,
    behind: &str,
    limit: i64,
) -> Result<Vec<Row>, sqlx::Error> {
    sqlx::query_as(
        "select id, display_name, email, erased, version from directory.person
         where id > $2 and ($3::text is null
             or id in (select person from directory.members_on($1, null) where team = $3))
         order by id limit $4",
    )
    .bind(PgDate(day))
    .bind(behind)
    .bind(team)
    .bind(limit)
    .fetch_all(pool)
    .await
}

/// The members of a team on a day, as known at an instant, by role and id.
pub(crate) async fn members(
    pool: &PgPool,
    team: &str,
    day: Date,
    known_at: Option<Timestamp>,
) -> Result<Vec<Held>, sqlx::Error> {
    sqlx::query_as(
        "select m.person, p.display_name, m.team, m.role, m.capacity_percent, m.effective_from
         from directory.members_on($2, $3) m join directory.person p on p.id = m.person
         where m.team = $1 order by m.role, m.person",
    )
    .bind(team)
    .bind(PgDate(day))
    .bind(known_at.map(PgTimestamp))
    .fetch_all(pool)
    .await
}

/// The roles that people hold on a day, by person, team and role.
pub(crate) async fn held(
    pool: &PgPool,
    people: &[String],
    day: Date,
) -> Result<Vec<Held>, sqlx::Error> {
    sqlx::query_as(
        "select m.person, p.display_name, m.team, m.role, m.capacity_percent, m.effective_from
         from directory.members_on($2, null) m join directory.person p on p.id = m.person
         where m.person = any($1) order by m.person, m.team, m.role",
    )
    .bind(people)
    .bind(PgDate(day))
    .fetch_all(pool)
    .await
}

/// Every recorded beginning and end of a person's roles, in the order of recording.
pub(crate) async fn facts(pool: &PgPool, person: &str) -> Result<Vec<Fact>, sqlx::Error> {
    sqlx::query_as(
        "select team, role, capacity_percent, effective_from, recorded_at from directory.membership
         where person = $1 order by position",
    )
    .bind(person)
    .fetch_all(pool)
    .await
}
