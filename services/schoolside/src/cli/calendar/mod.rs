//! `schoolside calendar`: what a calendar says, and closures from an iCalendar file.

mod file;

pub use self::file::read_file;
