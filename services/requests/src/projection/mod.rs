//! The read models: requests and the catalogue from the own log, schools and memberships from the directory's.
//!
//! `requests.view` folds a whole page in memory with the domain's own `evolve` and writes it back in one
//! statement per table, so that an import's pages cost a handful of statements.

pub(crate) mod directory;
mod fold;
pub(crate) mod request;
pub(crate) mod request_type;

use async_trait::async_trait;
use eventlog::Recorded;
use kernel::Decider;
use requests_domain::{Request, RequestType};
use sqlx::PgConnection;
use stream::{HandleError, Handler, OnPoison, Subscription};

/// The own log's subscription; its progress is what `after` waits for.
pub(crate) const VIEW: Subscription = Subscription {
    name: "requests.view",
    aggregates: &[Request::KIND, RequestType::KIND],
    on_poison: OnPoison::HoldStream,
};

/// Keeps the read models of requests and of the catalogue.
pub(crate) struct View;

#[async_trait]
impl Handler for View {
    async fn handle(&self, page: &[Recorded], tx: &mut PgConnection) -> Result<(), HandleError> {
        let (requests, types): (Vec<_>, Vec<_>) =
            page.iter().partition(|event| event.kind() == Request::KIND);
        request_type::apply(&types, tx).await?;
        request::apply(&requests, tx).await
    }
}
