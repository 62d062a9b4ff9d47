//! The relays of the logs in this process: running them, and the operators' door to them.

use std::collections::BTreeMap;

use kernel::{Position, SharedClock};
use sqlx::PgPool;
use stream::kafka::{
    Kafka,
    relay::{self, Relay},
};
use tonic::{Request, Response, Status};
use wire::schoolside::common::v1::{
    GetRelayStatusRequest, GetRelayStatusResponse, RelayStatus, RepublishLogRequest,
    RepublishLogResponse, SkipEventRequest, SkipEventResponse, relay_service_server::RelayService,
};

use crate::{
    call::caller_of,
    fault::{Fault, Kind},
    identity::{Permission, PermissionTable},
    service::Service,
};

pub(super) const PERMISSIONS: PermissionTable = &[
    ("/schoolside.common.v1.RelayService/GetRelayStatus", Permission::Operate),
    ("/schoolside.common.v1.RelayService/RepublishLog", Permission::Operate),
    ("/schoolside.common.v1.RelayService/SkipEvent", Permission::Operate),
];

/// The most characters of a reason.
const LONGEST_REASON: usize = 500;

/// Where logs are published.
#[derive(Debug, Clone)]
pub struct Publishing {
    /// The broker.
    pub kafka: Kafka,
    /// Whether topics that are missing are made.
    pub makes_topics: bool,
}

impl Publishing {
    /// The relay of a service's log; `None` when it has none.
    pub(super) fn relay_of(&self, service: &Service) -> Option<Relay> {
        let log = service.own_log.as_ref()?;
        Some(Relay {
            kafka: self.kafka.clone(),
            reader: log.reader(),
            pool: service.pool.clone(),
            aggregates: service.topics.iter().map(|topic| topic.aggregate).collect(),
            makes_topics: self.makes_topics,
        })
    }
}

/// The logs in this process that are published.
pub(super) struct Relays {
    pools: BTreeMap<&'static str, PgPool>,
    clock: SharedClock,
}

impl Relays {
    pub(super) fn new(pools: BTreeMap<&'static str, PgPool>, clock: SharedClock) -> Self {
        Self { pools, clock }
    }

    async fn status(&self, log: &'static str, pool: &PgPool) -> Result<RelayStatus, Fault> {
        let status = relay::status(pool, log).await?;
        let waited = status.waiting_since.map(|since| self.clock.now().duration_since(since));
        Ok(RelayStatus {
            log: log.to_owned(),
            head: status.head.0,
            cursor: status.cursor.0,
            lag_events: status.head.0 - status.cursor.0,
            lag_seconds: waited.map_or(0.0, |waited| waited.as_secs_f64().max(0.0)),
            cluster_id: status.cluster.unwrap_or_default(),
            at_work: status.at_work,
            trouble: status.trouble.unwrap_or_default(),
            waiting_since: status.waiting_since.map(wire::time::to_proto),
        })
    }

    fn named(&self, log: &str) -> Result<(&'static str, &PgPool), Fault> {
        self.pools.get_key_value(log).map(|(log, pool)| (*log, pool)).ok_or_else(|| {
            let names = self.pools.keys().copied().collect::<Vec<_>>().join(", ");
            let said = if names.is_empty() {
                "no log is published here: start with --kafka HOST:PORT".to_owned()
            } else {
                format!("the log {log:?} is not published here: one of {names}")
            };
            Fault::not_found("log", log).saying(said)
        })
    }

    async fn republish(&self, by: &str, ask: &RepublishLogRequest) -> Result<RelayStatus, Fault> {
        let (log, pool) = self.named(&ask.log)?;
        let head = relay::status(pool, log).await?.head.0;
        if !(1..=head + 1).contains(&ask.from_position) {
            let said = format!("must lie between 1 and {}, behind the log's end", head + 1);
            return Err(Fault::invalid("from_position", said));
        }
        relay::republish(pool, log, Position(ask.from_position)).await?;
        tracing::warn!(by, log, from = ask.from_position, "an operator has a log published again");
        self.status(log, pool).await
    }

    async fn skip(&self, by: &str, ask: &SkipEventRequest) -> Result<RelayStatus, Fault> {
        let (log, pool) = self.named(&ask.log)?;
        let reason = ask.reason.trim();
        if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
            let said = format!("must have between 1 and {LONGEST_REASON} characters");
            return Err(Fault::invalid("reason", said));
        }
        let status = relay::status(pool, log).await?;
        // Only what it has failed on: anything else would be a hole for nothing.
        if status.trouble.is_none() || ask.position != status.cursor.0 + 1 {
            let next = status.cursor.0 + 1;
            let said = match status.trouble {
                Some(trouble) => format!(
                    "the relay of {log} stands before position {next}, not {}: {trouble}",
                    ask.position
                ),
                None => format!("the relay of {log} goes on; there is nothing to leave out"),
            };
            return Err(Fault::of(Kind::RelayNotStuck, said));
        }
        relay::skip(pool, log, Position(ask.position), by, reason).await?;
        tracing::warn!(
            by,
            log,
            position = ask.position,
            reason,
            "an operator has an event left out"
        );
        self.status(log, pool).await
    }
}

#[tonic::async_trait]
impl RelayService for Relays {
    async fn get_relay_status(
        &self,
        _: Request<GetRelayStatusRequest>,
    ) -> Result<Response<GetRelayStatusResponse>, Status> {
        let mut logs = Vec::with_capacity(self.pools.len());
        for (log, pool) in &self.pools {
            logs.push(self.status(log, pool).await?);
        }
        Ok(Response::new(GetRelayStatusResponse { logs }))
    }

    async fn republish_log(
        &self,
        request: Request<RepublishLogRequest>,
    ) -> Result<Response<RepublishLogResponse>, Status> {
        let by = caller_of(&request)?.subject;
        let status = Some(self.republish(&by, &request.into_inner()).await?);
        Ok(Response::new(RepublishLogResponse { status }))
    }

    async fn skip_event(
        &self,
        request: Request<SkipEventRequest>,
    ) -> Result<Response<SkipEventResponse>, Status> {
        let by = caller_of(&request)?.subject;
        let status = Some(self.skip(&by, &request.into_inner()).await?);
        Ok(Response::new(SkipEventResponse { status }))
    }
}
