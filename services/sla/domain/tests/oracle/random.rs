//! Random calendars and moments around one clock change, the same on every run.

use jiff::{SignedDuration, Timestamp, civil::Date};
use sla_domain::{
    calendar::definition::{Closure, Definition, Opening, Season, Span, Weekly},
    clock::Pause,
    words::PauseReason,
};

use crate::line::{DAY, date_of};

/// Numbers from a seed (SplitMix64).
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number in [from, to).
    pub fn within(&mut self, from: i64, to: i64) -> i64 {
        from + i64::try_from(self.next() % u64::try_from(to - from).unwrap()).unwrap()
    }

    pub fn one_in(&mut self, so_many: i64) -> bool {
        self.within(0, so_many) == 0
    }

    pub fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[usize::try_from(self.within(0, i64::try_from(items.len()).unwrap())).unwrap()]
    }
}

/// A clock change: when, and what the wall clock shows on either side of it.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    pub at: Timestamp,
    pub before: i64,
    pub after: i64,
}

impl Change {
    pub fn day(&self) -> i64 {
        self.before.div_euclid(DAY)
    }

    /// A time of day, often one at which the clock does something.
    fn second(&self, random: &mut Random) -> i64 {
        let edge = random.one_of(&[self.before, self.after]);
        let second = match random.within(0, 5) {
            0 => edge + random.within(-1, 2),
            1 => edge + random.within(-7_200, 7_200),
            2 => random.within(0, 96) * 900,
            3 => 0,
            _ => random.within(0, DAY),
        };
        second.rem_euclid(DAY)
    }

    fn span(&self, random: &mut Random) -> Span {
        let from = self.second(random);
        let to = self.second(random);
        let to = if to <= from { to + DAY } else { to };
        Span { from: u32::try_from(from).unwrap(), to: u32::try_from(to).unwrap() }
    }

    fn weekly(&self, random: &mut Random) -> Weekly {
        let mut weekly = Weekly::default();
        for hours in &mut weekly.0 {
            match random.within(0, 8) {
                0 => {}
                1 => hours.push(Span { from: 0, to: 86_400 }),
                many => hours.extend((0..1 + many / 5).map(|_| self.span(random))),
            }
        }
        weekly
    }

    fn date(&self, random: &mut Random) -> Date {
        date_of(self.day() + random.within(-2, 3))
    }

    fn known(&self, random: &mut Random) -> Option<Timestamp> {
        let late = SignedDuration::from_hours(random.within(-1, 2));
        random.one_in(4).then(|| self.at.checked_add(late).unwrap())
    }

    fn closure(&self, random: &mut Random) -> Closure {
        let date = self.date(random);
        let Span { from, to } = self.span(random);
        let part = Span { from, to: to.min(86_400) };
        let whole = random.one_in(2);
        let yearly = random.one_in(4);
        Closure {
            // Yearly ones stand in another year; 2008 has all dates.
            date: if yearly { date.with().year(2008).build().unwrap() } else { date },
            hours: if whole { Span { from: 0, to: 86_400 } } else { part },
            yearly,
            known_from: self.known(random),
            label: String::new(),
        }
    }

    fn opening(&self, random: &mut Random) -> Opening {
        let (date, hours) = (self.date(random), self.span(random));
        Opening { date, hours, known_from: self.known(random), label: String::new() }
    }

    fn season(&self, random: &mut Random) -> Season {
        let from = self.day() + random.within(-2, 2);
        let to = from + random.within(0, 3);
        Season { from: date_of(from), to: date_of(to), weekly: self.weekly(random) }
    }

    /// A calendar whose hours, closures and openings crowd around the change.
    pub fn calendar(&self, zone: &str, random: &mut Random) -> Definition {
        Definition {
            zone: zone.to_owned(),
            weekly: self.weekly(random),
            seasons: (0..random.within(0, 2)).map(|_| self.season(random)).collect(),
            closures: (0..random.within(0, 4)).map(|_| self.closure(random)).collect(),
            openings: (0..random.within(0, 3)).map(|_| self.opening(random)).collect(),
        }
    }

    /// An instant, often within two hours of the change.
    pub fn moment(&self, random: &mut Random) -> Timestamp {
        let off = match random.within(0, 4) {
            0 => random.within(-1, 2),
            1 | 2 => random.within(-7_200, 7_200),
            _ => random.within(-DAY, DAY),
        };
        self.at.checked_add(SignedDuration::from_secs(off)).unwrap()
    }
}

/// Pauses that begin and end at, just before, just after and between the given instants, in any order.
pub fn pauses(random: &mut Random, instants: &[Timestamp], many: i64) -> Vec<Pause> {
    let near = |random: &mut Random| {
        let off = match random.within(0, 4) {
            0 => random.within(-1, 2),
            1 => random.within(-9_000, 9_000),
            _ => 0,
        };
        random.one_of(instants).checked_add(SignedDuration::from_secs(off)).unwrap()
    };
    let one = |_| {
        let (one, other) = (near(random), near(random));
        let to = match random.within(0, 8) {
            0 | 1 => None,
            2 => Some(one.min(other)),
            _ => Some(one.max(other)),
        };
        Pause { reason: random.one_of(PauseReason::ALL), from: one.min(other), to }
    };
    (0..many).map(one).collect()
}
