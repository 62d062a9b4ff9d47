//! Formats of times: the signs of `strftime` that exports need, compiled once and matched against whole texts.

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::Offset,
};

use super::{
    letters::{self, Letters},
    number,
};

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// What a compiled format is told about the file beside the text.
#[derive(Debug, Clone)]
pub(in crate::import) struct Reading {
    /// The decimal sign.
    pub(in crate::import) decimal: u8,
    /// The first of the hundred years that `%y` stands for.
    pub(in crate::import) two_digit_years_from: i16,
    /// Zone letters for `%Z`.
    pub(in crate::import) letters: Letters,
}

/// One way to write a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) enum Format {
    UnixSeconds,
    UnixMilliseconds,
    SpreadsheetDays { since_1904: bool },
    Signs(Vec<Sign>),
}

/// What a text says, before a zone is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Parsed {
    Instant(Timestamp),
    /// A wall time, with an offset if the text gives one.
    Wall {
        at: DateTime,
        offset: Option<Offset>,
        date_only: bool,
    },
}

/// One element of a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Sign {
    Year,
    ShortYear,
    Month,
    MonthName,
    Day,
    WeekdayName,
    Hour,
    Hour12,
    Minute,
    Second,
    Fraction,
    HalfDay,
    Offset,
    ZoneLetters,
    Space,
    Exactly(char),
}

const KNOWN_SIGNS: &str = "%Y %y %m %d %e %b %B %a %A %H %k %I %l %M %S %.f %p %z %Z %F %T %R %D %%, unix-seconds, unix-milliseconds, spreadsheet-days, spreadsheet-days-1904";

impl Format {
    /// Compiles a format, or says what is wrong with it.
    pub(in crate::import) fn compile(text: &str) -> Result<Self, String> {
        match text {
            "unix-seconds" => return Ok(Self::UnixSeconds),
            "unix-milliseconds" => return Ok(Self::UnixMilliseconds),
            "spreadsheet-days" => return Ok(Self::SpreadsheetDays { since_1904: false }),
            "spreadsheet-days-1904" => return Ok(Self::SpreadsheetDays { since_1904: true }),
            _ => {}
        }
        let signs = signs(text)?;
        let has = |sign: Sign| signs.contains(&sign);
        let dated = (has(Sign::Year) || has(Sign::ShortYear))
            && (has(Sign::Month) || has(Sign::MonthName))
            && has(Sign::Day);
        if !dated {
            return Err(format!(
                "\"{text}\" does not give year, month and day; known are {KNOWN_SIGNS}"
            ));
        }
        if has(Sign::Hour12) != has(Sign::HalfDay) {
            return Err(format!("\"{text}\": a 12-hour %I goes with %p, and %p with %I"));
        }
        let hour = has(Sign::Hour) || has(Sign::Hour12);
        if (has(Sign::Minute) || has(Sign::Second)) && !hour
            || has(Sign::Second) && !has(Sign::Minute)
        {
            return Err(format!("\"{text}\": seconds need minutes, and minutes need an hour"));
        }
        Ok(Self::Signs(signs))
    }

    /// Reads a whole text; `None` when it is written otherwise or names no possible time.
    pub(in crate::import) fn parse(&self, text: &str, reading: &Reading) -> Option<Parsed> {
        match self {
            Self::UnixSeconds => number::epoch(text, reading.decimal, 1).map(Parsed::Instant),
            Self::UnixMilliseconds => {
                number::epoch(text, reading.decimal, 1000).map(Parsed::Instant)
            }
            Self::SpreadsheetDays { since_1904 } => {
                let (at, date_only) = number::spreadsheet(text, reading.decimal, *since_1904)?;
                Some(Parsed::Wall { at, offset: None, date_only })
            }
            Self::Signs(signs) => {
                let (mut parts, mut rest) = (Parts::default(), text);
                for sign in signs {
                    rest = parts.take(*sign, rest, reading)?;
                }
                rest.is_empty().then(|| parts.finish()).flatten()
            }
        }
    }
}

fn signs(text: &str) -> Result<Vec<Sign>, String> {
    let mut signs = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c.is_whitespace() {
            if signs.last() != Some(&Sign::Space) {
                signs.push(Sign::Space);
            }
            continue;
        }
        if c != '%' {
            signs.push(Sign::Exactly(c));
            continue;
        }
        let sign = chars.next();
        match sign {
            Some('Y') => signs.push(Sign::Year),
            Some('y') => signs.push(Sign::ShortYear),
            Some('m') => signs.push(Sign::Month),
            Some('b' | 'B' | 'h') => signs.push(Sign::MonthName),
            Some('d' | 'e') => signs.push(Sign::Day),
            Some('a' | 'A') => signs.push(Sign::WeekdayName),
            Some('H' | 'k') => signs.push(Sign::Hour),
            Some('I' | 'l') => signs.push(Sign::Hour12),
            Some('M') => signs.push(Sign::Minute),
            Some('S') => signs.push(Sign::Second),
            Some('p' | 'P') => signs.push(Sign::HalfDay),
            Some('z') => signs.push(Sign::Offset),
            Some('Z') => signs.push(Sign::ZoneLetters),
            Some('F') => signs.extend(self::signs("%Y-%m-%d")?),
            Some('T') => signs.extend(self::signs("%H:%M:%S")?),
            Some('R') => signs.extend(self::signs("%H:%M")?),
            Some('D') => signs.extend(self::signs("%m/%d/%y")?),
            Some('%') => signs.push(Sign::Exactly('%')),
            Some('.') if chars.next() == Some('f') => signs.push(Sign::Fraction),
            _ => {
                let sign = sign.map(String::from).unwrap_or_default();
                return Err(format!(
                    "\"%{sign}\" in \"{text}\" is unknown; known are {KNOWN_SIGNS}"
                ));
            }
        }
    }
    Ok(signs)
}

