//! Opening: someone asks for something, for a school and a requester; who typed it may be another.

use std::collections::BTreeMap;

use kernel::{
    DecodeError, Encoded, NetworkId, PersonId, Priority, SchoolId, SchoolLevel, Tier, Timestamp,
};
use serde::{Deserialize, Serialize};
use wire::schoolside::requests::v1 as pb;

use super::{Event, Facts, Phase, Refusal, State};
use crate::{
    Reference, proto,
    request_type::{self, Definition},
};

/// The longest summary, in characters.
const SUMMARY_LIMIT: usize = 500;

/// A school as it is today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct School {
    /// The school.
    pub id: SchoolId,
    /// Its network today.
    pub network: Option<NetworkId>,
    /// Its tier today.
    pub tier: Option<Tier>,
    /// Which pupils it teaches.
    pub level: Option<SchoolLevel>,
}

/// Asks to open a request. What the rule needs from outside was fetched before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The short reference, drawn for it.
    pub reference: Reference,
    /// The type's definition now.
    pub definition: Definition,
    /// Whether the type is retired.
    pub retired: bool,
    /// The school as it is today.
    pub school: Option<School>,
    /// For whom.
    pub requester: Option<PersonId>,
    /// Who typed it.
    pub submitter: String,
    /// What is asked, in one line.
    pub summary: String,
    /// What is asked, at length.
    pub description: String,
    /// What was filled in.
    pub attributes: BTreeMap<String, String>,
    /// The priority, if stated.
    pub priority: Option<Priority>,
    /// How it came in.
    pub channel: String,
}

/// The free text of an opening.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedText {
    /// What is asked, in one line.
    pub summary: String,
    /// What is asked, at length.
    pub description: String,
    /// The values of attributes that are not published.
    pub attributes: BTreeMap<String, String>,
}

/// Someone asked for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// What never changes.
    pub facts: Facts,
    /// The free text, unless there is none, it was destroyed, or is out of reach.
    pub text: Option<OpenedText>,
}

impl Open {
    pub(super) fn decide(self, state: &State, now: Timestamp) -> Result<Vec<Event>, Refusal> {
        if state.phase != Phase::New {
            return Err(Refusal::AlreadyOpened);
        }
        if self.retired {
            return Err(Refusal::TypeRetired(self.definition.id));
        }
        let summary = self.summary.trim();
        if summary.is_empty() {
            return Err(Refusal::TextMissing("summary"));
        }
        if summary.chars().count() > SUMMARY_LIMIT || summary.contains('\n') {
            return Err(Refusal::SummaryTooLong);
        }
        let attributes = request_type::check(&self.definition, &self.attributes)?;
        let priority = self.priority.or(self.definition.default_priority).unwrap_or(Priority::P3);
        let text = OpenedText {
            summary: summary.to_owned(),
            description: self.description,
            attributes: attributes.private,
        };
        let facts = Facts {
            request_type: self.definition.id,
            category: self.definition.category,
            priority: Some(priority),
            channel: self.channel,
            requester: self.requester,
            submitter: self.submitter,
            network: self.school.as_ref().and_then(|school| school.network.clone()),
            tier: self.school.as_ref().and_then(|school| school.tier),
            level: self.school.as_ref().and_then(|school| school.level),
            school: self.school.map(|school| school.id),
            attributes: attributes.published,
            reference: self.reference,
            confidentiality: self.definition.confidentiality,
            accountable_role: self.definition.accountable_role,
            contributing: self.definition.contributing,
            imported: false,
            opened_at: now,
        };
        Ok(vec![Event::Opened(Box::new(Opened { facts, text: Some(text) }))])
    }
}

impl Opened {
    pub(super) fn evolve(&self, state: State) -> State {
        State {
            phase: Phase::Open,
            priority: self.facts.priority,
            contributing: self.facts.contributing.clone(),
            facts: Some(self.facts.clone()),
            text: self.text.clone(),
            ..state
        }
    }

    pub(super) fn encode(&self) -> Encoded {
        let it = &self.facts;
        let message = pb::RequestOpened {
            request_type_id: it.request_type.to_string(),
            category: it.category.clone(),
            priority: proto::text(it.priority.as_ref()),
            channel: it.channel.clone(),
            requester_id: proto::text(it.requester.as_ref()),
            submitter: it.submitter.clone(),
            school_id: proto::text(it.school.as_ref()),
            network_id: proto::text(it.network.as_ref()),
            tier: it.tier.map_or(0, tier_number),
            school_level: proto::text(it.level.as_ref()),
            attributes: it.attributes.clone(),
            reference: it.reference.to_string(),
            confidentiality: it.confidentiality.to_string(),
            accountable_role: proto::text(it.accountable_role.as_ref()),
            imported: it.imported,
            opened_at: Some(wire::time::to_proto(it.opened_at)),
            contributing: it.contributing.clone(),
        };
        let private = self.text.as_ref().map(|text| pb::RequestOpenedPrivate {
            summary: text.summary.clone(),
            description: text.description.clone(),
            attributes: text.attributes.clone(),
        });
        proto::with_private(&message, private)
    }

