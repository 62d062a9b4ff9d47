//! The RPCs, one per file, and what they share: the window and instant of a question, in the district's zone.

mod get_figures;
mod get_scorecard;
mod question;

use std::{sync::Arc, time::Duration};

use chassis::fault::Fault;
use kernel::time::SharedClock;
use sqlx::PgPool;
use stream::Progress;
use tonic::{Request, Response, Status};
use wire::schoolside::insights::v1::{
    GetFiguresRequest, GetFiguresResponse, GetScorecardRequest, GetScorecardResponse,
    insights_service_server::InsightsService,
};

/// How long a query waits for a view to include what it asks for.
const PATIENCE: Duration = Duration::from_secs(4);

/// Everything the RPCs read from.
pub struct Insights {
    /// The database.
    pub pool: PgPool,
    /// The clock that "now" means.
    pub clock: SharedClock,
    /// How far the views are, by the log they follow.
    pub progress: Vec<Progress>,
}

impl Insights {
    async fn caught_up(&self, after: &str) -> Result<(), Fault> {
        chassis::consistency::wait_any(after, &self.progress, PATIENCE).await
    }
}

/// The service at its edge.
#[derive(Clone)]
pub struct Edge(pub Arc<Insights>);

#[tonic::async_trait]
impl InsightsService for Edge {
    async fn get_figures(
        &self,
        request: Request<GetFiguresRequest>,
    ) -> Result<Response<GetFiguresResponse>, Status> {
        Ok(Response::new(get_figures::get_figures(&self.0, request.into_inner()).await?))
    }

    async fn get_scorecard(
        &self,
        request: Request<GetScorecardRequest>,
    ) -> Result<Response<GetScorecardResponse>, Status> {
        Ok(Response::new(get_scorecard::get_scorecard(&self.0, request.into_inner()).await?))
    }
}
