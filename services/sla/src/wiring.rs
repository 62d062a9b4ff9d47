//! Puts the service together: the only place that knows all its parts.

use std::sync::Arc;

use chassis::service::{
    AssembleError, Deps, Service, TimeLimit, TimeLimits, TopicDescription, install,
};
use eventlog::Log;
use kernel::Decider;
use sla_domain::{calendar::Calendar, case::Case, policy::Policy};
use sqlx::migrate::Migrator;
use stream::LogBus;
use tokio::sync::Semaphore;
use wire::schoolside::sla::v1::sla_service_server::{SERVICE_NAME, SlaServiceServer};

use crate::{
    app::{App, CONTEXT},
    books::Shelf,
    cases::Cases,
    grpc::{PERMISSIONS, Sla},
    projection::term::{TERMS, Terms},
    reaction::request::{Follow, REQUESTS},
    timer::due::{DUE, DueClocks},
};

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!();

/// What is published, in one sentence each.
pub const TOPICS: &[TopicDescription] = &[
    TopicDescription {
        aggregate: Calendar::KIND,
        description: "Calendars of open hours, each version as a whole.",
    },
    TopicDescription {
        aggregate: Policy::KIND,
        description: "Policies, which say what is promised for which requests, each version as a whole.",
    },
    TopicDescription {
        aggregate: Case::KIND,
        description: "What became of the clocks of each request: started, paused, warned, breached, met, missed; and who was told.",
    },
];

/// Rpcs with a limit of their own: a what-if goes through every request of a period.
const TIME_LIMITS: TimeLimits = &[
    ("/schoolside.sla.v1.SlaService/WhatIf", TimeLimit::Batch),
    ("/schoolside.sla.v1.SlaService/WatchClocks", TimeLimit::Stream),
];

/// Installs the schema, opens the log, and puts rpcs, subscriptions and the timer together.
///
/// # Errors
/// When the database refuses any of it.
pub async fn assemble(deps: Deps) -> Result<Service, AssembleError> {
    let Deps { pool, projections, clock, logs, shutdown, keys_dir: _ } = deps;
    install(&pool, CONTEXT, &MIGRATIONS).await?;
    let log = Log::open(pool.clone(), CONTEXT, clock.clone())
        .await
        .map_err(|error| AssembleError::Open(CONTEXT, error))?;
    let (shelf, cases) = (Shelf::default(), Cases::default());

    let own = LogBus::new(log.reader());
    let (terms, publishing) =
        stream::run(TERMS, own, Terms, projections.clone(), CONTEXT, shutdown.clone());
    let due = DueClocks {
        log: log.clone(),
        pool: projections.clone(),
        shelf: shelf.clone(),
        cases: cases.clone(),
    };
    let (timer, ticking) = stream::timer(DUE, due, clock, shutdown.clone());
    let follow = Follow { log: log.clone(), shelf: shelf.clone(), cases, timer: timer.clone() };
    let (facts, following) =
        stream::run(REQUESTS, logs.bus("requests"), follow, projections, CONTEXT, shutdown.clone());

    let views = vec![terms, facts];
    let app = App {
        log: log.clone(),
        pool: pool.clone(),
        shelf,
        views: views.clone(),
        requests: logs.reader("requests"),
        shutdown,
        replays: Arc::new(Semaphore::new(1)),
    };
    Ok(Service {
        name: CONTEXT,
        pool,
        routes: Box::new(move |routes| {
            routes.add_service(SlaServiceServer::new(Sla { app }));
        }),
        grpc_services: &[SERVICE_NAME],
        permissions: PERMISSIONS,
        time_limits: TIME_LIMITS,
        tasks: vec![(TERMS.name, publishing), (REQUESTS.name, following), (DUE, ticking)],
        progress: views,
        timers: vec![timer],
        topics: TOPICS,
        own_log: Some(log),
    })
}
