//! The bitemporal table: every dated fact with the day from which it holds and the instant since when it is known.
//!
//! `fact` has one row per event; what holds on a day is the row with the greatest position among those that have
//! begun by then and were recorded in time.

use eventlog::{PgDate, PgTimestamp, Recorded};
use jiff::civil::Date;
use sqlx::{PgConnection, PgPool};

/// What a fact is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// The network of a school.
    SchoolNetwork,
    /// The tier of a school.
    SchoolTier,
    /// The principal of a school.
    SchoolPrincipal,
    /// The end of a school.
    SchoolClosed,
    /// The team that serves a network.
    NetworkTeam,
}

impl Kind {
    /// The word in the table.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::SchoolNetwork => "school_network",
            Self::SchoolTier => "school_tier",
            Self::SchoolPrincipal => "school_principal",
            Self::SchoolClosed => "school_closed",
            Self::NetworkTeam => "network_team",
        }
    }
}

/// One dated fact.
#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    /// What it is about.
    pub(crate) kind: String,
    /// Whose it is.
    pub(crate) subject: String,
    /// What it says.
    pub(crate) value: String,
    /// From when on it holds; of an end the last day.
    pub(crate) effective_from: PgDate,
    /// Since when it is known.
    pub(crate) recorded_at: PgTimestamp,
}

/// Adds the fact of an event.
pub(super) async fn record(
    recorded: &Recorded,
    kind: Kind,
    subject: &str,
    value: &str,
    from: Date,
    tx: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into directory.fact (position, kind, subject, value, effective_from, recorded_at)
         values ($1, $2, $3, $4, $5, $6) on conflict (position) do nothing",
    )
    .bind(recorded.position.0)
    .bind(kind.as_str())
    .bind(subject)
    .bind(value)
    .bind(PgDate(from))
    .bind(PgTimestamp(recorded.recorded_at))
    .execute(tx)
    .await?;
    Ok(())
}

/// Every fact of a school, in the order of recording.
pub(crate) async fn of_school(pool: &PgPool, school: &str) -> Result<Vec<Row>, sqlx::Error> {
    sqlx::query_as(
        "select kind, subject, value, effective_from, recorded_at from directory.fact
         where kind like 'school\\_%' and subject = $1 order by position",
    )
    .bind(school)
    .fetch_all(pool)
    .await
}

/// Every network a team was given, in the order of recording.
pub(crate) async fn of_team(pool: &PgPool, team: &str) -> Result<Vec<Row>, sqlx::Error> {
    sqlx::query_as(
        "select kind, subject, value, effective_from, recorded_at from directory.fact
         where kind = 'network_team' and value = $1 order by position",
    )
    .bind(team)
    .fetch_all(pool)
    .await
}

/// The team that serves a network on a day, as far as is known.
pub(crate) async fn serving(
    pool: &PgPool,
    network: &str,
    day: Date,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("select directory.in_force('network_team', $1, $2, null)")
        .bind(network)
        .bind(PgDate(day))
        .fetch_one(pool)
        .await
}
