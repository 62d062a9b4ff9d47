//! Open time as a line: how much of it lies between two instants, and where so much of it ends.
//!
//! The line is cut into chunks of 366 days, compiled when first touched and kept. Within a chunk the open intervals
//! are sorted and carry prefix sums, so [`Hours::between`] and [`Hours::advance`] are two binary searches and a step
//! per chunk crossed. All searches end with the table (1900 to 2300): nothing here can loop for ever.
//! Instants are microseconds since 1970 inside, as the log keeps them.

mod business;
mod chunk;
mod compile;
pub(crate) mod sets;
mod wall;

use std::sync::OnceLock;

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

use self::{
    chunk::Chunk,
    compile::Plan,
    wall::{Day, date_of, day_of},
};
use super::definition::Definition;

/// An instant or a length in microseconds.
pub(crate) type Micros = i64;

const DAY_MICROS: Micros = 86_400_000_000;
const CHUNK_DAYS: Day = 366;
const CHUNK_MICROS: Micros = 366 * DAY_MICROS;
/// 1900-01-01, as days since 1970.
const FIRST_DAY: Day = -25_567;
const CHUNKS: usize = 400;
/// The first year in which nothing is open any more.
const END_YEAR: i16 = 2300;

/// The open hours of one calendar as known at one time.
pub struct Hours {
    plan: Plan,
    chunks: Box<[OnceLock<Chunk>]>,
}

impl Hours {
    /// The hours of a definition, its `known_from` instants disregarded. Nothing is computed yet.
    #[must_use]
    pub fn new(definition: Definition) -> Self {
        let mut chunks = Vec::new();
        chunks.resize_with(CHUNKS, OnceLock::new);
        Self { plan: Plan::new(definition), chunks: chunks.into() }
    }

