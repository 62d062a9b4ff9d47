//! What a reclassification says anew, keeps, and refuses.

use kernel::{Decider, EventCodec, scenario::given};
use rstest::rstest;

use super::*;
use crate::{
    request::{
        Command, Opened, Phase, Request, Route,
        samples::{DAY_1, DAY_2, another_type, facts, held_by_a_team, opened, resolved_on, routed},
    },
    request_type::AttributeRefusal,
};

fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

fn reclassify() -> Reclassify {
    Reclassify {
        definition: another_type(),
        retired: false,
        attributes: values(&[("room", "12")]),
        priority: None,
        lower_confidentiality: false,
        reason: ReclassifyReason::WrongType,
        note: Some("it is a repair".into()),
    }
}

fn ask(command: Reclassify) -> Command {
    Command::Reclassify(Box::new(command))
}

fn reclassified() -> Reclassified {
    Reclassified {
        request_type: another_type().id,
        category: vec!["facilities".into(), "repair".into()],
        confidentiality: Confidentiality::None,
        accountable_role: Some(Role::Operations),
        contributing: vec![],
        // Brought along: PRC1 asked for an amount too, and published it.
        attributes: values(&[("amount", "12.50")]),
        previous_type: facts().request_type,
        priority: Some(Priority::P2),
        previous_priority: Some(Priority::P2),
        reason: ReclassifyReason::WrongType,
        note: Some("it is a repair".into()),
        private_attributes: values(&[("room", "12"), ("vendor", "Acme")]),
    }
}

#[test]
fn what_the_type_says_is_said_anew_and_holder_and_priority_stay() {
    let before = given::<Request>(held_by_a_team()).state();
    let state = given::<Request>(held_by_a_team())
        .when(DAY_2, ask(reclassify()))
        .then([Event::Reclassified(Box::new(reclassified()))]);
    let facts = state.facts.unwrap();
    assert_eq!(facts.request_type, another_type().id);
    assert_eq!(
        (facts.accountable_role, facts.attributes),
        (Some(Role::Operations), values(&[("amount", "12.50")]))
    );
    assert_eq!((state.holder, state.priority), (before.holder, Some(Priority::P2)));
    let text = state.text.unwrap();
    assert_eq!(
        (text.summary.as_str(), text.attributes),
        ("Forty chairs", reclassified().private_attributes)
    );
}

#[test]
fn a_given_priority_outranks_a_rule_that_judged_the_version_before() {
    let command = Reclassify { priority: Some(Priority::P1), ..reclassify() };
    let mut history = vec![opened()];
    let state = given::<Request>(history.clone()).state();
    history.extend(Request::decide(&state, ask(command), DAY_1).unwrap());
    let Event::Routed(late) = routed() else { panic!("not routed") };
    let late = Route {
        holder: late.holder.clone(),
        priority: late.priority,
        decision: late.decision,
        rule_set_version: 1,
        contributing: late.contributing,
        request_version: 1,
    };
    let state = given::<Request>(history).state();
    let events = Request::decide(&state, Command::Route(late.clone()), DAY_1).unwrap();
    let [Event::Routed(taken)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((taken.priority, &taken.holder), (Some(Priority::P1), &late.holder));
    assert_eq!(taken.contributing, another_type().contributing);
}

#[rstest]
#[case(Confidentiality::Idea, Confidentiality::None, false, Confidentiality::Idea)]
#[case(Confidentiality::Idea, Confidentiality::None, true, Confidentiality::None)]
#[case(Confidentiality::None, Confidentiality::Legal, false, Confidentiality::Legal)]
#[case(Confidentiality::Idea, Confidentiality::Personnel, true, Confidentiality::Personnel)]
fn the_stricter_confidentiality_stands_unless_it_is_lowered(
    #[case] before: Confidentiality,
    #[case] of_the_type: Confidentiality,
    #[case] lower_confidentiality: bool,
    #[case] after: Confidentiality,
) {
    let facts = Facts { confidentiality: before, ..facts() };
    let opened = Event::Opened(Box::new(Opened { facts, text: None }));
    let definition = Definition { confidentiality: of_the_type, ..another_type() };
    let command = Reclassify { definition, lower_confidentiality, ..reclassify() };
    let state = given::<Request>([opened]).state();
    let state = command.decide(&state).unwrap().iter().fold(state, Request::evolve);
    assert_eq!(state.looks_are_kept(), before == Confidentiality::Idea);
    assert_eq!(state.facts.unwrap().confidentiality, after);
}

#[test]
fn the_same_type_a_retired_one_and_a_missing_value_are_refused() {
    let refused = |command, refusal| {
        given::<Request>(held_by_a_team()).when(DAY_2, ask(command)).refused(refusal);
    };
    let same = crate::request::samples::a_definition();
    let unchanged = Refusal::TypeUnchanged(same.id.clone());
    refused(Reclassify { definition: same, attributes: values(&[]), ..reclassify() }, unchanged);
    let retired = Refusal::TypeRetired(another_type().id);
    refused(Reclassify { retired: true, ..reclassify() }, retired);
    let missing = Refusal::Attribute(AttributeRefusal::Missing("room".into()));
    refused(Reclassify { attributes: values(&[]), ..reclassify() }, missing);
}

#[test]
fn a_resolved_request_keeps_its_type() {
    let refusal = Refusal::WrongState { verb: Verb::Reclassify, phase: Phase::Resolved };
    given::<Request>(resolved_on(DAY_2)).when(DAY_2, ask(reclassify())).refused(refusal);
}

#[test]
fn a_reclassification_survives_the_wire_and_keeps_text_apart() {
    let event = Event::Reclassified(Box::new(reclassified()));
    let bytes = event.encode();
    let read = Event::decode("reclassified", 1, &bytes.payload, bytes.private.as_deref());
    assert_eq!(read, Ok(event));
    let payload = String::from_utf8_lossy(&bytes.payload).into_owned();
    for typed in ["it is a repair", "Acme", "room"] {
        assert!(!payload.contains(typed), "{typed}");
    }
}

#[test]
fn a_reclassification_outlives_its_text() {
    let bytes = Event::Reclassified(Box::new(reclassified())).encode();
    let Ok(Event::Reclassified(without)) = Event::decode("reclassified", 1, &bytes.payload, None)
    else {
        panic!("not reclassified")
    };
    let state = without.evolve(State { text: None, ..given::<Request>([opened()]).state() });
    assert_eq!((without.note, state.text), (None, None));
}
