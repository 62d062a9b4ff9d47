//! The clocks: the system's, a test's, and the demo's. The only place that reads the machine's time for rules.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use kernel::{
    Clock, Timestamp,
    time::{SignedDuration, to_microsecond},
};
use tokio::sync::watch;

type Waiting = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where the machine's time enters")]
    fn now(&self) -> Timestamp {
        to_microsecond(Timestamp::now())
    }

    fn wait_until(&self, instant: Timestamp) -> Waiting {
        let wait = instant.duration_since(self.now());
        Box::pin(tokio::time::sleep(wait.try_into().unwrap_or_default()))
    }
}

/// A clock that stands until it is set; whoever waits for an instant is woken when it is set there or beyond.
#[derive(Debug, Clone)]
pub struct ManualClock {
    now: Arc<watch::Sender<Timestamp>>,
}

impl ManualClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self { now: Arc::new(watch::Sender::new(to_microsecond(now))) }
    }

    /// Sets it. It never goes back: an earlier instant leaves it where it is.
    pub fn set(&self, instant: Timestamp) {
        self.now.send_if_modified(|now| {
            let later = to_microsecond(instant) > *now;
            if later {
                *now = to_microsecond(instant);
            }
            later
        });
    }

    /// Moves it on.
    pub fn advance(&self, by: SignedDuration) {
        self.set(self.now().saturating_add(by).unwrap_or(Timestamp::MAX));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    fn wait_until(&self, instant: Timestamp) -> Waiting {
        let mut now = self.now.subscribe();
        Box::pin(async move {
            // The sender lives as long as anyone can set the clock; after that nothing can happen any more.
            if now.wait_for(|now| *now >= instant).await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }
}

/// The demo's clock: set by its driver, and between two settings it stands. The driver decides its pace, and
/// stores its instant when the system stops, so that a stopped system's clock stands still.
pub type DemoClock = ManualClock;

/// A measure of real time, for deadlines and back-off.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Instant);

impl Deadline {
    /// So long from now.
    #[must_use]
    pub fn after(duration: Duration) -> Self {
        Self(Instant::now() + duration)
    }

    /// What is left of it.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_waits_wakes_when_the_clock_jumps_there() {
        let clock = ManualClock::new(Timestamp::UNIX_EPOCH);
        let instant = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1);
        let waiting = crate::task::spawn("waiting", clock.wait_until(instant));
        clock.set(instant);
        waiting.await.unwrap();
        assert_eq!(clock.now(), instant);
    }

    #[test]
    fn a_manual_clock_never_goes_back() {
        let later = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(5);
        let clock = ManualClock::new(later);
        clock.set(Timestamp::UNIX_EPOCH);
        assert_eq!(clock.now(), later);
    }
}
