//! A database per test, a clock that stands where it is put, appends, and the log's invariants as one check.

use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
};

use eventlog::{Append, EventMeta, Log, NewEvent, checked};
use kernel::{Clock, CommandId, StreamId, Timestamp, Version, time::SharedClock};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool, postgres::PgPoolOptions};
use uuid::Uuid;

/// The context that the tests write.
pub const CONTEXT: &str = "trial";

/// A database of a test's own.
pub struct Database {
    pub pool: PgPool,
    pub url: String,
    name: String,
    server: String,
}

impl Database {
    pub async fn create() -> Self {
        let server = std::env::var("SCHOOLSIDE_TEST_DATABASE_URL").expect(
            "SCHOOLSIDE_TEST_DATABASE_URL must name a Postgres in which databases may be created",
        );
        Self::create_on(&server).await
    }

    pub async fn create_on(server: &str) -> Self {
        let name = format!("log_{}", Uuid::new_v4().simple());
        let mut connection = PgConnection::connect(server).await.unwrap();
        connection.execute(AssertSqlSafe(format!("create database {name}"))).await.unwrap();
        let (base, query) =
            server.split_once('?').map_or((server, ""), |(base, query)| (base, query));
        let root = &base[..base.rfind('/').unwrap()];
        let url = format!("{root}/{name}?{query}");
        let pool = checked(PgPoolOptions::new().max_connections(16)).connect(&url).await.unwrap();
        Self { pool, url, name, server: server.to_owned() }
    }

    /// The log of the tests' context, installed.
    pub async fn log(&self) -> Log {
        eventlog::install(&self.pool, CONTEXT).await.unwrap();
        Log::open(self.pool.clone(), CONTEXT, clock()).await.unwrap()
    }

    pub async fn drop(self) {
        self.pool.close().await;
        let mut connection = PgConnection::connect(&self.server).await.unwrap();
        let sql = format!("drop database {} with (force)", self.name);
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
    }
}

/// A clock that stands where it is put.
pub struct StandingClock(pub Mutex<Timestamp>);

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    fn wait_until(&self, instant: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        if instant <= self.now() { Box::pin(async {}) } else { Box::pin(std::future::pending()) }
    }
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn clock() -> SharedClock {
    Arc::new(StandingClock(Mutex::new(at("2026-02-02T09:00:00Z"))))
}

pub fn new_stream() -> StreamId {
    StreamId(Uuid::new_v4())
}

/// An append of `events` events to `stream` behind `expected`.
pub fn append(stream: StreamId, expected: i32, events: usize) -> Append {
    let event = |number: usize| NewEvent {
        name: "thing.grown".to_owned(),
        revision: 1,
        occurred_at: at("2026-02-02T08:00:00Z"),
        payload: number.to_be_bytes().to_vec(),
        private: None,
    };
    Append {
        command_id: CommandId(Uuid::new_v4()),
        stream,
        kind: "thing",
        expected: Version(expected),
        request_hash: [7; 32],
        events: (1..=events).map(event).collect(),
        meta: EventMeta { actor: "people/test".to_owned(), ..EventMeta::default() },
        recorded_at: at("2026-02-02T09:00:00Z"),
        erase_private: false,
    }
}

type Row = (i64, Uuid, i32, Uuid, String);

/// Every event: position, stream, version, command, instant of recording.
pub async fn events(pool: &PgPool) -> Vec<Row> {
    let sql =
        "select pos, stream, version, command, recorded_at::text from trial.event order by pos";
    sqlx::query_as(sql).fetch_all(pool).await.unwrap()
}

/// The log's invariants 2, 3 and 4: each command's events once and contiguous, versions without holes and in
/// position order, positions without holes; and that the other tables agree.
pub async fn check(pool: &PgPool) -> Result<(), String> {
    let events = events(pool).await;
    let mut versions = HashMap::<Uuid, i32>::new();
    let mut last_of = HashMap::<Uuid, i64>::new();
    let mut recorded = "";
    for (index, (position, stream, version, command, at)) in events.iter().enumerate() {
        if *position != i64::try_from(index).unwrap() + 1 {
            return Err(format!("position {position} follows {index}"));
        }
        let last = versions.insert(*stream, *version).unwrap_or(0);
        if *version != last + 1 {
            return Err(format!("{stream} goes from version {last} to {version}"));
        }
        if last_of.insert(*command, *position).is_some_and(|last| last + 1 != *position) {
            return Err(format!("command {command} comes twice"));
        }
        if at.as_str() < recorded {
            return Err(format!("recorded_at goes back from {recorded} to {at}"));
        }
        recorded = at;
    }
    let head: i64 = sqlx::query_scalar("select pos from trial.head").fetch_one(pool).await.unwrap();
    if head != i64::try_from(events.len()).unwrap() {
        return Err(format!("the head is {head}, not {}", events.len()));
    }
    let streams: Vec<(Uuid, i32)> =
        sqlx::query_as("select id, version from trial.stream").fetch_all(pool).await.unwrap();
    if streams.into_iter().collect::<HashMap<_, _>>() != versions {
        return Err("the streams' versions differ from their events".to_owned());
    }
    let commands: Vec<(Uuid, i64)> = sqlx::query_as(
        "select c.id, e.pos from trial.command c join trial.event e using (stream, version)",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    if commands.into_iter().collect::<HashMap<_, _>>() != last_of {
        return Err("the command ids differ from the events'".to_owned());
    }
    Ok(())
}
