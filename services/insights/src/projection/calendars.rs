//! The published calendars, for durations in open time.
