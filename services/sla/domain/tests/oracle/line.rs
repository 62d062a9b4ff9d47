//! The slow oracle's line of time: every second of a window, instants only ever turned into local time, never back.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// A day in seconds.
pub const DAY: i64 = 86_400;

/// A date as days since 1970-01-01.
pub fn day_of(date: Date) -> i64 {
    date.duration_since(jiff::civil::date(1970, 1, 1)).as_secs() / DAY
}

/// The date of a day number.
pub fn date_of(day: i64) -> Date {
    jiff::civil::date(1970, 1, 1).checked_add(jiff::ToSpan::days(day)).unwrap()
}

/// A window of seconds. An index is a second of it; local times are seconds since 1970-01-01T00:00 of the wall clock.
pub struct Line {
    first: i64,
    base: i64,
    local: Vec<i64>,
    /// By local time: the first index that late.
    reach: Vec<usize>,
    /// By local time: the last index at which the wall clock shows it; `usize::MAX` if it never does.
    last: Vec<usize>,
    /// Every second, set.
    pub always: Vec<u8>,
}

impl Line {
    /// The window [from, to), both whole minutes.
    pub fn new(tz: &TimeZone, from: i64, to: i64) -> Self {
        let mut local = Vec::new();
        for minute in (from..to).step_by(60) {
            // No clock has changed inside a minute since 2007.
            let offset = tz.to_offset(Timestamp::from_second(minute).unwrap()).seconds();
            local.extend(minute + i64::from(offset)..minute + i64::from(offset) + 60);
        }
        let base = local[0].min(*local.iter().min().unwrap());
        let length = usize::try_from(local.iter().max().unwrap() - base).unwrap() + 1;
        let (mut reach, mut last) = (Vec::with_capacity(length), vec![usize::MAX; length]);
        for (index, shown) in local.iter().enumerate() {
            let place = usize::try_from(shown - base).unwrap();
            if place >= reach.len() {
                reach.resize(place + 1, index);
            }
            last[place] = index;
        }
        let always = vec![1; local.len()];
        Self { first: from, base, local, reach, last, always }
    }

    pub fn len(&self) -> usize {
        self.local.len()
    }

    pub fn index(&self, at: Timestamp) -> Option<usize> {
        usize::try_from(at.as_second() - self.first).ok().filter(|index| *index <= self.len())
    }

    pub fn instant(&self, index: usize) -> Timestamp {
        Timestamp::from_second(self.first + i64::try_from(index).unwrap()).unwrap()
    }

    pub fn local(&self, index: usize) -> i64 {
        self.local[index]
    }

    /// The first second at which the wall clock is that late.
    pub fn reach(&self, local: i64) -> usize {
        match usize::try_from(local - self.base) {
            Ok(place) => self.reach.get(place).copied().unwrap_or(self.len()),
            Err(_) => 0,
        }
    }

    /// Where an interval ends: the last second of that time, if there is one; midnight is the first of its date.
    pub fn end(&self, local: i64) -> usize {
        let place = usize::try_from(local - self.base).ok();
        let last = place.and_then(|place| self.last.get(place)).filter(|last| **last != usize::MAX);
        last.copied().filter(|_| local % DAY != 0).unwrap_or_else(|| self.reach(local))
    }

    /// A computed time: its first occurrence, or moved forward by the gap that skips it.
    pub fn resolve(&self, local: i64) -> Option<usize> {
        let reached = self.reach(local);
        if reached == 0 || reached >= self.len() {
            return None;
        }
        let missed = local - self.local[reached - 1] - 1;
        let skipped = self.local[reached] != local;
        Some(reached + if skipped { usize::try_from(missed).unwrap() } else { 0 })
    }
}
