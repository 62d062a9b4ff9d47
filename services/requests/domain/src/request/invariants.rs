//! What holds after any sequence of commands.

use kernel::{
    Decider, EventCodec, EventId, PersonId, Priority, Role, Timestamp, time::SignedDuration,
};
use proptest::prelude::*;
use uuid::Uuid;

use super::{
    Cancel, ChangePriority, ChangeSchool, Close, Command, Erase, Event, Holder, Pause, Phase,
    Reassign, Reclassify, Reopen, Reply, Request, Resolve, Resume, Route, School, State,
    samples::{DAY_1, a_definition, a_request, a_school, another_type, open, team},
};
use crate::words::{
    Author, CancelReason, ErasureGround, Outcome, PauseReason, PriorityReason, ReassignReason,
    ReclassifyReason, ReopenReason, SchoolReason,
};

fn command() -> impl Strategy<Value = Command> {
    let note = || Some("a note".to_owned());
    prop_oneof![
        Just(Command::Open(Box::new(open()))),
        (1_u128..9, 0_i32..9).prop_map(|(decision, request_version)| Command::Route(Route {
            holder: Holder { team: team("T1"), role: Some(Role::Budget), member: None },
            priority: None,
            decision: EventId(Uuid::from_u128(decision)),
            rule_set_version: 1,
            contributing: vec![],
            request_version,
        })),
        (1_u8..4).prop_map(move |number| Command::Reassign(Reassign {
            team: Some(team(&format!("T{number}"))),
            role: None,
            member: PersonId::try_new("P1").ok(),
            reason: ReassignReason::Workload,
            note: note(),
        })),
        (proptest::sample::select(Author::ALL), any::<bool>()).prop_map(|(author, public)| {
            Command::Reply(Reply { author, public, body: "text".into() })
        }),
        proptest::sample::select(PauseReason::ALL)
            .prop_map(move |reason| Command::Pause(Pause { reason, note: None })),
        (any::<bool>(), any::<bool>()).prop_map(|(back, lower_confidentiality)| {
            let definition = if back { a_definition() } else { another_type() };
            let room = (!back).then(|| ("room".to_owned(), "12".to_owned()));
            Command::Reclassify(Box::new(Reclassify {
                definition,
                retired: false,
                attributes: room.into_iter().collect(),
                priority: None,
                lower_confidentiality,
                reason: ReclassifyReason::Other,
                note: None,
            }))
        }),
        proptest::sample::select(Priority::ALL).prop_map(|priority| {
            Command::ChangePriority(ChangePriority { priority, reason: PriorityReason::Impact })
        }),
        any::<bool>().prop_map(|known| Command::ChangeSchool(ChangeSchool {
            school: School { network: a_school().network.filter(|_| known), ..a_school() },
            requester: None,
            reason: SchoolReason::Moved,
        })),
        Just(Command::Resume(Resume)),
        proptest::sample::select(Outcome::ALL).prop_map(|outcome| Command::Resolve(Resolve {
            request: a_request(),
            outcome,
            original: None,
            summary: Some("done".into()),
        })),
        Just(Command::Reopen(Reopen { reason: ReopenReason::Recurred, note: None })),
        any::<bool>().prop_map(|automatic| Command::Close(Close { automatic })),
        Just(Command::Cancel(Cancel { reason: CancelReason::Other, note: None })),
        Just(Command::Erase(Erase { ground: ErasureGround::Other })),
    ]
}

fn holds(state: &State) -> Result<(), TestCaseError> {
    let finished = matches!(state.phase, Phase::Resolved | Phase::Closed);
    prop_assert_eq!(finished, state.resolution.is_some(), "a resolution stands iff it is finished");
    prop_assert!(state.paused.is_none() || state.phase == Phase::Open, "only open requests wait");
    prop_assert_eq!(state.phase == Phase::New, state.facts.is_none());
    prop_assert!(state.closes_at().is_none() || state.phase == Phase::Resolved);
    Ok(())
}

fn events_agree(events: &[Event]) -> Result<(), TestCaseError> {
    let mut paused = false;
    for event in events {
        match event.name() {
            "paused" => {
                prop_assert!(!paused, "paused twice");
                paused = true;
            }
            "resumed" => {
                prop_assert!(paused, "resumed without a pause");
                paused = false;
            }
            "resolved" | "cancelled" => prop_assert!(!paused, "finished while paused"),
            _ => {}
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn random_lives_keep_their_invariants(
        steps in proptest::collection::vec((command(), 0_i64..200), 1..60),
    ) {
        let mut state = State::default();
        let mut story = Vec::new();
        let mut now: Timestamp = DAY_1;
        for (command, hours) in steps {
            now += SignedDuration::from_hours(hours);
            let Ok(events) = Request::decide(&state, command, now) else { continue };
            for event in &events {
                let bytes = event.encode();
                let read = Event::decode(event.name(), 1, &bytes.payload, bytes.private.as_deref());
                prop_assert_eq!(read.as_ref(), Ok(event));
            }
            state = events.iter().fold(state, Request::evolve);
            story.extend(events);
            holds(&state)?;
            prop_assert_eq!(usize::try_from(state.version), Ok(story.len()));
        }
        events_agree(&story)?;
        let kept = serde_json::to_string(&state).unwrap();
        prop_assert_eq!(serde_json::from_str::<State>(&kept).unwrap(), state);
    }
}
