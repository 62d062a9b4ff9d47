//! The logs of contexts that are followed, but not served: a test tells what happened there.

use std::collections::BTreeMap;

use eventlog::{Append, Appended, EventMeta, Log, NewEvent};
use kernel::{CommandId, StreamId, Version, time::SharedClock};
use sqlx::PgPool;

use crate::server::must;

pub(crate) async fn open(
    pool: &PgPool,
    contexts: &[&'static str],
    clock: &SharedClock,
) -> BTreeMap<&'static str, Log> {
    let mut logs = BTreeMap::new();
    for context in contexts {
        must(eventlog::install(pool, context).await, "a log cannot be installed");
        let log = Log::open(pool.clone(), context, clock.clone()).await;
        logs.insert(*context, must(log, "a log cannot be opened"));
    }
    logs
}

pub(crate) async fn record(
    log: &Log,
    stream: StreamId,
    name: &'static str,
    payload: Vec<u8>,
) -> Appended {
    let history = must(log.load(stream).await, "a stream cannot be read");
    let now = log.clock().now();
    let command_id = must(crate::command_id().parse::<CommandId>(), "no command id");
    let event =
        NewEvent { name: name.to_owned(), revision: 1, occurred_at: now, payload, private: None };
    let append = Append {
        command_id,
        stream,
        kind: name.split_once('.').map_or(name, |(kind, _)| kind),
        expected: history.last().map_or(Version(0), |last| last.version),
        request_hash: [0; 32],
        events: vec![event],
        meta: EventMeta {
            actor: "people/test".to_owned(),
            correlation_id: command_id.to_string(),
            ..EventMeta::default()
        },
        recorded_at: now,
        erase_private: false,
    };
    must(log.append(append).await, "an event cannot be recorded")
}
