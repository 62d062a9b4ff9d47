//! Random commands against a log in memory: repeated ones, reused ids, conflicts, alone and in batches.

use std::{collections::HashMap, sync::LazyLock};

use eventlog::{Append, AppendError, Log};
use futures::future::join_all;
use kernel::{CommandId, StreamId, Version};
use proptest::prelude::*;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::common::{Database, append, check};

#[derive(Debug, Clone)]
struct Attempt {
    id: usize,
    stream: usize,
    /// How far the expected version lies from the right one.
    off: i32,
    hash: u8,
    events: usize,
}

#[derive(Debug, PartialEq)]
enum Answer {
    Stored { version: i32, duplicate: bool },
    Conflict(i32),
    Reused,
}

/// The log as its promises state it.
#[derive(Default)]
struct Model {
    versions: HashMap<usize, i32>,
    commands: HashMap<usize, (usize, u8, i32)>,
}

impl Model {
    fn expected(&self, attempt: &Attempt) -> i32 {
        (self.versions.get(&attempt.stream).copied().unwrap_or(0) + attempt.off).max(0)
    }

    fn append(&mut self, attempt: &Attempt, expected: i32) -> Answer {
        let current = self.versions.entry(attempt.stream).or_default();
        match self.commands.get(&attempt.id) {
            Some(&(stream, hash, version)) if (stream, hash) == (attempt.stream, attempt.hash) => {
                Answer::Stored { version, duplicate: true }
            }
            Some(_) => Answer::Reused,
            None if *current != expected => Answer::Conflict(*current),
            None => {
                *current += i32::try_from(attempt.events).unwrap();
                self.commands.insert(attempt.id, (attempt.stream, attempt.hash, *current));
                Answer::Stored { version: *current, duplicate: false }
            }
        }
    }
}

fn answer(answer: Result<eventlog::Appended, AppendError>) -> Answer {
    match answer {
        Ok(stored) => Answer::Stored { version: stored.version.0, duplicate: stored.duplicate },
        Err(AppendError::Conflict { current: Version(current) }) => Answer::Conflict(current),
        Err(AppendError::CommandIdReused) => Answer::Reused,
        Err(other) => panic!("{other}"),
    }
}

fn attempts() -> impl Strategy<Value = Vec<Vec<Attempt>>> {
    let off = prop_oneof![8 => Just(0), 1 => Just(-1), 1 => Just(1)];
    let attempt = (0..14_usize, 0..4_usize, off, 0..2_u8, 1..4_usize)
        .prop_map(|(id, stream, off, hash, events)| Attempt { id, stream, off, hash, events });
    prop::collection::vec(prop::collection::vec(attempt, 1..8), 1..8)
}

/// What the cases share: each has streams and ids of its own, so one log serves all.
static SHARED: LazyLock<(Runtime, Database, Log)> = LazyLock::new(|| {
    let runtime = Runtime::new().unwrap();
    let (database, log) = runtime.block_on(async {
        let database = Database::create().await;
        let log = database.log().await;
        (database, log)
    });
    (runtime, database, log)
});

async fn same_as_the_model(log: &Log, groups: Vec<Vec<Attempt>>) {
    let (streams, ids) = ([(); 4].map(|()| Uuid::new_v4()), [(); 14].map(|()| Uuid::new_v4()));
    let mut model = Model::default();
    for group in groups {
        let (mut sent, mut expected) = (Vec::new(), Vec::new());
        for attempt in &group {
            let version = model.expected(attempt);
            expected.push(model.append(attempt, version));
            let append = append(StreamId(streams[attempt.stream]), version, attempt.events);
            let command_id = CommandId(ids[attempt.id]);
            let request_hash = [attempt.hash; 32];
            sent.push(log.append(Append { command_id, request_hash, ..append }));
        }
        let answers: Vec<_> = join_all(sent).await.into_iter().map(answer).collect();
        assert_eq!(answers, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_log_answers_as_the_model_does(groups in attempts()) {
        let (runtime, database, log) = &*SHARED;
        runtime.block_on(async {
            same_as_the_model(log, groups).await;
            check(&database.pool).await.unwrap();
        });
    }
}

#[tokio::test]
async fn a_log_that_does_not_look_up_command_ids_is_found_out() {
    let database = Database::create().await;
    let log = database.log().await;
    let sql = "select pg_get_functiondef(oid) from pg_proc where proname = 'append_commands'";
    let sound: String = sqlx::query_scalar(sql).fetch_one(&database.pool).await.unwrap();
    let broken = sound
        .replace("where k.id = a.id", "where false")
        .replace("where a.status = 0;", "where a.status = 0 on conflict do nothing;");
    assert_ne!(sound, broken);
    sqlx::raw_sql(sqlx::AssertSqlSafe(broken)).execute(&database.pool).await.unwrap();
    let first = append(StreamId(Uuid::new_v4()), 0, 1);
    log.append(first.clone()).await.unwrap();
    log.append(append(first.stream, 1, 1)).await.unwrap();
    let again = Append { expected: Version(2), ..first };
    assert!(!log.append(again).await.unwrap().duplicate);
    let found = check(&database.pool).await.unwrap_err();
    assert!(found.contains("comes twice"), "{found}");
    database.drop().await;
}
