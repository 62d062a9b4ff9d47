//! Publishing: a version of a questionnaire comes in use; the same questionnaire again changes nothing.

use std::collections::BTreeSet;

use kernel::{DecodeError, Encoded, InstrumentId, time::SignedDuration};
use prost::Message;
use wire::schoolside::surveys::v1 as wire;

use super::{Event, Refusal, State};

/// At most so many items: more are not answered.
pub const MOST_ITEMS: usize = 20;
/// The longest key of an item.
pub const LONGEST_KEY: usize = 40;
/// The longest statement, in characters.
pub const LONGEST_TEXT: usize = 500;
/// The longest settle delay or expiry.
const LONGEST_PERIOD: SignedDuration = SignedDuration::from_hours(24 * 365);

/// One statement to agree or disagree with, from 1 to 5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its key, constant over the years.
    pub key: String,
    /// The statement.
    pub text: String,
}

/// What is asked, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Questionnaire {
    /// The items in their order.
    pub items: Vec<Item>,
    /// The item whose 4s and 5s count as satisfied.
    pub satisfaction_item: String,
    /// How long after a resolution the invitation goes out.
    pub settle: SignedDuration,
    /// How long an invitation can be answered and amended.
    pub expiry: SignedDuration,
}

impl Questionnaire {
    /// Whether it has an item with this key.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.items.iter().any(|item| item.key == key)
    }

    fn check(&self) -> Result<(), Refusal> {
        let malformed = |field: String, problem: String| Err(Refusal::Malformed { field, problem });
        if self.items.is_empty() || self.items.len() > MOST_ITEMS {
            return malformed("items".to_owned(), format!("1 to {MOST_ITEMS} items are taken"));
        }
        let mut keys = BTreeSet::new();
        for (at, item) in self.items.iter().enumerate() {
            if !is_key(&item.key) {
                let problem = format!(
                    "a key is 1 to {LONGEST_KEY} lower-case letters, digits or '_', beginning with a letter"
                );
                return malformed(format!("items[{at}].key"), problem);
            }
            if !keys.insert(&item.key) {
                let problem = format!("an earlier item has the key {} too", item.key);
                return malformed(format!("items[{at}].key"), problem);
            }
            if item.text.trim().is_empty() || item.text.chars().count() > LONGEST_TEXT {
                let problem = format!("a statement has 1 to {LONGEST_TEXT} characters");
                return malformed(format!("items[{at}].text"), problem);
            }
        }
        if !self.has(&self.satisfaction_item) {
            return malformed(
                "satisfaction_item".to_owned(),
                "it must be the key of an item".to_owned(),
            );
        }
        if self.settle.is_negative() || self.settle > LONGEST_PERIOD {
            return malformed("settle_seconds".to_owned(), "it must be 0 to a year".to_owned());
        }
        if self.expiry < SignedDuration::from_secs(1) || self.expiry > LONGEST_PERIOD {
            return malformed("expiry_seconds".to_owned(), "it must be 1 to a year".to_owned());
        }
        Ok(())
    }
}

fn is_key(text: &str) -> bool {
    text.len() <= LONGEST_KEY
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Asks to put a version in use.
#[derive(Debug, Clone, PartialEq)]
pub struct Publish {
    /// Which questionnaire.
    pub instrument: InstrumentId,
    /// What it asks.
    pub questionnaire: Questionnaire,
}

impl Publish {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        self.questionnaire.check()?;
        let version = match state.current() {
            Some((_, current)) if *current == self.questionnaire => return Ok(Vec::new()),
            Some((version, _)) => version + 1,
            None => 1,
        };
        let Self { instrument, questionnaire } = self;
        Ok(vec![Event::Published(Published { instrument, version, questionnaire })])
    }
}

/// A version is in use.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// Which questionnaire.
    pub instrument: InstrumentId,
    /// Its version, from 1.
    pub version: i32,
    /// What it asks.
    pub questionnaire: Questionnaire,
}

impl Published {
    pub(super) const NAME: &'static str = "published";

    pub(super) fn evolve(&self, mut state: State) -> State {
        state.versions.push(self.questionnaire.clone());
        state
    }