#[derive(Default)]
struct Parts {
    year: i16,
    month: i8,
    day: i8,
    hour: Option<i8>,
    minute: i8,
    second: i8,
    nanosecond: i32,
    afternoon: Option<bool>,
    offset: Option<Offset>,
}

impl Parts {
    fn take<'t>(&mut self, sign: Sign, text: &'t str, reading: &Reading) -> Option<&'t str> {
        match sign {
            Sign::Year => set(&mut self.year, digits(text, 4, 4)?),
            Sign::ShortYear => {
                let (number, rest) = digits::<i16>(text, 2, 2)?;
                let from = reading.two_digit_years_from;
                self.year = from + (number - from).rem_euclid(100);
                Some(rest)
            }
            Sign::Month => set(&mut self.month, digits(text, 1, 2)?),
            Sign::MonthName => {
                let (index, rest) = name(&MONTHS, text)?;
                self.month = i8::try_from(index + 1).ok()?;
                Some(rest)
            }
            Sign::Day => set(&mut self.day, digits(text, 1, 2)?),
            Sign::WeekdayName => name(&WEEKDAYS, text).map(|(_, rest)| rest),
            Sign::Hour | Sign::Hour12 => {
                let (hour, rest) = digits(text, 1, 2)?;
                self.hour = Some(hour);
                Some(rest)
            }
            Sign::Minute => set(&mut self.minute, digits(text, 2, 2)?),
            Sign::Second => set(&mut self.second, digits(text, 2, 2)?),
            Sign::Fraction => self.fraction(text, reading.decimal),
            Sign::HalfDay => self.half_day(text),
            Sign::Offset => self.offset(letters::numeric(text)?),
            Sign::ZoneLetters => self.offset(reading.letters.take(text)?),
            Sign::Space => {
                let rest = text.trim_start();
                (rest.len() < text.len()).then_some(rest)
            }
            Sign::Exactly(c) => text.strip_prefix(c),
        }
    }

    fn offset<'t>(&mut self, (offset, rest): (Offset, &'t str)) -> Option<&'t str> {
        self.offset = Some(offset);
        Some(rest)
    }

    fn half_day<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let (afternoon, rest) = ["a.m.", "p.m.", "am", "pm"].iter().find_map(|word| {
            let (start, rest) = text.split_at_checked(word.len())?;
            start.eq_ignore_ascii_case(word).then(|| (word.starts_with('p'), rest))
        })?;
        self.afternoon = Some(afternoon);
        Some(rest)
    }

    /// A fraction of a second may be missing; digits behind the microsecond are cut off.
    fn fraction<'t>(&mut self, text: &'t str, decimal: u8) -> Option<&'t str> {
        let Some(rest) = text.strip_prefix(char::from(decimal)) else { return Some(text) };
        let end = rest.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len());
        let (given, rest) = rest.split_at(end);
        let micros: String = given.chars().chain("000000".chars()).take(6).collect();
        self.nanosecond = micros.parse::<i32>().ok()? * 1000;
        (!given.is_empty()).then_some(rest)
    }

    fn finish(self) -> Option<Parsed> {
        let hour = match (self.hour, self.afternoon) {
            (Some(hour @ 1..=12), Some(afternoon)) => hour % 12 + if afternoon { 12 } else { 0 },
            (Some(_), Some(_)) => return None,
            (hour, _) => hour.unwrap_or(0),
        };
        let date = Date::new(self.year, self.month, self.day).ok()?;
        let time = Time::new(hour, self.minute, self.second, self.nanosecond).ok()?;
        Some(Parsed::Wall {
            at: date.to_datetime(time),
            offset: self.offset,
            date_only: self.hour.is_none(),
        })
    }
}

fn set<'t, T>(part: &mut T, (value, rest): (T, &'t str)) -> Option<&'t str> {
    *part = value;
    Some(rest)
}

fn digits<T: std::str::FromStr>(text: &str, least: usize, most: usize) -> Option<(T, &str)> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(count);
    (count >= least).then(|| digits.parse().ok()).flatten().map(|number| (number, rest))
}

/// A name in full or by its first three letters, optionally with a full stop; `Sept` is known too.
fn name<'t>(names: &[&str], text: &'t str) -> Option<(usize, &'t str)> {
    let end = text.bytes().position(|b| !b.is_ascii_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let word = word.to_ascii_lowercase();
    let index = names.iter().position(|name| {
        *name == word || name[..3] == word || (word == "sept" && name.starts_with("sept"))
    })?;
    Some((index, rest.strip_prefix('.').filter(|_| word.len() < 5).unwrap_or(rest)))
}
