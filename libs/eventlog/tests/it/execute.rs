//! Commands through their rules.

use eventlog::{Call, EventMeta, ExecuteError, Executed, Log, execute};
use futures::future::join_all;
use kernel::{
    CommandId, Decider, DecodeError, Encoded, EventCodec, Position, Refusal, RefusalKind, StreamId,
    Timestamp, Version,
};
use uuid::Uuid;

use crate::common::{Database, check, new_stream};

/// A jar that takes at most ten marbles.
struct Jar;

#[derive(Debug, Clone, PartialEq)]
struct Put(u8);

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the jar holds ten marbles")]
struct Full;

impl Refusal for Full {
    fn reason(&self) -> &'static str {
        "JAR_FULL"
    }
    fn kind(&self) -> RefusalKind {
        RefusalKind::State
    }
}

impl EventCodec for Put {
    fn name(&self) -> &'static str {
        "put"
    }
    fn encode(&self) -> Encoded {
        Encoded { payload: vec![self.0], private: None }
    }
    fn decode(_: &str, _: u16, payload: &[u8], _: Option<&[u8]>) -> Result<Self, DecodeError> {
        Ok(Self(payload[0]))
    }
}

impl Decider for Jar {
    const KIND: &'static str = "jar";
    type State = u8;
    type Command = u8;
    type Event = Put;
    type Refusal = Full;

    fn decide(state: &u8, marbles: u8, _: Timestamp) -> Result<Vec<Put>, Full> {
        match marbles {
            0 => Ok(Vec::new()),
            _ if state + marbles > 10 => Err(Full),
            _ => Ok(vec![Put(1); marbles.into()]),
        }
    }

    fn evolve(state: u8, event: &Put) -> u8 {
        state + event.0
    }
}

fn call() -> Call {
    Call {
        command_id: CommandId(Uuid::new_v4()),
        request_hash: [1; 32],
        expected: None,
        meta: EventMeta::default(),
    }
}

async fn put(
    log: &Log,
    call: Call,
    jar: StreamId,
    marbles: u8,
) -> Result<Executed<Jar>, ExecuteError<Full>> {
    execute::<Jar>(log, call, jar, marbles).await
}

#[tokio::test]
async fn a_repeated_command_gets_its_first_outcome_also_when_the_rules_would_now_decline_it() {
    let database = Database::create().await;
    let log = database.log().await;
    let (jar, first) = (new_stream(), call());
    put(&log, first.clone(), jar, 6).await.unwrap();
    put(&log, call(), jar, 4).await.unwrap();
    let again = put(&log, first.clone(), jar, 6).await.unwrap();
    assert_eq!((again.state, again.version, again.position), (6, Version(6), Position(6)));
    assert_eq!((again.duplicate, again.events), (true, 6));
    assert!(matches!(put(&log, call(), jar, 1).await, Err(ExecuteError::Refused(Full))));
    let reused = Call { request_hash: [2; 32], ..first };
    let answer = put(&log, reused, jar, 1).await;
    assert!(matches!(answer, Err(ExecuteError::Append(eventlog::AppendError::CommandIdReused))));
    database.drop().await;
}

#[tokio::test]
async fn nothing_to_do_stores_nothing_and_an_outdated_caller_is_told() {
    let database = Database::create().await;
    let log = database.log().await;
    let jar = new_stream();
    put(&log, call(), jar, 2).await.unwrap();
    let nothing = put(&log, call(), jar, 0).await.unwrap();
    assert_eq!((nothing.events, nothing.version, nothing.duplicate), (0, Version(2), false));
    let outdated = Call { expected: Some(Version(1)), ..call() };
    let answer = put(&log, outdated, jar, 1).await;
    assert!(matches!(answer, Err(ExecuteError::Stale { current: Version(2) })));
    let current = Call { expected: Some(Version(2)), ..call() };
    assert_eq!(put(&log, current, jar, 1).await.unwrap().version, Version(3));
    database.drop().await;
}

#[tokio::test]
async fn a_command_for_a_known_state_is_not_decided_on_another() {
    let database = Database::create().await;
    let log = database.log().await;
    let (jar, first) = (new_stream(), call());
    let on = |call, known, marbles| eventlog::execute_on::<Jar>(&log, call, jar, known, marbles);
    let filled = on(first.clone(), (0, Version(0)), 2).await.unwrap();
    assert_eq!((filled.state, filled.version, filled.duplicate), (2, Version(2), false));
    let outdated = on(call(), (0, Version(0)), 1).await;
    assert!(matches!(outdated, Err(ExecuteError::Stale { current: Version(2) })));
    let again = on(first, (0, Version(0)), 2).await.unwrap();
    assert_eq!((again.state, again.version, again.duplicate), (2, Version(2), true));
    let nothing = on(call(), (2, Version(2)), 0).await.unwrap();
    assert_eq!((nothing.events, nothing.version), (0, Version(2)));
    database.drop().await;
}

#[tokio::test]
async fn a_command_that_begins_with_an_old_history_is_decided_on_the_present_one() {
    let database = Database::create().await;
    let log = database.log().await;
    let (jar, first) = (new_stream(), call());
    put(&log, call(), jar, 2).await.unwrap();
    let before = log.load(jar).await.unwrap();
    let from = |call| eventlog::execute_from::<Jar>(&log, call, jar, before.clone(), 1);
    let present = from(first.clone()).await.unwrap();
    assert_eq!((present.state, present.version, present.events), (3, Version(3), 1));
    put(&log, call(), jar, 6).await.unwrap();
    // The history that it begins with is seven marbles old by now: into a jar for ten goes one more, and then none.
    let after = from(call()).await.unwrap();
    assert_eq!((after.state, after.version, after.duplicate), (10, Version(10), false));
    assert!(matches!(from(call()).await, Err(ExecuteError::Refused(Full))));
    let again = from(first).await.unwrap();
    assert_eq!((again.state, again.version, again.duplicate), (3, Version(3), true));
    database.drop().await;
}

#[tokio::test]
async fn of_commands_at_once_each_is_decided_on_what_the_others_left() {
    let database = Database::create().await;
    let log = database.log().await;
    let jar = new_stream();
    let answers = join_all((0..4).map(|_| put(&log, call(), jar, 3))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 3);
    let refused = |answer: &Result<_, _>| matches!(answer, Err(ExecuteError::Refused(Full)));
    assert_eq!(answers.iter().filter(|answer| refused(answer)).count(), 1);
    assert_eq!(eventlog::load::<Jar>(&log, jar).await.unwrap(), (9, Version(9)));
    check(&database.pool).await.unwrap();
    database.drop().await;
}

#[tokio::test]
async fn a_command_whose_caller_goes_away_is_executed_all_the_same() {
    let database = Database::create().await;
    let log = database.log().await;
    let jars: Vec<_> = (0..20).map(|_| new_stream()).collect();
    for jar in &jars {
        let mut called = Box::pin(put(&log, call(), *jar, 2));
        assert!(futures::poll!(&mut called).is_pending());
    }
    let reader = log.reader();
    while reader.head().await.unwrap() < Position(40) {
        reader.wait_past(Position(39)).await;
    }
    check(&database.pool).await.unwrap();
    database.drop().await;
}
