//! A small table beside a history: columns by name, each row with its line, every fault at once.
//!
//! It is read as a history is: plain or gzip, quoted or not, with or without a byte-order mark.

use std::path::Path;

use super::{
    FileError,
    bytes::Utf8,
    mapping::{Dialect, Encoding},
    records::{Fault, Found, Record, Records},
};

const DIALECT: Dialect = Dialect { delimiter: b',', quote: Some(b'"'), escape: None };

/// Why a table cannot be used: everything at once.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// What is written in it is wrong.
    #[error("{file} cannot be used:\n  {}", faults.join("\n  "))]
    Faults {
        /// The file as it was named.
        file: String,
        /// Each fault, with its line.
        faults: Vec<String>,
    },
}

/// The rows of a table.
#[derive(Debug)]
pub struct Sheet {
    file: String,
    lines: Vec<Line>,
    faults: Vec<String>,
}

/// One row: the cells of the columns that were asked for, in their order.
#[derive(Debug)]
pub struct Line {
    /// The line of the file on which it begins, from 1.
    pub number: u64,
    cells: Vec<String>,
}

impl Line {
    /// A cell by its place among the columns that were asked for; empty if the column is not there.
    #[must_use]
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

impl Sheet {
    /// Reads a table: the columns that must be there, then those that may. Others are left alone.
    ///
    /// # Errors
    /// When it cannot be read, or its header lacks a column; what else is wrong is kept for [`Sheet::finish`].
    pub fn read(path: &Path, required: &[&str], optional: &[&str]) -> Result<Self, SheetError> {
        let file = path.display().to_string();
        let (input, _) = Utf8::open(path, Encoding::Auto)?;
        let damaged = |source| FileError::Damaged { file: file.clone(), source };
        let (mut records, mut record) = (Records::new(input, DIALECT), Record::default());
        if records.next(&mut record).map_err(damaged)?.is_none() {
            return Err(FileError::NoHeader { file, line: 1 }.into());
        }
        let places = places(&record, required, optional)
            .map_err(|faults| SheetError::Faults { file: file.clone(), faults })?;
        let width = record.cells();
        let mut sheet = Self { file: file.clone(), lines: Vec::new(), faults: Vec::new() };
        while let Some(found) = records.next(&mut record).map_err(damaged)? {
            if found.fault.is_some() || !record.is_blank() {
                sheet.add(found, &record, width, &places);
            }
        }
        Ok(sheet)
    }

    fn add(&mut self, found: Found, record: &Record, width: usize, places: &[Option<usize>]) {
        let number = found.line;
        let problem = match found.fault {
            Some(Fault::Cut) => "the file is cut here: fetch it again".to_owned(),
            Some(Fault::UnclosedQuote) => "a quote is not closed".to_owned(),
            Some(Fault::TextAfterQuote) => "there is text behind a closing quote".to_owned(),
            Some(Fault::TooLarge) => "the row is too long".to_owned(),
            None if record.cells() != width => {
                format!("expected {width} cells as in the header, found {}", record.cells())
            }
            None if !record.is_utf8() => "is no text in UTF-8".to_owned(),
            None => {
                let cell = |place: &Option<usize>| place.map(|place| text(record, place));
                let cells = places.iter().map(|place| cell(place).unwrap_or_default()).collect();
                return self.lines.push(Line { number, cells });
            }
        };
        self.fault(number, problem);
    }

    /// Its rows.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Notes what is wrong on a line.
    pub fn fault(&mut self, line: u64, problem: impl AsRef<str>) {
        self.faults.push(format!("line {line}: {}", problem.as_ref()));
    }

    /// Says everything that was found wrong.
    ///
    /// # Errors
    /// When something was.
    pub fn finish<T>(self, value: T) -> Result<T, SheetError> {
        if self.faults.is_empty() {
            return Ok(value);
        }
        Err(SheetError::Faults { file: self.file, faults: self.faults })
    }
}

fn text(record: &Record, place: usize) -> String {
    String::from_utf8_lossy(record.cell(place)).trim().to_owned()
}

/// Where the columns stand, in the order asked for.
fn places(
    header: &Record,
    required: &[&str],
    optional: &[&str],
) -> Result<Vec<Option<usize>>, Vec<String>> {
    let names: Vec<String> = (0..header.cells()).map(|place| text(header, place)).collect();
    let mut faults = Vec::new();
    let mut places = Vec::new();
    for (index, column) in required.iter().chain(optional).enumerate() {
        let mut found =
            (0..).zip(&names).filter(|(_, name)| name == column).map(|(place, _)| place);
        places.push(found.next());
        if found.next().is_some() {
            faults.push(format!("line 1: column {column:?} stands twice in the header"));
        }
        if index < required.len() && places.last() == Some(&None) {
            let has = names.join(", ");
            faults.push(format!("line 1: column {column:?} is missing; the header has {has}"));
        }
    }
    if faults.is_empty() { Ok(places) } else { Err(faults) }
}
