//! Puts the service together: the only place that knows all its parts.

use std::time::Duration;

use chassis::service::{AssembleError, Deps, Service, TimeLimits, TopicDescription, install};
use eventlog::Log;
use kernel::Decider;
use stream::LogBus;
use surveys_domain::{instrument::Instrument, invitation::Invitation};
use wire::schoolside::surveys::v1::survey_service_server::SurveyServiceServer;

use crate::{
    app::{App, CONTEXT},
    grpc::{PERMISSIONS, Surveys},
    projection::invitation::{INVITATIONS, InvitationsView},
    reaction::invite::{INVITE, Inviter},
    timer::invitations::Invitations,
    token::TokenKey,
};

/// An invitation follows hours after a resolution: it may be noted so much later, with the others of a busy moment.
const GATHER: Duration = Duration::from_millis(100);

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

const TIMER: &str = "surveys.invitations";

/// What is published, in one sentence each.
pub const TOPICS: &[TopicDescription] = &[
    TopicDescription {
        aggregate: Instrument::KIND,
        description: "The published versions of every questionnaire.",
    },
    TopicDescription {
        aggregate: Invitation::KIND,
        description: "Every invitation with its response; no comments.",
    },
];

const GRPC_SERVICES: &[&str] = &["schoolside.surveys.v1.SurveyService"];

const TIME_LIMITS: TimeLimits = &[];

/// Installs the schema, opens the log and the tokens' key, and puts rpcs, projection, reaction and timer together.
///
/// # Errors
/// When the database refuses any of it, or the key cannot be had.
pub async fn assemble(deps: Deps) -> Result<Service, AssembleError> {
    let Deps { pool, projections, clock, logs, keys_dir, shutdown } = deps;
    let key = TokenKey::in_directory(&keys_dir)
        .map_err(|error| AssembleError::Secret(CONTEXT, std::io::Error::other(error)))?;
    install(&pool, CONTEXT, &MIGRATIONS).await?;
    let log = Log::open(pool.clone(), CONTEXT, clock.clone())
        .await
        .map_err(|error| AssembleError::Open(CONTEXT, error))?;

    let own = LogBus::new(log.reader()).with_private();
    let (view, viewing) = stream::run(
        INVITATIONS,
        own,
        InvitationsView { key: key.clone() },
        projections.clone(),
        CONTEXT,
        shutdown.clone(),
    );
    let requests = logs.bus_gathering("requests", GATHER);
    let inviter = Inviter { log: log.clone() };
    let (invited, inviting) =
        stream::run(INVITE, requests, inviter, projections.clone(), CONTEXT, shutdown.clone());
    let (due, view_of_due) = (projections, view.clone());
    let invitations =
        Invitations { log: log.clone(), pool: due, key: key.clone(), view: view_of_due };
    let (timer, ticking) = stream::timer(TIMER, invitations, clock, shutdown);

    let app = App { log: log.clone(), pool: pool.clone(), view: view.clone(), key };
    Ok(Service {
        name: CONTEXT,
        pool,
        routes: Box::new(move |routes| {
            routes.add_service(SurveyServiceServer::new(Surveys { app }));
        }),
        grpc_services: GRPC_SERVICES,
        permissions: PERMISSIONS,
        time_limits: TIME_LIMITS,
        tasks: vec![(INVITATIONS.name, viewing), (INVITE.name, inviting), (TIMER, ticking)],
        progress: vec![view, invited],
        timers: vec![timer],
        topics: TOPICS,
        own_log: Some(log),
    })
}
