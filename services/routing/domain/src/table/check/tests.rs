//! What is refused at publication, and what is warned of.

use super::*;
use crate::{Snapshot, Table};

/// A rule written as `field operator value value …` conditions.
fn rule(name: &str, conditions: &[&str], team: &str) -> RuleDraft {
    let condition = |text: &&str| {
        let mut words = text.split(' ').map(str::to_owned);
        let (field, operator) = (words.next().unwrap(), words.next().unwrap());
        ConditionDraft { field, operator, values: words.collect() }
    };
    RuleDraft {
        name: name.to_owned(),
        conditions: conditions.iter().map(condition).collect(),
        team: team.to_owned(),
        ..RuleDraft::default()
    }
}

fn known() -> Known {
    let id = |text: &str| TeamId::try_new(text).unwrap();
    Known {
        teams: [
            (id("T1"), TeamKind::NetworkTeam),
            (id("T2"), TeamKind::NetworkTeam),
            (id("INTAKE"), TeamKind::Intake),
        ]
        .into(),
        networks: [NetworkId::try_new("N1").unwrap()].into(),
        schools: [SchoolId::try_new("0101").unwrap()].into(),
        request_types: ["FAC1", "FAC2"].map(|id| RequestTypeId::try_new(id).unwrap()).into(),
        categories: ["facilities/heating".to_owned()].into(),
        attributes: ["amount".to_owned()].into(),
    }
}

/// Checks rules followed by a terminal one.
fn checked(rules: &[RuleDraft]) -> Result<(Table, Vec<Warning>), Flaw> {
    let all: Vec<_> = rules.iter().cloned().chain([rule("rest", &[], "INTAKE")]).collect();
    check(&all, &BTreeMap::new(), &known())
}

fn flaw(rules: &[RuleDraft]) -> Flaw {
    checked(rules).expect_err("the table was taken")
}

fn unreachable(flaw: &Flaw) -> &str {
    match flaw {
        Flaw::Unreachable { name, .. } => name,
        other => panic!("another flaw: {other}"),
    }
}

#[test]
fn unknown_words_name_their_place_and_the_choices() {
    for (conditions, path) in [
        ("schol in 0101", "rules[0].conditions[0].field"),
        ("school is 0101", "rules[0].conditions[0].operator"),
        ("school at_least 0101", "rules[0].conditions[0].operator"),
        ("tier at_least 4", "rules[0].conditions[0].values[0]"),
        ("tier in", "rules[0].conditions[0].values"),
        ("tier present 3", "rules[0].conditions[0].values"),
    ] {
        let flaw = flaw(&[rule("a", &[conditions], "T1")]);
        assert_eq!(flaw.path(), path, "{flaw}");
        assert!(matches!(flaw, Flaw::Malformed { .. }), "{flaw}");
    }
}

#[test]
fn unknown_references_name_their_place() {
    for (conditions, team, path, what) in [
        ("tier in 3", "T9", "rules[0].team_id", "team"),
        ("request_type in FAC1 FAC9", "T1", "rules[0].conditions[0].values[1]", "request type"),
        ("school in 0101 101", "T1", "rules[0].conditions[0].values[1]", "school"),
        ("network not_in N9", "T1", "rules[0].conditions[0].values[0]", "network"),
        ("category in facilities/roofs", "T1", "rules[0].conditions[0].values[0]", "category"),
        ("attribute.colour present", "T1", "rules[0].conditions[0].field", "published attribute"),
        ("requester_role in parent", "T1", "rules[0].conditions[0].values[0]", "requester role"),
    ] {
        match flaw(&[rule("a", &[conditions], team)]) {
            Flaw::UnknownReference { path: at, what: kind, .. } => {
                assert_eq!((at.as_str(), kind), (path, what));
            }
            other => panic!("another flaw: {other}"),
        }
    }
}

#[test]
fn a_name_used_twice_is_refused() {
    let flaw = flaw(&[rule("a", &["tier in 1"], "T1"), rule("a", &["tier in 2"], "T1")]);
    assert_eq!(flaw, Flaw::NameTaken { path: "rules[1].name".to_owned(), name: "a".to_owned() });
}

#[test]
fn the_last_rule_takes_the_rest_to_intake() {
    let ends = |last: RuleDraft| {
        matches!(check(&[last], &BTreeMap::new(), &known()), Err(Flaw::NoTerminal { .. }))
    };
    assert!(ends(rule("conditional", &["tier in 1"], "INTAKE")));
    assert!(ends(rule("no team", &[], "")));
    assert!(ends(rule("not intake", &[], "T1")));
    assert!(ends(RuleDraft { continues: true, ..rule("continues", &[], "INTAKE") }));
    assert!(matches!(check(&[], &BTreeMap::new(), &known()), Err(Flaw::NoTerminal { .. })));
}

