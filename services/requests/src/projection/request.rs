//! The read model of requests: what Get and List need, free text included until it is destroyed.

use std::collections::BTreeMap;

use eventlog::{PgTimestamp, Recorded};
use kernel::StreamId;
use requests_domain::{Reference, Request, request::State};
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder, Row as _, postgres::PgRow};
use stream::HandleError;
use uuid::Uuid;

use super::fold::{self, Row};

/// One request as the read model has it.
pub(crate) struct Found {
    pub(crate) id: StreamId,
    pub(crate) state: State,
}

/// Applies a page of request events: one read, one write.
pub(super) async fn apply(page: &[&Recorded], tx: &mut PgConnection) -> Result<(), HandleError> {
    if page.is_empty() {
        return Ok(());
    }
    let known =
        sqlx::query("select id, version, doc::text from requests.request where id = any($1)")
            .bind(fold::streams(page))
            .fetch_all(&mut *tx)
            .await?;
    let mut rows = BTreeMap::new();
    for row in &known {
        let state = fold::state::<State>(row.try_get(2)?)?;
        rows.insert(row.try_get(0)?, Row::<Request> { state, version: row.try_get(1)? });
    }
    let rows = fold::fold::<Request>(rows, page)?;
    Columns::of(&rows)?.write(tx).await?;
    Ok(())
}

/// A page's rows, column by column.
#[derive(Default)]
struct Columns {
    id: Vec<Uuid>,
    version: Vec<i32>,
    reference: Vec<Option<i64>>,
    state: Vec<&'static str>,
    request_type: Vec<Option<String>>,
    confidentiality: Vec<Option<&'static str>>,
    school: Vec<Option<String>>,
    team: Vec<Option<String>>,
    member: Vec<Option<String>>,
    requester: Vec<Option<String>>,
    submitter: Vec<Option<String>>,
    /// Joined by commas, which no id has: Postgres cannot unnest an array of arrays row by row.
    desks: Vec<String>,
    opened_at: Vec<Option<PgTimestamp>>,
    closes_at: Vec<Option<PgTimestamp>>,
    duplicate_of: Vec<Option<Uuid>>,
    doc: Vec<String>,
}

impl Columns {
    fn of(rows: &BTreeMap<Uuid, Row<Request>>) -> Result<Self, HandleError> {
        let mut columns = Self::default();
        for (id, row) in rows {
            columns.add(*id, row)?;
        }
        Ok(columns)
    }

    fn add(&mut self, id: Uuid, row: &Row<Request>) -> Result<(), HandleError> {
        let state = &row.state;
        let facts = state.facts.as_ref();
        let holder = state.holder.as_ref();
        self.id.push(id);
        self.version.push(row.version);
        self.reference.push(facts.map(|it| it.reference.number().cast_signed()));
        self.state.push(state.word());
        self.request_type.push(facts.map(|it| it.request_type.to_string()));
        self.confidentiality.push(facts.map(|it| it.confidentiality.as_str()));
        self.school.push(facts.and_then(|it| it.school.as_ref()).map(ToString::to_string));
        self.team.push(holder.map(|it| it.team.to_string()));
        self.member.push(holder.and_then(|it| it.member.as_ref()).map(ToString::to_string));
        self.requester.push(facts.and_then(|it| it.requester.as_ref()).map(ToString::to_string));
        self.submitter.push(facts.map(|it| it.submitter.clone()));
        let desks = state.contributing.iter().filter_map(|word| word.strip_prefix("desk:"));
        self.desks.push(desks.collect::<Vec<_>>().join(","));
        self.opened_at.push(facts.map(|it| PgTimestamp(it.opened_at)));
        self.closes_at.push(state.closes_at().map(PgTimestamp));
        self.duplicate_of.push(state.duplicate_of().map(|original| original.0));
        self.doc.push(fold::document(state)?);
        Ok(())
    }

    async fn write(self, tx: &mut PgConnection) -> Result<(), sqlx::Error> {
        sqlx::query(
            "insert into requests.request (id, version, reference, state, request_type, confidentiality, school,
                 team, member, requester, submitter, desks, opened_at, closes_at, duplicate_of, doc)
             select id, version, reference, state, request_type, confidentiality, school, team, member, requester,
                 submitter, string_to_array(desks, ','), opened_at, closes_at, duplicate_of, doc::jsonb
             from unnest($1::uuid[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[],
                 $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::timestamptz[],
                 $14::timestamptz[], $15::uuid[], $16::text[])
                 as page(id, version, reference, state, request_type, confidentiality, school, team, member,
                     requester, submitter, desks, opened_at, closes_at, duplicate_of, doc)
             on conflict (id) do update set version = excluded.version, reference = excluded.reference,
                 state = excluded.state, request_type = excluded.request_type,
                 confidentiality = excluded.confidentiality, school = excluded.school, team = excluded.team,
                 member = excluded.member, requester = excluded.requester, submitter = excluded.submitter,
                 desks = excluded.desks, opened_at = excluded.opened_at, closes_at = excluded.closes_at,
                 duplicate_of = excluded.duplicate_of, doc = excluded.doc",
        )
        .bind(self.id)
        .bind(self.version)
        .bind(self.reference)
        .bind(self.state)
        .bind(self.request_type)
        .bind(self.confidentiality)
        .bind(self.school)
        .bind(self.team)
        .bind(self.member)
        .bind(self.requester)
        .bind(self.submitter)
        .bind(self.desks)
        .bind(self.opened_at)
        .bind(self.closes_at)
        .bind(self.duplicate_of)
        .bind(self.doc)
        .execute(tx)
        .await?;
        Ok(())
    }
}

