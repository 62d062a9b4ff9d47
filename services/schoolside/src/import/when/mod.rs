//! Reading times as exports write them: by format, as numbers of a computer or a spreadsheet, in a zone.

mod format;
mod letters;
mod number;
mod zone;

pub(super) use format::{Format, Parsed, Reading};
pub(super) use letters::Letters;
pub(super) use zone::{Placed, Repeated, Skipped, place};
