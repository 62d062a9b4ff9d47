//! The event log: append, read and wait, on Postgres. One log per context; the event table is the truth.
//!
//! **Order.** Positions are gapless from 1 and visible in commit order, so `position > cursor` loses nothing.
//! Writers pay for it: a row lock orders their commits, and a task per [`Log`] folds waiting commands into one
//! statement, which makes the lock cheap.
//!
//! **Bounds.** At most [`MAX_PAYLOAD_BYTES`] per event, 256 commands per statement, [`Options::queue`] commands
//! waiting; beyond that [`AppendError::Overloaded`].
//!
//! **Promises.** A command answered with success has its events after any crash; one answered with a definite
//! error has none. A command's events are all or nothing, and appear once however often it is repeated while
//! its id is kept ([`forget_commands`]). `recorded_at` never goes back.
//!
//! Use [`execute`] to run a command through its rules, [`LogReader`] to follow a log, and [`checked`] for every
//! pool in the process.

mod appender;
mod batch;
mod error;
mod execute;
mod log;
mod pg;
mod pool;
mod reader;
mod record;
mod retention;
mod schema;
mod tail;
mod wakeups;

pub use error::{AppendError, ExecuteError, LoadError, OpenError, ReadError};
pub use execute::{Call, Executed, execute, execute_from, execute_on, fold, load};
pub use log::{Log, Options};
pub use pg::{PgDate, PgTimestamp};
pub use pool::checked;
pub use reader::LogReader;
pub use record::{Append, Appended, MAX_PAYLOAD_BYTES, NewEvent, Recorded};
pub use retention::forget_commands;
pub use schema::{InstallError, install, is_word as is_context_name};
pub use wakeups::{Held, Wakeups};
pub use wire::EventMeta;
