//! Who holds which open request, from the requests' own events: the load of every member is counted from it.

use std::collections::{BTreeMap, BTreeSet};

use kernel::StreamId;
use routing_domain::{Loads, Snapshot, case::TodaysOwner, decision::Decision, table::Field};
use sqlx::{PgConnection, PgPool, Row, types::Json};
use uuid::Uuid;
use wire::schoolside::requests::v1 as pb;

use super::parsed;

/// A request as it was opened.
pub(crate) struct Opened {
    /// The request as rules see it, without what depends on the day.
    pub(crate) snapshot: Snapshot,
    /// For whom it is; empty if unknown.
    pub(crate) requester: String,
    /// Who holds it, if a member does.
    pub(crate) owner: Option<TodaysOwner>,
}

/// The snapshot that an opening carries.
pub(crate) fn snapshot(request: StreamId, it: &pb::RequestOpened) -> Snapshot {
    let tier = if it.tier == 0 { String::new() } else { it.tier.to_string() };
    let mut snapshot = Snapshot::of(request)
        .with(Field::RequestType, &it.request_type_id)
        .with(Field::Category, &it.category.join("/"))
        .with(Field::School, &it.school_id)
        .with(Field::Network, &it.network_id)
        .with(Field::SchoolLevel, &it.school_level)
        .with(Field::Tier, &tier)
        .with(Field::Priority, &it.priority)
        .with(Field::Channel, &it.channel);
    for (name, value) in &it.attributes {
        snapshot.set(Field::Attribute(name.clone()), value);
    }
    snapshot.accountable_role = it.accountable_role.parse().ok();
    snapshot.contributing.clone_from(&it.contributing);
    snapshot
}

/// Keeps a request that was opened.
pub(crate) async fn open(
    tx: &mut PgConnection,
    request: StreamId,
    it: &pb::RequestOpened,
) -> Result<(), sqlx::Error> {
    let values = snapshot(request, it).values.into_iter();
    let values: BTreeMap<String, String> =
        values.map(|(f, value)| (f.to_string(), value)).collect();
    let sql = "insert into routing.request
                   (id, snapshot, requester, accountable_role, contributing, open, priority)
               values ($1, $2, $3, $4, $5, true, nullif($6, '')) on conflict (id) do nothing";
    let query = sqlx::query(sql).bind(request.0).bind(Json(values)).bind(&it.requester_id);
    let query = query.bind(&it.accountable_role).bind(&it.contributing).bind(&it.priority);
    query.execute(tx).await.map(|_| ())
}

/// Which of these requests are kept here.
pub(crate) async fn kept(
    tx: &mut PgConnection,
    requests: &BTreeSet<StreamId>,
) -> Result<BTreeSet<StreamId>, sqlx::Error> {
    if requests.is_empty() {
        return Ok(BTreeSet::new());
    }
    let ids: Vec<Uuid> = requests.iter().map(|request| request.0).collect();
    let kept: Vec<Uuid> = sqlx::query_scalar("select id from routing.request where id = any($1)")
        .bind(ids)
        .fetch_all(tx)
        .await?;
    Ok(kept.into_iter().map(StreamId).collect())
}

/// Notes who holds a request: team, role and member.
pub(crate) async fn hold(
    tx: &mut PgConnection,
    request: StreamId,
    [team, role, member]: [&str; 3],
) -> Result<(), sqlx::Error> {
    let sql = "update routing.request set team = nullif($2, ''), role = nullif($3, ''),
                   member = nullif($4, '') where id = $1";
    sqlx::query(sql)
        .bind(request.0)
        .bind(team)
        .bind(role)
        .bind(member)
        .execute(tx)
        .await
        .map(|_| ())
}

/// Notes who holds a request since it was routed, and its priority.
pub(crate) async fn routed(
    tx: &mut PgConnection,
    request: StreamId,
    [team, role, member]: [&str; 3],
    priority: &str,
) -> Result<(), sqlx::Error> {
    let sql = "update routing.request set team = nullif($2, ''), role = nullif($3, ''),
                   member = nullif($4, ''), priority = nullif($5, '') where id = $1";
    let query = sqlx::query(sql).bind(request.0).bind(team).bind(role).bind(member);
    query.bind(priority).execute(tx).await.map(|_| ())
}

/// Notes a decision at once, so that the next one sees its load; the request's own events confirm it later.
pub(crate) async fn decided(
    tx: &mut PgConnection,
    request: StreamId,
    decision: &Decision,
) -> Result<(), sqlx::Error> {
    let member = decision.member().map_or("", |member| member.as_str());
    hold(tx, request, [decision.team.as_str(), decision.role.as_str(), member]).await
}

/// Notes whether a request is open.
pub(crate) async fn set_open(
    tx: &mut PgConnection,
    request: StreamId,
    open: bool,
) -> Result<(), sqlx::Error> {
    let sql = "update routing.request set open = $2 where id = $1";
    sqlx::query(sql).bind(request.0).bind(open).execute(tx).await.map(|_| ())
}

/// A request that is kept here.
pub(crate) async fn read(
    connection: &mut PgConnection,
    request: StreamId,
) -> Result<Opened, sqlx::Error> {
    let sql =
        "select snapshot, requester, accountable_role, contributing, team, role, member, priority
               from routing.request where id = $1";
    let row = sqlx::query(sql).bind(request.0).fetch_one(connection).await?;
    let Json(values): Json<BTreeMap<String, String>> = row.try_get(0)?;
    let mut snapshot = Snapshot::of(request);
    for (field, value) in &values {
        snapshot.set(parsed(field)?, value);
    }
    snapshot.accountable_role = row.try_get::<&str, _>(2)?.parse().ok();
    snapshot.contributing = row.try_get(3)?;
    let held: [Option<&str>; 3] = [row.try_get(4)?, row.try_get(5)?, row.try_get(6)?];
    let priority: Option<&str> = row.try_get(7)?;
    let owner = match held {
        [Some(team), Some(role), Some(member)] => Some(TodaysOwner {
            team: parsed(team)?,
            role: parsed(role)?,
            member: parsed(member)?,
            priority: priority.map(parsed).transpose()?,
        }),
        _ => None,
    };
    Ok(Opened { snapshot, requester: row.try_get(1)?, owner })
}

/// The open requests of every member, without one request.
pub(crate) async fn loads(
    connection: &mut PgConnection,
    without: StreamId,
) -> Result<Loads, sqlx::Error> {
    let sql = "select member, count(*)::int from routing.request
               where open and member is not null and id <> $1 group by member";
    let rows = sqlx::query(sql).bind(without.0).fetch_all(connection).await?;
    rows.iter().map(|row| Ok((parsed(row.try_get(0)?)?, row.try_get(1)?))).collect()
}

/// The team that holds a request, if it is kept here and held.
pub(crate) async fn team(pool: &PgPool, request: StreamId) -> Result<Option<String>, sqlx::Error> {
    let sql = "select team from routing.request where id = $1";
    let team: Option<Option<String>> =
        sqlx::query_scalar(sql).bind(request.0).fetch_optional(pool).await?;
    Ok(team.flatten())
}
