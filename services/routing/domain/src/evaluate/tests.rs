//! Who answers: rules in order, what they leave open, and that every input has one outcome.

use std::collections::BTreeMap;

use jiff::civil::date;
use kernel::{NetworkId, PersonId, StreamId};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    decision::Holder,
    directory::Membership,
    table::{Bound, Condition, Field, Terminal, Test},
};

const DAY: Date = date(2026, 2, 2);

fn team(name: &str) -> TeamId {
    TeamId::try_new(name).unwrap()
}

/// T1 serves N1 and has one person each for operations and as lead; INTAKE has one.
fn directory() -> Directory {
    let mut directory = Directory::default();
    directory.add_team(team("T1"), TeamKind::NetworkTeam);
    directory.add_team(team("INTAKE"), TeamKind::Intake);
    directory.add_serving(NetworkId::try_new("N1").unwrap(), date(2025, 7, 1), team("T1"));
    for (name, in_team, role) in [
        ("ops", "T1", Role::Operations),
        ("lead", "T1", Role::Lead),
        ("desk", "INTAKE", Role::Intake),
    ] {
        directory.add_member(Membership {
            person: PersonId::try_new(name).unwrap(),
            team: team(in_team),
            role,
            from: date(2025, 7, 1),
            until: None,
            capacity_percent: 100,
        });
    }
    directory
}

fn rule(name: &str, conditions: Vec<Condition>) -> Rule {
    let name = name.to_owned();
    Rule { name, conditions, team: None, role: None, priority: None, continues: false }
}

fn tier_at_least(tier: &str) -> Condition {
    Condition {
        field: Field::Tier,
        test: Test::AtLeast(Bound::try_new(&Field::Tier, tier).unwrap()),
    }
}

/// Tier 3 is urgent; then the school's team; then intake.
fn table() -> Table {
    let urgent = Rule {
        priority: Some(Priority::P2),
        continues: true,
        ..rule("urgent", vec![tier_at_least("3")])
    };
    Table { rules: vec![urgent, rule("school's team", vec![])], ..Table::built_in(team("INTAKE")) }
}

fn request() -> Snapshot {
    let mut snapshot = Snapshot::of(StreamId(Uuid::from_u128(9)))
        .with(Field::Network, "N1")
        .with(Field::Tier, "1")
        .with(Field::Priority, "P3");
    snapshot.accountable_role = Some(Role::Operations);
    snapshot
}

fn decide(table: &Table, snapshot: &Snapshot) -> Decision {
    evaluate(table, 1, snapshot, &directory(), &Loads::new(), DAY)
}

fn who(decision: &Decision) -> (&str, Role, Option<&str>) {
    (decision.team.as_str(), decision.role, decision.member().map(PersonId::as_str))
}

#[test]
fn the_schools_team_answers_in_the_role_of_the_type() {
    let decision = decide(&table(), &request());
    assert_eq!(who(&decision), ("T1", Role::Operations, Some("ops")));
    assert_eq!(decision.priority, Some(Priority::P3));
    let urgent = &decision.rules[0];
    assert_eq!(urgent.failed.as_deref(), Some("tier at_least 3; it is \"1\""));
    assert_eq!(decision.rules[1].failed, None);
}

#[test]
fn a_rule_that_continues_settles_its_part_and_later_rules_the_rest() {
    let decision = decide(&table(), &request().with(Field::Tier, "3"));
    assert_eq!(who(&decision), ("T1", Role::Operations, Some("ops")));
    assert_eq!(decision.priority, Some(Priority::P2));
}

#[test]
fn what_an_earlier_rule_settled_stands() {
    let mut table = table();
    let role = |role| Some(role);
    table.rules[0] =
        Rule { role: role(Role::Lead), continues: true, ..rule("to the lead", vec![]) };
    table.rules[1].role = role(Role::Budget);
    assert_eq!(who(&decide(&table, &request())), ("T1", Role::Lead, Some("lead")));
}

