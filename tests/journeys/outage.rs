//! Postgres fails under a running system: callers hear why in time, and once it is back everything goes on by itself.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Instant,
};

use futures::future::join_all;
use testkit::{Cluster, reason_of};

use crate::{
    networks::{Caller, Network, PATIENCE, published},
    system::{Process, schoolside, scratch},
};

/// Defines networks until told to stop, each until it is; gives their names and why they were refused in between.
async fn write(
    caller: &Caller,
    writer: usize,
    stored: &AtomicUsize,
    stop: &AtomicBool,
) -> (Vec<String>, Vec<String>) {
    let (mut names, mut reasons) = (Vec::new(), Vec::new());
    while !stop.load(Ordering::Relaxed) {
        let id = format!("W{writer}-{}", names.len());
        let (_, refused) = caller.persist(&Network::new(&id)).await;
        names.push(format!("networks/{id}"));
        reasons.extend(refused);
        stored.fetch_add(1, Ordering::Relaxed);
    }
    (names, reasons)
}

async fn until(counter: &AtomicUsize, count: usize) {
    let begun = Instant::now();
    while counter.load(Ordering::Relaxed) < count {
        assert!(begun.elapsed() < PATIENCE, "it did not come to {count}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_hear_that_postgres_is_gone_and_everything_goes_on_when_it_is_back() {
    let cluster = Cluster::start();
    let directory = scratch();
    let mut command = schoolside(directory.path());
    command.args(["up", "--empty", "--headless", "--random-ports", "--json", "--database-url"]);
    command.arg(cluster.url());
    let mut up = Process::start(command);
    let caller = Caller::of(&up.said).await;
    let (stored, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let load = join_all((0..4).map(|writer| write(&caller, writer, &stored, &stop)));
    let late = Network::new("LATE");
    let outage = async {
        until(&stored, 100).await;
        tokio::task::block_in_place(|| cluster.crash());
        for _ in 0..2 {
            assert_eq!(reason_of(&caller.refused(&late).await), "UNAVAILABLE");
        }
        assert_eq!(reason_of(&caller.list("").await.unwrap_err()), "UNAVAILABLE");
        // The process is well, and to restart it would help nobody.
        assert!(caller.is_serving().await);
        until(&caller.refusals, 1).await;
        let before = stored.load(Ordering::Relaxed);
        tokio::task::block_in_place(|| cluster.restart());
        let (first, _) = caller.persist(&late).await;
        assert_eq!(caller.define(&late).await.unwrap(), first);
        until(&stored, before + 20).await;
        stop.store(true, Ordering::Relaxed);
    };
    let (written, ()) = futures::join!(load, outage);
    let (names, reasons): (Vec<_>, Vec<_>) = written.into_iter().unzip();
    let known = ["UNAVAILABLE", "OUTCOME_UNKNOWN"];
    assert!(reasons.iter().flatten().all(|reason| known.contains(&reason.as_str())), "{reasons:?}");

    let mut expected = [names.concat(), vec!["networks/LATE".to_owned()]].concat();
    expected.sort();
    let (last, _) = caller.persist(&Network::new("A")).await;
    let mut seen = caller.caught_up(&last.consistency).await;
    seen.retain(|name| name != "networks/A");
    seen.sort();
    assert_eq!(seen, expected);
    let events = published(directory.path());
    assert_eq!(events.len(), expected.len() + 1);
    assert!(events.values().all(|count| *count == 1), "{events:?}");
    assert!(up.stop(), "it did not live through it");
}
