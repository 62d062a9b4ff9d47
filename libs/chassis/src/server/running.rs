//! A running server, from its start to the end of its drain.

use std::{future::Future, net::SocketAddr, time::Duration};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic_health::{ServingStatus, server::HealthReporter};

use super::{Options, ServeError, Settler};
use crate::task::Panicked;

/// A server about to run.
pub struct Running {
    /// Where it answers.
    pub address: SocketAddr,
    /// To find out when everything has been dealt with.
    pub settler: Settler,
    /// Runs the server; ends when it has drained after its shutdown, or failed.
    pub done: futures::future::BoxFuture<'static, Result<(), ServeError>>,
}

/// What the health service says, of each gRPC service and of the whole, whose name is empty.
pub(super) struct Health {
    reporter: HealthReporter,
    services: Vec<&'static str>,
}

impl Health {
    pub(super) fn new(reporter: HealthReporter, services: Vec<&'static str>) -> Self {
        Self { reporter, services }
    }

    pub(super) async fn serving(&self) {
        self.say(ServingStatus::Serving).await;
    }

    async fn say(&self, status: ServingStatus) {
        for service in &self.services {
            self.reporter.set_service_status(service, status).await;
        }
    }

    /// Waits for the shutdown, announces it, and completes when no new calls are to be taken.
    pub(super) async fn stopping(mut self, shutdown: CancellationToken, notice: Duration) {
        shutdown.cancelled().await;
        self.say(ServingStatus::NotServing).await;
        tokio::time::sleep(notice).await;
        // Whoever watches has heard it; their streams end, and so do not hold the drain up.
        for service in &self.services {
            self.reporter.clear_service_status(service).await;
        }
    }
}

/// Runs the transport and the tasks until both have ended; closes the logs last.
pub(super) async fn run(
    serving: impl Future<Output = Result<(), tonic::transport::Error>>,
    tasks: JoinSet<Result<(), Panicked>>,
    logs: Vec<eventlog::Log>,
    options: Options,
) -> Result<(), ServeError> {
    let transport = async {
        let outcome = tokio::select! {
            outcome = serving => outcome,
            () = cut_off(&options.shutdown, options.notice + options.drain) => {
                tracing::warn!("some calls did not end in time and are cut off");
                Ok(())
            }
        };
        // Also when the transport failed by itself.
        options.shutdown.cancel();
        options.tasks.cancel();
        outcome
    };
    let watching = async {
        tokio::select! {
            failed = watch(tasks, &options.shutdown) => failed,
            () = cut_off(&options.tasks, options.drain) => {
                tracing::warn!("some tasks did not end in time and are cut off");
                None
            }
        }
    };
    let (outcome, failed) = tokio::join!(transport, watching);
    for log in logs {
        log.close().await;
    }
    outcome?;
    failed.map_or(Ok(()), |panicked| Err(panicked.into()))
}

async fn cut_off(begun: &CancellationToken, after: Duration) {
    begun.cancelled().await;
    tokio::time::sleep(after).await;
}

/// Waits for every task. One that panics stops the server: a view that stands still unnoticed is worse than a
/// restart.
async fn watch(
    mut tasks: JoinSet<Result<(), Panicked>>,
    shutdown: &CancellationToken,
) -> Option<Panicked> {
    let mut first = None;
    while let Some(ended) = tasks.join_next().await {
        if let Ok(Err(panicked)) = ended {
            first.get_or_insert(panicked);
            shutdown.cancel();
        }
    }
    first
}
