//! One row per request: each source's part of the facts, folded event by event, and its history.
//!
//! A page costs three statements however many requests it touches: load the parts, store them, keep their states.

use std::collections::BTreeMap;

use async_trait::async_trait;
use eventlog::{PgTimestamp, Recorded};
use insights_domain::facts::{ClockFacts, Fact, Part, RequestFacts};
use kernel::Timestamp;
use prost::Message;
use sqlx::PgConnection;
use stream::{HandleError, Handler};
use uuid::Uuid;

/// The part that a source knows, and where it is kept.
pub trait Source: Part + Clone + Send + Sync + 'static {
    /// The source's name in the history.
    const NAME: &'static str;
    /// Reads the parts of some requests.
    const LOAD: &'static str;
    /// Writes the parts of some requests.
    const STORE: &'static str;

    /// When the request was opened and which teams ever held it, as far as this source knows.
    fn index(&self) -> (Option<Timestamp>, Vec<&str>);
}

impl Source for RequestFacts {
    const NAME: &'static str = "requests";
    const LOAD: &'static str = "select request, request_facts from insights.case_facts
        where request = any($1) and request_facts is not null";
    const STORE: &'static str =
        "insert into insights.case_facts (request, request_facts, opened_at, teams)
        select request, facts, opened_at, coalesce(string_to_array(nullif(teams, ''), ' '), '{}')
          from unnest($1::uuid[], $2::bytea[], $3::timestamptz[], $4::text[])
               as page(request, facts, opened_at, teams)
        on conflict (request) do update set request_facts = excluded.request_facts,
               opened_at = excluded.opened_at, teams = excluded.teams";

    fn index(&self) -> (Option<Timestamp>, Vec<&str>) {
        let opened = self.opened.as_ref();
        (
            opened.and_then(|opened| Timestamp::from_microsecond(opened.at).ok()),
            self.tenures.iter().map(|tenure| tenure.team.as_str()).collect(),
        )
    }
}

impl Source for ClockFacts {
    const NAME: &'static str = "sla";
    const LOAD: &'static str = "select request, clock_facts from insights.case_facts
        where request = any($1) and clock_facts is not null";
    const STORE: &'static str = "insert into insights.case_facts (request, clock_facts)
        select request, facts from unnest($1::uuid[], $2::bytea[], $3::timestamptz[], $4::text[])
               as page(request, facts, opened_at, teams)
        on conflict (request) do update set clock_facts = excluded.clock_facts";

    fn index(&self) -> (Option<Timestamp>, Vec<&str>) {
        (None, Vec::new())
    }
}

/// Folds one source's events into the facts of its requests.
pub struct CaseFacts<S>(pub std::marker::PhantomData<S>);

#[async_trait]
impl<S: Source> Handler for CaseFacts<S> {
    async fn handle(&self, page: &[Recorded], tx: &mut PgConnection) -> Result<(), HandleError> {
        let mut parts = load::<S>(page, tx).await?;
        let mut history = History::default();
        for event in page {
            let part = parts.entry(event.stream.0).or_default();
            part.apply(Fact {
                name: &event.name,
                at: event.occurred_at.as_microsecond(),
                payload: &event.payload,
            })?;
            // The events of one command are known at one instant: one state of knowledge.
            if event.meta.following == 0 {
                history.push(event, part);
            }
        }
        store(&parts, tx).await?;
        history.store(S::NAME, tx).await
    }
}

async fn load<S: Source>(
    page: &[Recorded],
    tx: &mut PgConnection,
) -> Result<BTreeMap<Uuid, S>, HandleError> {
    let mut requests: Vec<Uuid> = page.iter().map(|event| event.stream.0).collect();
    requests.sort_unstable();
    requests.dedup();
    let rows: Vec<(Uuid, Vec<u8>)> = sqlx::query_as(S::LOAD).bind(requests).fetch_all(tx).await?;
    rows.into_iter()
        .map(|(request, facts)| {
            let part =
                S::decode(facts.as_slice()).map_err(|error| HandleError::Poison(error.into()))?;
            Ok((request, part))
        })
        .collect()
}

async fn store<S: Source>(
    parts: &BTreeMap<Uuid, S>,
    tx: &mut PgConnection,
) -> Result<(), HandleError> {
    let mut requests = Vec::with_capacity(parts.len());
    let mut facts = Vec::with_capacity(parts.len());
    let mut opened_at = Vec::with_capacity(parts.len());
    let mut teams = Vec::with_capacity(parts.len());
    for (request, part) in parts {
        let (opened, held_by) = part.index();
        requests.push(*request);
        facts.push(part.encode_to_vec());
        opened_at.push(opened.map(PgTimestamp));
        // A team's id has no space; arrays of unequal arrays do not exist in SQL.
        teams.push(held_by.join(" "));
    }
    sqlx::query(S::STORE)
        .bind(requests)
        .bind(facts)
        .bind(opened_at)
        .bind(teams)
        .execute(tx)
        .await?;
    Ok(())
}

#[derive(Default)]
struct History {
    requests: Vec<Uuid>,
    versions: Vec<i32>,
    known_from: Vec<PgTimestamp>,
    facts: Vec<Vec<u8>>,
}

impl History {
    fn push(&mut self, event: &Recorded, part: &impl Message) {
        self.requests.push(event.stream.0);
        self.versions.push(event.version.0);
        self.known_from.push(PgTimestamp(event.recorded_at));
        self.facts.push(part.encode_to_vec());
    }

    async fn store(self, source: &'static str, tx: &mut PgConnection) -> Result<(), HandleError> {
        sqlx::query(
            "insert into insights.case_part (request, source, version, known_from, facts)
             select request, $1, version, known_from, facts
               from unnest($2::uuid[], $3::int[], $4::timestamptz[], $5::bytea[])
                    as page(request, version, known_from, facts)",
        )
        .bind(source)
        .bind(self.requests)
        .bind(self.versions)
        .bind(self.known_from)
        .bind(self.facts)
        .execute(tx)
        .await?;
        Ok(())
    }
}
