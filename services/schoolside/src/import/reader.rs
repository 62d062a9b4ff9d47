//! Reads a file row by row, in memory that grows only with the number of ids.

use std::{io, path::Path, sync::Arc};

use super::{
    FileError,
    bytes::{Progress, Utf8},
    convert::{Converted, convert, looks_like_a_row},
    layout::Layout,
    mapping::{Mapping, SameId},
    pattern::Pattern,
    records::{Fault as RecordFault, Found, RECORD_BYTES, Record, Records},
    row::{Fault, Outcome, Refused, Row, Warning, WarningKind},
    same_id::{Latest, SameIds, Seen},
};

/// The rows of a file; an iterator that ends at the first error, because then the file cannot be used.
pub struct Reader {
    file: String,
    mapping: Arc<Mapping>,
    layout: Layout,
    records: Records,
    progress: Progress,
    record: Record,
    alone: Record,
    row: u64,
    ignored_lines: u64,
    same_ids: SameIds,
    latest: Latest,
    failed: bool,
}

impl Reader {
    /// Opens a file, plain or gzip, and finds the mapping's columns in it.
    ///
    /// When the mapping lets the latest row of an id count, this reads the whole file once before.
    ///
    /// # Errors
    /// When the file cannot be used as a whole.
    pub fn open(path: &Path, mapping: &Arc<Mapping>) -> Result<Self, FileError> {
        Self::open_for(path, mapping, false)
    }

    /// Opens a file as [`Reader::open`] does, and has its rows tell the published verdict.
    ///
    /// # Errors
    /// When the file cannot be used as a whole.
    pub fn open_with_verdicts(path: &Path, mapping: &Arc<Mapping>) -> Result<Self, FileError> {
        Self::open_for(path, mapping, true)
    }

    fn open_for(path: &Path, mapping: &Arc<Mapping>, verdicts: bool) -> Result<Self, FileError> {
        let latest = match mapping.same_id {
            SameId::Refuse => Latest::default(),
            SameId::Latest(_) => Self::begin(path, mapping, false)?.find_latest()?,
        };
        Ok(Self { latest, ..Self::begin(path, mapping, verdicts)? })
    }

    /// The file, as it was named.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// How far it has come, for a progress bar.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// Lines so far that are no rows: before the header, blank, or ignored by the mapping.
    #[must_use]
    pub fn ignored_lines(&self) -> u64 {
        self.ignored_lines
    }

    fn begin(path: &Path, mapping: &Arc<Mapping>, verdicts: bool) -> Result<Self, FileError> {
        let file = path.display().to_string();
        let (input, progress) = Utf8::open(path, mapping.file.encoding)?;
        let mut records = Records::new(input, mapping.file.dialect);
        let damaged = |source| FileError::Damaged { file: file.clone(), source };
        let mut record = Record::default();
        let mut ignored_lines = 0;
        for _ in 1..mapping.file.header_line {
            ignored_lines += u64::from(records.skip_line().map_err(damaged)?);
        }
        let layout = match records.next(&mut record).map_err(damaged)? {
            None => Err(FileError::NoHeader { file: file.clone(), line: mapping.file.header_line }),
            Some(Found { fault: Some(RecordFault::Cut), .. }) => {
                Err(FileError::CutBeforeHeader { file: file.clone() })
            }
            Some(Found { fault: Some(_), .. }) => {
                Err(FileError::HeaderQuotes { file: file.clone() })
            }
            Some(_) => Layout::bind(mapping, &record, &file, verdicts),
        }?;
        Ok(Self {
            file,
            mapping: Arc::clone(mapping),
            layout,
            records,
            progress,
            record,
            alone: Record::default(),
            row: 0,
            ignored_lines,
            same_ids: SameIds::default(),
            latest: Latest::default(),
            failed: false,
        })
    }

    fn find_latest(mut self) -> Result<Latest, FileError> {
        let mut latest = Latest::default();
        loop {
            match self.read_record() {
                Err(source) => return Err(FileError::Damaged { file: self.file, source }),
                Ok(None) => return Ok(latest),
                Ok(Some(found)) => {
                    if let Ok(converted) = self.convert(found) {
                        latest.note(self.row, &converted.history.external_id, converted.latest_by);
                    }
                }
            }
        }
    }

    /// The next record that is a row.
    fn read_record(&mut self) -> io::Result<Option<Found>> {
        loop {
            let Some(mut found) = self.records.next(&mut self.record)? else { return Ok(None) };
            if found.fault != Some(RecordFault::Cut) {
                if self.is_ignored_line() {
                    self.records.resume_after_first_line();
                    self.ignored_lines += 1;
                    continue;
                }
                if found.fault.is_none() && self.is_ignored_row() {
                    self.ignored_lines += self.records.lines();
                    continue;
                }
            }
            let (mapping, layout) = (&self.mapping, &self.layout);
            let swallowed = found.fault.is_none()
                && self.records.lines() > 1
                && self.records.any_later_line(&mut self.alone, |line| {
                    looks_like_a_row(mapping, layout, line)
                });
            if swallowed {
                self.records.resume_after_first_line();
                found.fault = Some(RecordFault::UnclosedQuote);
            }
            self.row += 1;
            return Ok(Some(found));
        }
    }

