//! The invitations: where each is in its life, what is due, and which one a token opens.

use async_trait::async_trait;
use eventlog::{PgTimestamp, Recorded};
use kernel::{StreamId, Timestamp};
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder, Row, postgres::PgRow};
use stream::{HandleError, Handler, OnPoison, Subscription};
use surveys_domain::invitation::{Event, Stage, TokenHash};
use uuid::Uuid;

use crate::token::TokenKey;

/// The subscription to the own log.
pub(crate) const INVITATIONS: Subscription = Subscription {
    name: "surveys.invitations",
    aggregates: &["invitation"],
    on_poison: OnPoison::HoldStream,
};

/// Keeps the invitations.
pub(crate) struct InvitationsView {
    /// Gives a token's hash again where an erasure has destroyed it.
    pub(crate) key: TokenKey,
}

#[async_trait]
impl Handler for InvitationsView {
    async fn handle(&self, page: &[Recorded], tx: &mut PgConnection) -> Result<(), HandleError> {
        for recorded in page {
            self.apply(recorded, recorded.decode()?, tx).await?;
        }
        Ok(())
    }
}

impl InvitationsView {
    async fn apply(
        &self,
        recorded: &Recorded,
        event: Event,
        tx: &mut PgConnection,
    ) -> Result<(), sqlx::Error> {
        let (id, version) = (recorded.stream.0, recorded.version.0);
        let stage = match event {
            Event::Scheduled(it) => {
                let sql = "insert into surveys.invitation (id, request, resolution, instrument,
                               instrument_version, respondent, team, send_at, stage, version)
                           values ($1, $2, $3, $4, $5, $6, $7, $8, 'scheduled', $9)";
                let team = it.team.as_ref().map_or("", |team| team.as_str());
                let query = sqlx::query(sql).bind(id).bind(it.request.0).bind(it.resolution);
                let query = query.bind(it.instrument.as_str()).bind(it.instrument_version);
                let query =
                    query.bind(it.respondent.as_str()).bind(team).bind(PgTimestamp(it.send_at));
                return query.bind(version).execute(tx).await.map(|_| ());
            }
            Event::Sent(it) => {
                let sql = "update surveys.invitation
                           set stage = 'sent', expires_at = $2, token_hash = $3, version = $4 where id = $1";
                let hash = it.token_hash.unwrap_or_else(|| self.key.hash(recorded.stream)).0;
                let query = sqlx::query(sql).bind(id).bind(PgTimestamp(it.expires_at)).bind(hash);
                return query.bind(version).execute(tx).await.map(|_| ());
            }
            Event::Answered(_) => Stage::Answered,
            Event::Withdrawn(_) => Stage::Withdrawn,
            Event::Expired(_) => Stage::Expired,
            Event::Erased(_) => {
                let sql = "update surveys.invitation set version = $2 where id = $1";
                return sqlx::query(sql).bind(id).bind(version).execute(tx).await.map(|_| ());
            }
        };
        let sql = "update surveys.invitation set stage = $2, version = $3 where id = $1";
        sqlx::query(sql).bind(id).bind(word(stage)).bind(version).execute(tx).await.map(|_| ())
    }
}

/// A stage as it stands in the column.
pub(crate) fn word(stage: Stage) -> &'static str {
    match stage {
        Stage::Unknown => "",
        Stage::Scheduled => "scheduled",
        Stage::Sent => "sent",
        Stage::Answered => "answered",
        Stage::Withdrawn => "withdrawn",
        Stage::Expired => "expired",
    }
}

/// The invitation whose token has this hash.
pub(crate) async fn by_token(
    pool: &PgPool,
    hash: TokenHash,
) -> Result<Option<StreamId>, sqlx::Error> {
    let sql = "select id from surveys.invitation where token_hash = $1";
    let id: Option<Uuid> = sqlx::query_scalar(sql).bind(hash.0).fetch_optional(pool).await?;
    Ok(id.map(StreamId))
}

/// What has to be done to an invitation now.
pub(crate) enum Due {
    /// It goes out: which, by which questionnaire, in which version.
    Send(StreamId, String, i32),
    /// It expires.
    Expire(StreamId),
}

