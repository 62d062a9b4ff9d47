//! `ImportRequests`: a batch of rows of an outside system, each taken or refused by itself.
//!
//! The rows' commands run side by side, so that the log folds them into few statements; rows of one request run
//! one after the other, in their order. Each row's command id follows from the batch's and the row's place, so
//! that a repeated batch repeats its answers.

mod prepare;
mod row;
mod trial;

use std::collections::BTreeMap;

use chassis::{call::call_of, consistency, fault::Fault};
use eventlog::{Call, ExecuteError, Executed};
use futures::{StreamExt, TryStreamExt, stream};
use kernel::{CommandId, Position, StreamId, Version};
use requests_domain::{
    Request as Aggregate,
    request::{Command, Import, Refusal},
};
use tonic::Request;
use uuid::Uuid;
use wire::schoolside::requests::v1::{
    ImportOutcome, ImportRefusal, ImportRequestsRequest, ImportRequestsResponse, ImportResult,
};

use crate::{
    app::{App, CONTEXT},
    resource,
};

/// The most rows of a batch.
const MAX_ROWS: usize = 1_000;
/// How many requests are imported at once.
const AT_ONCE: usize = 128;

pub(super) async fn import_requests(
    app: &App,
    request: Request<ImportRequestsRequest>,
) -> Result<ImportRequestsResponse, Fault> {
    let (caller, call) = call_of(&request, &request.get_ref().command_id, "")?;
    let ask = request.into_inner();
    if ask.rows.len() > MAX_ROWS {
        let problem = format!("has {} rows; at most {MAX_ROWS} are taken at once", ask.rows.len());
        return Err(Fault::invalid("rows", problem));
    }
    let rows = prepare::rows(app, &caller.subject, &ask).await?;
    if ask.validate_only {
        let results = trial::run(app, rows).await?;
        return Ok(ImportRequestsResponse { results, consistency: String::new() });
    }
    run(app, &call, rows).await
}

/// A row: ready to be executed, or refused before it comes to that.
enum Row {
    Ready { stream: StreamId, import: Box<Import>, hash: [u8; 32] },
    Refused(ImportRefusal),
}

/// What became of a row, and how far the log is with it.
struct Done {
    result: ImportResult,
    reached: Option<(Position, StreamId, Version)>,
}

impl From<ImportRefusal> for Done {
    fn from(refusal: ImportRefusal) -> Self {
        Self { result: refused(String::new(), refusal), reached: None }
    }
}

async fn run(app: &App, call: &Call, rows: Vec<Row>) -> Result<ImportRequestsResponse, Fault> {
    let mut done: Vec<Option<Done>> = rows.iter().map(|_| None).collect();
    let mut requests = BTreeMap::<StreamId, Vec<(usize, Box<Import>, [u8; 32])>>::new();
    for (at, row) in rows.into_iter().enumerate() {
        match row {
            Row::Refused(refusal) => done[at] = Some(refusal.into()),
            Row::Ready { stream, import, hash } => {
                requests.entry(stream).or_default().push((at, import, hash));
            }
        }
    }
    let running: Vec<_> =
        requests.into_iter().map(|(id, rows)| one_request(app, call, id, rows)).collect();
    let finished: Vec<_> = stream::iter(running).buffer_unordered(AT_ONCE).try_collect().await?;
    for (at, outcome) in finished.into_iter().flatten() {
        done[at] = Some(outcome);
    }
    let done: Vec<Done> = done.into_iter().flatten().collect();
    let last = done.iter().filter_map(|done| done.reached).max_by_key(|(position, ..)| *position);
    let consistency = last
        .map(|(position, stream, version)| consistency::encode(CONTEXT, position, stream, version));
    Ok(ImportRequestsResponse {
        results: done.into_iter().map(|done| done.result).collect(),
        consistency: consistency.unwrap_or_default(),
    })
}

/// The rows of one request, in their order.
async fn one_request(
    app: &App,
    batch: &Call,
    id: StreamId,
    rows: Vec<(usize, Box<Import>, [u8; 32])>,
) -> Result<Vec<(usize, Done)>, Fault> {
    let mut done = Vec::with_capacity(rows.len());
    for (at, import, request_hash) in rows {
        let command_id =
            CommandId(Uuid::new_v5(&batch.command_id.0, format!("row {at}").as_bytes()));
        let call = Call { command_id, request_hash, expected: None, meta: batch.meta.clone() };
        let command = Command::Import(import);
        let outcome = match eventlog::execute::<Aggregate>(&app.log, call, id, command).await {
            Ok(executed) => taken(id, &executed),
            Err(ExecuteError::Refused(refusal)) => {
                Done { result: refused(resource::name(id), explain(&refusal)), reached: None }
            }
            Err(failure) => return Err(failure.into()),
        };
        done.push((at, outcome));
    }
    Ok(done)
}

fn taken(id: StreamId, executed: &Executed<Aggregate>) -> Done {
    let first = usize::try_from(executed.version.0) == Ok(executed.events);
    let reached = (executed.position, id, executed.version);
    Done {
        result: accepted(id, outcome(first, executed.events)),
        reached: (executed.events > 0).then_some(reached),
    }
}

/// What became of a row by its events: `first` says that they are all the events there are.
fn outcome(first: bool, events: usize) -> ImportOutcome {
    match (events, first) {
        (0, _) => ImportOutcome::Unchanged,
        (_, true) => ImportOutcome::Accepted,
        (_, false) => ImportOutcome::Updated,
    }
}

fn accepted(id: StreamId, outcome: ImportOutcome) -> ImportResult {
    ImportResult { outcome: outcome.into(), name: resource::name(id), refusal: None }
}

fn refused(name: String, refusal: ImportRefusal) -> ImportResult {
    ImportResult { outcome: ImportOutcome::Refused.into(), name, refusal: Some(refusal) }
}

/// A rule's refusal as the row's report shows it.
fn explain(refusal: &Refusal) -> ImportRefusal {
    let (value, expected) = match refusal {
        Refusal::ImportContradiction { known, stated, .. } => (stated.clone(), known.clone()),
        _ => (String::new(), String::new()),
    };
    ImportRefusal {
        reason: kernel::Refusal::reason(refusal).to_owned(),
        field: kernel::Refusal::field(refusal).unwrap_or_default(),
        value,
        expected,
        message: refusal.to_string(),
    }
}
