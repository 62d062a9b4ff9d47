//! One compiled stretch of the line of open time.

use super::{Micros, sets::Interval, wall::Day};

/// Open time that belongs to the date on which its interval starts, small hours of the next day included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shift {
    pub(super) day: Day,
    pub(super) from: Micros,
    pub(super) to: Micros,
}

#[derive(Debug)]
pub(super) struct Chunk {
    /// Open intervals within the chunk, sorted and disjoint.
    open: Vec<Interval>,
    /// The open time of the chunk before each of them.
    before: Vec<Micros>,
    total: Micros,
    /// The open time of the chunk's dates by the date it belongs to, sorted.
    pub(super) shifts: Vec<Shift>,
    /// The chunk's dates on which an interval starts and keeps open time on that very date, sorted.
    pub(super) business_days: Vec<Day>,
}

impl Chunk {
    pub(super) fn new(open: Vec<Interval>, shifts: Vec<Shift>, business_days: Vec<Day>) -> Self {
        let mut total = 0;
        let mut before = Vec::with_capacity(open.len());
        for (from, to) in &open {
            before.push(total);
            total += to - from;
        }
        Self { open, before, total, shifts, business_days }
    }

    pub(super) const fn total(&self) -> Micros {
        self.total
    }

    /// The chunk's open time before an instant.
    pub(super) fn open_before(&self, at: Micros) -> Micros {
        let index = self.open.partition_point(|(from, _)| *from < at);
        match index.checked_sub(1).map(|last| (self.open[last], self.before[last])) {
            Some(((from, to), before)) => before + to.min(at) - from,
            None => 0,
        }
    }

    /// The earliest instant before which so much of the chunk's open time lies; `open` is above 0.
    pub(super) fn reaching(&self, open: Micros) -> Option<Micros> {
        let index = self.before.partition_point(|before| *before < open).checked_sub(1)?;
        Some(self.open[index].0 + open - self.before[index])
    }

    /// The instant itself if it is open, else the chunk's next opening.
    pub(super) fn next_open(&self, at: Micros) -> Option<Micros> {
        let index = self.open.partition_point(|(_, to)| *to <= at);
        self.open.get(index).map(|(from, _)| at.max(*from))
    }

    /// The open intervals within [from, to).
    pub(super) fn within(&self, from: Micros, to: Micros) -> impl Iterator<Item = Interval> {
        let first = self.open.partition_point(|one| one.1 <= from);
        let touching = self.open[first..].iter().take_while(move |one| one.0 < to);
        touching.map(move |one| (one.0.max(from), one.1.min(to)))
    }

    /// The shifts of a date.
    pub(super) fn shifts_of(&self, day: Day) -> &[Shift] {
        let first = self.shifts.partition_point(|shift| shift.day < day);
        let last = self.shifts.partition_point(|shift| shift.day <= day);
        &self.shifts[first..last]
    }
}