impl Due {
    /// Which invitation it is.
    pub(crate) fn id(&self) -> StreamId {
        match self {
            Self::Send(id, ..) | Self::Expire(id) => *id,
        }
    }
}

/// What is due at an instant, earliest first, at most `limit` of each kind.
pub(crate) async fn due(
    pool: &PgPool,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Due>, sqlx::Error> {
    let sql = "select id, instrument, instrument_version from surveys.invitation
               where stage = 'scheduled' and send_at <= $1 order by send_at, id limit $2";
    let sending = sqlx::query(sql).bind(PgTimestamp(now)).bind(limit).fetch_all(pool).await?;
    let send =
        |row: &PgRow| Ok(Due::Send(StreamId(row.try_get(0)?), row.try_get(1)?, row.try_get(2)?));
    let mut due: Vec<Due> = sending.iter().map(send).collect::<Result<_, sqlx::Error>>()?;
    let sql = "select id from surveys.invitation
               where stage = 'sent' and expires_at <= $1 order by expires_at, id limit $2";
    let expiring: Vec<Uuid> =
        sqlx::query_scalar(sql).bind(PgTimestamp(now)).bind(limit).fetch_all(pool).await?;
    due.extend(expiring.into_iter().map(|id| Due::Expire(StreamId(id))));
    Ok(due)
}

/// When the next invitation falls due.
pub(crate) async fn next_due(pool: &PgPool) -> Result<Option<Timestamp>, sqlx::Error> {
    let sql = "select least(
                   (select min(send_at) from surveys.invitation where stage = 'scheduled'),
                   (select min(expires_at) from surveys.invitation where stage = 'sent'))";
    let next: Option<PgTimestamp> = sqlx::query_scalar(sql).fetch_one(pool).await?;
    Ok(next.map(Timestamp::from))
}

/// Which invitations are wanted; `None` does not matter.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) respondent: Option<String>,
    pub(crate) request: Option<StreamId>,
    pub(crate) stage: Option<Stage>,
}

/// Where a page ends: the last invitation's time and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) send_at: Timestamp,
    pub(crate) id: Uuid,
}

/// An invitation as it is listed.
pub(crate) struct Listed {
    pub(crate) id: StreamId,
    pub(crate) request: StreamId,
    pub(crate) resolution: i32,
    pub(crate) instrument: String,
    pub(crate) instrument_version: i32,
    pub(crate) respondent: String,
    pub(crate) team: String,
    pub(crate) stage: String,
    pub(crate) send_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) version: i32,
}

impl Listed {
    fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: StreamId(row.try_get("id")?),
            request: StreamId(row.try_get("request")?),
            resolution: row.try_get("resolution")?,
            instrument: row.try_get("instrument")?,
            instrument_version: row.try_get("instrument_version")?,
            respondent: row.try_get("respondent")?,
            team: row.try_get("team")?,
            stage: row.try_get("stage")?,
            send_at: row.try_get::<PgTimestamp, _>("send_at")?.0,
            expires_at: row.try_get::<Option<PgTimestamp>, _>("expires_at")?.map(Timestamp::from),
            version: row.try_get("version")?,
        })
    }

    /// Where it stands in the list.
    pub(crate) fn place(&self) -> Place {
        Place { send_at: self.send_at, id: self.id.0 }
    }
}

/// Invitations, latest first, behind a place.
pub(crate) async fn list(
    pool: &PgPool,
    filter: &Filter,
    behind: Option<Place>,
    limit: i64,
) -> Result<Vec<Listed>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new("select * from surveys.invitation where true");
    if let Some(respondent) = &filter.respondent {
        sql.push(" and respondent = ").push_bind(respondent);
    }
    if let Some(request) = filter.request {
        sql.push(" and request = ").push_bind(request.0);
    }
    if let Some(stage) = filter.stage {
        sql.push(" and stage = ").push_bind(word(stage));
    }
    if let Some(Place { send_at, id }) = behind {
        sql.push(" and (send_at, id) < (").push_bind(PgTimestamp(send_at));
        sql.push(", ").push_bind(id).push(")");
    }
    sql.push(" order by send_at desc, id desc limit ").push_bind(limit);
    sql.build().fetch_all(pool).await?.iter().map(Listed::read).collect()
}
