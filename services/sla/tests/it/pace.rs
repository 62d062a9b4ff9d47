//! How fast an import's requests flow through. Run it alone:
//! `cargo test -p sla --test it pace -- --ignored --nocapture`.

use std::{sync::Arc, time::Instant};

use chassis::clock::ManualClock;
use eventlog::{Append, EventMeta, Log};
use futures::{StreamExt, stream};
use jiff::SignedDuration;
use kernel::Version;
use testkit::command_id;

use crate::{
    imported::row,
    office::{Office, at, neighbours, new_request, services},
};

const REQUESTS: i64 = 30_000;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn imported_requests_flow_through() {
    let office = Office::bare([neighbours()]).await;
    let clock = Arc::new(ManualClock::new(at("fri 08:00")));
    let log = Log::open(office.pool.clone(), "requests", clock).await.unwrap();
    let telling = stream::iter(0..REQUESTS).map(|index| {
        let log = log.clone();
        async move {
            let opened = at("mon 09:00") - SignedDuration::from_mins(index);
            let due = opened + SignedDuration::from_hours(48);
            let resolved =
                (index % 6 != 0).then(|| opened + SignedDuration::from_hours(index % 96));
            let append = Append {
                command_id: command_id().parse().unwrap(),
                stream: new_request(),
                kind: "request",
                expected: Version(0),
                request_hash: [0; 32],
                events: row(opened, (index % 5 != 0).then_some(due), resolved),
                meta: EventMeta::default(),
                recorded_at: at("fri 08:00"),
                erase_private: false,
            };
            log.append(append).await.unwrap();
        }
    });
    telling.buffer_unordered(256).collect::<Vec<()>>().await;
    office.set("fri 08:00");
    let began = Instant::now();
    let office = office.restart(services()).await;
    office.server.settle().await;
    let seconds = began.elapsed().as_secs_f64();
    let events = office.log().await.len();
    println!(
        "{REQUESTS} requests, {events} events in {seconds:.1} s: {:.0} requests/s",
        30_000.0 / seconds
    );
}
