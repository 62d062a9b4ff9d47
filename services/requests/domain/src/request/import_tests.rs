//! What an import takes, adds and refuses.

use kernel::{EventCodec, scenario::given};
use proptest::prelude::*;

use super::*;
use crate::{
    request::{
        ChangeSchool, Command, Reclassify,
        samples::{
            DAY_1, DAY_2, DAY_9, DAY_16, a_definition, a_school, another_type, opened, team,
        },
    },
    words::{PauseReason, ReclassifyReason, SchoolReason},
};

fn row(hash: u8) -> Import {
    Import {
        source_system: "boston-311".into(),
        external_id: "101001234567".into(),
        row_hash: RowHash([hash; 32]),
        reference: Reference::of(10_001),
        submitter: "system/import".into(),
        definition: a_definition(),
        category: vec![],
        opened: DAY_2,
        school: None,
        network: None,
        tier: None,
        team: Some(team("ISD")),
        queue: Some("ISD_Housing".into()),
        channel: "phone".into(),
        priority: None,
        due: None,
        resolved: None,
    }
}

fn import(row: Import) -> Command {
    Command::Import(Box::new(row))
}

fn taken(row: Import) -> Vec<Event> {
    row.decide(&State::default()).unwrap()
}

fn names(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(EventCodec::name).collect()
}

fn again(first: Import, second: Import) -> Result<Vec<Event>, Refusal> {
    second.decide(&given::<Request>(taken(first)).state())
}

fn resolved_row(hash: u8) -> Import {
    Import { due: Some(DAY_9), resolved: Some((DAY_16, Outcome::Done)), ..row(hash) }
}

#[test]
fn a_row_is_taken_whole_with_the_times_its_source_states() {
    let events = taken(resolved_row(1));
    assert_eq!(names(&events), ["imported", "opened", "held", "due_date_stated", "resolved"]);
    let times: Vec<_> = events.iter().map(EventCodec::occurred_at).collect();
    assert_eq!(times, [None, Some(DAY_2), Some(DAY_2), Some(DAY_2), Some(DAY_16)]);
    let state = given::<Request>(events).state();
    assert_eq!(state.holder.as_ref().map(|holder| holder.team.as_str()), Some("ISD"));
    assert_eq!((state.due, state.closes_at()), (Some(DAY_9), None));
}

#[test]
fn a_resolution_before_the_opening_is_kept_and_marked() {
    let events = taken(Import { resolved: Some((DAY_1, Outcome::Done)), ..row(1) });
    let Some(Event::Resolved(resolved)) = events.last() else { panic!("not resolved") };
    assert!(resolved.implausible);
    assert_eq!(resolved.at, DAY_1);
}

#[test]
fn the_same_row_again_changes_nothing_also_after_a_newer_one() {
    assert_eq!(again(row(1), row(1)), Ok(vec![]));
    let mut events = taken(row(1));
    events.extend(again(row(1), resolved_row(2)).unwrap());
    given::<Request>(events).when(DAY_16, import(row(1))).then([]);
}

#[test]
fn a_row_that_knows_more_adds_it() {
    let events = again(row(1), resolved_row(2)).unwrap();
    assert_eq!(names(&events), ["imported", "due_date_stated", "resolved"]);
}

#[test]
fn a_row_that_states_a_known_fact_otherwise_is_refused_by_field() {
    let cases = [
        ("opened_at", Import { opened: DAY_1, ..resolved_row(2) }),
        ("team", Import { team: Some(team("PWD")), ..resolved_row(2) }),
        ("queue", Import { queue: Some("other".into()), ..resolved_row(2) }),
        ("channel", Import { channel: "app".into(), ..resolved_row(2) }),
        ("due_at", Import { due: Some(DAY_1), ..resolved_row(2) }),
        ("resolved_at", Import { resolved: Some((DAY_9, Outcome::Done)), ..resolved_row(2) }),
        ("resolved_at", Import { resolved: None, ..resolved_row(2) }),
        ("outcome", Import { resolved: Some((DAY_16, Outcome::Declined)), ..resolved_row(2) }),
        ("tier", Import { tier: Some(Tier::Targeted), ..resolved_row(2) }),
    ];
    for (expected, second) in cases {
        let refusal = again(resolved_row(1), second).unwrap_err();
        assert!(
            matches!(&refusal, Refusal::ImportContradiction { field, .. } if *field == expected),
            "{expected}: {refusal}"
        );
    }
}

