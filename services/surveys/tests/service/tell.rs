//! Other contexts' logs, written by the test: what they would have told.

use std::sync::{Arc, Mutex};

use chassis::service::{Deps, Service};
use eventlog::{Append, EventMeta, Log, NewEvent};
use kernel::{CommandId, StreamId, Version};
use prost::Message;
use testkit::{Assemble, assembled};

/// A context of which only the log is there.
#[derive(Clone)]
pub struct Context {
    name: &'static str,
    log: Arc<Mutex<Option<Log>>>,
}

impl Context {
    pub fn named(name: &'static str) -> Self {
        Self { name, log: Arc::default() }
    }

    /// To be started beside the service under test, before it.
    pub fn assemble(&self) -> Assemble {
        let context = self.clone();
        assembled(async move |deps: Deps| {
            eventlog::install(&deps.pool, context.name).await.expect("installed");
            let log = Log::open(deps.pool.clone(), context.name, deps.clock).await.expect("opened");
            *context.log.lock().unwrap() = Some(log.clone());
            Ok(Service {
                name: context.name,
                pool: deps.pool,
                routes: Box::new(|_| {}),
                grpc_services: &[],
                permissions: &[],
                time_limits: &[],
                tasks: Vec::new(),
                progress: Vec::new(),
                timers: Vec::new(),
                topics: &[],
                own_log: Some(log),
            })
        })
    }

    pub fn log(&self) -> Log {
        self.log.lock().unwrap().clone().expect("the server runs")
    }

    /// Tells one event of a stream, as someone's doing.
    pub async fn tell_as(
        &self,
        actor: &str,
        stream: StreamId,
        kind: &'static str,
        event: &str,
        message: &impl Message,
    ) {
        let log = self.log();
        let now = log.clock().now();
        let version = log.load(stream).await.expect("read").len();
        let event = NewEvent {
            name: format!("{kind}.{event}"),
            revision: 1,
            occurred_at: now,
            payload: message.encode_to_vec(),
            private: None,
        };
        let append = Append {
            command_id: CommandId::of(&format!("{stream} {version}")),
            stream,
            kind,
            expected: Version(version.try_into().unwrap()),
            request_hash: [0; 32],
            events: vec![event],
            meta: EventMeta { actor: actor.to_owned(), ..EventMeta::default() },
            recorded_at: now,
            erase_private: false,
        };
        log.append(append).await.expect("appended");
    }

    /// Tells one event of a stream.
    pub async fn tell(
        &self,
        stream: StreamId,
        kind: &'static str,
        event: &str,
        message: &impl Message,
    ) {
        self.tell_as("people/someone", stream, kind, event, message).await;
    }
}
