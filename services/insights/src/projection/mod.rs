//! The read models: case facts, surveys, and the few names needed to read them.

pub mod calendars;
pub mod case_facts;
pub mod directory;
pub mod surveys;