#[test]
fn a_school_without_a_team_goes_to_intake_and_the_reasons_say_so() {
    let decision = decide(&table(), &request().with(Field::Network, "N9"));
    assert_eq!(who(&decision), ("INTAKE", Role::Intake, Some("desk")));
    let failed = decision.rules[1].failed.as_deref();
    assert_eq!(failed, Some("no team serves the school's network on that day"));
    assert_eq!(decision.rules[2].rule, "built-in: intake");
}

#[test]
fn without_anybody_in_the_role_the_team_holds_it() {
    let mut snapshot = request();
    snapshot.accountable_role = Some(Role::Budget);
    let decision = decide(&table(), &snapshot);
    assert_eq!(who(&decision), ("T1", Role::Budget, None));
}

#[test]
fn a_type_without_a_role_goes_to_the_lead() {
    let mut snapshot = request();
    snapshot.accountable_role = None;
    assert_eq!(who(&decide(&table(), &snapshot)), ("T1", Role::Lead, Some("lead")));
}

fn any_test() -> impl Strategy<Value = Condition> {
    let values = || proptest::collection::vec("[123]|N1|P2|k8", 1..3);
    let bound = |at_least: bool| {
        "[123]".prop_map(move |text: String| {
            let bound = Bound::try_new(&Field::Tier, &text).unwrap();
            let test = if at_least { Test::AtLeast(bound) } else { Test::AtMost(bound) };
            Condition { field: Field::Tier, test }
        })
    };
    let plain = (0..Field::PLAIN.len(), 0..4_u8, values()).prop_map(|(field, kind, values)| {
        let test = match kind {
            0 => Test::In(values),
            1 => Test::NotIn(values),
            2 => Test::Present,
            _ => Test::Absent,
        };
        Condition { field: Field::PLAIN[field].clone(), test }
    });
    prop_oneof![plain, bound(true), bound(false)]
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let teams = proptest::option::of("T1|T2|INTAKE");
    let role = proptest::option::of(proptest::sample::select(Role::ALL.to_vec()));
    let priority = proptest::option::of(proptest::sample::select(Priority::ALL.to_vec()));
    let conditions = proptest::collection::vec(any_test(), 0..3);
    ("[a-z]{1,4}", conditions, teams, role, priority, any::<bool>()).prop_map(
        |(name, conditions, to, role, priority, continues)| {
            let team = to.map(|to| team(&to));
            Rule { name, conditions, team, role, priority, continues }
        },
    )
}

fn any_snapshot() -> impl Strategy<Value = Snapshot> {
    let values = proptest::collection::btree_map(0..Field::PLAIN.len(), "[123]|N1|P2|k8|§ü", 0..9);
    (any::<u128>(), values).prop_map(|(request, values)| {
        let snapshot = Snapshot::of(StreamId(Uuid::from_u128(request)));
        values
            .into_iter()
            .fold(snapshot, |s, (field, value)| s.with(Field::PLAIN[field].clone(), &value))
    })
}

proptest! {
    #[test]
    fn every_request_gets_exactly_one_owner_and_always_the_same(
        rules in proptest::collection::vec(any_rule(), 0..8),
        snapshot in any_snapshot(),
        role in proptest::option::of(proptest::sample::select(Role::ALL.to_vec())),
    ) {
        let terminal = Terminal { name: "rest".to_owned(), team: team("INTAKE"), role, priority: None };
        let table = Table { rules, terminal, member_choice: BTreeMap::new() };
        let decision = decide(&table, &snapshot);
        prop_assert_eq!(&decision, &decide(&table, &snapshot));
        let chosen = decision.candidates.iter().filter(|c| c.chosen).count();
        prop_assert_eq!(chosen, usize::from(matches!(decision.holder, Holder::Member(_))));
        let last = decision.rules.last().map(|verdict| verdict.failed.is_none());
        prop_assert_eq!(last, Some(true), "the last rule looked at decided");
    }
}
