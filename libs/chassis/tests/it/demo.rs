//! A service to carry: a pad of notes that is full after three. It speaks routing's messages, which happen to have
//! a command with an id and an etag, and queries; it gives them its own meaning.

use std::{
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use chassis::{
    call::call_of,
    consistency,
    fault::Fault,
    identity::{Permission, PermissionTable},
    server::MAX_MESSAGE_BYTES,
    service::{AssembleError, Deps, Service, TopicDescription},
};
use eventlog::{Log, Recorded};
use kernel::{
    Decider, DecodeError, Encoded, EventCodec, Refusal, RefusalKind, StreamId, Timestamp,
};
use sqlx::PgConnection;
use stream::{HandleError, Handler, LogBus, OnPoison, Progress, Subscription};
use testkit::{Assemble, TestServer, assembled};
use tokio::sync::Notify;
use tonic::{Request, Response, Status};
use wire::schoolside::routing::v1::{
    GetDecisionRequest, GetDecisionResponse, GetRuleSetRequest, GetRuleSetResponse,
    PublishRuleSetRequest, PublishRuleSetResponse, RuleSet,
    routing_service_client::RoutingServiceClient,
    routing_service_server::{RoutingService, RoutingServiceServer},
};

pub const CONTEXT: &str = "demo";
const CAPACITY: usize = 3;
/// Long enough for a laptop that does something else.
const PATIENCE: Duration = Duration::from_secs(30);

/// `GetDecision` is served, but nobody has said who may call it.
const PERMISSIONS: PermissionTable = &[
    ("/schoolside.routing.v1.RoutingService/PublishRuleSet", Permission::RulesWrite),
    ("/schoolside.routing.v1.RoutingService/GetRuleSet", Permission::RoutingRead),
];
const TOPICS: &[TopicDescription] =
    &[TopicDescription { aggregate: "pad", description: "What is written on the pad." }];
const FOLLOW: Subscription =
    Subscription { name: "demo.follow", aggregates: &["pad"], on_poison: OnPoison::HoldStream };

pub type Pad = RoutingServiceClient<testkit::Client>;

/// The pad, of which there is one.
pub static PAD: LazyLock<StreamId> = LazyLock::new(|| StreamId::of("pad", "1"));

/// A server that carries the demo service, and the gate that `GetRuleSet("gate")` waits at.
pub async fn serve() -> (TestServer, Arc<Gate>) {
    let gate = Arc::new(Gate::default());
    (TestServer::start([demo(gate.clone())]).await, gate)
}

pub fn demo(gate: Arc<Gate>) -> Assemble {
    assembled(|deps| assemble(deps, gate))
}

/// Where a call waits until it is let through; what the demo's subscription stumbles over, and what it has applied.
#[derive(Default)]
pub struct Gate {
    pub reached: Notify,
    pub open: Notify,
    /// Whether the first note cannot be handled.
    pub poisoned: AtomicBool,
    pub followed: Mutex<Vec<i64>>,
}

/// Waits until something holds that follows from what has happened.
pub async fn patiently(mut holds: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "it does not come to hold");
}

#[derive(Clone)]
pub struct Rules;
#[derive(Clone, Debug, PartialEq)]
pub struct Written;

#[derive(Debug, thiserror::Error)]
#[error("the pad is full: take another")]
pub struct Full;

impl Refusal for Full {
    fn reason(&self) -> &'static str {
        "PAD_FULL"
    }
    fn kind(&self) -> RefusalKind {
        RefusalKind::State
    }
}

impl EventCodec for Written {
    fn name(&self) -> &'static str {
        "written"
    }
    fn encode(&self) -> Encoded {
        Encoded { payload: Vec::new(), private: None }
    }
    fn decode(_: &str, _: u16, _: &[u8], _: Option<&[u8]>) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}

impl Decider for Rules {
    const KIND: &'static str = "pad";
    type State = usize;
    type Command = ();
    type Event = Written;
    type Refusal = Full;

    fn decide(written: &usize, (): (), _: Timestamp) -> Result<Vec<Written>, Full> {
        if *written < CAPACITY { Ok(vec![Written]) } else { Err(Full) }
    }
    fn evolve(written: usize, _: &Written) -> usize {
        written + 1
    }
}

struct Follow(Arc<Gate>);