    pub(super) fn decode(payload: &[u8], private: Option<&[u8]>) -> Result<Self, DecodeError> {
        const NAME: &str = "request.opened";
        let it: pb::RequestOpened = proto::message(NAME, payload)?;
        let private: Option<pb::RequestOpenedPrivate> = proto::private(NAME, private)?;
        let tier = if it.tier == 0 { String::new() } else { it.tier.to_string() };
        let facts = Facts {
            request_type: proto::parsed(NAME, "request_type_id", &it.request_type_id)?,
            category: it.category,
            priority: proto::optional(NAME, "priority", &it.priority)?,
            channel: it.channel,
            requester: proto::optional(NAME, "requester_id", &it.requester_id)?,
            submitter: it.submitter,
            school: proto::optional(NAME, "school_id", &it.school_id)?,
            network: proto::optional(NAME, "network_id", &it.network_id)?,
            tier: proto::optional(NAME, "tier", &tier)?,
            level: proto::optional(NAME, "school_level", &it.school_level)?,
            attributes: it.attributes,
            reference: proto::parsed(NAME, "reference", &it.reference)?,
            confidentiality: proto::parsed(NAME, "confidentiality", &it.confidentiality)?,
            accountable_role: proto::optional(NAME, "accountable_role", &it.accountable_role)?,
            contributing: it.contributing,
            imported: it.imported,
            opened_at: proto::instant(NAME, "opened_at", it.opened_at.as_ref())?,
        };
        let text = private.map(|text| OpenedText {
            summary: text.summary,
            description: text.description,
            attributes: text.attributes,
        });
        Ok(Self { facts, text })
    }
}

pub(super) fn tier_number(tier: Tier) -> i32 {
    match tier {
        Tier::Foundational => 1,
        Tier::Targeted => 2,
        Tier::Intensive => 3,
    }
}

#[cfg(test)]
mod tests {
    use kernel::{EventCodec, scenario::given};

    use super::*;
    use crate::request::{
        Command, Request,
        samples::{DAY_1, a_school, open, opened},
    };

    fn ask(open: Open) -> Command {
        Command::Open(Box::new(open))
    }

    #[test]
    fn an_opening_carries_a_snapshot_of_type_and_school_and_keeps_text_apart() {
        let state = given::<Request>([]).when(DAY_1, ask(open())).then([opened()]);
        let facts = state.facts.unwrap();
        assert_eq!(facts.network, a_school().network);
        assert_eq!(facts.priority, Some(Priority::P3));
        assert_eq!(facts.attributes.get("amount").map(String::as_str), Some("12.50"));
        assert_eq!(state.text.unwrap().attributes["vendor"], "Acme");
    }

    #[test]
    fn nothing_a_person_typed_is_in_the_published_part() {
        let payload = String::from_utf8_lossy(&opened().encode().payload).into_owned();
        for typed in ["Forty chairs", "for room 12", "Acme"] {
            assert!(!payload.contains(typed), "{typed}");
        }
    }

    #[test]
    fn an_opening_survives_the_wire_and_outlives_its_text() {
        let bytes = opened().encode();
        assert_eq!(
            Event::decode("opened", 1, &bytes.payload, bytes.private.as_deref()),
            Ok(opened())
        );
        let Ok(Event::Opened(without)) = Event::decode("opened", 1, &bytes.payload, None) else {
            panic!("not opened")
        };
        assert_eq!(without.text, None);
    }

    #[test]
    fn a_retired_type_is_refused() {
        let command = Open { retired: true, ..open() };
        let refusal = Refusal::TypeRetired(command.definition.id.clone());
        given::<Request>([]).when(DAY_1, ask(command)).refused(refusal);
    }

    #[test]
    fn a_request_must_say_something_in_one_line() {
        for (summary, refusal) in [
            ("  ", Refusal::TextMissing("summary")),
            ("one\ntwo", Refusal::SummaryTooLong),
            (&"x".repeat(501), Refusal::SummaryTooLong),
        ] {
            let command = Open { summary: summary.into(), ..open() };
            given::<Request>([]).when(DAY_1, ask(command)).refused(refusal);
        }
    }

    #[test]
    fn it_is_opened_once() {
        given::<Request>([opened()]).when(DAY_1, ask(open())).refused(Refusal::AlreadyOpened);
    }
}
