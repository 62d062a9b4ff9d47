//! Puts the parts together: the only file that knows all of them.

use std::{marker::PhantomData, sync::Arc, time::Duration};

use chassis::{
    identity::{Permission, PermissionTable},
    service::{AssembleError, Deps, Service, install},
};
use futures::future::BoxFuture;
use insights_domain::facts::{ClockFacts, RequestFacts};
use stream::{Handler, OnPoison, Progress, Subscription, run};
use wire::schoolside::insights::v1::insights_service_server::{
    InsightsServiceServer, SERVICE_NAME,
};

use crate::{
    grpc::{Edge, Insights},
    projection::{
        calendars::CalendarsView, case_facts::CaseFacts, directory::Directory, surveys::Surveys,
    },
};

const CONTEXT: &str = "insights";

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// Which permission each rpc needs.
pub const PERMISSIONS: PermissionTable = &[
    ("/schoolside.insights.v1.InsightsService/GetFigures", Permission::FiguresRead),
    ("/schoolside.insights.v1.InsightsService/GetScorecard", Permission::FiguresRead),
];

/// Assembles the service.
///
/// # Errors
/// When its tables cannot be made.
pub async fn assemble(deps: Deps) -> Result<Service, AssembleError> {
    install(&deps.pool, CONTEXT, &MIGRATIONS).await?;
    let mut views = Views { deps: &deps, tasks: Vec::new(), progress: Vec::new() };
    views.follow(
        "requests",
        "insights.requests",
        &["request"],
        CaseFacts::<RequestFacts>(PhantomData),
    );
    views.follow("sla", "insights.clocks", &["case"], CaseFacts::<ClockFacts>(PhantomData));
    views.follow("sla", "insights.calendars", &["calendar"], CalendarsView);
    views.follow("surveys", "insights.surveys", &["invitation"], Surveys);
    views.follow("directory", "insights.directory", &["district", "team"], Directory);
    let Views { tasks, progress, .. } = views;
    let insights =
        Insights { pool: deps.pool.clone(), clock: deps.clock.clone(), progress: progress.clone() };
    let edge = Edge(Arc::new(insights));
    Ok(Service {
        name: CONTEXT,
        pool: deps.pool,
        routes: Box::new(move |routes| {
            routes.add_service(InsightsServiceServer::new(edge));
        }),
        grpc_services: &[SERVICE_NAME],
        permissions: PERMISSIONS,
        time_limits: &[],
        tasks,
        progress,
        timers: Vec::new(),
        topics: &[],
        own_log: None,
    })
}

struct Views<'a> {
    deps: &'a Deps,
    tasks: Vec<(&'static str, BoxFuture<'static, ()>)>,
    progress: Vec<Progress>,
}

/// Figures may be so much older than the history they rest on; a busy district's events then come in larger pages.
const GATHER: Duration = Duration::from_millis(100);

impl Views<'_> {
    fn follow(
        &mut self,
        source: &'static str,
        name: &'static str,
        aggregates: &'static [&'static str],
        handler: impl Handler,
    ) {
        // A figure must never rest on a history with a hole in it.
        let subscription = Subscription { name, aggregates, on_poison: OnPoison::Halt };
        let bus = self.deps.logs.bus_gathering(source, GATHER);
        let pool = self.deps.projections.clone();
        let (progress, task) =
            run(subscription, bus, handler, pool, CONTEXT, self.deps.shutdown.clone());
        self.tasks.push((name, task));
        self.progress.push(progress);
    }
}
