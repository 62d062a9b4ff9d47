//! Acting when time passes: a loop that does what is due by the domain's clock.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use futures::{FutureExt, future::BoxFuture};
use kernel::{Timestamp, time::SharedClock};
use tokio::sync::{Mutex, Notify};
use tokio_util::sync::CancellationToken;

use crate::BoxError;

/// How often a timer looks for work that nobody told it of, in real time.
const TICK: Duration = Duration::from_secs(1);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Work that falls due: a projection of deadlines, and what to do at each.
#[async_trait]
pub trait DueWork: Send + Sync + 'static {
    /// Does a bounded part of what is due at `now`; returns how much. 0 means that nothing is left.
    async fn run_due(&self, now: Timestamp) -> Result<usize, BoxError>;

    /// When the earliest work that is not done falls due.
    async fn next_due(&self) -> Result<Option<Timestamp>, BoxError>;
}

/// A running timer, from outside. Cheap to clone.
#[derive(Clone)]
pub struct TimerHandle {
    inner: Arc<Inner>,
}

struct Inner {
    name: &'static str,
    work: Box<dyn DueWork>,
    /// Held while work is done, so that the loop and a drain never do it at the same time.
    turn: Mutex<()>,
    poked: Notify,
    /// What the loop waits for, in microseconds since 1970.
    awaited: AtomicI64,
}

impl TimerHandle {
    /// The timer's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.inner.name
    }

    /// Does all that is due at `now`; returns how much.
    ///
    /// # Errors
    /// What the work reports.
    pub async fn drain(&self, now: Timestamp) -> Result<usize, BoxError> {
        let _turn = self.inner.turn.lock().await;
        let mut done = 0;
        // Most often nothing is due: then the one question is all it costs.
        while self.inner.work.next_due().await?.is_some_and(|next| next <= now) {
            match self.inner.work.run_due(now).await? {
                0 => break,
                count => done += count,
            }
        }
        Ok(done)
    }

    /// Says that there is new work, due at `due`, which may be earlier than what the timer waits for.
    pub fn poke(&self, due: Timestamp) {
        if due.as_microsecond() < self.inner.awaited.load(Ordering::Relaxed) {
            self.inner.poked.notify_one();
        }
    }
}

/// A timer over `work`, by `clock`: the handle, and the loop to be spawned, which ends at `shutdown`.
pub fn timer(
    name: &'static str,
    work: impl DueWork,
    clock: SharedClock,
    shutdown: CancellationToken,
) -> (TimerHandle, BoxFuture<'static, ()>) {
    let inner = Inner {
        name,
        work: Box::new(work),
        turn: Mutex::new(()),
        poked: Notify::new(),
        awaited: AtomicI64::new(i64::MAX),
    };
    let handle = TimerHandle { inner: Arc::new(inner) };
    let running = handle.clone();
    let task = async move {
        shutdown.run_until_cancelled(tick(running, clock)).await;
    };
    (handle, task.boxed())
}

async fn tick(timer: TimerHandle, clock: SharedClock) {
    let mut pause = FIRST_PAUSE;
    loop {
        match until_next(&timer, &clock).await {
            Ok(()) => pause = FIRST_PAUSE,
            Err(failure) => {
                tracing::warn!(
                    error = kernel::chain(&*failure),
                    timer = timer.name(),
                    "due work failed; it is tried again"
                );
                tokio::time::sleep(pause).await;
                pause = LONGEST_PAUSE.min(pause * 2);
            }
        }
    }
}

/// Does what is due, then waits until more may be.
async fn until_next(timer: &TimerHandle, clock: &SharedClock) -> Result<(), BoxError> {
    // Until it is known what is waited for, whoever has new work is heard.
    timer.inner.awaited.store(i64::MAX, Ordering::Relaxed);
    let now = clock.now();
    let mut next = timer.inner.work.next_due().await?;
    if next.is_some_and(|next| next <= now) {
        timer.drain(now).await?;
        next = timer.inner.work.next_due().await?;
    }
    // What came in meanwhile and is due already is found at the next poke or tick; never by spinning.
    let next = next.filter(|next| *next > now);
    let awaited = next.map_or(i64::MAX, Timestamp::as_microsecond);
    timer.inner.awaited.store(awaited, Ordering::Relaxed);
    let due = async {
        match next {
            Some(instant) => clock.wait_until(instant).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = due => {}
        () = timer.inner.poked.notified() => {}
        () = tokio::time::sleep(TICK) => {}
    }
    Ok(())
}
