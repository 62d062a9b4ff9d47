//! The gRPC server: one port for every assembled service, with health, reflection, the event feed, parked
//! records and gRPC-Web.
//!
//! A call passes, from the outside in: CORS and gRPC-Web, then `guard` (trace, identity, permission, time limit),
//! then its handler. What reaches a handler has an identity in its extensions and a deadline on it.

mod feed;
mod forgetting;
mod guard;
mod open_rpcs;
mod options;
mod parked;
mod relay;
mod running;
mod settle;
mod time_limit;

use std::{
    collections::{BTreeMap, HashMap},
    io,
    sync::Arc,
    time::Duration,
};

use kernel::SharedClock;
use sqlx::PgPool;
use stream::{Progress, TimerHandle};
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;
use tonic::{
    service::RoutesBuilder,
    transport::{Server, server::TcpIncoming},
};
use tower_http::cors::{AllowHeaders, Any, CorsLayer, ExposeHeaders};
use wire::schoolside::common::v1::{
    event_feed_service_server::{self, EventFeedServiceServer},
    parked_record_service_server::{self, ParkedRecordServiceServer},
    relay_service_server::{self, RelayServiceServer},
};

pub use self::{
    open_rpcs::OPEN_RPCS,
    options::Options,
    relay::Publishing,
    running::Running,
    settle::{SettleError, Settler},
};

use crate::{
    identity::{Authenticate, Permission, PermissionTable},
    service::{Logs, Service, TimeLimit},
    task::Panicked,
};

/// The largest message, either way. The transport takes no larger one by itself; a service's generated server is
/// kept from sending one with `.max_encoding_message_size(MAX_MESSAGE_BYTES)`.
pub const MAX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;

/// Which permission each rpc needs that every process serves.
pub const PERMISSIONS: [PermissionTable; 3] =
    [feed::PERMISSIONS, parked::PERMISSIONS, relay::PERMISSIONS];

/// How often an idle connection is probed, and how long it may take to answer.
const KEEPALIVE: Duration = Duration::from_secs(30);
const KEEPALIVE_ANSWER: Duration = Duration::from_secs(20);
/// Minutes after which a connection is closed in good order, so that clients spread over servers again; drawn
/// at each start, so that servers started together do not do it together.
const CONNECTION_AGE_MINUTES: std::ops::RangeInclusive<u64> = 30..=60;
const CONNECTION_GRACE: Duration = Duration::from_secs(30);

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
    /// A task that must not end has ended.
    #[error("a task failed, so that the whole server was stopped")]
    Task(#[from] Panicked),
}

/// Serves the services on `listener` until `shutdown`, then drains, with the default [`Options`].
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
    serve_with(services, logs, clock, listener, authenticate, Options::new(shutdown)).await
}