#[async_trait]
impl Handler for Follow {
    async fn handle(&self, page: &[Recorded], _: &mut PgConnection) -> Result<(), HandleError> {
        if self.0.poisoned.load(Ordering::Relaxed) && page.iter().any(|e| e.version.0 == 1) {
            return Err(HandleError::Poison("the ink has run out".into()));
        }
        self.0.followed.lock().unwrap().extend(page.iter().map(|event| event.position.0));
        Ok(())
    }
}

async fn assemble(deps: Deps, gate: Arc<Gate>) -> Result<Service, AssembleError> {
    let failed = |error| AssembleError::Install(CONTEXT, error);
    let pool = deps.pool;
    eventlog::install(&pool, CONTEXT).await.map_err(failed)?;
    stream::install(&pool, CONTEXT).await.map_err(failed)?;
    let log = Log::open(pool.clone(), CONTEXT, deps.clock)
        .await
        .map_err(|error| AssembleError::Open(CONTEXT, error))?;
    let bus = LogBus::new(log.reader());
    let (progress, task) =
        stream::run(FOLLOW, bus, Follow(gate.clone()), deps.projections, CONTEXT, deps.shutdown);
    let demo = Demo { log: log.clone(), progress: progress.clone(), gate };
    let service = RoutingServiceServer::new(demo).max_encoding_message_size(MAX_MESSAGE_BYTES);
    Ok(Service {
        name: CONTEXT,
        pool,
        routes: Box::new(|routes| {
            routes.add_service(service);
        }),
        grpc_services: &["schoolside.routing.v1.RoutingService"],
        permissions: PERMISSIONS,
        time_limits: &[],
        tasks: vec![("demo.follow", task)],
        progress: vec![progress],
        timers: Vec::new(),
        topics: TOPICS,
        own_log: Some(log),
    })
}

struct Demo {
    log: Log,
    progress: Progress,
    gate: Arc<Gate>,
}

#[tonic::async_trait]
impl RoutingService for Demo {
    async fn publish_rule_set(
        &self,
        request: Request<PublishRuleSetRequest>,
    ) -> Result<Response<PublishRuleSetResponse>, Status> {
        let ask = request.get_ref();
        let (_, call) = call_of(&request, &ask.command_id, &ask.etag)?;
        let done =
            eventlog::execute::<Rules>(&self.log, call, *PAD, ()).await.map_err(Fault::from)?;
        Ok(Response::new(PublishRuleSetResponse {
            etag: chassis::parse::etag_of(done.version),
            consistency: consistency::encode(CONTEXT, done.position, *PAD, done.version),
            ..PublishRuleSetResponse::default()
        }))
    }

    async fn get_rule_set(
        &self,
        request: Request<GetRuleSetRequest>,
    ) -> Result<Response<GetRuleSetResponse>, Status> {
        let patience = chassis::call::patience_of(&request);
        let ask = request.into_inner();
        match ask.name.as_str() {
            "for ever" => std::future::pending().await,
            "panic" => panic!("planted"),
            "gate" => {
                self.gate.reached.notify_one();
                self.gate.open.notified().await;
            }
            "large" => {
                let rule_set =
                    RuleSet { name: "x".repeat(MAX_MESSAGE_BYTES), ..RuleSet::default() };
                let answer = GetRuleSetResponse { rule_set: Some(rule_set), ..Default::default() };
                return Ok(Response::new(answer));
            }
            _ => consistency::wait(&ask.after, &self.progress, patience).await?,
        }
        Ok(Response::new(GetRuleSetResponse::default()))
    }

    async fn get_decision(
        &self,
        _: Request<GetDecisionRequest>,
    ) -> Result<Response<GetDecisionResponse>, Status> {
        Ok(Response::new(GetDecisionResponse::default()))
    }
}

/// Asks for something to be written.
pub fn write(command_id: &str, etag: &str) -> PublishRuleSetRequest {
    PublishRuleSetRequest {
        command_id: command_id.to_owned(),
        etag: etag.to_owned(),
        ..PublishRuleSetRequest::default()
    }
}

/// Asks for the pad; the name says how the demo behaves.
pub fn read(name: &str) -> GetRuleSetRequest {
    GetRuleSetRequest { name: name.to_owned(), after: String::new() }
}
