//! The gRPC server: one port for every assembled service, with health, reflection, the event feed and gRPC-Web.
//!
//! A call passes, from the outside in: CORS and gRPC-Web, then [`guard`] (trace, identity, permission, time limit),
//! then its handler. What reaches a handler has an identity in its extensions and a deadline on it.

mod feed;
mod guard;
mod open_rpcs;
mod settle;
mod time_limit;

use std::{collections::HashMap, io, net::SocketAddr, sync::Arc, time::Duration};

use kernel::SharedClock;
use stream::{Progress, TimerHandle};
use tokio::{net::TcpListener, task::JoinSet};
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::CancellationToken;
use tonic::{service::RoutesBuilder, transport::Server};
use tonic_health::ServingStatus;
use tower_http::cors::{Any, CorsLayer, ExposeHeaders};
use wire::schoolside::common::v1::event_feed_service_server::EventFeedServiceServer;

pub use self::settle::{SettleError, Settler};
pub use open_rpcs::OPEN_RPCS;

use crate::{
    identity::{Authenticate, Permission},
    service::{Logs, Service},
};

/// The largest message, either way.
pub const MAX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;

/// How long a drain may take before it is given up.
const DRAIN: Duration = Duration::from_secs(10);

/// Why the server could not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The transport failed.
    #[error("the gRPC server failed")]
    Transport(#[from] tonic::transport::Error),
    /// The address of the port could not be found out.
    #[error("the gRPC port cannot be used")]
    Port(#[from] io::Error),
    /// The descriptors cannot be served.
    #[error("reflection cannot be served")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// A server about to run.
pub struct Running {
    /// Where it answers.
    pub address: SocketAddr,
    /// To find out when everything has been dealt with.
    pub settler: Settler,
    /// Ends when the server has drained after `shutdown`.
    pub done: futures::future::BoxFuture<'static, Result<(), ServeError>>,
}

/// Serves the services on `listener` until `shutdown`, then drains: refuses new calls, ends streams, finishes what
/// runs, and closes the logs last.
///
/// # Errors
/// When the server cannot be set up.
pub async fn serve(
    services: Vec<Service>,
    logs: Logs,
    clock: SharedClock,
    listener: TcpListener,
    authenticate: impl Authenticate,
    shutdown: CancellationToken,
) -> Result<Running, ServeError> {
    let address = listener.local_addr()?;
    let (health, health_service) = tonic_health::server::health_reporter();
    let mut parts = Parts::default();
    let mut routes = RoutesBuilder::default();
    routes.add_service(health_service);
    for reflection in [true, false] {
        add_reflection(&mut routes, reflection)?;
    }
    let mut tasks = JoinSet::new();
    for service in services {
        for name in service.grpc_services {
            health.set_service_status(*name, ServingStatus::Serving).await;
        }
        for (task, future) in service.tasks {
            tasks.spawn(crate::task::supervised(task, future));
        }
        (service.routes)(&mut routes);
        parts.permissions.extend(service.permissions.iter().copied());
        parts.time_limits.extend(service.time_limits.iter().copied());
        parts.topics.extend(feed::topics(service.name, service.topics, &logs));
        parts.progress.extend(service.progress);
        parts.timers.extend(service.timers);
        parts.logs.extend(service.own_log);
    }
    health.set_service_status("", ServingStatus::Serving).await;
    parts.permissions.extend(OPEN_RPCS.iter().copied());
    parts.permissions.extend(feed::PERMISSIONS.iter().copied());
    parts.time_limits.extend(feed::TIME_LIMITS.iter().copied());
    routes.add_service(EventFeedServiceServer::new(feed::Feed::new(parts.topics, shutdown.clone())));

    let guard = guard::GuardLayer::new(parts.permissions, parts.time_limits, Arc::new(authenticate));
    let server = Server::builder()
        .accept_http1(true)
        .http2_keepalive_interval(Some(Duration::from_secs(30)))
        .layer(cors())
        .layer(tonic_web::GrpcWebLayer::new())
        .layer(guard)
        .add_routes(routes.routes());
    let settler = Settler::new(parts.progress, parts.timers, logs, clock);
    let own_logs = parts.logs;
    let done = async move {
        let stop = shutdown.clone();
        let drained = server.serve_with_incoming_shutdown(TcpListenerStream::new(listener), async move {
            stop.cancelled().await;
            health.set_service_status("", ServingStatus::NotServing).await;
        });
        tokio::pin!(drained);
        let outcome = tokio::select! {
            outcome = &mut drained => outcome,
            () = drain_time(&shutdown) => {
                tracing::warn!("some calls did not end in time and are cut off");
                Ok(())
            }
        };
        shutdown.cancel();
        let ended = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(DRAIN, ended).await.is_err() {
            tracing::warn!("some tasks did not end in time and are cut off");
        }
        for log in own_logs {
            log.close().await;
        }
        outcome.map_err(ServeError::from)
    };
    Ok(Running { address, settler, done: Box::pin(done) })
}

async fn drain_time(shutdown: &CancellationToken) {
    shutdown.cancelled().await;
    tokio::time::sleep(DRAIN).await;
}

#[derive(Default)]
struct Parts {
    permissions: HashMap<&'static str, Permission>,
    time_limits: HashMap<&'static str, crate::service::TimeLimit>,
    topics: Vec<feed::FeedTopic>,
    progress: Vec<Progress>,
    timers: Vec<TimerHandle>,
    logs: Vec<eventlog::Log>,
}

fn add_reflection(routes: &mut RoutesBuilder, v1: bool) -> Result<(), ServeError> {
    let builder = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(wire::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET);
    if v1 {
        routes.add_service(builder.build_v1()?);
    } else {
        routes.add_service(builder.build_v1alpha()?);
    }
    Ok(())
}

/// Browsers may call from anywhere: a call is authorised by its token alone, never by a cookie.
fn cors() -> CorsLayer {
    let exposed = ["grpc-status", "grpc-message", "grpc-status-details-bin"];
    CorsLayer::new()
        .allow_origin(Any)
        .allow_headers(Any)
        .allow_methods([http::Method::POST])
        .expose_headers(ExposeHeaders::list(exposed.map(http::HeaderName::from_static)))
}
