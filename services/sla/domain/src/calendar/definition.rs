//! What a calendar says: weekly hours, seasons, closures and openings, all as wall time in its zone.

use jiff::{Timestamp, civil::Date};

/// A day as seconds.
pub const DAY_SECONDS: u32 = 86_400;

/// Hours of a day, as seconds of wall time from its midnight; an end above [`DAY_SECONDS`] lies on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first second.
    pub from: u32,
    /// The first second after it.
    pub to: u32,
}

/// A second of a day as a time of day, e.g. `08:00`; one on the next day is said by its time alone.
#[must_use]
pub fn time_of_day(second: u32) -> String {
    let second = if second > DAY_SECONDS { second - DAY_SECONDS } else { second };
    let (hours, minutes, seconds) = (second / 3600, second / 60 % 60, second % 60);
    match seconds {
        0 => format!("{hours:02}:{minutes:02}"),
        seconds => format!("{hours:02}:{minutes:02}:{seconds:02}"),
    }
}

/// The hours that begin on each weekday, Monday first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Weekly(pub [Vec<Span>; 7]);

impl Weekly {
    /// Whether no weekday has any.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }

    /// The hours that begin on a date.
    #[must_use]
    pub fn on(&self, date: Date) -> &[Span] {
        let index = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default();
        &self.0[index.min(6)]
    }
}

/// Weekly hours that replace the usual ones from a date to a date, both included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Season {
    /// The first date.
    pub from: Date,
    /// The last date.
    pub to: Date,
    /// The hours.
    pub weekly: Weekly,
}

/// A date, or a part of it, on which the calendar is shut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// The date.
    pub date: Date,
    /// The part of it; all of it is 0 to [`DAY_SECONDS`].
    pub hours: Span,
    /// Whether it holds on this day of every year, earlier ones included.
    pub yearly: bool,
    /// From when on the calendar knew it; `None` is always.
    pub known_from: Option<Timestamp>,
    /// What it is; empty if not said.
    pub label: String,
}

/// Added open hours; they win over closures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The date on which they begin.
    pub date: Date,
    /// The hours.
    pub hours: Span,
    /// From when on the calendar knew them; `None` is always.
    pub known_from: Option<Timestamp>,
    /// What it is; empty if not said.
    pub label: String,
}

/// A calendar as its file says it: open = (weekly hours − closures) ∪ openings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Definition {
    /// The IANA name of its zone.
    pub zone: String,
    /// The usual weekly hours.
    pub weekly: Weekly,
    /// Times of the year with other hours.
    pub seasons: Vec<Season>,
    /// When it is shut.
    pub closures: Vec<Closure>,
    /// When it is open beside the weekly hours.
    pub openings: Vec<Opening>,
}

impl Definition {
    /// The instants at which the calendar learned of a closure or opening, in order.
    #[must_use]
    pub fn known_edges(&self) -> Vec<Timestamp> {
        let closures = self.closures.iter().filter_map(|closure| closure.known_from);
        let openings = self.openings.iter().filter_map(|opening| opening.known_from);
        let mut edges: Vec<_> = closures.chain(openings).collect();
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    /// The calendar as it was known when `latest` was the last edge passed; `None` is before the first.
    #[must_use]
    pub fn as_known(&self, latest: Option<Timestamp>) -> Self {
        let known = |from: Option<Timestamp>| from.is_none_or(|from| Some(from) <= latest);
        Self {
            closures: self.closures.iter().filter(|one| known(one.known_from)).cloned().collect(),
            openings: self.openings.iter().filter(|one| known(one.known_from)).cloned().collect(),
            ..self.clone()
        }
    }

    /// The closures of a date, yearly ones included.
    pub fn closures_on(&self, date: Date) -> impl Iterator<Item = &Closure> {
        let of_year = |date: Date| (date.month(), date.day());
        self.closures
            .iter()
            .filter(move |one| one.date == date || one.yearly && of_year(one.date) == of_year(date))
    }

    /// The openings that begin on a date.
    pub fn openings_on(&self, date: Date) -> impl Iterator<Item = &Opening> {
        self.openings.iter().filter(move |one| one.date == date)
    }

    /// The weekly hours that hold on a date.
    #[must_use]
    pub fn weekly_on(&self, date: Date) -> &Weekly {
        let season = self.seasons.iter().find(|season| season.from <= date && date <= season.to);
        season.map_or(&self.weekly, |season| &season.weekly)
    }
}
