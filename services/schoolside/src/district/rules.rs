//! `rules.toml`: the ordered table that decides who answers, with conditions as plain data.

use std::collections::BTreeMap;

use kernel::{Priority, Role, SchoolLevel, TeamId, Tier};
use serde::{Deserialize, Serialize};

use super::{
    document,
    error::{FileError, Place},
    fact::{Entry, Fact, Refers, Thing},
    settings::Settings,
};

/// The file.
pub(super) const FILE: &str = "rules.toml";

const FIELDS: [&str; 9] = [
    "request_type",
    "category",
    "school",
    "network",
    "school_level",
    "tier",
    "priority",
    "channel",
    "requester_role",
];
const CHOICES: [&str; 1] = ["spare_capacity"];

/// The whole table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleSet {
    /// The rules in their order.
    pub rules: Vec<Rule>,
    /// How the member is chosen, by role.
    pub member_choice: BTreeMap<String, String>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// The team; `None` is the school's team.
    pub team: Option<TeamId>,
    /// The role; `None` is the type's accountable role.
    pub role: Option<Role>,
    /// The priority to set.
    pub priority: Option<Priority>,
    /// Whether later rules still apply to what is left open.
    pub go_on: bool,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Condition {
    /// What is looked at.
    pub field: String,
    /// How.
    pub operator: String,
    /// What it is compared with.
    pub values: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    member_choice: BTreeMap<String, String>,
    #[serde(default, rename = "rule")]
    rules: Vec<RuleDocument>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleDocument {
    name: toml::Spanned<String>,
    #[serde(default)]
    when: Vec<toml::Spanned<ConditionDocument>>,
    team: Option<String>,
    role: Option<String>,
    priority: Option<String>,
    #[serde(default, rename = "continue")]
    go_on: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConditionDocument {
    field: String,
    r#in: Option<Vec<String>>,
    not_in: Option<Vec<String>>,
    at_least: Option<String>,
    at_most: Option<String>,
    present: Option<bool>,
}

impl RuleSet {
    /// What its conditions and actions refer to.
    pub(super) fn refers(&self) -> Vec<Refers> {
        let mut refers = Vec::new();
        for (index, rule) in self.rules.iter().enumerate() {
            if let Some(team) = &rule.team {
                let field = format!("rule[{index}].team");
                refers.push(Refers { thing: Thing::Team, id: team.to_string(), field });
            }
            for condition in &rule.conditions {
                let field = || format!("rule[{index}].when.{}", condition.field);
                if let Some(attribute) = condition.field.strip_prefix("attribute.") {
                    refers.push(Refers {
                        thing: Thing::Attribute,
                        id: attribute.to_owned(),
                        field: field(),
                    });
                }
                let thing = match condition.field.as_str() {
                    "request_type" => Thing::RequestType,
                    "category" => Thing::Category,
                    "school" => Thing::School,
                    "network" => Thing::Network,
                    _ => continue,
                };
                refers.extend(condition.values.iter().map(|id| Refers {
                    thing,
                    id: id.clone(),
                    field: field(),
                }));
            }
        }
        refers
    }
}

/// Reads the file.
pub(super) fn read(
    text: &str,
    settings: &Settings,
    entries: &mut Vec<Entry>,
    errors: &mut Vec<FileError>,
) {
    let Some(document) = document::read::<Document>(FILE, text, errors) else { return };
    let before = errors.len();
    let whole = Place::new(FILE, None);
    for (role, choice) in &document.member_choice {
        if let Err(error) = role.parse::<Role>() {
            errors.push(whole.error("member_choice", role, error.to_string()));
        }
        if !CHOICES.contains(&choice.as_str()) {
            errors.push(whole.error(
                &format!("member_choice.{role}"),
                choice,
                format!("is no way to choose: one of {}", CHOICES.join(", ")),
            ));
        }
    }
    match document.rules.last() {
        None => errors.push(whole.error(
            "rule",
            "",
            "there is none: add one without conditions that names the intake team",
        )),
        Some(last) if !last.when.is_empty() || last.team.is_none() || last.go_on => {
            let place = Place::new(FILE, Some(document::line(text, last.name.span().start)));
            errors.push(place.error("rule", last.name.as_ref(), "the last rule must have no condition and name the intake team, so that nothing is unowned"));
        }
        Some(_) => {}
    }
    let mut names = Vec::new();
    let mut rules = Vec::new();
    for rule in document.rules {
        let place = Place::new(FILE, Some(document::line(text, rule.name.span().start)));
        if names.contains(rule.name.as_ref()) {
            errors.push(place.error(
                "name",
                rule.name.as_ref(),
                "is the name of two rules: rename one",
            ));
        }
        names.push(rule.name.as_ref().clone());
        rules.push(checked(rule, text, &place, errors));
    }
    if errors.len() == before {
        let fact = Fact::RuleSet(RuleSet { rules, member_choice: document.member_choice });
        entries.push(Entry { place: whole, recorded: settings.recorded, fact });
    }
}

fn checked(rule: RuleDocument, text: &str, place: &Place, errors: &mut Vec<FileError>) -> Rule {
    let conditions = rule
        .when
        .into_iter()
        .filter_map(|condition| {
            let place = Place::new(FILE, Some(document::line(text, condition.span().start)));
            checked_condition(condition.into_inner(), &place, errors)
        })
        .collect();
    Rule {
        conditions,
        team: word(rule.team, "team", place, errors),
        role: word(rule.role, "role", place, errors),
        priority: word(rule.priority, "priority", place, errors),
        name: rule.name.into_inner(),
        go_on: rule.go_on,
    }
}

fn word<T: std::str::FromStr<Err: std::fmt::Display>>(
    text: Option<String>,
    field: &str,
    place: &Place,
    errors: &mut Vec<FileError>,
) -> Option<T> {
    let text = text?;
    text.parse()
        .map_err(|error: T::Err| errors.push(place.error(field, &text, error.to_string())))
        .ok()
}

fn checked_condition(
    condition: ConditionDocument,
    place: &Place,
    errors: &mut Vec<FileError>,
) -> Option<Condition> {
    let field = condition.field;
    if !FIELDS.contains(&field.as_str())
        && field.strip_prefix("attribute.").is_none_or(str::is_empty)
    {
        errors.push(place.error(
            "field",
            &field,
            format!("is no field: one of {}, attribute.NAME", FIELDS.join(", ")),
        ));
        return None;
    }
    let single = |value: String| vec![value];
    let mut given: Vec<(&str, Vec<String>)> = [
        ("in", condition.r#in),
        ("not_in", condition.not_in),
        ("at_least", condition.at_least.map(single)),
        ("at_most", condition.at_most.map(single)),
        ("present", condition.present.filter(|present| *present).map(|_| Vec::new())),
        ("absent", condition.present.filter(|present| !present).map(|_| Vec::new())),
    ]
    .into_iter()
    .filter_map(|(operator, values)| values.map(|values| (operator, values)))
    .collect();
    let (Some((operator, values)), true) = (given.pop(), given.is_empty()) else {
        errors.push(place.error(
            "when",
            &field,
            "must compare in one way: in, not_in, at_least, at_most or present",
        ));
        return None;
    };
    if matches!(operator, "in" | "not_in") && values.is_empty() {
        errors.push(place.error(operator, "", "lists nothing: give at least one value"));
    }
    for value in &values {
        let wrong = match field.as_str() {
            "tier" => value.parse::<Tier>().err().map(|error| error.to_string()),
            "priority" => value.parse::<Priority>().err().map(|error| error.to_string()),
            "school_level" => value.parse::<SchoolLevel>().err().map(|error| error.to_string()),
            _ => None,
        };
        errors.extend(wrong.map(|problem| place.error(&field, value, problem)));
    }
    Some(Condition { field, operator: operator.to_owned(), values })
}
