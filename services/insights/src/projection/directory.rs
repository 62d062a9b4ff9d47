//! What figures need of the directory: the district's zone and the teams' labels.

use async_trait::async_trait;
use eventlog::Recorded;
use prost::Message;
use sqlx::PgConnection;
use stream::{HandleError, Handler};
use wire::schoolside::directory::v1::{DistrictDefined, TeamDefined};

/// Follows the district and its teams.
pub struct Directory;

#[async_trait]
impl Handler for Directory {
    async fn handle(&self, page: &[Recorded], tx: &mut PgConnection) -> Result<(), HandleError> {
        for event in page {
            match event.name.as_str() {
                "district.defined" => define_district(&read(event)?, tx).await?,
                "team.defined" => define_team(&read(event)?, tx).await?,
                _ => {}
            }
        }
        Ok(())
    }
}

fn read<M: Message + Default>(event: &Recorded) -> Result<M, HandleError> {
    M::decode(event.payload.as_slice()).map_err(|error| HandleError::Poison(error.into()))
}

async fn define_district(
    district: &DistrictDefined,
    tx: &mut PgConnection,
) -> Result<(), HandleError> {
    sqlx::query(
        "insert into insights.district (zone) values ($1) on conflict (one) do update set zone = excluded.zone",
    )
    .bind(&district.zone)
    .execute(tx)
    .await?;
    Ok(())
}

async fn define_team(team: &TeamDefined, tx: &mut PgConnection) -> Result<(), HandleError> {
    let label = team.external_keys.values().next().unwrap_or(&team.team_id);
    sqlx::query(
        "insert into insights.team (team, label) values ($1, $2)
         on conflict (team) do update set label = excluded.label",
    )
    .bind(&team.team_id)
    .bind(label)
    .execute(tx)
    .await?;
    Ok(())
}
