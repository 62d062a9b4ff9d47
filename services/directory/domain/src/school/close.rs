//! Closing a school with a day, into another or into none. Stated again otherwise, the later statement holds.

use jiff::civil::Date;
use kernel::{DecodeError, Encoded, SchoolId};
use wire::schoolside::directory::v1 as pb;

use super::{Event, Refusal, State};
use crate::{Reference, codec};

/// Close a school with a day.
#[derive(Debug, Clone)]
pub struct Close {
    /// The school.
    pub school: SchoolId,
    /// Its last day.
    pub effective_on: Date,
    /// The school it is merged into, if any.
    pub merged_into: Option<Reference<SchoolId>>,
}

/// The school ends with a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// The school.
    pub school: SchoolId,
    /// Its last day.
    pub effective_on: Date,
    /// The school it is merged into, if any.
    pub merged_into: Option<SchoolId>,
}

impl Close {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        if state.registered.is_none() {
            return Err(Refusal::UnknownSchool(self.school));
        }
        let merged_into =
            self.merged_into.map(|school| school.or_refuse(Refusal::UnknownMerger)).transpose()?;
        if merged_into.as_ref() == Some(&self.school) {
            return Err(Refusal::MergedIntoItself);
        }
        let closed = Closed { school: self.school, effective_on: self.effective_on, merged_into };
        if state.closed.as_ref() == Some(&closed) {
            return Ok(vec![]);
        }
        Ok(vec![Event::Closed(closed)])
    }
}

impl Closed {
    pub(super) const NAME: &'static str = "closed";

    pub(super) fn evolve(&self, state: State) -> State {
        State { closed: Some(self.clone()), ..state }
    }

    pub(super) fn encode(&self) -> Encoded {
        codec::published(&pb::SchoolClosed {
            school_id: self.school.to_string(),
            effective_on: self.effective_on.to_string(),
            merged_into: self.merged_into.as_ref().map(ToString::to_string).unwrap_or_default(),
        })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let message: pb::SchoolClosed = codec::message(Self::NAME, payload)?;
        let merged = &message.merged_into;
        Ok(Self {
            school: codec::id(Self::NAME, "school_id", &message.school_id)?,
            effective_on: codec::date(Self::NAME, "effective_on", &message.effective_on)?,
            merged_into: (!merged.is_empty())
                .then(|| codec::id(Self::NAME, "merged_into", merged))
                .transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use kernel::{EventCodec, Timestamp, scenario::given};

    use super::*;
    use crate::school::{Command, School, register::tests::tannery_lane};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;
    const LAST_DAY: Date = date(2026, 6, 30);

    fn school(id: &str) -> SchoolId {
        SchoolId::try_new(id).unwrap()
    }

    fn close(merged_into: Option<Reference<SchoolId>>) -> Command {
        Command::Close(Close { school: school("0208"), effective_on: LAST_DAY, merged_into })
    }

    fn closed(merged_into: Option<SchoolId>) -> Event {
        Event::Closed(Closed { school: school("0208"), effective_on: LAST_DAY, merged_into })
    }

    #[test]
    fn a_school_closes_into_another() {
        let open = [Event::Registered(tannery_lane())];
        let into = Some(Reference::known(school("0209")));
        given::<School>(open).when(NOW, close(into)).then([closed(Some(school("0209")))]);
    }

    #[test]
    fn closing_again_in_the_same_way_says_nothing() {
        let events = [Event::Registered(tannery_lane()), closed(None)];
        given::<School>(events).when(NOW, close(None)).then([]);
    }

    #[test]
    fn it_cannot_be_merged_into_itself_or_into_nowhere() {
        let open = || [Event::Registered(tannery_lane())];
        given::<School>(open())
            .when(NOW, close(Some(Reference::known(school("0208")))))
            .refused(Refusal::MergedIntoItself);
        given::<School>(open())
            .when(NOW, close(Some(Reference::unknown(school("9999")))))
            .refused(Refusal::UnknownMerger(school("9999")));
    }

    #[test]
    fn it_reads_back_what_it_wrote() {
        for event in [closed(None), closed(Some(school("0209")))] {
            assert_eq!(Event::decode(event.name(), 1, &event.encode().payload, None), Ok(event));
        }
    }
}