    pub(super) fn encode(&self) -> Encoded {
        let questionnaire = &self.questionnaire;
        let item = |item: &Item| wire::Item { key: item.key.clone(), text: item.text.clone() };
        let message = wire::InstrumentPublished {
            instrument_id: self.instrument.to_string(),
            version: self.version,
            items: questionnaire.items.iter().map(item).collect(),
            satisfaction_item: questionnaire.satisfaction_item.clone(),
            settle_seconds: questionnaire.settle.as_secs(),
            expiry_seconds: questionnaire.expiry.as_secs(),
        };
        Encoded { payload: message.encode_to_vec(), private: None }
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let message = wire::InstrumentPublished::decode(payload).map_err(|error| {
            DecodeError::Malformed { name: Self::NAME.to_owned(), detail: error.to_string() }
        })?;
        let invalid = |_| DecodeError::Invalid { name: Self::NAME, field: "instrument_id" };
        let item = |item: wire::Item| Item { key: item.key, text: item.text };
        Ok(Self {
            instrument: message.instrument_id.parse().map_err(invalid)?,
            version: message.version,
            questionnaire: Questionnaire {
                items: message.items.into_iter().map(item).collect(),
                satisfaction_item: message.satisfaction_item,
                settle: SignedDuration::from_secs(message.settle_seconds),
                expiry: SignedDuration::from_secs(message.expiry_seconds),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::{EventCodec, Timestamp, scenario::given};
    use rstest::rstest;

    use super::*;
    use crate::instrument::{Command, Instrument};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn item(key: &str) -> Item {
        Item { key: key.to_owned(), text: "My problem was solved.".to_owned() }
    }

    fn questionnaire() -> Questionnaire {
        Questionnaire {
            items: vec![item("timely"), item("solved")],
            satisfaction_item: "solved".to_owned(),
            settle: SignedDuration::from_hours(24),
            expiry: SignedDuration::from_hours(14 * 24),
        }
    }

    fn publish(questionnaire: Questionnaire) -> Command {
        Command::Publish(Publish {
            instrument: InstrumentId::try_new("transactional").unwrap(),
            questionnaire,
        })
    }

    fn published(version: i32, questionnaire: Questionnaire) -> Event {
        let instrument = InstrumentId::try_new("transactional").unwrap();
        Event::Published(Published { instrument, version, questionnaire })
    }

    #[test]
    fn versions_run_from_one_and_stay_known() {
        let shorter = Questionnaire { items: vec![item("solved")], ..questionnaire() };
        given::<Instrument>([])
            .when(NOW, publish(questionnaire()))
            .then([published(1, questionnaire())]);
        let state = given::<Instrument>([published(1, questionnaire())])
            .when(NOW, publish(shorter.clone()))
            .then([published(2, shorter)]);
        assert_eq!(state.version(1), Some(&questionnaire()));
        assert_eq!(state.current().map(|(number, _)| number), Some(2));
        assert_eq!(state.version(0), None);
    }

    #[test]
    fn the_same_questionnaire_again_changes_nothing() {
        given::<Instrument>([published(1, questionnaire())])
            .when(NOW, publish(questionnaire()))
            .then([]);
    }

    #[rstest]
    #[case::no_items(Questionnaire { items: vec![], ..questionnaire() }, "items")]
    #[case::key(Questionnaire { items: vec![item("Solved")], ..questionnaire() }, "items[0].key")]
    #[case::twice(Questionnaire { items: vec![item("solved"), item("solved")], ..questionnaire() }, "items[1].key")]
    #[case::satisfaction(Questionnaire { satisfaction_item: "kind".into(), ..questionnaire() }, "satisfaction_item")]
    #[case::settle(Questionnaire { settle: SignedDuration::from_secs(-1), ..questionnaire() }, "settle_seconds")]
    #[case::expiry(Questionnaire { expiry: SignedDuration::ZERO, ..questionnaire() }, "expiry_seconds")]
    fn a_malformed_questionnaire_is_refused_with_its_field(
        #[case] wrong: Questionnaire,
        #[case] at: &str,
    ) {
        let Refusal::Malformed { field, .. } = wrong.check().expect_err("it was taken");
        assert_eq!(field, at);
    }

    #[test]
    fn a_version_reads_back() {
        let event = published(2, questionnaire());
        let bytes = event.encode();
        assert_eq!(Event::decode(event.name(), 1, &bytes.payload, None), Ok(event));
    }
}