#[test]
fn only_spare_capacity_chooses_members_yet() {
    let rest = [rule("rest", &[], "INTAKE")];
    let with = |role: &str, choice: &str| {
        check(&rest, &[(role.to_owned(), choice.to_owned())].into(), &known()).map(|_| ())
    };
    assert_eq!(with("budget", "spare_capacity"), Ok(()));
    assert!(with("budget", "longest_idle").is_err());
    assert!(with("cook", "spare_capacity").is_err());
}

#[test]
fn a_rule_that_earlier_rules_cover_together_is_refused() {
    let split = |last: &str| {
        [
            rule("low", &["tier at_most 2"], "T1"),
            rule("high", &["tier at_least 3"], "T2"),
            rule("last", &[last], "T1"),
        ]
    };
    assert_eq!(unreachable(&flaw(&split("tier present"))), "last");
    checked(&split("tier absent")).expect("a request without a tier gets there");
    checked(&split("tier not_in 1 2")).expect("not_in holds for a request without a tier");
}

#[test]
fn reachability_looks_at_all_fields_together() {
    let narrow = rule("narrow", &["tier in 3", "request_type in FAC1"], "T1");
    let by_tier = rule("by tier", &["tier in 3"], "T1");
    assert_eq!(unreachable(&flaw(&[by_tier.clone(), narrow.clone()])), "narrow");
    checked(&[narrow, by_tier]).expect("the exception comes first");
    let cheap = rule("cheap", &["attribute.amount at_most 500"], "T1");
    let dear = rule("dear", &["attribute.amount at_least 500.01"], "T1");
    let between =
        rule("between", &["attribute.amount at_least 100", "attribute.amount at_most 900"], "T1");
    let flawed = [cheap.clone(), dear.clone(), between.clone()];
    checked(&flawed).expect("500.005 is none of the first two");
    let dear = rule("dear", &["attribute.amount at_least 500"], "T1");
    assert_eq!(unreachable(&flaw(&[cheap, dear, between])), "between");
}

#[test]
fn conditions_that_exclude_each_other_are_refused() {
    assert_eq!(unreachable(&flaw(&[rule("never", &["tier in 1", "tier in 2"], "T1")])), "never");
}

#[test]
fn a_rule_for_the_schools_team_leaves_schools_without_one_to_later_rules() {
    let school = rule("school's team", &[], "");
    checked(&[school.clone(), rule("fallback", &["tier in 3"], "T1")])
        .expect("reached without a team");
    assert_eq!(unreachable(&flaw(&[school.clone(), rule("again", &["tier in 3"], "")])), "again");
    let settles = RuleDraft { continues: true, ..rule("settles", &["tier in 3"], "T1") };
    checked(&[school, settles, rule("again", &["tier in 3"], "")]).expect("a team was settled");
}

#[test]
fn partial_overlaps_with_another_action_are_warned_of() {
    let by_tier = rule("by tier", &["tier in 3"], "T1");
    let by_type = rule("by type", &["request_type in FAC1"], "T2");
    let (_, warnings) = checked(&[by_tier.clone(), by_type]).unwrap();
    assert_eq!(warnings, [Warning { rule: "by tier".to_owned(), overlaps: "by type".to_owned() }]);
    let same = rule("by type", &["request_type in FAC1"], "T1");
    assert_eq!(checked(&[by_tier, same]).unwrap().1, [], "the same action");
    let exception = rule("exception", &["tier in 3", "request_type in FAC1"], "T1");
    assert_eq!(checked(&[exception, rule("general", &["tier in 3"], "T2")]).unwrap().1, []);
}

#[test]
fn the_built_in_table_and_a_checked_one_read_back_from_their_words() {
    let (table, _) =
        checked(&[rule("a", &["tier at_least 2", "category in facilities"], "")]).unwrap();
    for table in [table, Table::built_in(TeamId::try_new("INTAKE").unwrap())] {
        assert_eq!(read(&table.drafts(), &BTreeMap::new()), Ok(table));
    }
}

#[test]
fn a_category_rule_covers_the_paths_below_it() {
    let whole = rule("whole", &["category in facilities"], "T1");
    let part = rule("part", &["category in facilities/heating"], "T2");
    assert_eq!(unreachable(&flaw(&[whole.clone(), part.clone()])), "part");
    let (table, _) = checked(&[part, whole]).unwrap();
    let request = Snapshot::of(kernel::StreamId(uuid::Uuid::nil()));
    let heating = request.with(Field::Category, "facilities/heating");
    assert_eq!(table.rules[0].first_failed(&heating), None);
}
