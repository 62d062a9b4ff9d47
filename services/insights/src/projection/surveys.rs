//! One row per survey invitation, with its response; a page's are read at once and written at once.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use eventlog::Recorded;
use insights_domain::facts::{Fact, Part, SurveyFacts};
use prost::Message;
use sqlx::PgConnection;
use stream::{HandleError, Handler};
use uuid::Uuid;

/// Folds invitations.
pub struct Surveys;

#[async_trait]
impl Handler for Surveys {
    async fn handle(&self, page: &[Recorded], tx: &mut PgConnection) -> Result<(), HandleError> {
        let mut surveys = load(page, tx).await?;
        for event in page {
            surveys.entry(event.stream.0).or_default().apply(Fact {
                name: &event.name,
                at: event.occurred_at.as_microsecond(),
                payload: &event.payload,
            })?;
        }
        Ok(store(&surveys, tx).await?)
    }
}

async fn load(
    page: &[Recorded],
    tx: &mut PgConnection,
) -> Result<BTreeMap<Uuid, SurveyFacts>, HandleError> {
    let invitations: BTreeSet<Uuid> = page.iter().map(|event| event.stream.0).collect();
    let sql = "select invitation, facts from insights.survey where invitation = any($1)";
    let query = sqlx::query_as(sql).bind(Vec::from_iter(invitations));
    let rows: Vec<(Uuid, Vec<u8>)> = query.fetch_all(tx).await?;
    let facts = |(invitation, facts): (Uuid, Vec<u8>)| {
        let facts = SurveyFacts::decode(facts.as_slice());
        Ok((invitation, facts.map_err(|error| HandleError::Poison(error.into()))?))
    };
    rows.into_iter().map(facts).collect()
}

async fn store(
    surveys: &BTreeMap<Uuid, SurveyFacts>,
    tx: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let requests = surveys.values().map(|facts| facts.request.parse::<Uuid>().ok());
    sqlx::query(
        "insert into insights.survey (invitation, request, team, facts)
         select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[])
         on conflict (invitation) do update set facts = excluded.facts",
    )
    .bind(Vec::from_iter(surveys.keys().copied()))
    .bind(Vec::from_iter(requests))
    .bind(Vec::from_iter(surveys.values().map(|facts| facts.team.clone())))
    .bind(Vec::from_iter(surveys.values().map(Message::encode_to_vec)))
    .execute(tx)
    .await?;
    Ok(())
}