fn found(row: &PgRow) -> Result<Found, sqlx::Error> {
    Ok(Found { id: StreamId(row.try_get(0)?), state: fold::state(row.try_get(1)?)? })
}

/// One request by its id.
pub(crate) async fn by_id(pool: &PgPool, id: StreamId) -> Result<Option<Found>, sqlx::Error> {
    let sql = "select id, doc::text from requests.request where id = $1";
    let row = sqlx::query(sql).bind(id.0).fetch_optional(pool).await?;
    row.as_ref().map(found).transpose()
}

/// The id behind a reference.
pub(crate) async fn id_of(
    pool: &PgPool,
    reference: Reference,
) -> Result<Option<StreamId>, sqlx::Error> {
    let sql = "select id from requests.request where reference = $1";
    let id = sqlx::query_scalar(sql).bind(reference.number().cast_signed());
    Ok(id.fetch_optional(pool).await?.map(StreamId))
}

/// Which requests a reader may know of; a superset of nothing more than `requests_domain::access` grants.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    /// No restriction.
    pub(crate) all: bool,
    pub(crate) teams: Vec<String>,
    pub(crate) schools: Vec<String>,
    pub(crate) person: Option<String>,
    pub(crate) subject: Option<String>,
}

/// What to list.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) team: Option<String>,
    pub(crate) school: Option<String>,
    pub(crate) member: Option<String>,
    pub(crate) requester: Option<String>,
    pub(crate) request_type: Option<String>,
    pub(crate) states: Option<Vec<&'static str>>,
    pub(crate) duplicate_of: Option<StreamId>,
    pub(crate) oldest_first: bool,
}

/// Where a page of a list begins: behind this opening and id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor {
    pub(crate) opened_at: kernel::Timestamp,
    pub(crate) id: StreamId,
}

/// At most `limit` requests within the scope that the filter lets through, behind the cursor.
pub(crate) async fn list(
    pool: &PgPool,
    scope: &Scope,
    filter: &Filter,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Found>, sqlx::Error> {
    // Half a command's events may be applied: a request without its opening is not there yet.
    let sql = "select id, doc::text from requests.request where opened_at is not null";
    let mut query = QueryBuilder::<Postgres>::new(sql);
    restrict(&mut query, scope);
    for (column, value) in [
        (" and team = ", &filter.team),
        (" and school = ", &filter.school),
        (" and member = ", &filter.member),
        (" and requester = ", &filter.requester),
        (" and request_type = ", &filter.request_type),
    ] {
        if let Some(value) = value {
            query.push(column).push_bind(value.clone());
        }
    }
    if let Some(states) = &filter.states {
        query.push(" and state = any(").push_bind(states.clone()).push(")");
    }
    if let Some(original) = filter.duplicate_of {
        query.push(" and duplicate_of = ").push_bind(original.0);
    }
    if let Some(Cursor { opened_at, id }) = after {
        let compare = if filter.oldest_first {
            " and (opened_at, id) > ("
        } else {
            " and (opened_at, id) < ("
        };
        query.push(compare).push_bind(PgTimestamp(opened_at)).push(", ").push_bind(id.0).push(")");
    }
    let order = if filter.oldest_first {
        " order by opened_at, id"
    } else {
        " order by opened_at desc, id desc"
    };
    query.push(order).push(" limit ").push_bind(limit);
    query.build().fetch_all(pool).await?.iter().map(found).collect()
}

fn restrict(query: &mut QueryBuilder<Postgres>, scope: &Scope) {
    if scope.all {
        return;
    }
    query.push(" and (team = any(").push_bind(scope.teams.clone());
    query.push(") or (desks <> '{}' and desks && ").push_bind(scope.teams.clone());
    query.push(") or school = any(").push_bind(scope.schools.clone());
    query.push(") or requester = ").push_bind(scope.person.clone());
    query.push(" or submitter = ").push_bind(scope.subject.clone()).push(")");
}

/// Requests whose resolutions close by themselves by `now`, the longest waiting first, with their versions.
pub(crate) async fn closing_by(
    pool: &PgPool,
    now: kernel::Timestamp,
    limit: i64,
) -> Result<Vec<(StreamId, i32)>, sqlx::Error> {
    let sql = "select id, version from requests.request where closes_at <= $1 order by closes_at limit $2";
    let rows = sqlx::query(sql).bind(PgTimestamp(now)).bind(limit).fetch_all(pool).await?;
    rows.iter().map(|row| Ok((StreamId(row.try_get(0)?), row.try_get(1)?))).collect()
}

/// When the next resolution closes by itself.
pub(crate) async fn next_closing(pool: &PgPool) -> Result<Option<kernel::Timestamp>, sqlx::Error> {
    let sql = "select min(closes_at) from requests.request where closes_at is not null";
    let next: Option<PgTimestamp> = sqlx::query_scalar(sql).fetch_one(pool).await?;
    Ok(next.map(|next| next.0))
}

/// The words of the states in which somebody works on a request, or will.
pub(crate) const OPEN: [&str; 2] = ["open", "paused"];
