//! A database that says that its disk is full. `tests/journeys` fills a real one, where that is allowed.

use std::time::{Duration, Instant};

use testkit::{Who, command_id, reason_of};
use tonic::Code;
use tonic_types::StatusExt;

use crate::demo::{CONTEXT, Pad, read, serve, write};

const FULL: &str = "
    create function demo.full() returns trigger language plpgsql as $$ begin
        raise exception 'could not extend file: No space left on device' using errcode = 'disk_full';
    end $$;
    create trigger full_disk before insert on demo.event execute function demo.full();";

#[tokio::test]
async fn a_command_that_finds_the_disk_full_is_told_so_in_time_and_succeeds_once_there_is_room() {
    let (server, _) = serve().await;
    let pool = server.database().pool(1);
    sqlx::raw_sql(FULL).execute(&pool).await.unwrap();
    let mut pad = Pad::new(server.client(&Who::operator()));
    let (id, begun) = (command_id(), Instant::now());
    let refused = pad.publish_rule_set(write(&id, "")).await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(2), "after {:?}", begun.elapsed());
    assert_eq!((refused.code(), reason_of(&refused).as_str()), (Code::Unavailable, "STORAGE_FULL"));
    assert!(refused.get_error_details().retry_info().is_some());
    assert!(refused.message().contains("free space"), "{}", refused.message());
    pad.get_rule_set(read("")).await.unwrap();

    sqlx::raw_sql("drop trigger full_disk on demo.event").execute(&pool).await.unwrap();
    pad.publish_rule_set(write(&id, "")).await.unwrap();
    assert_eq!(server.logs.reader(CONTEXT).head().await.unwrap().0, 1);
}