    /// The zone all its times of day are in.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        &self.plan.zone
    }

    /// The open time in [from, to); zero if `to` does not lie after `from`.
    #[must_use]
    pub fn between(&self, from: Timestamp, to: Timestamp) -> SignedDuration {
        SignedDuration::from_micros(self.micros_between(micros(from), micros(to)))
    }

    /// The earliest instant at which so much open time has passed since `start`; none or less of it is `start`.
    /// `None` when there is not so much open time before 2300.
    #[must_use]
    pub fn advance(&self, start: Timestamp, open: SignedDuration) -> Option<Timestamp> {
        self.micros_advance(micros(start), i64::try_from(open.as_micros()).ok()?).and_then(instant)
    }

    /// Whether the instant is open.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.next_open(micros(at)) == Some(micros(at))
    }

    /// The instant itself if it is open, else the next opening; `None` when there is none before 2300.
    #[must_use]
    pub fn next_opening(&self, at: Timestamp) -> Option<Timestamp> {
        self.next_open(micros(at)).and_then(instant)
    }

    /// The same local time so many open days later: the start is clamped to the next opening, the outcome into the
    /// hours of its day. See the module [`business`](self) for the whole rule.
    #[must_use]
    pub fn add_business_days(&self, start: Timestamp, days: u32) -> Option<Timestamp> {
        business::add(self, micros(start), days).and_then(instant)
    }

    /// The same wall time so many calendar days later, not clamped; 0 days is the start.
    #[must_use]
    pub fn add_calendar_days(&self, start: Timestamp, days: u32) -> Option<Timestamp> {
        if days == 0 {
            return Some(start);
        }
        let local = self.zone().to_datetime(start);
        let date = date_of(day_of(local.date()).checked_add(i32::try_from(days).ok()?)?)?;
        // `compatible`: a time that does not exist moves forward by the gap, a repeated one is its first occurrence.
        self.zone().to_timestamp(DateTime::from_parts(date, local.time())).ok()
    }

    /// The open intervals within [from, to), merged and in order; none if `to` does not lie after `from`.
    #[must_use]
    pub fn open_within(&self, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let (from, to) = (micros(from), micros(to));
        if to <= from {
            return Vec::new();
        }
        let mut spans: Vec<(Micros, Micros)> = Vec::new();
        for index in chunk_index(from)..=chunk_index(to) {
            let Some(chunk) = self.chunk(index) else { continue };
            for (start, end) in chunk.within(from, to) {
                match spans.last_mut() {
                    Some(last) if last.1 == start => last.1 = end,
                    _ => spans.push((start, end)),
                }
            }
        }
        spans
            .into_iter()
            .filter_map(|(start, end)| Some((instant(start)?, instant(end)?)))
            .collect()
    }

    /// The first instant of a date; of one that the zone skipped, that of the date after it.
    #[must_use]
    pub fn begin_of(&self, date: Date) -> Option<Timestamp> {
        wall::begin(self.zone(), day_of(date)).and_then(instant)
    }

    /// The labels of the closures that touch [from, to), in order of date.
    #[must_use]
    pub fn closures_within(&self, from: Timestamp, to: Timestamp) -> Vec<String> {
        let days = self.plan.days_touching(micros(from), micros(to));
        let mut labels: Vec<String> = Vec::new();
        for (span, label) in days.flat_map(|day| self.plan.closures(day)) {
            let touches = span.0 < micros(to) && micros(from) < span.1;
            if touches && !labels.iter().any(|known| known == label) {
                labels.push(label.to_owned());
            }
        }
        labels
    }

    pub(crate) fn micros_between(&self, from: Micros, to: Micros) -> Micros {
        if to <= from {
            return 0;
        }
        let (first, last) = (chunk_index(from), chunk_index(to));
        let before = |index, at| self.chunk(index).map_or(0, |chunk| chunk.open_before(at));
        let whole: Micros =
            (first..last).filter_map(|index| self.chunk(index)).map(Chunk::total).sum();
        whole + before(last, to) - before(first, from)
    }

    pub(crate) fn micros_advance(&self, start: Micros, open: Micros) -> Option<Micros> {
        if open <= 0 {
            return Some(start);
        }
        let mut index = chunk_index(start).max(0);
        let mut need = self.chunk(index)?.open_before(start).checked_add(open)?;
        while let Some(chunk) = self.chunk(index) {
            if need <= chunk.total() {
                return chunk.reaching(need);
            }
            need -= chunk.total();
            index += 1;
        }
        None
    }

    fn next_open(&self, at: Micros) -> Option<Micros> {
        let mut index = chunk_index(at).max(0);
        while let Some(chunk) = self.chunk(index) {
            if let Some(found) = chunk.next_open(at) {
                return Some(found);
            }
            index += 1;
        }
        None
    }

    fn chunk(&self, index: i64) -> Option<&Chunk> {
        let place = usize::try_from(index).ok()?;
        let chunk = self.chunks.get(place)?;
        let first = FIRST_DAY + CHUNK_DAYS * Day::try_from(index).ok()?;
        Some(chunk.get_or_init(|| self.plan.compile(first, CHUNK_DAYS)))
    }
}

impl std::fmt::Debug for Hours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hours").field("zone", &self.zone().iana_name()).finish_non_exhaustive()
    }
}

/// The chunk an instant lies in; beyond the table's ends for instants outside it, which have no chunk.
fn chunk_index(at: Micros) -> i64 {
    let index = (at - Micros::from(FIRST_DAY) * DAY_MICROS).div_euclid(CHUNK_MICROS);
    index.clamp(-1, CHUNKS as i64)
}

fn chunk_of_day(day: Day) -> i64 {
    i64::from((day - FIRST_DAY).div_euclid(CHUNK_DAYS))
}

/// An instant as microseconds; what is finer is cut, as in the log.
pub(crate) fn micros(at: Timestamp) -> Micros {
    at.as_microsecond()
}

/// Microseconds as an instant; `None` beyond the year 9999.
pub(crate) fn instant(at: Micros) -> Option<Timestamp> {
    Timestamp::from_microsecond(at).ok()
}
