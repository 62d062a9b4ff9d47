//! What an append answers and leaves behind.

use eventlog::{AppendError, Log, LogReader, MAX_PAYLOAD_BYTES, Wakeups};
use futures::future::join_all;
use kernel::{Position, Version};

use crate::common::{CONTEXT, Database, append, at, check, clock, new_stream};

#[tokio::test]
async fn a_repeated_command_gets_its_first_answer_and_adds_nothing() {
    let database = Database::create().await;
    let log = database.log().await;
    let first = append(new_stream(), 0, 3);
    let stored = log.append(first.clone()).await.unwrap();
    log.append(append(first.stream, 3, 1)).await.unwrap();
    let again = log.append(first).await.unwrap();
    assert_eq!(
        (stored.position, stored.version, stored.duplicate),
        (Position(3), Version(3), false)
    );
    assert_eq!((again.position, again.version, again.duplicate), (Position(3), Version(3), true));
    check(&database.pool).await.unwrap();
    database.drop().await;
}

#[tokio::test]
async fn of_many_commands_on_one_version_one_is_stored() {
    let database = Database::create().await;
    let log = database.log().await;
    let stream = new_stream();
    let answers = join_all((0..50).map(|_| log.append(append(stream, 0, 2)))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let conflict = |answer: &Result<_, AppendError>| {
        matches!(answer, Err(AppendError::Conflict { current: Version(2) }))
    };
    assert_eq!(answers.iter().filter(|answer| conflict(answer)).count(), 49);
    check(&database.pool).await.unwrap();
    database.drop().await;
}

#[tokio::test]
async fn a_command_id_with_another_request_is_refused() {
    let database = Database::create().await;
    let log = database.log().await;
    let first = append(new_stream(), 0, 1);
    log.append(first.clone()).await.unwrap();
    for other in [
        eventlog::Append { request_hash: [8; 32], ..first.clone() },
        eventlog::Append { stream: new_stream(), ..first.clone() },
    ] {
        assert!(matches!(log.append(other).await, Err(AppendError::CommandIdReused)));
    }
    database.drop().await;
}

#[tokio::test]
async fn what_could_not_be_published_is_refused_before_it_is_stored() {
    let database = Database::create().await;
    let log = database.log().await;
    let mut large = append(new_stream(), 0, 2);
    large.events[1].payload = vec![0; MAX_PAYLOAD_BYTES + 1];
    assert!(matches!(log.append(large).await, Err(AppendError::TooLarge { bytes: 262_145 })));
    let empty = append(new_stream(), 0, 0);
    assert!(matches!(log.append(empty).await, Err(AppendError::Malformed(_))));
    let mut foreign = append(new_stream(), 0, 1);
    foreign.events[0].name = "other.grown".to_owned();
    assert!(matches!(log.append(foreign).await, Err(AppendError::Malformed(_))));
    assert_eq!(log.reader().head().await.unwrap(), Position(0));
    database.drop().await;
}

#[tokio::test]
async fn private_parts_are_read_by_the_owner_only_and_erased_with_the_command_that_asks() {
    let database = Database::create().await;
    let log = database.log().await;
    let mut first = append(new_stream(), 0, 2);
    first.events[0].private = Some(b"what a person typed".to_vec());
    let mut other = append(new_stream(), 0, 1);
    other.events[0].private = Some(b"another's".to_vec());
    let mut erasing = append(first.stream, 2, 1);
    (erasing.erase_private, erasing.events[0].private) = (true, Some(b"by whom".to_vec()));
    let stream = first.stream;
    for append in [first, other, erasing] {
        if append.erase_private {
            let loaded = log.load(stream).await.unwrap();
            assert_eq!(loaded[0].private.as_deref(), Some(&b"what a person typed"[..]));
        }
        log.append(append).await.unwrap();
    }
    let private = |events: Vec<eventlog::Recorded>| {
        events.into_iter().map(|event| event.private.is_some()).collect::<Vec<_>>()
    };
    assert_eq!(private(log.load(stream).await.unwrap()), [false, false, true]);
    let reader = log.reader();
    assert_eq!(private(reader.page(Position(0), 10).await.unwrap()), [false; 4]);
    let owned = reader.page_with_private(Position(0), 10).await.unwrap();
    assert_eq!(private(owned), [false, false, true, true]);
    database.drop().await;
}

#[tokio::test]
async fn what_is_read_back_is_what_was_appended_and_recorded_at_never_goes_back() {
    let database = Database::create().await;
    let log = database.log().await;
    let late = append(new_stream(), 0, 1);
    let mut early = append(late.stream, 1, 1);
    early.recorded_at = at("2026-02-01T00:00:00Z");
    early.events[0].occurred_at = at("1969-12-31T23:59:59.123456Z");
    log.append(late.clone()).await.unwrap();
    log.append(early.clone()).await.unwrap();
    let read = log.reader().page(Position(1), 10).await.unwrap().remove(0);
    assert_eq!((read.context, read.kind(), read.event()), (CONTEXT, "thing", "grown"));
    assert_eq!((read.stream, read.version), (late.stream, Version(2)));
    assert_eq!(read.occurred_at, early.events[0].occurred_at);
    assert_eq!(read.recorded_at, late.recorded_at);
    assert_eq!((read.meta, read.payload), (early.meta, early.events[0].payload.clone()));
    assert_eq!(read.command_id, early.command_id);
    database.drop().await;
}

#[tokio::test]
async fn a_full_queue_turns_commands_away_and_a_closed_log_too() {
    let database = Database::create().await;
    eventlog::install(&database.pool, CONTEXT).await.unwrap();
    let options = eventlog::Options { queue: 10, ..eventlog::Options::default() };
    let log = Log::open_with(database.pool.clone(), CONTEXT, clock(), options).await.unwrap();
    let answers = join_all((0..100).map(|_| log.append(append(new_stream(), 0, 1)))).await;
    let stored = answers.iter().filter(|answer| answer.is_ok()).count();
    let turned_away =
        |answer: &Result<_, AppendError>| matches!(answer, Err(AppendError::Overloaded));
    assert_eq!(answers.iter().filter(|answer| turned_away(answer)).count(), 100 - stored);
    assert!((10..100).contains(&stored), "{stored} were stored");
    log.close().await;
    assert!(matches!(log.append(append(new_stream(), 0, 1)).await, Err(AppendError::Closed)));
    assert_eq!(log.reader().head().await.unwrap(), Position(i64::try_from(stored).unwrap()));
    database.drop().await;
}

#[tokio::test]
async fn a_command_the_database_refuses_does_not_sink_its_neighbours() {
    let database = Database::create().await;
    let log = database.log().await;
    let sql = "alter table trial.event add constraint picky check (payload <> '\\xff')";
    sqlx::raw_sql(sql).execute(&database.pool).await.unwrap();
    let appends = (0..20).map(|number| {
        let mut append = append(new_stream(), 0, 2);
        if number == 7 {
            append.events[1].payload = vec![0xff];
        }
        log.append(append)
    });
    let answers = join_all(appends).await;
    assert!(matches!(answers[7], Err(AppendError::Unavailable(_))));
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 19);
    check(&database.pool).await.unwrap();
    database.drop().await;
}

