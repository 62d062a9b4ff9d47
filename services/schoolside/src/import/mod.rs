//! Reading a district's history from the export of its old desk: a mapping says how, nothing here knows any
//! one system.
//!
//! Bytes are unpacked and translated, cut into records, bound to the mapping's fields
//! converted and compared with earlier rows of the same id.
//! [`Reader`] yields the rows one by one; [`Plan`] reads them all and writes nothing.
//!
//! **No row is lost silently**: every data record of the file is a new request, an addition, known already, or
//! refused with its row, line, field, value and what was expected. A malformed record costs its own first line.
//! A gzip file that ends too early gives the rows before the cut and one refusal; one whose contents do not
//! match its checksum is unusable as a whole, like a file without the mapping's columns ([`FileError`]).

mod bytes;
mod convert;
mod error;
mod layout;
mod mapping;
mod names;
mod pattern;
mod plan;
mod reader;
mod records;
mod report;
mod row;
mod same_id;
mod sheet;
#[cfg(test)]
mod tests;
mod when;

pub use self::{
    bytes::Progress,
    error::FileError,
    mapping::{Mapping, MappingError, SHIPPED, VerifyRules},
    names::Names,
    plan::{OutsideNames, Plan, Requests, Taken},
    reader::Reader,
    report::{Example, Report, WarningGroup, Warnings},
    row::{Added, Fault, HistoryRow, Outcome, Refused, Row, Verdict, Warning, WarningKind},
    sheet::{Line, Sheet, SheetError},
};
