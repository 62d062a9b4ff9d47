//! Timers by a clock that is set.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use kernel::{Clock, Timestamp};
use stream::{BoxError, DueWork, timer};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::common::at;

/// A clock that is set, and wakes who waits for it.
struct SetClock(watch::Sender<Timestamp>);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }
    fn wait_until(&self, instant: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let mut now = self.0.subscribe();
        Box::pin(async move {
            let _ = now.wait_for(|now| *now >= instant).await;
        })
    }
}

/// Deadlines, and the instants at which they were met; two at a time.
#[derive(Clone)]
struct Deadlines {
    open: Arc<Mutex<Vec<Timestamp>>>,
    done: watch::Sender<Vec<(Timestamp, Timestamp)>>,
}

#[async_trait]
impl DueWork for Deadlines {
    async fn run_due(&self, now: Timestamp) -> Result<usize, BoxError> {
        let mut open = self.open.lock().unwrap();
        open.sort();
        let due = open.iter().take_while(|deadline| **deadline <= now).count().min(2);
        let taken: Vec<_> = open.drain(..due).map(|deadline| (deadline, now)).collect();
        self.done.send_modify(|done| done.extend(taken));
        Ok(due)
    }
    async fn next_due(&self) -> Result<Option<Timestamp>, BoxError> {
        Ok(self.open.lock().unwrap().iter().min().copied())
    }
}

#[tokio::test]
async fn work_is_done_when_the_clock_reaches_it_when_it_is_poked_and_when_it_is_drained() {
    let clock = Arc::new(SetClock(watch::Sender::new(at("2026-02-02T09:00:00Z"))));
    let [ten, eleven, noon, late] =
        ["10", "11", "12", "23"].map(|hour| at(&format!("2026-02-02T{hour}:00:00Z")));
    let open = Arc::new(Mutex::new(vec![eleven, ten, ten, ten]));
    let deadlines = Deadlines { open, done: watch::Sender::new(Vec::new()) };
    let mut done = deadlines.done.subscribe();
    let shutdown = CancellationToken::new();
    let (handle, work) = timer("deadlines", deadlines.clone(), clock.clone(), shutdown.clone());
    let running = tokio::spawn(work);

    clock.0.send_replace(eleven);
    done.wait_for(|done| done.len() == 4).await.unwrap();
    assert_eq!(done.borrow()[3], (eleven, eleven));

    deadlines.open.lock().unwrap().push(ten);
    handle.poke(ten);
    done.wait_for(|done| done.len() == 5).await.unwrap();

    deadlines.open.lock().unwrap().extend([noon, noon, noon, late]);
    assert_eq!(handle.drain(noon).await.unwrap(), 3);
    assert_eq!(*deadlines.open.lock().unwrap(), [late]);
    shutdown.cancel();
    running.await.unwrap();
}
