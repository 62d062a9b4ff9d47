//! Kills in mid-load, of the writing process and of Postgres: what was acknowledged is there, once.

use std::{
    collections::{HashMap, HashSet},
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use eventlog::{AppendError, Log, Options};
use futures::future::join_all;
use sqlx::PgPool;
use testkit::Cluster;
use uuid::Uuid;

use crate::common::{CONTEXT, Database, append, check, clock, events, new_stream};

const WRITER: &str = "EVENTLOG_TEST_WRITER";

/// What writers have been told, by command id.
#[derive(Default)]
struct Told {
    stored: HashSet<Uuid>,
    refused: HashSet<Uuid>,
}

/// Every stored command is in the log with all its events, no refused one is, and the log is sound.
async fn check_told(pool: &PgPool, told: &Told, events_each: usize) {
    check(pool).await.unwrap();
    let mut counts = HashMap::<Uuid, usize>::new();
    for (_, _, _, command, _) in events(pool).await {
        *counts.entry(command).or_default() += 1;
    }
    assert!(counts.values().all(|count| *count == events_each), "a command is there in part");
    let lost = told.stored.iter().filter(|id| !counts.contains_key(id)).count();
    assert_eq!(lost, 0, "of {} acknowledged commands", told.stored.len());
    assert!(told.refused.iter().all(|id| !counts.contains_key(id)), "a refused command is there");
}

/// Not a test by itself: the process that is killed. It says what it is told, line by line, before going on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_process_that_is_killed() {
    let Ok(url) = std::env::var(WRITER) else { return };
    let pool = PgPool::connect(&url).await.unwrap();
    let log = Log::open(pool, CONTEXT, clock()).await.unwrap();
    join_all((0..32).map(|_| async {
        loop {
            let stream = new_stream();
            for (expected, word) in [(0, "stored"), (2, "stored"), (1, "refused")] {
                let append = append(stream, expected, 2);
                let id = append.command_id;
                assert_eq!(log.append(append).await.is_ok(), word == "stored");
                let line = format!("told {word} {id}\n");
                std::io::stdout().write_all(line.as_bytes()).unwrap();
            }
        }
    }))
    .await;
}

fn start_writer(url: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::the_process_that_is_killed", "--nocapture"])
        .env(WRITER, url)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn listen(line: &str, told: &mut Told) {
    let mut words = line.split_whitespace().skip_while(|word| *word != "told").skip(1);
    let (Some(word), Some(Ok(id))) = (words.next(), words.next().map(str::parse)) else { return };
    let _ = if word == "stored" { told.stored.insert(id) } else { told.refused.insert(id) };
}

#[tokio::test]
async fn a_writer_killed_in_mid_load_has_lost_nothing_it_acknowledged() {
    let database = Database::create().await;
    drop(database.log().await);
    let mut told = Told::default();
    for round in 1..=3 {
        let url = database.url.clone();
        let mut child = start_writer(&url);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let reading = tokio::task::spawn_blocking(move || {
            let mut heard = Told::default();
            let mut alive = true;
            while let Some(Ok(line)) = lines.next() {
                listen(&line, &mut heard);
                if alive && heard.stored.len() > 1_000 {
                    child.kill().unwrap();
                    alive = false;
                }
            }
            child.wait().unwrap();
            heard
        });
        let heard = reading.await.unwrap();
        told.stored.extend(heard.stored);
        told.refused.extend(heard.refused);
        assert!(told.stored.len() > round * 1_000, "the writer died early");
        // The server may still be at the dead writer's last statement.
        let busy = "select count(*) from pg_stat_activity where datname = current_database()
                    and application_name = 'schoolside appender'";
        while sqlx::query_scalar::<_, i64>(busy).fetch_one(&database.pool).await.unwrap() > 0 {
            tokio::task::yield_now().await;
        }
        check_told(&database.pool, &told, 2).await;
    }
    assert!(!told.refused.is_empty());
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_killed_in_mid_load_loses_nothing_acknowledged_and_commands_outlive_it() {
    let cluster = Cluster::start();
    let database = Database::create_on(&cluster.url()).await;
    drop(database.log().await);
    // Longer than Postgres takes to come back.
    let options = Options { deadline: Duration::from_mins(1), ..Options::default() };
    let log = Log::open_with(database.pool.clone(), CONTEXT, clock(), options).await.unwrap();
    let (count, unknown) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let load = join_all((0..32).map(|_| async {
        let mut told = Told::default();
        while count.load(Ordering::Relaxed) < 9_000 {
            let append = append(new_stream(), 0, 2);
            let id = append.command_id.0;
            match log.append(append).await {
                Ok(_) => drop(told.stored.insert(id)),
                Err(AppendError::OutcomeUnknown) => drop(unknown.fetch_add(1, Ordering::Relaxed)),
                Err(_) => drop(told.refused.insert(id)),
            }
            count.fetch_add(1, Ordering::Relaxed);
        }
        told
    }));
    let kills = async {
        for stage in [2_000, 4_000, 6_000] {
            while count.load(Ordering::Relaxed) < stage {
                tokio::task::yield_now().await;
            }
            cluster.crash();
            cluster.restart();
        }
    };
    let (told, ()) = futures::join!(load, kills);
    let mut all = Told::default();
    for told in told {
        all.stored.extend(told.stored);
        all.refused.extend(told.refused);
    }
    assert_eq!(unknown.into_inner(), 0, "an outcome stayed unknown though Postgres came back");
    assert!(all.stored.len() > 8_900, "only {} commands outlived the crashes", all.stored.len());
    check_told(&database.pool, &all, 2).await;
    database.drop().await;
}
