//! Defining the district: its name and the zone in which its days begin and end.

use kernel::{DecodeError, Encoded};
use wire::schoolside::directory::v1 as pb;

use super::{Event, Refusal, State};
use crate::{codec, text::checked_name};

/// Name the district, or rename it.
#[derive(Debug, Clone)]
pub struct Define {
    /// Its name.
    pub display_name: String,
    /// Its IANA time zone.
    pub zone: String,
    /// Its id in the national register; may be empty.
    pub lea_id: String,
}

/// The district was named, or renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defined {
    /// Its name.
    pub display_name: String,
    /// Its IANA time zone.
    pub zone: String,
    /// Its id in the national register; may be empty.
    pub lea_id: String,
}

impl Define {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        let zone = zone_name(self.zone)?;
        if let Some(known) = &state.defined
            && known.zone != zone
        {
            return Err(Refusal::ZoneFixed(known.zone.clone()));
        }
        let defined =
            Defined { display_name: checked_name(self.display_name)?, zone, lea_id: self.lea_id };
        if state.defined.as_ref() == Some(&defined) {
            return Ok(vec![]);
        }
        Ok(vec![Event::Defined(defined)])
    }
}

/// The zone's own spelling: `america/new_york` is the same place.
fn zone_name(text: String) -> Result<String, Refusal> {
    match jiff::tz::TimeZone::get(&text) {
        Ok(zone) => Ok(zone.iana_name().map_or_else(|| text.clone(), str::to_owned)),
        Err(_) => Err(Refusal::UnknownZone(text)),
    }
}

impl Defined {
    pub(super) const NAME: &'static str = "defined";

    pub(super) fn evolve(&self, _state: State) -> State {
        State { defined: Some(self.clone()) }
    }

    pub(super) fn encode(&self) -> Encoded {
        codec::published(&pb::DistrictDefined {
            name: self.display_name.clone(),
            zone: self.zone.clone(),
            lea_id: self.lea_id.clone(),
        })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let message: pb::DistrictDefined = codec::message(Self::NAME, payload)?;
        Ok(Self { display_name: message.name, zone: message.zone, lea_id: message.lea_id })
    }
}

#[cfg(test)]
mod tests {
    use kernel::{EventCodec, Timestamp, scenario::given};

    use super::*;
    use crate::district::{Command, District};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn define(name: &str, zone: &str) -> Command {
        Command::Define(Define {
            display_name: name.into(),
            zone: zone.into(),
            lea_id: "0099990".into(),
        })
    }

    fn defined(name: &str) -> Event {
        let zone = "America/New_York".into();
        Event::Defined(Defined { display_name: name.into(), zone, lea_id: "0099990".into() })
    }

    #[test]
    fn a_district_takes_its_zone_and_can_be_renamed() {
        given::<District>([])
            .when(NOW, define("Alder Bay", "America/New_York"))
            .then([defined("Alder Bay")]);
        given::<District>([defined("Alder")])
            .when(NOW, define("Alder Bay", "America/New_York"))
            .then([defined("Alder Bay")]);
    }

    #[test]
    fn the_same_definition_again_says_nothing() {
        given::<District>([defined("Alder Bay")])
            .when(NOW, define("Alder Bay", "America/New_York"))
            .then([]);
    }

    #[test]
    fn the_zone_stays() {
        given::<District>([defined("Alder Bay")])
            .when(NOW, define("Alder Bay", "America/Chicago"))
            .refused(Refusal::ZoneFixed("America/New_York".into()));
    }

    #[test]
    fn a_zone_must_be_known() {
        given::<District>([])
            .when(NOW, define("A", "Mars/Olympus"))
            .refused(Refusal::UnknownZone("Mars/Olympus".into()));
    }

    #[test]
    fn it_reads_back_what_it_wrote() {
        let event = defined("Alder Bay");
        let bytes = event.encode();
        assert_eq!(Event::decode(event.name(), 1, &bytes.payload, None), Ok(event));
    }
}
