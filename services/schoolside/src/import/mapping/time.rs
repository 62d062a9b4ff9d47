//! `[times]` and the fields that hold times: formats, zones, and what is plausible.

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};

use super::{
    field::{self, Cells, Field},
    keys::Keys,
};
use crate::import::when::{Format, Letters, Placed, Reading, Repeated, Skipped, place};

/// `[times]`: what holds for every time that does not say otherwise.
#[derive(Debug, Clone)]
pub(super) struct Times {
    formats: Vec<(String, Format)>,
    reading: Reading,
    rules: (Skipped, Repeated),
    zone: TimeZone,
    earliest: Timestamp,
    latest: Timestamp,
}

/// The rule for one time.
#[derive(Debug, Clone)]
pub(in crate::import) struct TimeField {
    pub(in crate::import) field: Field,
    times: Times,
    end_of_day: bool,
}

impl Times {
    pub(super) fn read(keys: Option<Keys<'_>>, zone: Option<TimeZone>, cells: &Cells) -> Self {
        let zone = zone.unwrap_or(TimeZone::UTC);
        let mut times = Self {
            formats: Vec::new(),
            reading: Reading {
                decimal: cells.decimal,
                two_digit_years_from: 1970,
                letters: Letters::default(),
            },
            rules: (Skipped::Refuse, Repeated::First),
            earliest: beginning(Date::constant(1990, 1, 1), &zone).unwrap_or(Timestamp::MIN),
            latest: beginning(Date::constant(2100, 1, 1), &zone).unwrap_or(Timestamp::MAX),
            zone,
        };
        let Some(mut keys) = keys else { return times };
        times.overrule(&mut keys);
        if let Some(year) = keys.number("two_digit_years_from", 1900, 2000) {
            times.reading.two_digit_years_from = i16::try_from(year).unwrap_or(1970);
        }
        for (letters, offset) in keys.text_pairs("zone_letters").unwrap_or_default() {
            if !times.reading.letters.add(&letters, &offset) {
                keys.fault("zone_letters", &format!("expected letters and an offset such as {{ IST = \"+05:30\" }}, found {letters} = \"{offset}\""));
            }
        }
        keys.finish();
        times
    }

    /// Takes what `[times]` and a single field can both say.
    fn overrule(&mut self, keys: &mut Keys<'_>) {
        if let Some(formats) = keys.texts("formats") {
            self.formats = compile(keys, formats);
        }
        if let Some(decimal) = field::decimal(keys) {
            self.reading.decimal = decimal;
        }
        if let Some(rule) =
            keys.word("skipped_hour", &[("refuse", Skipped::Refuse), ("later", Skipped::Later)])
        {
            self.rules.0 = rule;
        }
        let repeated = [
            ("first", Repeated::First),
            ("second", Repeated::Second),
            ("refuse", Repeated::Refuse),
        ];
        if let Some(rule) = keys.word("repeated_hour", &repeated) {
            self.rules.1 = rule;
        }
        self.earliest = day(keys, "earliest", &self.zone).unwrap_or(self.earliest);
        self.latest = day(keys, "latest", &self.zone).unwrap_or(self.latest);
        if self.earliest >= self.latest {
            keys.fault("earliest", "must lie before latest");
        }
    }
}

/// A zone by its IANA name.
pub(super) fn zone(keys: &Keys<'_>, name: &str) -> Option<TimeZone> {
    let zone = TimeZone::get(name).ok();
    if zone.is_none() {
        keys.fault(
            "zone",
            &format!("{name:?} is no zone; expected an IANA name such as \"America/New_York\""),
        );
    }
    zone
}

fn compile(keys: &Keys<'_>, formats: Vec<String>) -> Vec<(String, Format)> {
    let mut compiled = Vec::new();
    for (index, text) in formats.into_iter().enumerate() {
        match Format::compile(&text) {
            Ok(format) => compiled.push((text, format)),
            Err(fault) => keys.fault(&format!("formats[{index}]"), &fault),
        }
    }
    compiled
}

fn beginning(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(day.to_datetime(Time::midnight())).compatible().ok()
}

fn day(keys: &mut Keys<'_>, key: &'static str, zone: &TimeZone) -> Option<Timestamp> {
    let text = match keys.take(key)? {
        toml::Value::String(text) => text,
        other => other.to_string(),
    };
    let instant = text.parse::<Date>().ok().and_then(|day| beginning(day, zone));
    if instant.is_none() {
        keys.fault(key, &format!("expected a day such as \"2015-01-31\", found \"{text}\""));
    }
    instant
}

impl TimeField {
    pub(super) fn read(name: &str, mut keys: Keys<'_>, cells: &Cells, times: &Times) -> Self {
        let mut times = times.clone();
        if let Some(name) = keys.text("zone") {
            times.zone = zone(&keys, &name).unwrap_or(times.zone);
        }
        times.overrule(&mut keys);
        if times.formats.is_empty() {
            keys.fault(
                "formats",
                "missing here and in [times]; expected a list such as [\"%Y-%m-%d %H:%M:%S\"]",
            );
        }
        let end_of_day =
            if name == "due" { keys.flag("end_of_day").unwrap_or(false) } else { false };
        let field = Field::read(name, &mut keys, cells);
        keys.finish();
        Self { field, times, end_of_day }
    }

    /// Which of a wall time's two instants is taken in the hour that the clocks repeat; `None` if neither.
    pub(super) fn repeated_hour(&self) -> Option<&'static str> {
        match self.times.rules.1 {
            Repeated::First => Some("first"),
            Repeated::Second => Some("second"),
            Repeated::Refuse => None,
        }
    }

    /// Reads a time, or says what was expected instead.
    pub(in crate::import) fn parse(&self, text: &str) -> Result<Placed, String> {
        let times = &self.times;
        let parsed =
            times.formats.iter().find_map(|(_, format)| format.parse(text, &times.reading));
        let Some(parsed) = parsed else {
            let formats =
                times.formats.iter().map(|(text, _)| format!("\"{text}\"")).collect::<Vec<_>>();
            return Err(format!("a time written as {}", formats.join(" or ")));
        };
        let placed = place(parsed, &times.zone, times.rules, self.end_of_day)?;
        if placed.at < times.earliest || placed.at >= times.latest {
            let day = |at| times.zone.to_datetime(at).date();
            return Err(format!(
                "a time from {} to before {}",
                day(times.earliest),
                day(times.latest)
            ));
        }
        Ok(placed)
    }
}
