//! Puts the service together: the only place that knows all its parts.

use chassis::service::{AssembleError, Deps, Service, TopicDescription, install};
use directory_domain::{District, Network, Person, School, Team};
use eventlog::Log;
use kernel::Decider;
use stream::LogBus;
use wire::schoolside::directory::v1::directory_service_server::{self, DirectoryServiceServer};

use crate::{
    app::{App, CONTEXT},
    grpc::{Directory, PERMISSIONS},
    projection::{VIEW, View},
};

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// What is published, in one sentence each.
pub const TOPICS: &[TopicDescription] = &[
    TopicDescription { aggregate: District::KIND, description: "The district's name and zone." },
    TopicDescription {
        aggregate: Network::KIND,
        description: "The networks of about fifteen schools.",
    },
    TopicDescription {
        aggregate: School::KIND,
        description: "The schools with their networks, tiers and principals of record, from day to day.",
    },
    TopicDescription {
        aggregate: Team::KIND,
        description: "The teams, desks and intake, and which networks a team serves from which day on.",
    },
    TopicDescription {
        aggregate: Person::KIND,
        description: "People by opaque id and their roles in teams from day to day; no names.",
    },
];

/// Assembles the service: installs its schema, starts its view, and hands out its rpcs.
///
/// # Errors
/// When the database refuses.
pub async fn assemble(deps: Deps) -> Result<Service, AssembleError> {
    install(&deps.pool, CONTEXT, &MIGRATIONS).await?;
    let log = Log::open(deps.pool.clone(), CONTEXT, deps.clock.clone())
        .await
        .map_err(|error| AssembleError::Open(CONTEXT, error))?;
    let bus = LogBus::new(log.reader()).with_private();
    let (view, follow) =
        stream::run(VIEW, bus, View, deps.projections.clone(), CONTEXT, deps.shutdown.clone());
    let app = App { log: log.clone(), pool: deps.pool.clone(), view: view.clone() };
    Ok(Service {
        name: CONTEXT,
        pool: deps.pool,
        routes: Box::new(move |routes| {
            routes.add_service(DirectoryServiceServer::new(Directory { app }));
        }),
        grpc_services: &[directory_service_server::SERVICE_NAME],
        permissions: PERMISSIONS,
        time_limits: &[],
        tasks: vec![(VIEW.name, Box::pin(follow))],
        progress: vec![view],
        timers: Vec::new(),
        topics: TOPICS,
        own_log: Some(log),
    })
}
