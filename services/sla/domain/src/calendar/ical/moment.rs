//! Dates and times of events, by their own zone, by UTC, or by the calendar's.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use super::lines::Line;

/// A date, or a time in its own zone.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    /// As the line says it; of a date its midnight.
    pub(super) at: DateTime,
    /// The zone of a time; a date has none.
    pub(super) own: Option<TimeZone>,
}

impl Moment {
    /// What a line says; a time without a zone is one of the calendar's.
    pub(super) fn read(line: &Line, zone: &TimeZone) -> Result<Self, String> {
        Self::of(&line.name, line.value.trim(), line.parameter("TZID"), zone)
    }

    /// What a value of a property says.
    pub(super) fn of(
        name: &str,
        text: &str,
        tzid: Option<&str>,
        zone: &TimeZone,
    ) -> Result<Self, String> {
        let wrong =
            || format!("has {name} {text:?}, which is no date or time of the years 1900 to 2299");
        let (local, utc) = match text.strip_suffix('Z') {
            Some(local) => (local, true),
            None => (text, false),
        };
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let well_formed = match local.split_once('T') {
            Some((date, time)) => {
                date.len() == 8 && time.len() == 6 && digits(date) && digits(time)
            }
            None => local.len() == 8 && !utc && digits(local),
        };
        let at: DateTime =
            Some(local).filter(|_| well_formed).and_then(|at| at.parse().ok()).ok_or_else(wrong)?;
        let at = Some(at).filter(|at| (1900..2300).contains(&at.year())).ok_or_else(wrong)?;
        let own = match tzid {
            _ if local.len() == 8 => None,
            _ if utc => Some(TimeZone::UTC),
            Some(name) => Some(
                TimeZone::get(name.trim_start_matches('/'))
                    .map_err(|_| format!("has the zone {name:?}, which is no IANA name"))?,
            ),
            None => Some(zone.clone()),
        };
        Ok(Self { at, own })
    }

    /// The same property at another time.
    pub(super) fn moved(&self, at: DateTime) -> Self {
        Self { at, own: self.own.clone() }
    }

    /// The instant; a date begins in the calendar's zone.
    pub(super) fn instant(&self, zone: &TimeZone) -> Result<Timestamp, String> {
        let zone = self.own.as_ref().unwrap_or(zone);
        zone.to_timestamp(self.at)
            .map_err(|_| format!("has {}, which is beyond all times", self.at))
    }

    /// The wall time in the calendar's zone.
    pub(super) fn there(&self, zone: &TimeZone) -> Result<DateTime, String> {
        match self.own {
            None => Ok(self.at),
            Some(_) => Ok(zone.to_datetime(self.instant(zone)?)),
        }
    }
}
