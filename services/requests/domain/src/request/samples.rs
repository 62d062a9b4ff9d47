//! Requests in the states that the rules' tests begin from.

use std::collections::BTreeMap;

use kernel::{
    Confidentiality, EventId, NetworkId, PersonId, Priority, RequestTypeId, Role, SchoolId,
    SchoolLevel, StreamId, TeamId, Tier, Timestamp,
};
use uuid::Uuid;

use super::{Event, Facts, Holder, Open, Opened, OpenedText, Paused, Resolved, Routed, School};
use crate::{
    Reference,
    request_type::{Attribute, Definition},
    words::{AttributeKind, Outcome, PauseReason},
};

const fn day(number: i64) -> Timestamp {
    Timestamp::constant(1_770_000_000 + number * 86_400, 0)
}

pub(crate) const DAY_1: Timestamp = day(1);
pub(crate) const DAY_2: Timestamp = day(2);
pub(crate) const DAY_9: Timestamp = day(9);
pub(crate) const DAY_16: Timestamp = day(16);
pub(crate) const DAY_17: Timestamp = day(17);

pub(crate) fn team(id: &str) -> TeamId {
    TeamId::try_new(id).unwrap()
}

pub(crate) fn person(id: &str) -> PersonId {
    PersonId::try_new(id).unwrap()
}

pub(crate) fn a_request() -> StreamId {
    StreamId(Uuid::from_u128(7))
}

pub(crate) fn a_school() -> School {
    School {
        id: SchoolId::try_new("0101").unwrap(),
        network: Some(NetworkId::try_new("N1").unwrap()),
        tier: Some(Tier::Targeted),
        level: Some(SchoolLevel::K8),
    }
}

pub(crate) fn a_definition() -> Definition {
    let attribute = |name: &str, kind, published| Attribute {
        name: name.into(),
        kind,
        required: false,
        published,
        choices: vec![],
    };
    Definition {
        id: RequestTypeId::try_new("PRC1").unwrap(),
        name: "Purchase order".into(),
        category: vec!["procurement".into()],
        accountable_role: Some(Role::Budget),
        contributing: vec!["desk:PROC".into()],
        default_priority: Some(Priority::P3),
        attributes: vec![
            attribute("vendor", AttributeKind::Text, false),
            attribute("amount", AttributeKind::Amount, true),
        ],
        confidentiality: Confidentiality::None,
        external_keys: BTreeMap::new(),
    }
}

/// A type that asks for a room, and for some of what [`a_definition`] asks for.
pub(crate) fn another_type() -> Definition {
    let attribute = |name: &str, kind, required, published| Attribute {
        name: name.into(),
        kind,
        required,
        published,
        choices: vec![],
    };
    Definition {
        id: RequestTypeId::try_new("FAC2").unwrap(),
        name: "Repair".into(),
        category: vec!["facilities".into(), "repair".into()],
        accountable_role: Some(Role::Operations),
        contributing: vec![],
        default_priority: Some(Priority::P4),
        attributes: vec![
            attribute("room", AttributeKind::Text, true, false),
            attribute("amount", AttributeKind::Amount, false, true),
            attribute("vendor", AttributeKind::Text, false, false),
        ],
        confidentiality: Confidentiality::None,
        external_keys: BTreeMap::new(),
    }
}

fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

pub(crate) fn open() -> Open {
    Open {
        reference: Reference::of(10_482),
        definition: a_definition(),
        retired: false,
        school: Some(a_school()),
        requester: Some(person("P-0101")),
        submitter: "people/T1-intake-1".into(),
        summary: "Forty chairs".into(),
        description: "for room 12".into(),
        attributes: values(&[("vendor", "Acme"), ("amount", "12.50")]),
        priority: None,
        channel: "phone".into(),
    }
}

pub(crate) fn facts() -> Facts {
    let school = a_school();
    Facts {
        request_type: RequestTypeId::try_new("PRC1").unwrap(),
        category: vec!["procurement".into()],
        priority: Some(Priority::P3),
        channel: "phone".into(),
        requester: Some(person("P-0101")),
        submitter: "people/T1-intake-1".into(),
        school: Some(school.id),
        network: school.network,
        tier: school.tier,
        level: school.level,
        attributes: values(&[("amount", "12.50")]),
        reference: Reference::of(10_482),
        confidentiality: Confidentiality::None,
        accountable_role: Some(Role::Budget),
        contributing: vec!["desk:PROC".into()],
        imported: false,
        opened_at: DAY_1,
    }
}

pub(crate) fn opened() -> Event {
    let text = OpenedText {
        summary: "Forty chairs".into(),
        description: "for room 12".into(),
        attributes: values(&[("vendor", "Acme")]),
    };
    Event::Opened(Box::new(Opened { facts: facts(), text: Some(text) }))
}

pub(crate) fn routed() -> Event {
    Event::Routed(Routed {
        holder: Holder {
            team: team("T1"),
            role: Some(Role::Budget),
            member: Some(person("T1-budget-1")),
        },
        priority: Some(Priority::P2),
        decision: EventId(Uuid::from_u128(70)),
        rule_set_version: 1,
        contributing: vec!["desk:PROC".into()],
        request_version: 1,
    })
}

pub(crate) fn paused(reason: PauseReason) -> Event {
    Event::Paused(Paused { reason, note: None })
}

pub(crate) fn resolved(at: Timestamp) -> Event {
    Event::Resolved(Resolved {
        outcome: Outcome::Done,
        duplicate_of: None,
        team: Some(team("T1")),
        member: Some(person("T1-budget-1")),
        implausible: false,
        at,
        imported: false,
        summary: Some("ordered".into()),
    })
}

pub(crate) fn duplicate(at: Timestamp, of: StreamId) -> Event {
    Event::Resolved(Resolved {
        outcome: Outcome::Duplicate,
        duplicate_of: Some(of),
        team: Some(team("T1")),
        member: Some(person("T1-budget-1")),
        implausible: false,
        at,
        imported: false,
        summary: None,
    })
}

pub(crate) fn held_by_a_team() -> Vec<Event> {
    vec![opened(), routed()]
}

pub(crate) fn resolved_on(at: Timestamp) -> Vec<Event> {
    vec![opened(), routed(), resolved(at)]
}
