//! Puts the service together: the only place that knows all its parts.

use chassis::service::{AssembleError, Deps, Service, TimeLimits, TopicDescription, install};
use eventlog::Log;
use kernel::Decider;
use routing_domain::{case::Case, rule_set::RuleSet};
use tokio::sync::Mutex;
use wire::schoolside::routing::v1::routing_service_server::RoutingServiceServer;

use crate::{
    app::{App, CONTEXT},
    grpc::{PERMISSIONS, Routing},
    projection::{
        catalogue::{CATALOGUE, CatalogueView},
        directory::{DIRECTORY, DirectoryView},
    },
    reaction::decide::{DECIDE, Decider as Decides},
};

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// What is published, in one sentence each.
pub const TOPICS: &[TopicDescription] = &[
    TopicDescription {
        aggregate: Case::KIND,
        description: "The routing decisions of every request, with their reasons.",
    },
    TopicDescription {
        aggregate: RuleSet::KIND,
        description: "The published versions of the table that decides who answers.",
    },
];

const GRPC_SERVICES: &[&str] = &["schoolside.routing.v1.RoutingService"];

const TIME_LIMITS: TimeLimits = &[];

/// Installs the schema, opens the log, and puts rpcs, projections and the reaction together.
///
/// # Errors
/// When the database refuses any of it.
pub async fn assemble(deps: Deps) -> Result<Service, AssembleError> {
    let Deps { pool, projections, clock, logs, shutdown, keys_dir: _ } = deps;
    install(&pool, CONTEXT, &MIGRATIONS).await?;
    let log = Log::open(pool.clone(), CONTEXT, clock)
        .await
        .map_err(|error| AssembleError::Open(CONTEXT, error))?;

    let (directory_log, requests_log) = (logs.reader("directory"), logs.reader("requests"));
    let bus = logs.bus("directory");
    let (directory, keeping) =
        stream::run(DIRECTORY, bus, DirectoryView, projections.clone(), CONTEXT, shutdown.clone());
    let bus = logs.bus("requests");
    let (catalogue, listing) =
        stream::run(CATALOGUE, bus, CatalogueView, projections.clone(), CONTEXT, shutdown.clone());
    let decides = Decides {
        log: log.clone(),
        directory: directory_log.clone(),
        directory_view: directory.clone(),
        last: Mutex::default(),
    };
    let bus = logs.bus("requests");
    let (decided, deciding) = stream::run(DECIDE, bus, decides, projections, CONTEXT, shutdown);

    let references = vec![(directory_log, directory.clone()), (requests_log, catalogue.clone())];
    let app = App { log: log.clone(), pool: pool.clone(), references, decided: decided.clone() };
    Ok(Service {
        name: CONTEXT,
        pool,
        routes: Box::new(move |routes| {
            routes.add_service(RoutingServiceServer::new(Routing { app }));
        }),
        grpc_services: GRPC_SERVICES,
        permissions: PERMISSIONS,
        time_limits: TIME_LIMITS,
        tasks: vec![(DIRECTORY.name, keeping), (CATALOGUE.name, listing), (DECIDE.name, deciding)],
        progress: vec![directory, catalogue, decided],
        timers: Vec::new(),
        topics: TOPICS,
        own_log: Some(log),
    })
}