/// Serves the services on `listener` until [`Options::shutdown`], then drains: says that it does not serve any
/// more, refuses new calls, ends streams, finishes what runs, ends the tasks, and closes the logs last.
///
/// # Errors
/// When the server cannot be set up.
pub async fn serve_with(
    services: Vec<Service>,
    logs: Logs,
    clock: SharedClock,
    listener: TcpListener,
    authenticate: impl Authenticate,
    options: Options,
) -> Result<Running, ServeError> {
    let address = listener.local_addr()?;
    let (reporter, health_service) = tonic_health::server::health_reporter();
    let mut routes = RoutesBuilder::default();
    routes.add_service(health_service);
    add_reflection(&mut routes)?;
    let mut parts = Parts::default();
    for service in services {
        parts.add(service, &mut routes, &options);
    }
    parts.permissions.extend(OPEN_RPCS.iter().copied());
    parts.permissions.extend(PERMISSIONS.into_iter().flatten().copied());
    parts.time_limits.extend(feed::TIME_LIMITS.iter().copied());
    parts.grpc_services.extend([
        "",
        event_feed_service_server::SERVICE_NAME,
        parked_record_service_server::SERVICE_NAME,
        relay_service_server::SERVICE_NAME,
    ]);
    let health = running::Health::new(reporter, parts.grpc_services);
    health.serving().await;
    let feed = feed::Feed::new(parts.topics, options.shutdown.clone());
    routes.add_service(
        EventFeedServiceServer::new(feed)
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_MESSAGE_BYTES),
    );
    let relays = relay::Relays::new(parts.published, clock.clone());
    routes.add_service(RelayServiceServer::new(relays));
    routes.add_service(
        ParkedRecordServiceServer::new(parts.parked).max_encoding_message_size(MAX_MESSAGE_BYTES),
    );

    let guard =
        guard::GuardLayer::new(parts.permissions, parts.time_limits, Arc::new(authenticate));
    let age = rand::random_range(CONNECTION_AGE_MINUTES) * 60;
    let router = Server::builder()
        .accept_http1(true)
        .http2_keepalive_interval(Some(KEEPALIVE))
        .http2_keepalive_timeout(Some(KEEPALIVE_ANSWER))
        .max_connection_age(Duration::from_secs(age))
        .max_connection_age_grace(CONNECTION_GRACE)
        .layer(cors())
        .layer(tonic_web::GrpcWebLayer::new())
        .layer(guard)
        .add_routes(routes.routes());
    let settler = Settler::new(parts.progress, parts.timers, logs, clock);
    // Small answers must not wait for the acknowledgement of earlier ones.
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let stopping = health.stopping(options.shutdown.clone(), options.notice);
    let serving = router.serve_with_incoming_shutdown(incoming, stopping);
    let done = running::run(serving, parts.tasks, parts.logs, options);
    Ok(Running { address, settler, done: Box::pin(done) })
}

/// What the services bring, put together.
#[derive(Default)]
struct Parts {
    permissions: HashMap<&'static str, Permission>,
    time_limits: HashMap<&'static str, TimeLimit>,
    grpc_services: Vec<&'static str>,
    topics: Vec<feed::FeedTopic>,
    parked: parked::ParkedRecords,
    published: BTreeMap<&'static str, PgPool>,
    progress: Vec<Progress>,
    timers: Vec<TimerHandle>,
    logs: Vec<eventlog::Log>,
    tasks: JoinSet<Result<(), Panicked>>,
}

impl Parts {
    fn add(&mut self, service: Service, routes: &mut RoutesBuilder, options: &Options) {
        let shutdown = &options.tasks;
        self.parked.add(&service);
        let publishing = options.publishing.as_ref();
        if let Some(relay) = publishing.and_then(|publishing| publishing.relay_of(&service)) {
            self.published.insert(service.name, service.pool.clone());
            self.tasks.spawn(crate::task::supervised("relay", relay.run(shutdown.clone())));
        }
        (service.routes)(routes);
        for (task, future) in service.tasks {
            self.tasks.spawn(crate::task::supervised(task, future));
        }
        if service.own_log.is_some() {
            let forgetting =
                forgetting::forgetting(service.pool.clone(), service.name, shutdown.clone());
            self.tasks.spawn(crate::task::supervised("forgetting", forgetting));
        }
        self.grpc_services.extend(service.grpc_services);
        self.permissions.extend(service.permissions.iter().copied());
        self.time_limits.extend(service.time_limits.iter().copied());
        // Consumers are callers: they wait for a connection as briefly as any.
        let logs = Logs::of(service.pool);
        self.topics.extend(feed::topics(service.name, service.topics, &logs));
        self.progress.extend(service.progress);
        self.timers.extend(service.timers);
        self.logs.extend(service.own_log);
    }
}

/// Both versions: clients know one or the other.
fn add_reflection(routes: &mut RoutesBuilder) -> Result<(), ServeError> {
    let builder = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(wire::DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    routes.add_service(builder().build_v1()?);
    routes.add_service(builder().build_v1alpha()?);
    Ok(())
}

/// Browsers may call from anywhere: a call is authorised by its token alone, never by a cookie.
fn cors() -> CorsLayer {
    let exposed = ["grpc-status", "grpc-message", "grpc-status-details-bin"];
    CorsLayer::new()
        .allow_origin(Any)
        // Not "any": a browser does not count `authorization` among those.
        .allow_headers(AllowHeaders::mirror_request())
        .allow_methods([http::Method::POST])
        .expose_headers(ExposeHeaders::list(exposed.map(http::HeaderName::from_static)))
}
