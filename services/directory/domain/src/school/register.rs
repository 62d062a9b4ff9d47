//! Registering a school: its name, numbers and size.

use jiff::civil::Date;
use kernel::{DecodeError, Encoded, SchoolId, SchoolLevel};
use wire::schoolside::directory::v1 as pb;

use super::{Event, Refusal, State};
use crate::{
    ExternalKeys, codec,
    text::{checked_name, merged},
};

/// Enter a school, or describe it anew.
#[derive(Debug, Clone)]
pub struct Register {
    /// The school.
    pub school: SchoolId,
    /// Its name.
    pub display_name: String,
    /// Its id in the national register; may be empty.
    pub nces_id: String,
    /// Which pupils it teaches, if known.
    pub level: Option<SchoolLevel>,
    /// The number of pupils; 0 if unknown.
    pub enrolment: i32,
    /// Its first day, if known.
    pub effective_from: Option<Date>,
    /// Names in source systems, added to those known.
    pub external_keys: ExternalKeys,
}

/// A school was entered, or its description changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The school.
    pub school: SchoolId,
    /// Its name.
    pub display_name: String,
    /// Its id in the national register; may be empty.
    pub nces_id: String,
    /// Which pupils it teaches, if known.
    pub level: Option<SchoolLevel>,
    /// The number of pupils; 0 if unknown.
    pub enrolment: i32,
    /// Its first day, if known.
    pub effective_from: Option<Date>,
    /// All names in source systems.
    pub external_keys: ExternalKeys,
}

impl Register {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        if self.enrolment < 0 {
            return Err(Refusal::InvalidEnrolment(self.enrolment));
        }
        let known = state
            .registered
            .as_ref()
            .map(|school| school.external_keys.clone())
            .unwrap_or_default();
        let registered = Registered {
            school: self.school,
            display_name: checked_name(self.display_name)?,
            nces_id: self.nces_id,
            level: self.level,
            enrolment: self.enrolment,
            effective_from: self.effective_from,
            external_keys: merged(&known, self.external_keys),
        };
        if state.registered.as_ref() == Some(&registered) {
            return Ok(vec![]);
        }
        Ok(vec![Event::Registered(registered)])
    }
}

impl Registered {
    pub(super) const NAME: &'static str = "registered";

    pub(super) fn evolve(&self, state: State) -> State {
        State { registered: Some(self.clone()), ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        codec::published(&pb::SchoolRegistered {
            school_id: self.school.to_string(),
            name: self.display_name.clone(),
            nces_id: self.nces_id.clone(),
            level: level_to_wire(self.level).into(),
            enrolment: self.enrolment,
            effective_from: self.effective_from.map(|day| day.to_string()).unwrap_or_default(),
            external_keys: self.external_keys.clone(),
        })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let message: pb::SchoolRegistered = codec::message(Self::NAME, payload)?;
        let from = &message.effective_from;
        Ok(Self {
            school: codec::id(Self::NAME, "school_id", &message.school_id)?,
            level: level_from_wire(message.level()),
            effective_from: (!from.is_empty())
                .then(|| codec::date(Self::NAME, "effective_from", from))
                .transpose()?,
            display_name: message.name,
            nces_id: message.nces_id,
            enrolment: message.enrolment,
            external_keys: message.external_keys,
        })
    }
}

fn level_to_wire(level: Option<SchoolLevel>) -> pb::SchoolLevel {
    match level {
        None => pb::SchoolLevel::Unspecified,
        Some(SchoolLevel::Elementary) => pb::SchoolLevel::Elementary,
        Some(SchoolLevel::K8) => pb::SchoolLevel::K8,
        Some(SchoolLevel::Middle) => pb::SchoolLevel::Middle,
        Some(SchoolLevel::High) => pb::SchoolLevel::High,
        Some(SchoolLevel::Alternative) => pb::SchoolLevel::Alternative,
    }
}

fn level_from_wire(level: pb::SchoolLevel) -> Option<SchoolLevel> {
    match level {
        pb::SchoolLevel::Unspecified => None,
        pb::SchoolLevel::Elementary => Some(SchoolLevel::Elementary),
        pb::SchoolLevel::K8 => Some(SchoolLevel::K8),
        pb::SchoolLevel::Middle => Some(SchoolLevel::Middle),
        pb::SchoolLevel::High => Some(SchoolLevel::High),
        pb::SchoolLevel::Alternative => Some(SchoolLevel::Alternative),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::civil::date;
    use kernel::{EventCodec, Timestamp, scenario::given};

    use super::*;
    use crate::school::{Command, School};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    pub(in crate::school) fn tannery_lane() -> Registered {
        Registered {
            school: SchoolId::try_new("0208").unwrap(),
            display_name: "Tannery Lane ES".into(),
            nces_id: "009999000208".into(),
            level: Some(SchoolLevel::Elementary),
            enrolment: 352,
            effective_from: Some(date(2025, 7, 1)),
            external_keys: ExternalKeys::new(),
        }
    }

    fn register(school: Registered) -> Command {
        Command::Register(Register {
            school: school.school,
            display_name: school.display_name,
            nces_id: school.nces_id,
            level: school.level,
            enrolment: school.enrolment,
            effective_from: school.effective_from,
            external_keys: school.external_keys,
        })
    }

    #[test]
    fn a_school_is_entered_once() {
        let school = tannery_lane();
        given::<School>([])
            .when(NOW, register(school.clone()))
            .then([Event::Registered(school.clone())]);
        given::<School>([Event::Registered(school.clone())]).when(NOW, register(school)).then([]);
    }

    #[test]
    fn a_school_cannot_have_fewer_than_no_pupils() {
        let school = Registered { enrolment: -1, ..tannery_lane() };
        given::<School>([]).when(NOW, register(school)).refused(Refusal::InvalidEnrolment(-1));
    }

    #[test]
    fn it_reads_back_what_it_wrote() {
        for level in SchoolLevel::ALL.iter().copied().map(Some).chain([None]) {
            let event = Event::Registered(Registered { level, ..tannery_lane() });
            assert_eq!(Event::decode(event.name(), 1, &event.encode().payload, None), Ok(event));
        }
    }
}
