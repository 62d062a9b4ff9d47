//! From text to records of cells: quoting, line numbers, and recovery from what is malformed.
//!
//! A malformed record costs its own first line, never the rows behind it: reading goes on at the very next
//! line of the file. That needs the record's bytes until it is complete, so a record is at most
//! [`RECORD_BYTES`] long; beyond that the quote that opened last is taken for unclosed. Memory is bounded by
//! that limit, whatever the size of the file.

use std::{io, ops::Range};

use super::{bytes::Utf8, mapping::Dialect};

/// The longest record that is read: 16 MiB.
pub(super) const RECORD_BYTES: usize = 16 * 1024 * 1024;

/// How much of a discarded line is kept to be shown.
const EXCERPT_BYTES: usize = 512;

/// The cells of one record, reused from record to record.
#[derive(Debug, Default, Clone)]
pub(super) struct Record {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Record {
    pub(super) fn cells(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn cell(&self, index: usize) -> &[u8] {
        let from =
            index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(index).and_then(|&to| self.text.get(from..to)).unwrap_or_default()
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.iter().all(u8::is_ascii_whitespace)
    }

    pub(super) fn is_utf8(&self) -> bool {
        // Cells are judged one by one only when the whole is not clean: two halves of a character in
        // neighbouring cells cannot make a whole one, because a delimiter stood between them.
        std::str::from_utf8(&self.text).is_ok()
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    fn end_cell(&mut self) {
        self.ends.push(self.text.len());
    }
}

/// Why a record could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    UnclosedQuote,
    TextAfterQuote,
    TooLarge,
    Cut,
}

/// One record found: where it began, and what is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) line: u64,
    pub(super) fault: Option<Fault>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    CellStart,
    Unquoted,
    Quoted,
    AfterQuote,
}

/// The records of a file, one after the other.
pub(super) struct Records {
    input: Utf8,
    dialect: Dialect,
    limit: usize,
    buffer: Vec<u8>,
    /// Where the next record begins in the buffer, and on which line of the file.
    start: usize,
    line: u64,
    last: Range<usize>,
    last_line: u64,
    ended: bool,
    cut: bool,
}

impl Records {
    pub(super) fn new(input: Utf8, dialect: Dialect) -> Self {
        Self {
            input,
            dialect,
            limit: RECORD_BYTES,
            buffer: Vec::new(),
            start: 0,
            line: 1,
            last: 0..0,
            last_line: 1,
            ended: false,
            cut: false,
        }
    }

    /// Reads the next record into `record`; `None` at the end of the file.
    pub(super) fn next(&mut self, record: &mut Record) -> io::Result<Option<Found>> {
        if self.start > self.buffer.len() / 2 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        let (begin, line) = (self.start, self.line);
        record.clear();
        let outcome = self.scan(begin, record)?;
        self.last_line = line;
        let (end, fault) = match outcome {
            Ok(end) if end == begin && !self.cut => return Ok(None),
            Ok(end) if self.cut && end == self.buffer.len() && !self.ends_a_line(begin..end) => {
                (end, Some(Fault::Cut))
            }
            Ok(end) => (end, None),
            Err(fault) => {
                let end = self.end_of_line(begin)?;
                (end, Some(if self.cut && end == self.buffer.len() { Fault::Cut } else { fault }))
            }
        };
        self.cut &= fault != Some(Fault::Cut);
        self.last = begin..end;
        self.start = end;
        self.line += lines_in(&self.buffer[begin..end]);
        Ok(Some(Found { line, fault }))
    }

    /// Skips one line of the file as it stands, for what comes before the header.
    pub(super) fn skip_line(&mut self) -> io::Result<bool> {
        let end = self.end_of_line(self.start)?;
        let any = end > self.start;
        self.start = end;
        self.line += u64::from(any);
        Ok(any)
    }

    /// The last record as it stands in the file.
    pub(super) fn raw(&self) -> &[u8] {
        &self.buffer[self.last.clone()]
    }

    /// On how many lines of the file the last record stands.
    pub(super) fn lines(&self) -> u64 {
        self.line - self.last_line
    }

    /// Whether a line of the last record behind its first, read as a record of its own, is such.
    pub(super) fn any_later_line(
        &self,
        alone: &mut Record,
        is_such: impl Fn(&Record) -> bool,
    ) -> bool {
        let mut rest = self.raw();
        rest = &rest[line_length(rest)..];
        while !rest.is_empty() {
            let (line, after) = rest.split_at(line_length(rest));
            alone.clear();
            let (step, _, state) = parse(&self.dialect, line, At::CellStart, alone);
            if step == Step::More && state != At::Quoted {
                alone.end_cell();
            }
            // A quote in its first cell closes the one before: the line is the rest of that cell, no row.
            let rest_of_a_cell =
                self.dialect.quote.is_some_and(|quote| alone.cell(0).contains(&quote));
            if step != Step::Malformed && !rest_of_a_cell && is_such(alone) {
                return true;
            }
            rest = after;
        }
        false
    }

    /// Gives up the last record behind its first line: reading goes on at its second.
    pub(super) fn resume_after_first_line(&mut self) {
        let length = line_length(self.raw());
        self.last.end = self.last.start + length;
        self.start = self.last.end;
        self.line = self.last_line + 1;
    }

