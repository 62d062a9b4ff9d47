//! Facts as the messages of the services.

use std::collections::BTreeMap;

use kernel::{Confidentiality, SchoolLevel};
use wire::schoolside::{
    directory::v1 as directory, requests::v1 as requests, routing::v1 as routing,
    surveys::v1 as surveys,
};

use super::{
    catalogue::{AttributeKind, RequestType},
    fact::TeamKind,
    instruments::Instrument,
    rules::RuleSet,
};

pub(super) const fn level(level: Option<SchoolLevel>) -> directory::SchoolLevel {
    match level {
        None => directory::SchoolLevel::Unspecified,
        Some(SchoolLevel::Elementary) => directory::SchoolLevel::Elementary,
        Some(SchoolLevel::K8) => directory::SchoolLevel::K8,
        Some(SchoolLevel::Middle) => directory::SchoolLevel::Middle,
        Some(SchoolLevel::High) => directory::SchoolLevel::High,
        Some(SchoolLevel::Alternative) => directory::SchoolLevel::Alternative,
    }
}

pub(super) const fn team_kind(kind: TeamKind) -> directory::TeamKind {
    match kind {
        TeamKind::NetworkTeam => directory::TeamKind::NetworkTeam,
        TeamKind::Desk => directory::TeamKind::Desk,
        TeamKind::Intake => directory::TeamKind::Intake,
    }
}

pub(super) fn request_type(of: &RequestType) -> requests::RequestType {
    let confidentiality = match of.confidentiality {
        Confidentiality::None => requests::Confidentiality::None,
        Confidentiality::Student => requests::Confidentiality::Student,
        Confidentiality::Idea => requests::Confidentiality::Idea,
        Confidentiality::Personnel => requests::Confidentiality::Personnel,
        Confidentiality::Legal => requests::Confidentiality::Legal,
    };
    let attributes = of.attributes.iter().map(|attribute| requests::Attribute {
        name: attribute.name.clone(),
        kind: attribute_kind(attribute.kind).into(),
        required: attribute.required,
        published: attribute.published,
        choices: attribute.choices.clone(),
    });
    requests::RequestType {
        name: format!("requestTypes/{}", of.id),
        display_name: of.name.clone(),
        category: of.category.clone(),
        accountable_role: of.accountable_role.map(|role| role.to_string()).unwrap_or_default(),
        contributing: of.contributing.clone(),
        default_priority: of
            .default_priority
            .map(|priority| priority.to_string())
            .unwrap_or_default(),
        attributes: attributes.collect(),
        confidentiality: confidentiality.into(),
        external_keys: BTreeMap::new(),
        retired: false,
        etag: String::new(),
    }
}

const fn attribute_kind(kind: AttributeKind) -> requests::AttributeKind {
    match kind {
        AttributeKind::Text => requests::AttributeKind::Text,
        AttributeKind::Integer => requests::AttributeKind::Integer,
        AttributeKind::Amount => requests::AttributeKind::Amount,
        AttributeKind::Date => requests::AttributeKind::Date,
        AttributeKind::Boolean => requests::AttributeKind::Boolean,
        AttributeKind::Choice => requests::AttributeKind::Choice,
    }
}

pub(super) fn rules(of: &RuleSet) -> Vec<routing::Rule> {
    let rule = |rule: &super::rules::Rule| routing::Rule {
        name: rule.name.clone(),
        conditions: rule
            .conditions
            .iter()
            .map(|condition| routing::Condition {
                field: condition.field.clone(),
                operator: condition.operator.clone(),
                values: condition.values.clone(),
            })
            .collect(),
        team_id: rule.team.as_ref().map(ToString::to_string).unwrap_or_default(),
        role: rule.role.map(|role| role.to_string()).unwrap_or_default(),
        priority: rule.priority.map(|priority| priority.to_string()).unwrap_or_default(),
        r#continue: rule.go_on,
    };
    of.rules.iter().map(rule).collect()
}

pub(super) fn instrument(of: &Instrument) -> surveys::Instrument {
    let item = |item: &super::instruments::Item| surveys::Item {
        key: item.key.clone(),
        text: item.text.clone(),
    };
    surveys::Instrument {
        name: format!("instruments/{}", of.id),
        version: 0,
        items: of.items.iter().map(item).collect(),
        satisfaction_item: of.satisfaction_item.clone(),
        settle_seconds: i64::from(of.settle_hours) * 3_600,
        expiry_seconds: i64::from(of.expiry_days) * 86_400,
    }
}
