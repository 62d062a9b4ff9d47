//! Puts the service together: the only place that knows all its parts.

use chassis::service::{
    AssembleError, Deps, Service, TimeLimit, TimeLimits, TopicDescription, install,
};
use eventlog::Log;
use kernel::Decider;
use requests_domain::{Request, RequestType};
use sqlx::migrate::Migrator;
use stream::LogBus;
use tonic::service::RoutesBuilder;
use wire::schoolside::requests::v1::{
    catalogue_service_server::CatalogueServiceServer, import_service_server::ImportServiceServer,
    request_service_server::RequestServiceServer,
};

use crate::{
    app::{App, CONTEXT},
    grpc::{Catalogue, Imports, PERMISSIONS, Requests},
    projection::{
        VIEW, View,
        directory::{DIRECTORY, Directory},
    },
    reaction::case_decided::{CASE_DECIDED, TakeOver},
    timer::auto_close::AutoClose,
};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// What is published, in one sentence each.
pub const TOPICS: &[TopicDescription] = &[
    TopicDescription {
        aggregate: RequestType::KIND,
        description: "The catalogue: what can be asked for, as it was defined and retired.",
    },
    TopicDescription {
        aggregate: Request::KIND,
        description: "The whole life of every request, including who holds it; no free text.",
    },
];

const GRPC_SERVICES: &[&str] = &[
    "schoolside.requests.v1.CatalogueService",
    "schoolside.requests.v1.RequestService",
    "schoolside.requests.v1.ImportService",
];

const TIME_LIMITS: TimeLimits =
    &[("/schoolside.requests.v1.ImportService/ImportRequests", TimeLimit::Batch)];

/// Installs the schema, opens the log, and puts rpcs, projections, the reaction and the timer together.
///
/// # Errors
/// When the database refuses any of it.
pub async fn assemble(deps: Deps) -> Result<Service, AssembleError> {
    let Deps { pool, projections, clock, logs, shutdown, keys_dir: _ } = deps;
    install(&pool, CONTEXT, &MIGRATIONS).await?;
    let log = Log::open(pool.clone(), CONTEXT, clock.clone())
        .await
        .map_err(|error| AssembleError::Open(CONTEXT, error))?;

    let own = LogBus::new(log.reader()).with_private();
    let (view, viewing) =
        stream::run(VIEW, own, View, projections.clone(), CONTEXT, shutdown.clone());
    let told = logs.bus("directory");
    let (directory, following) =
        stream::run(DIRECTORY, told, Directory, projections.clone(), CONTEXT, shutdown.clone());
    let decided = logs.bus("routing");
    let take_over = TakeOver { log: log.clone() };
    let (cases, taking_over) = stream::run(
        CASE_DECIDED,
        decided,
        take_over,
        projections.clone(),
        CONTEXT,
        shutdown.clone(),
    );
    let closing = AutoClose { log: log.clone(), pool: projections, view: view.clone() };
    let (auto_close, ticking) =
        stream::timer("requests.auto_close", closing, clock.clone(), shutdown);

    let app = App { log: log.clone(), pool: pool.clone(), clock, view: view.clone() };
    Ok(Service {
        name: CONTEXT,
        pool,
        routes: Box::new(move |routes| add_routes(routes, &app)),
        grpc_services: GRPC_SERVICES,
        permissions: PERMISSIONS,
        time_limits: TIME_LIMITS,
        tasks: vec![
            (VIEW.name, viewing),
            (DIRECTORY.name, following),
            (CASE_DECIDED.name, taking_over),
            ("requests.auto_close", ticking),
        ],
        progress: vec![view, directory, cases],
        timers: vec![auto_close],
        topics: TOPICS,
        own_log: Some(log),
    })
}

fn add_routes(routes: &mut RoutesBuilder, app: &App) {
    routes.add_service(CatalogueServiceServer::new(Catalogue { app: app.clone() }));
    routes.add_service(RequestServiceServer::new(Requests { app: app.clone() }));
    routes.add_service(ImportServiceServer::new(Imports { app: app.clone() }));
}
