//! Whole-system stories, told with the real binary as a user would tell them: its command line, its signals, its files.

#![expect(clippy::unwrap_used, reason = "what a story cannot get fails the test")]

mod calendars;
mod consumers;
mod contract;
mod corrections;
mod full_disk;
mod history;
mod kafka;
mod life;
mod networks;
mod outage;
mod processes;
mod rules;
mod start;
mod system;
mod telemetry;
mod verification;
mod what_if;
