//! Following a log: subscriptions with exactly-once effect, parking of poison records, and timers.
//!
//! A [`Subscription`] reads a context's events through a [`Bus`] and hands them to a [`Handler`] in pages. The
//! handler's rows and the checkpoint are one transaction, and the checkpoint moves by compare-and-set on its
//! old value: whatever is repeated, by a crash, a redelivery or a second runner, takes effect once.
//!
//! A page that fails for want of something is tried again for ever; a record that cannot be handled is parked
//! ([`parked`]) with the error and the attempts, and holds up its stream or the subscription, as declared.
//! Nothing is skipped silently.
//!
//! To follow a log: [`install`] the tables, implement [`Handler`], and spawn what [`run`] returns. To act when
//! time passes: implement [`DueWork`] and spawn what [`timer`] returns.

mod bus;
mod handler;
mod heard;
pub mod kafka;
mod ledger;
mod log_bus;
pub mod parked;
mod progress;
mod repair;
mod runner;
mod schema;
mod timer;

pub use bus::{Bus, Checkpoint, Checkpoints, Delivery, Fed, Feed, Foreign, Place, Run, log_lane};
pub use handler::{BoxError, HandleError, Handler, OnPoison, Subscription};
pub use log_bus::LogBus;
pub use progress::Progress;
pub use runner::run;
pub use schema::install;
pub use timer::{DueWork, TimerHandle, timer};
