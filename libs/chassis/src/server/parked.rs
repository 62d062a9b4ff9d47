//! The door to parked records: for operators, over the subscriptions of every service in this process.
//!
//! A wish is written down here and fulfilled by the subscription's runner, which alone touches its rows.

use std::collections::BTreeMap;

use kernel::Position;
use sqlx::PgPool;
use stream::parked::{self, Parked, Place};
use tonic::{Request, Response, Status};
use wire::schoolside::common::v1::{
    DropParkedRecordRequest, DropParkedRecordResponse, GetParkedRecordRequest,
    GetParkedRecordResponse, ListParkedRecordsRequest, ListParkedRecordsResponse, ParkedRecord,
    ParkedState, RetryParkedRecordRequest, RetryParkedRecordResponse,
    parked_record_service_server::ParkedRecordService,
};

use crate::{
    call::caller_of,
    fault::{Fault, Kind},
    identity::{Permission, PermissionTable},
    paging,
    service::Service,
};

pub(super) const PERMISSIONS: PermissionTable = &[
    ("/schoolside.common.v1.ParkedRecordService/ListParkedRecords", Permission::Operate),
    ("/schoolside.common.v1.ParkedRecordService/GetParkedRecord", Permission::Operate),
    ("/schoolside.common.v1.ParkedRecordService/RetryParkedRecord", Permission::Operate),
    ("/schoolside.common.v1.ParkedRecordService/DropParkedRecord", Permission::Operate),
];

/// Parked records of every context in this process.
#[derive(Default)]
pub(super) struct ParkedRecords {
    contexts: BTreeMap<&'static str, Context>,
}

/// One context: where its parked records lie, and what each of its subscriptions follows.
struct Context {
    name: &'static str,
    pool: PgPool,
    subscriptions: BTreeMap<&'static str, &'static str>,
}

/// What an operator wants of a parked record.
#[derive(Debug, Clone, Copy)]
enum Wish {
    Retry,
    Drop,
}

impl ParkedRecords {
    pub(super) fn add(&mut self, service: &Service) {
        let follows = service.progress.iter().map(|progress| (progress.name(), progress.source()));
        let context = Context {
            name: service.name,
            pool: service.pool.clone(),
            subscriptions: follows.collect(),
        };
        self.contexts.insert(service.name, context);
    }

    async fn list(
        &self,
        ask: ListParkedRecordsRequest,
    ) -> Result<ListParkedRecordsResponse, Fault> {
        let size = usize::try_from(paging::page_size(ask.page_size)?).unwrap_or_default();
        if !ask.context.is_empty() && !self.contexts.contains_key(ask.context.as_str()) {
            let said = format!("{} is not served here: one of {}", ask.context, self.names());
            return Err(Fault::not_found("context", ask.context).saying(said));
        }
        let question =
            ListParkedRecordsRequest { context: ask.context.clone(), ..Default::default() };
        let bound = paging::filter_hash(&question);
        let cursor = paging::decode(&ask.page_token, bound)?;
        let (first, behind) = cursor.as_deref().and_then(from_cursor).unwrap_or_default();
        let mut found = Vec::new();
        for context in self.contexts.range(first.as_str()..).map(|(_, context)| context) {
            if !ask.context.is_empty() && context.name != ask.context {
                continue;
            }
            let behind = if context.name == first { behind.clone() } else { Place::default() };
            let room = i64::try_from(size + 1 - found.len()).unwrap_or_default();
            let page = parked::list(&context.pool, context.name, &behind, room).await?;
            found.extend(page.into_iter().map(|record| (context, record)));
        }
        let more = found.len() > size;
        found.truncate(size);
        let last = found.last().filter(|_| more);
        let next = last.map(|(context, record)| paging::encode(&cursor_of(context, record), bound));
        Ok(ListParkedRecordsResponse {
            next_page_token: next.unwrap_or_default(),
            records: found.into_iter().map(|(context, record)| context.shown(record)).collect(),
        })
    }

    async fn wish(
        &self,
        wish: Wish,
        by: &str,
        subscription: &str,
        position: i64,
    ) -> Result<ParkedRecord, Fault> {
        let context = self.context_of(subscription)?;
        let record = context.record(subscription, position).await?;
        let (pool, name, at) = (&context.pool, context.name, record.position);
        let (noted, state) = match wish {
            Wish::Retry => (parked::retry(pool, name, subscription, at).await?, ParkedState::Retry),
            Wish::Drop => (parked::drop(pool, name, subscription, at).await?, ParkedState::Drop),
        };
        if !noted {
            return Err(context.not_parked(subscription, position).await?);
        }
        tracing::info!(by, subscription, position, ?wish, "an operator decides on a parked record");
        Ok(ParkedRecord { state: state.into(), ..context.shown(record) })
    }

