//! The domain's clock, handed in: the system's, a test's, or the demo's.

use std::{future::Future, pin::Pin, sync::Arc};

pub use jiff::{SignedDuration, Timestamp};

/// What time it is for the rules, and for everything recorded.
///
/// Deadlines, leases, back-off and token expiry never use it: they always go by real time.
/// The implementations (system, manual, demo) are in `chassis::clock`.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Timestamp;

    /// Completes once [`Clock::now`] has reached `instant`, also when the clock jumps there.
    fn wait_until(&self, instant: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// The clock as it is passed around.
pub type SharedClock = Arc<dyn Clock>;

/// The instant cut to the microsecond, which is what Postgres keeps: what is stored equals what is read back.
#[must_use]
pub fn to_microsecond(instant: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(instant.as_microsecond()).unwrap_or(instant)
}
