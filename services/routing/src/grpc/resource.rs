//! Rule sets between messages and the domain's words.

use kernel::Timestamp;
use routing_domain::{
    Table,
    rule_set::Publish,
    table::{ConditionDraft, Known, RuleDraft},
};
use wire::schoolside::routing::v1 as pb;

/// What a publication asks for.
pub(super) fn publish(ask: &pb::PublishRuleSetRequest, known: Known) -> Publish {
    let condition = |condition: &pb::Condition| ConditionDraft {
        field: condition.field.clone(),
        operator: condition.operator.clone(),
        values: condition.values.clone(),
    };
    let rule = |rule: &pb::Rule| RuleDraft {
        name: rule.name.clone(),
        conditions: rule.conditions.iter().map(condition).collect(),
        team: rule.team_id.clone(),
        role: rule.role.clone(),
        priority: rule.priority.clone(),
        continues: rule.r#continue,
    };
    let rules = ask.rules.iter().map(rule).collect();
    Publish { rules, member_choice: ask.member_choice.clone(), known }
}

/// A version of the rule set.
pub(super) fn rule_set(
    version: i32,
    table: &Table,
    published_at: Option<Timestamp>,
) -> pb::RuleSet {
    let condition = |condition: ConditionDraft| pb::Condition {
        field: condition.field,
        operator: condition.operator,
        values: condition.values,
    };
    let rule = |rule: RuleDraft| pb::Rule {
        name: rule.name,
        conditions: rule.conditions.into_iter().map(condition).collect(),
        team_id: rule.team,
        role: rule.role,
        priority: rule.priority,
        r#continue: rule.continues,
    };
    let choices = table.member_choice.iter();
    pb::RuleSet {
        name: format!("ruleSets/{version}"),
        version,
        rules: table.drafts().into_iter().map(rule).collect(),
        member_choice: choices
            .map(|(role, how)| (role.to_string(), how.as_str().to_owned()))
            .collect(),
        published_at: published_at.map(wire::time::to_proto),
    }
}
