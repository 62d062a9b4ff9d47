//! The read models: one subscription to the own log, one file per model.

pub(crate) mod district;
pub(crate) mod facts;
pub(crate) mod network;
pub(crate) mod person;
pub(crate) mod school;
pub(crate) mod team;

use async_trait::async_trait;
use directory_domain::{District, Network, Person, School, Team};
use eventlog::Recorded;
use kernel::Decider;
use sqlx::PgConnection;
use stream::{HandleError, Handler, OnPoison, Subscription};

/// The subscription of all read models: facts of one stream refer to another's, so they move together.
pub(crate) const VIEW: Subscription =
    Subscription { name: "directory.view", aggregates: &[], on_poison: OnPoison::HoldStream };

/// Applies the own log.
pub(crate) struct View;

#[async_trait]
impl Handler for View {
    async fn handle(&self, page: &[Recorded], tx: &mut PgConnection) -> Result<(), HandleError> {
        for recorded in page {
            match recorded.kind() {
                District::KIND => district::apply(recorded, tx).await?,
                Network::KIND => network::apply(recorded, tx).await?,
                School::KIND => school::apply(recorded, tx).await?,
                Team::KIND => team::apply(recorded, tx).await?,
                Person::KIND => person::apply(recorded, tx).await?,
                other => return Err(HandleError::Poison(format!("unknown kind {other}").into())),
            }
        }
        Ok(())
    }
}
