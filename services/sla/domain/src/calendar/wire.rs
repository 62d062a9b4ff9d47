//! A calendar's definition between the domain and protobuf.

use jiff::civil::Date;
use kernel::DecodeError;
use wire::schoolside::sla::v1 as proto;

use super::definition::{Closure, Definition, Opening, Season, Span, Weekly};
use crate::codec::{count, number, optional_instant, stamp};

impl Definition {
    /// Reads a definition as rpcs and events carry it.
    ///
    /// # Errors
    /// When a field is none that a definition can have.
    pub fn from_message(read: proto::CalendarDefinition) -> Result<Self, DecodeError> {
        definition_from("calendar", read)
    }
}

pub(super) fn definition_to(definition: &Definition) -> proto::CalendarDefinition {
    proto::CalendarDefinition {
        zone: definition.zone.clone(),
        weekly: weekly_to(&definition.weekly),
        seasons: definition.seasons.iter().map(season_to).collect(),
        closures: definition.closures.iter().map(closure_to).collect(),
        openings: definition.openings.iter().map(opening_to).collect(),
    }
}

fn weekly_to(weekly: &Weekly) -> Vec<proto::WeekdayHours> {
    let days = (1..).zip(&weekly.0).filter(|(_, hours)| !hours.is_empty());
    let hours = |hours: &Vec<Span>| hours.iter().map(|span| hours_to(*span)).collect();
    days.map(|(weekday, spans)| proto::WeekdayHours { weekday, hours: hours(spans) }).collect()
}

fn hours_to(span: Span) -> proto::OpenHours {
    proto::OpenHours { from_second: count(span.from), to_second: count(span.to) }
}

fn season_to(season: &Season) -> proto::Season {
    proto::Season {
        from_date: season.from.to_string(),
        to_date: season.to.to_string(),
        weekly: weekly_to(&season.weekly),
    }
}

fn closure_to(closure: &Closure) -> proto::Closure {
    proto::Closure {
        date: closure.date.to_string(),
        from_second: count(closure.hours.from),
        to_second: count(closure.hours.to),
        yearly: closure.yearly,
        known_from: closure.known_from.and_then(stamp),
        label: closure.label.clone(),
    }
}

fn opening_to(opening: &Opening) -> proto::Opening {
    proto::Opening {
        date: opening.date.to_string(),
        hours: Some(hours_to(opening.hours)),
        known_from: opening.known_from.and_then(stamp),
        label: opening.label.clone(),
    }
}

pub(super) fn definition_from(
    name: &'static str,
    read: proto::CalendarDefinition,
) -> Result<Definition, DecodeError> {
    let all = |weekly| weekly_from(name, weekly);
    Ok(Definition {
        zone: read.zone,
        weekly: all(&read.weekly)?,
        seasons: read.seasons.iter().map(|one| season_from(name, one)).collect::<Result<_, _>>()?,
        closures: read
            .closures
            .into_iter()
            .map(|one| closure_from(name, one))
            .collect::<Result<_, _>>()?,
        openings: read
            .openings
            .into_iter()
            .map(|one| opening_from(name, one))
            .collect::<Result<_, _>>()?,
    })
}

fn weekly_from(name: &'static str, read: &[proto::WeekdayHours]) -> Result<Weekly, DecodeError> {
    let mut weekly = Weekly::default();
    for day in read {
        let index = usize::try_from(day.weekday - 1).ok();
        let hours = index.and_then(|index| weekly.0.get_mut(index));
        let hours = hours.ok_or(DecodeError::Invalid { name, field: "weekday" })?;
        for span in &day.hours {
            hours.push(hours_from(name, *span)?);
        }
    }
    Ok(weekly)
}

fn hours_from(name: &'static str, read: proto::OpenHours) -> Result<Span, DecodeError> {
    Ok(Span {
        from: number(name, "from_second", read.from_second)?,
        to: number(name, "to_second", read.to_second)?,
    })
}

fn season_from(name: &'static str, read: &proto::Season) -> Result<Season, DecodeError> {
    Ok(Season {
        from: date(name, &read.from_date)?,
        to: date(name, &read.to_date)?,
        weekly: weekly_from(name, &read.weekly)?,
    })
}

fn closure_from(name: &'static str, read: proto::Closure) -> Result<Closure, DecodeError> {
    let from = number(name, "from_second", read.from_second)?;
    Ok(Closure {
        date: date(name, &read.date)?,
        hours: Span { from, to: number(name, "to_second", read.to_second)? },
        yearly: read.yearly,
        known_from: optional_instant(name, "known_from", read.known_from.as_ref())?,
        label: read.label,
    })
}

fn opening_from(name: &'static str, read: proto::Opening) -> Result<Opening, DecodeError> {
    let hours = read.hours.ok_or(DecodeError::Invalid { name, field: "hours" })?;
    Ok(Opening {
        date: date(name, &read.date)?,
        hours: hours_from(name, hours)?,
        known_from: optional_instant(name, "known_from", read.known_from.as_ref())?,
        label: read.label,
    })
}

fn date(name: &'static str, text: &str) -> Result<Date, DecodeError> {
    wire::time::parse_date(text).ok_or(DecodeError::Invalid { name, field: "date" })
}