    fn is_ignored_line(&self) -> bool {
        let patterns = &self.mapping.file.ignore_lines;
        if patterns.is_empty() {
            return false;
        }
        let raw = self.records.raw();
        let end = raw.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(raw.len());
        let line = String::from_utf8_lossy(&raw[..end]);
        patterns.iter().any(|pattern| pattern.matches(&line))
    }

    fn is_ignored_row(&self) -> bool {
        let rules = self.mapping.file.ignore_rows.iter().map(|rule| &rule.pattern);
        let fits = |(pattern, &cell): (&Pattern, &usize)| {
            pattern.matches(String::from_utf8_lossy(self.record.cell(cell)).trim())
        };
        self.mapping.file.ignore_blank && self.record.is_blank()
            || rules.zip(&self.layout.ignore_rows).any(fits)
    }

    fn convert(&self, found: Found) -> Result<Converted, Vec<Fault>> {
        let whole = |field, expected: String| vec![Fault::new(field, &self.excerpt(), expected)];
        match found.fault {
            Some(RecordFault::Cut) => Err(whole("file", "the rest of the file: it is cut here, and all rows from here on are missing; fetch it again".to_owned())),
            Some(RecordFault::UnclosedQuote) => Err(whole("row", "a closing quote; the row is read no further than its first line".to_owned())),
            Some(RecordFault::TextAfterQuote) => Err(whole("row", "a delimiter or the end of the row behind a closing quote; a quote within a quoted cell is written twice".to_owned())),
            Some(RecordFault::TooLarge) => Err(whole("row", format!("a row of at most {RECORD_BYTES} bytes"))),
            None if self.record.cells() != self.layout.width => {
                let (wanted, found) = (self.layout.width, self.record.cells());
                Err(whole("row", format!("{wanted} cells as in the header, found {found}")))
            }
            None => convert(&self.mapping, &self.layout, &self.record),
        }
    }

    fn excerpt(&self) -> String {
        let raw = self.records.raw();
        let text = String::from_utf8_lossy(&raw[..raw.len().min(1024)]);
        text.trim_end_matches(['\r', '\n']).to_owned()
    }

    fn row(&mut self, found: Found) -> Row {
        let (row, line) = (self.row, found.line);
        let refused = |faults| Refused::for_all(&self.file, row, line, faults);
        let converted = match self.convert(found) {
            Ok(converted) => converted,
            Err(faults) => {
                // INVARIANT: convert gives at least one fault; without one the row would be lost silently.
                let unknown =
                    || Refused::new(&self.file, row, line, Fault::new("row", "", "a row"));
                let refused = refused(faults).unwrap_or_else(unknown);
                return Row {
                    row,
                    line,
                    outcome: Outcome::Refused(Box::new(refused)),
                    warnings: Vec::new(),
                    verdict: None,
                };
            }
        };
        let Converted { history, mut warnings, latest_by, verdict } = converted;
        if !self.record.is_utf8() {
            warnings.push(Warning::new(WarningKind::BadBytesElsewhere, "", ""));
        }
        let id = history.external_id.clone();
        let outcome = match self.latest.superseding(row, &id, latest_by) {
            Some(counts) => {
                warnings = vec![Warning::new(WarningKind::Superseded, "external_id", &id)];
                Outcome::Known { counts }
            }
            None => match self.same_ids.see(row, &history) {
                Seen::New => Outcome::New(Box::new(history)),
                Seen::Adds(added) => Outcome::Adds(Box::new(history), added),
                Seen::Repeats { first } => {
                    warnings = vec![Warning::new(WarningKind::SaidBefore, "external_id", &id)];
                    Outcome::Known { counts: first }
                }
                Seen::Contradicts { first, field } => {
                    warnings.clear();
                    let expected =
                        format!("one row for each id; row {first} has this id and another {field}");
                    let fault = Fault::new("external_id", &id, expected);
                    Outcome::Refused(Box::new(Refused::new(&self.file, row, line, fault)))
                }
            },
        };
        Row { row, line, outcome, warnings, verdict }
    }
}

impl Iterator for Reader {
    type Item = Result<Row, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        match self.read_record() {
            Ok(found) => found.map(|found| Ok(self.row(found))),
            Err(source) => {
                self.failed = true;
                Some(Err(FileError::Damaged { file: self.file.clone(), source }))
            }
        }
    }
}
