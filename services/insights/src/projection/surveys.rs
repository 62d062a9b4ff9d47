//! One row per survey invitation, with its response.

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
        for event in page {
            let stored: Option<Vec<u8>> =
                sqlx::query_scalar("select facts from insights.survey where invitation = $1")
                    .bind(event.stream.0)
                    .fetch_optional(&mut *tx)
                    .await?;
            let mut facts = SurveyFacts::decode(stored.unwrap_or_default().as_slice())
                .map_err(|error| HandleError::Poison(error.into()))?;
            facts.apply(Fact {
                name: &event.name,
                at: event.occurred_at.as_microsecond(),
                payload: &event.payload,
            })?;
            sqlx::query(
                "insert into insights.survey (invitation, request, team, facts) values ($1, $2, $3, $4)
                 on conflict (invitation) do update set facts = excluded.facts",
            )
            .bind(event.stream.0)
            .bind(facts.request.parse::<Uuid>().ok())
            .bind(&facts.team)
            .bind(facts.encode_to_vec())
            .execute(&mut *tx)
            .await?;
        }
        Ok(())
    }
}
