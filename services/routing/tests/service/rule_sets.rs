//! Publishing and reading the rule set.

use testkit::{Who, command_id, field_of, metadata_of, reason_of};
use tonic::Code;
use wire::schoolside::routing::v1::{GetRuleSetRequest, PublishRuleSetRequest, Rule};

use crate::world::{World, rule, rule_when, usual_rules};

fn ask(rules: Vec<Rule>) -> PublishRuleSetRequest {
    PublishRuleSetRequest { rules, command_id: command_id(), ..Default::default() }
}

fn get(name: &str, after: &str) -> GetRuleSetRequest {
    GetRuleSetRequest { name: name.to_owned(), after: after.to_owned() }
}

#[tokio::test]
async fn versions_are_published_and_stay_readable() {
    let world = World::new().await;
    let second = world.publish(vec![rule("all to intake", "INTAKE")]).await.expect("published");
    assert_eq!(second.rule_set.as_ref().map(|it| it.version), Some(2));
    let mut client = world.client(&Who::operator());
    let current = client.get_rule_set(get("", &second.consistency)).await.unwrap().into_inner();
    assert_eq!(current.rule_set, second.rule_set);
    assert_eq!(current.etag, second.etag);
    let first = client.get_rule_set(get("ruleSets/1", "")).await.unwrap().into_inner();
    assert_eq!(first.rule_set.unwrap().rules, usual_rules());
    let missing = client.get_rule_set(get("ruleSets/3", "")).await.unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);
}

#[tokio::test]
async fn a_repeated_command_repeats_its_answer_and_the_same_table_changes_nothing() {
    let world = World::new().await;
    let mut client = world.client(&Who::operator());
    let second = ask(vec![rule("all to intake", "INTAKE")]);
    let first = client.publish_rule_set(second.clone()).await.unwrap().into_inner();
    let again = client.publish_rule_set(second.clone()).await.unwrap().into_inner();
    assert_eq!(again, first);
    let same_table = PublishRuleSetRequest { command_id: command_id(), ..second.clone() };
    let same = client.publish_rule_set(same_table).await.unwrap().into_inner();
    assert_eq!(same.etag, first.etag);
    let reused = PublishRuleSetRequest { rules: usual_rules(), ..second };
    let refused = client.publish_rule_set(reused).await.unwrap_err();
    assert_eq!(reason_of(&refused), "COMMAND_ID_REUSED");
}

#[tokio::test]
async fn flaws_are_refused_with_their_place() {
    let world = World::new().await;
    let rest = || rule("rest", "INTAKE");
    for (rules, reason, field) in [
        (
            vec![rule_when("a", "schol", "in", &["0101"]), rest()],
            "RULE_MALFORMED",
            "rules[0].conditions[0].field",
        ),
        (vec![rule("a", "T9"), rest()], "RULE_REFERENCE_UNKNOWN", "rules[0].team_id"),
        (
            vec![rule_when("a", "request_type", "in", &["FAC9"]), rest()],
            "RULE_REFERENCE_UNKNOWN",
            "rules[0].conditions[0].values[0]",
        ),
        (vec![rest(), rest()], "RULE_NAME_TAKEN", "rules[1].name"),
        (vec![rule("a", "T1"), rule("b", "T1"), rest()], "RULE_UNREACHABLE", "rules[1]"),
        (vec![rule("a", "T1")], "RULE_SET_WITHOUT_TERMINAL", "rules[0]"),
    ] {
        let refused = world.publish(rules).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument);
        assert_eq!((reason_of(&refused).as_str(), field_of(&refused).as_str()), (reason, field));
    }
    let current = world.client(&Who::operator()).get_rule_set(get("", "")).await.unwrap();
    assert_eq!(current.into_inner().rule_set.unwrap().version, 1, "nothing was published");
}

#[tokio::test]
async fn validate_only_says_what_would_be_and_publishes_nothing() {
    let world = World::new().await;
    let by_tier = Rule { team_id: "T1".to_owned(), ..rule_when("by tier", "tier", "in", &["3"]) };
    let by_type = Rule {
        team_id: "INTAKE".to_owned(),
        ..rule_when("by type", "request_type", "in", &["FAC1"])
    };
    let rules = vec![by_tier, by_type, rule("rest", "INTAKE")];
    let dry = PublishRuleSetRequest { validate_only: true, ..ask(rules) };
    let mut client = world.client(&Who::operator());
    let reply = client.publish_rule_set(dry).await.unwrap().into_inner();
    assert_eq!(reply.rule_set.unwrap().version, 2);
    assert_eq!(reply.consistency, "");
    let warned: Vec<_> =
        reply.warnings.iter().map(|w| (w.rule.as_str(), w.overlaps.as_str())).collect();
    assert_eq!(warned, [("by tier", "by type")]);
    let current = client.get_rule_set(get("ruleSets/current", "")).await.unwrap();
    assert_eq!(current.into_inner().rule_set.unwrap().version, 1);
}

#[tokio::test]
async fn an_outdated_etag_is_refused_with_the_present_one() {
    let world = World::new().await;
    let mut client = world.client(&Who::operator());
    let etag = client.get_rule_set(get("", "")).await.unwrap().into_inner().etag;
    let with_etag = |rules| PublishRuleSetRequest { etag: etag.clone(), ..ask(rules) };
    let second =
        client.publish_rule_set(with_etag(vec![rule("x", "INTAKE")])).await.unwrap().into_inner();
    let refused = client.publish_rule_set(with_etag(usual_rules())).await.unwrap_err();
    assert_eq!(refused.code(), Code::Aborted);
    assert_eq!(metadata_of(&refused, "current_etag"), Some(second.etag));
}

#[tokio::test]
async fn only_operators_publish() {
    let world = World::new().await;
    for who in [Who::lead("people/x", "T1"), Who::principal("people/p", "0101"), Who::importer()] {
        let refused = world.client(&who).publish_rule_set(ask(usual_rules())).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
    }
}