    fn context_of(&self, subscription: &str) -> Result<&Context, Fault> {
        let mut contexts = self.contexts.values();
        contexts.find(|context| context.subscriptions.contains_key(subscription)).ok_or_else(|| {
            let all = self.contexts.values().flat_map(|context| context.subscriptions.keys());
            let all = all.copied().collect::<Vec<_>>().join(", ");
            let said = format!("there is no subscription {subscription:?} here: one of {all}");
            Fault::not_found("subscription", subscription).saying(said)
        })
    }

    fn names(&self) -> String {
        self.contexts.keys().copied().collect::<Vec<_>>().join(", ")
    }
}

impl Context {
    async fn record(&self, subscription: &str, position: i64) -> Result<Parked, Fault> {
        let at = Position(position);
        let found = parked::show(&self.pool, self.name, subscription, at).await?;
        found.ok_or_else(|| {
            let name = format!("{subscription}/{position}");
            let said = format!("no record is parked at position {position} of {subscription}");
            Fault::not_found("parked record", name).saying(said)
        })
    }

    /// Why a record that is there cannot be decided on.
    async fn not_parked(&self, subscription: &str, position: i64) -> Result<Fault, Fault> {
        let record = self.record(subscription, position).await?;
        let said = if record.state == "dropped" {
            format!("the record at position {position} of {subscription} was dropped already")
        } else {
            let front = parked::front(&self.pool, self.name, subscription, record.stream).await?;
            let front = front.unwrap_or(record.position);
            format!(
                "the record at position {position} of {subscription} waits behind the one at position {front}: \
                 retry or drop that one"
            )
        };
        Ok(Fault::of(Kind::RecordNotParked, said))
    }

    fn shown(&self, record: Parked) -> ParkedRecord {
        let source = self.subscriptions.get(record.subscription.as_str()).copied();
        ParkedRecord {
            context: self.name.to_owned(),
            r#type: wire::topic::cloud_event_type(source.unwrap_or(self.name), &record.name),
            subscription: record.subscription,
            position: record.position.0,
            key: record.stream.to_string(),
            version: record.version.0,
            event_id: record.event_id.to_string(),
            state: state(&record.state).into(),
            error: record.error,
            attempts: record.attempts,
            parked_at: Some(wire::time::to_proto(record.parked_at)),
            payload: record.payload,
        }
    }
}

fn state(word: &str) -> ParkedState {
    match word {
        "parked" => ParkedState::Parked,
        "held" => ParkedState::Held,
        "retry" => ParkedState::Retry,
        "drop" => ParkedState::Drop,
        "dropped" => ParkedState::Dropped,
        _ => ParkedState::Unspecified,
    }
}

fn cursor_of(context: &Context, record: &Parked) -> String {
    let Parked { subscription, lane, position, .. } = record;
    format!("{} {subscription} {position} {lane}", context.name)
}

fn from_cursor(cursor: &str) -> Option<(String, Place)> {
    let mut parts = cursor.splitn(4, ' ');
    let context = parts.next()?.to_owned();
    let subscription = parts.next()?.to_owned();
    let position = Position(parts.next()?.parse().ok()?);
    Some((context, Place { subscription, position, lane: parts.next()?.to_owned() }))
}

#[tonic::async_trait]
impl ParkedRecordService for ParkedRecords {
    async fn list_parked_records(
        &self,
        request: Request<ListParkedRecordsRequest>,
    ) -> Result<Response<ListParkedRecordsResponse>, Status> {
        Ok(Response::new(self.list(request.into_inner()).await?))
    }

    async fn get_parked_record(
        &self,
        request: Request<GetParkedRecordRequest>,
    ) -> Result<Response<GetParkedRecordResponse>, Status> {
        let ask = request.into_inner();
        let context = self.context_of(&ask.subscription)?;
        let record = context.record(&ask.subscription, ask.position).await?;
        Ok(Response::new(GetParkedRecordResponse { record: Some(context.shown(record)) }))
    }

    async fn retry_parked_record(
        &self,
        request: Request<RetryParkedRecordRequest>,
    ) -> Result<Response<RetryParkedRecordResponse>, Status> {
        let by = caller_of(&request)?.subject;
        let ask = request.into_inner();
        let record = self.wish(Wish::Retry, &by, &ask.subscription, ask.position).await?;
        Ok(Response::new(RetryParkedRecordResponse { record: Some(record) }))
    }

    async fn drop_parked_record(
        &self,
        request: Request<DropParkedRecordRequest>,
    ) -> Result<Response<DropParkedRecordResponse>, Status> {
        let by = caller_of(&request)?.subject;
        let ask = request.into_inner();
        let record = self.wish(Wish::Drop, &by, &ask.subscription, ask.position).await?;
        Ok(Response::new(DropParkedRecordResponse { record: Some(record) }))
    }
}