#[test]
fn a_contradiction_says_what_is_known_and_what_is_stated() {
    let refusal = again(row(1), Import { team: Some(team("PWD")), ..row(2) }).unwrap_err();
    assert_eq!(refusal.to_string(), "the row states team = PWD, but ISD is known");
}

#[test]
fn an_imported_request_lives_on_and_its_source_can_still_resolve_it_while_open() {
    let mut events = taken(row(1));
    events.push(crate::request::samples::paused(PauseReason::WaitingForVendor));
    let added = resolved_row(2).decide(&given::<Request>(events.clone()).state()).unwrap();
    assert_eq!(names(&added), ["imported", "due_date_stated", "resumed", "resolved"]);
    events.push(crate::request::samples::resolved(DAY_9));
    let refusal = resolved_row(2).decide(&given::<Request>(events).state()).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        format!("the row states resolved_at = {DAY_16}, but resolved here is known")
    );
}

#[test]
fn a_request_opened_here_is_not_taken_for_an_imported_one() {
    let refusal = row(1).decide(&given::<Request>([opened()]).state()).unwrap_err();
    assert!(matches!(refusal, Refusal::ImportContradiction { field: "external_id", .. }));
}

#[test]
fn the_stream_depends_on_system_and_id_alone() {
    assert_eq!(imported_stream("a", "1"), imported_stream("a", "1"));
    assert_ne!(imported_stream("a", "1"), imported_stream("b", "1"));
}

/// Rows that state more and more of one request, none contradicting another.
fn rows() -> Vec<Import> {
    let bare = Import { team: None, queue: None, ..row(0) };
    vec![
        bare.clone(),
        Import { due: Some(DAY_9), row_hash: RowHash([1; 32]), ..bare.clone() },
        row(2),
        Import { due: Some(DAY_9), ..row(3) },
        resolved_row(4),
        Import { due: None, ..resolved_row(5) },
    ]
}

proptest! {
    /// Whatever the order and however often: one opening, at most one of each stated fact, and every row that
    /// was taken once is unchanged for ever.
    #[test]
    fn any_order_of_rows_ends_in_one_life(order in proptest::collection::vec(0_usize..6, 1..24)) {
        let rows = rows();
        let mut events = Vec::new();
        let mut accepted = Vec::new();
        for at in order {
            let state = given::<Request>(events.clone()).state();
            if let Ok(added) = rows[at].clone().decide(&state) {
                prop_assert!(!added.is_empty() || accepted.contains(&at));
                accepted.push(at);
                events.extend(added);
            }
        }
        for name in ["opened", "held", "due_date_stated", "resolved"] {
            prop_assert!(names(&events).iter().filter(|it| **it == name).count() <= 1, "{}", name);
        }
        let state = given::<Request>(events).state();
        prop_assert_eq!(state.due, accepted.iter().find_map(|at| rows[*at].due));
        for at in accepted {
            prop_assert_eq!(rows[at].clone().decide(&state), Ok(vec![]));
        }
    }
}

#[test]
fn a_row_agrees_with_what_was_said_first_also_after_a_correction() {
    let mut state = given::<Request>(taken(row(1))).state();
    let corrections = [
        Command::Reclassify(Box::new(Reclassify {
            definition: another_type(),
            retired: false,
            attributes: [("room".to_owned(), "12".to_owned())].into(),
            priority: None,
            lower_confidentiality: false,
            reason: ReclassifyReason::WrongType,
            note: None,
        })),
        Command::ChangeSchool(ChangeSchool {
            school: a_school(),
            requester: None,
            reason: SchoolReason::WrongSchool,
        }),
    ];
    for correction in corrections {
        let events = Request::decide(&state, correction, DAY_9).unwrap();
        state = events.iter().fold(state, Request::evolve);
    }
    let same_type_and_school = Import { due: Some(DAY_16), ..row(2) };
    let events = same_type_and_school.decide(&state).unwrap();
    assert_eq!(names(&events), ["imported", "due_date_stated"]);
}
