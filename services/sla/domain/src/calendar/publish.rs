//! Publishing: a version of the whole calendar becomes valid. The same again changes nothing.

use ::wire::schoolside::sla::v1::CalendarPublished;
use kernel::{CalendarId, DecodeError, Timestamp};
use prost::Message;

use super::{Definition, Event, Refusal, State, Timetable, check, wire};
use crate::{
    codec::{count, instant, message, number, stamp, word},
    fault::Faults,
    versions,
};

/// Publish a version.
#[derive(Debug, Clone)]
pub struct Publish {
    /// The calendar.
    pub id: CalendarId,
    /// What it is to say.
    pub definition: Definition,
    /// From when on it is in force; `None` is at once.
    pub effective_from: Option<Timestamp>,
}

/// A version is valid.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// The calendar.
    pub id: CalendarId,
    /// The version, from 1.
    pub version: u32,
    /// From when on it is in force.
    pub effective_from: Timestamp,
    /// When it became known.
    pub published_at: Timestamp,
    /// What it says.
    pub definition: Definition,
}

impl Publish {
    pub(super) fn decide(self, state: &State, now: Timestamp) -> Result<Vec<Event>, Refusal> {
        let mut faults = Faults::default();
        check::check(&self.definition, &mut faults);
        let definition = faults.or(self.definition).map_err(Refusal::Invalid)?;
        let latest = state.versions.latest();
        let same = latest.is_some_and(|latest| {
            *latest.content.definition() == definition
                && self.effective_from.is_none_or(|from| from == latest.effective_from)
        });
        if same {
            return Ok(Vec::new());
        }
        let effective_from = self.effective_from.unwrap_or(now);
        let timetable = Timetable::new(definition.clone());
        if timetable.known_at_last().next_opening(effective_from).is_none() {
            return Err(Refusal::NoOpenTimeAhead { from: effective_from });
        }
        let version = latest.map_or(1, |latest| latest.version + 1);
        let id = self.id;
        Ok(vec![Event::Published(Published {
            id,
            version,
            effective_from,
            published_at: now,
            definition,
        })])
    }
}

impl Published {
    pub(super) const NAME: &'static str = "published";

    pub(super) fn evolve(&self, mut state: State) -> State {
        state.versions.add(versions::Published {
            version: self.version,
            effective_from: self.effective_from,
            published_at: self.published_at,
            content: Timetable::new(self.definition.clone()),
        });
        state
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        CalendarPublished {
            calendar_id: self.id.to_string(),
            version: count(self.version),
            effective_from: stamp(self.effective_from),
            published_at: stamp(self.published_at),
            definition: Some(wire::definition_to(&self.definition)),
        }
        .encode_to_vec()
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = Published::NAME;
        let read: CalendarPublished = message(NAME, payload)?;
        let definition =
            read.definition.ok_or(DecodeError::Invalid { name: NAME, field: "definition" })?;
        Ok(Self {
            id: word(NAME, "calendar_id", &read.calendar_id)?,
            version: number(NAME, "version", read.version)?,
            effective_from: instant(NAME, "effective_from", read.effective_from.as_ref())?,
            published_at: instant(NAME, "published_at", read.published_at.as_ref())?,
            definition: wire::definition_from(NAME, definition)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::{EventCodec, scenario::given};

    use super::*;
    use crate::calendar::{Calendar, Command};

    const FILE: &str = r#"
        zone = "America/New_York"
        weekly = { mon = [["08:00", "12:00"], ["12:30", "24:00"]], fri = [["22:00", "06:00"]] }
        seasons = [{ from = 2026-06-22, to = 2026-08-14, weekly = { tue = [["07:30", "17:00"]] } }]
        closures = [
            { date = "2026-01-27", known_from = "2026-01-27T05:40:00", label = "Snow day" },
            { date = "2026-12-25", yearly = true }, { date = "2026-01-28", to = "10:00" } ]
        openings = [{ date = "2026-02-07", from = "09:00", to = "12:00", label = "Saturday" }]
    "#;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn publish(text: &str, effective_from: Option<Timestamp>) -> Command {
        let definition = Definition::read(text).unwrap();
        Command::Publish(Publish { id: "office".parse().unwrap(), definition, effective_from })
    }

    fn published(version: u32, from: &str, known: &str) -> Event {
        Event::Published(Published {
            id: "office".parse().unwrap(),
            version,
            effective_from: at(from),
            published_at: at(known),
            definition: Definition::read(FILE).unwrap(),
        })
    }

    #[test]
    fn a_version_is_in_force_at_once_unless_it_says_otherwise() {
        given::<Calendar>([])
            .when(at("2026-01-05T12:00:00Z"), publish(FILE, None))
            .then([published(1, "2026-01-05T12:00:00Z", "2026-01-05T12:00:00Z")]);
        let from = "2026-02-01T00:00:00Z";
        given::<Calendar>([published(1, "2026-01-05T12:00:00Z", "2026-01-05T12:00:00Z")])
            .when(at("2026-01-06T12:00:00Z"), publish(FILE, Some(at(from))))
            .then([published(2, from, "2026-01-06T12:00:00Z")]);
    }

    #[test]
    fn the_same_again_changes_nothing() {
        given::<Calendar>([published(1, "2026-01-05T12:00:00Z", "2026-01-05T12:00:00Z")])
            .when(at("2026-01-06T12:00:00Z"), publish(FILE, None))
            .then([]);
    }

    #[test]
    fn a_calendar_that_never_opens_again_is_refused() {
        let past =
            r#"{"zone":"UTC","openings":[{"date":"2020-01-01","from":"08:00","to":"09:00"}]}"#;
        let now = at("2026-01-05T12:00:00Z");
        given::<Calendar>([])
            .when(now, publish(past, None))
            .refused(Refusal::NoOpenTimeAhead { from: now });
    }

    #[test]
    fn a_published_version_reads_back() {
        let event = published(3, "2026-01-05T12:00:00Z", "2026-01-05T13:00:00Z");
        let bytes = event.encode();
        assert_eq!(Event::decode(event.name(), 1, &bytes.payload, None), Ok(event));
    }
}
