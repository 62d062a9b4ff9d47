//! Command ids that are old are forgotten by the running server; what they did is not.

use sqlx::PgPool;
use testkit::{Who, command_id};

use crate::demo::{CONTEXT, Pad, demo, patiently, serve, write};

async fn is_kept(pool: &PgPool, id: &str) -> bool {
    let sql = "select exists (select from demo.command where id::text = $1)";
    sqlx::query_scalar(sql).bind(id).fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn an_old_command_id_is_forgotten_and_its_repetition_still_gets_the_first_answer() {
    let (server, gate) = serve().await;
    let mut pad = Pad::new(server.client(&Who::operator()));
    let (old, recent) = (command_id(), command_id());
    let first = pad.publish_rule_set(write(&old, "")).await.unwrap().into_inner();
    pad.publish_rule_set(write(&recent, "")).await.unwrap();
    let pool = server.database().pool(1);
    let sql = "update demo.command set recorded_at = now() - interval '8 days' where id::text = $1";
    sqlx::query(sql).bind(&old).execute(&pool).await.unwrap();

    let server = server.restart([demo(gate)]).await;
    patiently(async || !is_kept(&pool, &old).await).await;
    assert!(is_kept(&pool, &recent).await);
    let mut pad = Pad::new(server.client(&Who::operator()));
    assert_eq!(pad.publish_rule_set(write(&old, "")).await.unwrap().into_inner(), first);
    assert_eq!(server.logs.reader(CONTEXT).head().await.unwrap().0, 2);
}
