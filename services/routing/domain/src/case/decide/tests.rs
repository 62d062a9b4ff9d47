//! Deciding once per occasion, and keeping or replacing the holder of a reopened request.

use jiff::civil::date;
use kernel::{EventCodec, Timestamp, scenario::given};
use uuid::Uuid;

use super::*;
use crate::{
    case::{Case, Command},
    directory::{Membership, TeamKind},
    table::Field,
};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn team(name: &str) -> TeamId {
    TeamId::try_new(name).unwrap()
}

fn person(name: &str) -> PersonId {
    PersonId::try_new(name).unwrap()
}

/// Ann is in intake until the end of January, Ben without end.
fn decide(occasion: Occasion, request_version: i32, day: Date) -> Decide {
    let mut directory = Directory::default();
    directory.add_team(team("INTAKE"), TeamKind::Intake);
    for (name, until) in [("ann", Some(date(2026, 1, 31))), ("ben", None)] {
        directory.add_member(Membership {
            person: person(name),
            team: team("INTAKE"),
            role: Role::Intake,
            from: date(2025, 7, 1),
            until,
            capacity_percent: 100,
        });
    }
    Decide {
        occasion,
        request_version,
        snapshot: Snapshot::of(StreamId(Uuid::from_u128(7))).with(Field::Priority, "P3"),
        table: Arc::new(Table::built_in(team("INTAKE"))),
        rule_set_version: 0,
        directory: Arc::new(directory),
        loads: Loads::from([(person("ann"), 5)]),
        day,
        owner: None,
    }
}

fn decided(decide: Decide) -> Decided {
    match decide.decide(&State::default()).pop() {
        Some(Event::Decided(decided)) => decided,
        None => panic!("nothing was decided"),
    }
}

fn reopened_from_ann(day: Date) -> Decide {
    let owner = TodaysOwner {
        team: team("INTAKE"),
        role: Role::Intake,
        member: person("ann"),
        priority: Some(Priority::P2),
    };
    Decide { owner: Some(owner), ..decide(Occasion::Reopened, 8, day) }
}

#[test]
fn the_same_occasion_is_decided_once() {
    let first = decided(decide(Occasion::Opened, 1, date(2026, 1, 5)));
    let mut again = decide(Occasion::Opened, 1, date(2026, 1, 6));
    again.loads = Loads::from([(person("ben"), 9)]);
    given::<Case>([Event::Decided(first)]).when(NOW, Command::Decide(again)).then([]);
}

#[test]
fn a_reopened_request_stays_with_a_holder_who_is_still_there() {
    let kept = decided(reopened_from_ann(date(2026, 1, 31))).decision;
    assert_eq!(kept.member(), Some(&person("ann")), "although Ben carries less");
    assert!(kept.kept && kept.rules.is_empty());
    assert_eq!(kept.priority, Some(Priority::P2), "the priority it had");
}

#[test]
fn a_reopened_request_never_goes_back_to_someone_who_left() {
    let anew = decided(reopened_from_ann(date(2026, 2, 1))).decision;
    assert_eq!(anew.member(), Some(&person("ben")));
    assert!(!anew.kept);
    assert_eq!(anew.candidates[0].excluded, Some(Exclusion::OutsideMembership));
}

#[test]
fn a_decision_reads_back_with_all_its_reasons() {
    for day in [date(2026, 1, 31), date(2026, 2, 1), date(2024, 1, 1)] {
        let event = Event::Decided(decided(reopened_from_ann(day)));
        let bytes = event.encode();
        assert_eq!(Event::decode(event.name(), 1, &bytes.payload, None), Ok(event));
    }
}