#[tokio::test]
async fn a_reader_in_another_process_is_woken_by_notification() {
    let database = Database::create().await;
    let log = database.log().await;
    // Another user name is another key: wake-ups of their own, as in another process.
    let sql = "drop role if exists log_elsewhere;
               create role log_elsewhere superuser login password 'elsewhere'";
    sqlx::raw_sql(sql).execute(&database.pool).await.unwrap();
    let options = database.pool.connect_options().as_ref().clone();
    let options = options.username("log_elsewhere").password("elsewhere");
    let elsewhere = sqlx::PgPool::connect_with(options).await.unwrap();
    let reader = LogReader::of(elsewhere.clone(), CONTEXT, &Wakeups::of(&elsewhere));
    let began = tokio::time::Instant::now();
    let mut woken_early = false;
    for expected in 0..40 {
        log.append(append(new_stream(), 0, 1)).await.unwrap();
        let waiting = tokio::time::Instant::now();
        while reader.head().await.unwrap() <= Position(expected) {
            reader.wait_past(Position(expected)).await;
        }
        reader.wait_past(Position(expected)).await;
        woken_early |= waiting.elapsed() < std::time::Duration::from_millis(200);
    }
    assert!(woken_early, "40 appends took {:?}: only the tick woke the reader", began.elapsed());
    elsewhere.close().await;
    sqlx::raw_sql("drop role log_elsewhere").execute(&database.pool).await.unwrap();
    database.drop().await;
}

#[tokio::test]
async fn forgotten_ids_are_only_those_older_than_the_retention() {
    let database = Database::create().await;
    let log = database.log().await;
    for _ in 0..10 {
        log.append(append(new_stream(), 0, 1)).await.unwrap();
    }
    let sql = "update trial.command set recorded_at = now() - interval '8 days'
               where id in (select command from trial.event where pos <= 4)";
    sqlx::raw_sql(sql).execute(&database.pool).await.unwrap();
    let week = std::time::Duration::from_hours(7 * 24);
    assert_eq!(eventlog::forget_commands(&database.pool, CONTEXT, week).await.unwrap(), 4);
    assert_eq!(eventlog::forget_commands(&database.pool, CONTEXT, week).await.unwrap(), 0);
    database.drop().await;
}

#[tokio::test]
async fn installing_twice_at_once_is_harmless_and_asynchronous_commit_is_refused() {
    let database = Database::create().await;
    let installs = join_all((0..4).map(|_| eventlog::install(&database.pool, CONTEXT))).await;
    assert!(installs.iter().all(Result::is_ok), "{installs:?}");
    let name = database.pool.connect_options().get_database().unwrap().to_owned();
    let sql = format!("alter database {name} set synchronous_commit = off");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&database.pool).await.unwrap();
    let fresh = sqlx::PgPool::connect(&database.url).await.unwrap();
    let opened = Log::open(fresh.clone(), CONTEXT, clock()).await;
    assert!(matches!(opened, Err(eventlog::OpenError::SynchronousCommitOff)));
    let opened = Log::open(database.pool.clone(), "elsewhere", clock()).await;
    assert!(matches!(opened, Err(eventlog::OpenError::NotInstalled("elsewhere"))));
    fresh.close().await;
    database.drop().await;
}