    fn scan(&mut self, begin: usize, record: &mut Record) -> io::Result<Result<usize, Fault>> {
        let (mut at, mut state) = (begin, At::CellStart);
        loop {
            let (step, used, next) = parse(&self.dialect, &self.buffer[at..], state, record);
            at += used;
            state = next;
            match step {
                Step::Done => return Ok(Ok(at)),
                Step::Malformed => return Ok(Err(Fault::TextAfterQuote)),
                Step::More if at - begin > self.limit => {
                    let one_line = line_length(&self.buffer[begin..]) == self.buffer.len() - begin;
                    return Ok(Err(if one_line { Fault::TooLarge } else { Fault::UnclosedQuote }));
                }
                Step::More => {}
            }
            if !self.fill()? {
                if state == At::Quoted {
                    return Ok(Err(Fault::UnclosedQuote));
                }
                // A carriage return at the very end waits in vain for its line feed.
                if self.buffer.get(at) == Some(&b'\r') {
                    at += 1;
                }
                if at > begin {
                    record.end_cell();
                }
                return Ok(Ok(at));
            }
        }
    }

    /// Whether the file was cut exactly behind a whole line.
    fn ends_a_line(&self, range: Range<usize>) -> bool {
        matches!(self.buffer[range].last(), Some(b'\n'))
    }

    /// The end of the line that begins at `from`; what exceeds the limit is discarded.
    fn end_of_line(&mut self, from: usize) -> io::Result<usize> {
        let mut searched = from;
        loop {
            if let Some(found) =
                self.buffer[searched..].iter().position(|&byte| byte == b'\n' || byte == b'\r')
            {
                let mut end = searched + found + 1;
                if self.buffer[end - 1] == b'\r' {
                    while end == self.buffer.len() && self.fill()? {}
                    end += usize::from(self.buffer.get(end) == Some(&b'\n'));
                }
                return Ok(end);
            }
            searched = self.buffer.len();
            if searched - from > self.limit {
                searched = from + EXCERPT_BYTES;
                self.buffer.truncate(searched);
            }
            if !self.fill()? {
                return Ok(self.buffer.len());
            }
        }
    }

    fn fill(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        let before = self.buffer.len();
        match self.input.append_to(&mut self.buffer) {
            Ok(more) => {
                self.ended = !more;
                Ok(more || self.buffer.len() > before)
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                (self.ended, self.cut) = (true, true);
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Done,
    More,
    Malformed,
}

/// Goes on with a record: what came out, how many bytes were used, in which state it stopped.
fn parse(dialect: &Dialect, text: &[u8], mut state: At, record: &mut Record) -> (Step, usize, At) {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match state {
            At::CellStart if Some(byte) == dialect.quote => {
                state = At::Quoted;
                at += 1;
            }
            At::CellStart => state = At::Unquoted,
            At::Unquoted => {
                let stop = |&b: &u8| b == dialect.delimiter || b == b'\n' || b == b'\r';
                let run = text[at..].iter().position(stop).unwrap_or(text.len() - at);
                record.text.extend_from_slice(&text[at..at + run]);
                at += run;
                match text.get(at) {
                    None => {}
                    Some(&b) if b == dialect.delimiter => {
                        record.end_cell();
                        state = At::CellStart;
                        at += 1;
                    }
                    Some(_) => return line_end(text, at, state, record),
                }
            }
            At::Quoted => {
                let stop = |&b: &u8| Some(b) == dialect.quote || Some(b) == dialect.escape;
                let run = text[at..].iter().position(stop).unwrap_or(text.len() - at);
                record.text.extend_from_slice(&text[at..at + run]);
                at += run;
                if text.get(at).is_some() && text.get(at).copied() == dialect.escape {
                    let Some(&escaped) = text.get(at + 1) else { return (Step::More, at, state) };
                    record.text.push(escaped);
                    at += 2;
                } else if at < text.len() {
                    state = At::AfterQuote;
                    at += 1;
                }
            }
            At::AfterQuote if Some(byte) == dialect.quote => {
                record.text.push(byte);
                state = At::Quoted;
                at += 1;
            }
            At::AfterQuote if byte == dialect.delimiter => {
                record.end_cell();
                state = At::CellStart;
                at += 1;
            }
            At::AfterQuote if byte == b'\n' || byte == b'\r' => {
                return line_end(text, at, state, record);
            }
            At::AfterQuote => return (Step::Malformed, at, state),
        }
    }
    (Step::More, at, state)
}

fn line_end(text: &[u8], at: usize, state: At, record: &mut Record) -> (Step, usize, At) {
    let length = match (text[at], text.get(at + 1)) {
        (b'\n', _) => 1,
        (_, Some(b'\n')) => 2,
        (_, Some(_)) => 1,
        (_, None) => return (Step::More, at, state),
    };
    record.end_cell();
    (Step::Done, at + length, state)
}

/// The length of the first line with its end: `\n`, `\r\n` or `\r`.
fn line_length(text: &[u8]) -> usize {
    match text.iter().position(|&byte| byte == b'\n' || byte == b'\r') {
        Some(at) if text[at] == b'\r' && text.get(at + 1) == Some(&b'\n') => at + 2,
        Some(at) => at + 1,
        None => text.len(),
    }
}

fn lines_in(text: &[u8]) -> u64 {
    let (mut count, mut rest) = (0, text);
    while !rest.is_empty() {
        rest = &rest[line_length(rest)..];
        count += 1;
    }
    count
}
