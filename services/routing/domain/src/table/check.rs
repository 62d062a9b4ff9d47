//! Checking a table before it is published: every word, every reference, and that each rule can matter.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{NetworkId, Priority, RequestTypeId, Role, SchoolId, SchoolLevel, TeamId, Tier};

use super::{
    Bound, Condition, ConditionDraft, Field, MemberChoice, Rule, RuleDraft, Table, Terminal, Test,
    reach::{Cases, Region},
};
use crate::directory::TeamKind;

/// At most so many rules.
pub const MOST_RULES: usize = 500;
/// At most so many conditions in a rule.
pub const MOST_CONDITIONS: usize = 20;
/// At most so many values in a condition.
pub const MOST_VALUES: usize = 1_000;
/// At most so many characters in a name or a value.
pub const LONGEST_WORD: usize = 200;
/// At most so many warnings are given.
pub const MOST_WARNINGS: usize = 100;

/// What a rule can refer to, as it is known at the moment of publication.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The teams.
    pub teams: BTreeMap<TeamId, TeamKind>,
    /// The networks.
    pub networks: BTreeSet<NetworkId>,
    /// The schools.
    pub schools: BTreeSet<SchoolId>,
    /// The request types that are not retired.
    pub request_types: BTreeSet<RequestTypeId>,
    /// Their category paths, parts joined by `/`.
    pub categories: BTreeSet<String>,
    /// The names of the attributes they publish.
    pub attributes: BTreeSet<String>,
}

/// What is wrong with a table; the path names the field, e.g. `rules[2].conditions[0].values[1]`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// A word, a number of values or a length is not allowed.
    #[error("{path}: {problem}")]
    Malformed {
        /// Where.
        path: String,
        /// What is wrong, and what is allowed.
        problem: String,
    },
    /// A rule refers to something that is not known.
    #[error("{path}: there is no {what} {given:?}; define it first or correct the rule")]
    UnknownReference {
        /// Where.
        path: String,
        /// What kind of thing.
        what: &'static str,
        /// The reference.
        given: String,
    },
    /// Two rules have one name.
    #[error("{path}: an earlier rule is named {name:?} too; give each rule its own name")]
    NameTaken {
        /// Where.
        path: String,
        /// The name.
        name: String,
    },
    /// No request can get to a rule.
    #[error(
        "{path}: no request can reach rule {name:?}: {because}; move it up, change it or leave it out"
    )]
    Unreachable {
        /// Where.
        path: String,
        /// The rule.
        name: String,
        /// Why.
        because: String,
    },
    /// The table does not end in a rule that takes the rest.
    #[error(
        "{path}: {problem}; the last rule must have no condition, name an intake team and not continue"
    )]
    NoTerminal {
        /// Where.
        path: String,
        /// What the last rule lacks.
        problem: &'static str,
    },
}

impl Flaw {
    /// The field at fault.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::Malformed { path, .. }
            | Self::UnknownReference { path, .. }
            | Self::NameTaken { path, .. }
            | Self::Unreachable { path, .. }
            | Self::NoTerminal { path, .. } => path,
        }
    }

    fn malformed(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Malformed { path: path.into(), problem: problem.into() }
    }
}

/// Two rules that overlap in part and act otherwise: allowed, but perhaps not meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The rule that decides where both match.
    pub rule: String,
    /// The later rule.
    pub overlaps: String,
}

/// Checks a table as written.
///
/// # Errors
/// The first flaw, in the order: words and references rule by rule, the terminal rule, reachability.
pub fn check(
    drafts: &[RuleDraft],
    member_choice: &BTreeMap<String, String>,
    known: &Known,
) -> Result<(Table, Vec<Warning>), Flaw> {
    let table = read(drafts, member_choice)?;
    for (index, rule) in table.rules.iter().enumerate() {
        refer(rule, &format!("rules[{index}]"), known)?;
    }
    let last = format!("rules[{}]", table.rules.len());
    match known.teams.get(&table.terminal.team) {
        Some(TeamKind::Intake) => {}
        Some(TeamKind::NetworkTeam | TeamKind::Desk) => {
            let problem = "the team of the last rule is not an intake team";
            return Err(Flaw::NoTerminal { path: last, problem });
        }
        None => {
            return Err(unknown(&format!("{last}.team_id"), "team", table.terminal.team.as_str()));
        }
    }
    let cases = Cases::of(&table.rules);
    let regions: Vec<_> = table.rules.iter().map(|rule| cases.region(rule)).collect();
    reachable(&table.rules, &regions)?;
    let warnings = overlaps(&table.rules, &regions);
    Ok((table, warnings))
}

/// Reads a table's words, without asking whether what they refer to exists.
///
/// # Errors
/// The first word that cannot be read, a name used twice, or no terminal rule.
pub fn read(drafts: &[RuleDraft], member_choice: &BTreeMap<String, String>) -> Result<Table, Flaw> {
    if drafts.len() > MOST_RULES {
        return Err(Flaw::malformed("rules", format!("at most {MOST_RULES} rules are taken")));
    }
    let mut names = BTreeSet::new();
    for (index, draft) in drafts.iter().enumerate() {
        let path = format!("rules[{index}].name");
        word(&draft.name, &path)?;
        if !names.insert(&draft.name) {
            return Err(Flaw::NameTaken { path, name: draft.name.clone() });
        }
    }
    let mut rules = Vec::with_capacity(drafts.len());
    for (index, draft) in drafts.iter().enumerate() {
        rules.push(rule(draft, &format!("rules[{index}]"))?);
    }
    let choices = member_choice.iter().map(|(role, choice)| chosen_by(role, choice));
    let member_choice = choices.collect::<Result<_, _>>()?;
    let terminal = terminal(rules.pop(), &format!("rules[{}]", drafts.len().saturating_sub(1)))?;
    Ok(Table { rules, terminal, member_choice })
}

fn terminal(last: Option<Rule>, path: &str) -> Result<Terminal, Flaw> {
    let lacks = |problem| Err(Flaw::NoTerminal { path: path.to_owned(), problem });
    let Some(last) = last else {
        return Err(Flaw::NoTerminal { path: "rules".to_owned(), problem: "there is no rule" });
    };
    if !last.conditions.is_empty() {
        return lacks("the last rule has a condition");
    }
    if last.continues {
        return lacks("the last rule continues");
    }
    match last.team {
        Some(team) => {
            Ok(Terminal { name: last.name, team, role: last.role, priority: last.priority })
        }
        None => lacks("the last rule names no team"),
    }
}

fn word(text: &str, path: &str) -> Result<(), Flaw> {
    let problem = if text.is_empty() || text.trim() != text {
        "it must not be empty, nor begin or end with a space".to_owned()
    } else if text.chars().count() > LONGEST_WORD {
        format!("at most {LONGEST_WORD} characters are taken")
    } else {
        return Ok(());
    };
    Err(Flaw::malformed(path, problem))
}

fn optional<T: std::str::FromStr<Err: std::fmt::Display>>(
    text: &str,
    path: String,
) -> Result<Option<T>, Flaw> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error| Flaw::malformed(path, format!("{error}")))
}

fn rule(draft: &RuleDraft, path: &str) -> Result<Rule, Flaw> {
    if draft.conditions.len() > MOST_CONDITIONS {
        let problem = format!("at most {MOST_CONDITIONS} conditions are taken");
        return Err(Flaw::malformed(format!("{path}.conditions"), problem));
    }
    let conditions = draft.conditions.iter().enumerate();
    let conditions =
        conditions.map(|(at, draft)| condition(draft, &format!("{path}.conditions[{at}]")));
    Ok(Rule {
        name: draft.name.clone(),
        conditions: conditions.collect::<Result<_, _>>()?,
        team: optional(&draft.team, format!("{path}.team_id"))?,
        role: optional(&draft.role, format!("{path}.role"))?,
        priority: optional(&draft.priority, format!("{path}.priority"))?,
        continues: draft.continues,
    })
}

fn condition(draft: &ConditionDraft, path: &str) -> Result<Condition, Flaw> {
    let at = |part: &str| format!("{path}.{part}");
    let field: Field =
        draft.field.parse().map_err(|error| Flaw::malformed(at("field"), format!("{error}")))?;
    if draft.values.len() > MOST_VALUES {
        return Err(Flaw::malformed(
            at("values"),
            format!("at most {MOST_VALUES} values are taken"),
        ));
    }
    for (index, value) in draft.values.iter().enumerate() {
        word(value, &format!("{path}.values[{index}]"))?;
    }
    let several = || match draft.values.as_slice() {
        [] => Err(Flaw::malformed(at("values"), "at least one value is needed")),
        values => Ok(values.to_vec()),
    };
    let bound = || match draft.values.as_slice() {
        _ if !field.is_ordered() => {
            let problem = format!("{field} has no order; use in or not_in");
            Err(Flaw::malformed(at("operator"), problem))
        }
        [value] => Bound::try_new(&field, value).ok_or_else(|| {
            let problem = format!("{value:?} has no place in the order of {field}");
            Flaw::malformed(at("values[0]"), problem)
        }),
        _ => Err(Flaw::malformed(at("values"), "exactly one value is needed")),
    };
    let none = |test| match draft.values.as_slice() {
        [] => Ok(test),
        _ => Err(Flaw::malformed(at("values"), "no value is taken")),
    };
    let test = match draft.operator.as_str() {
        "in" => Test::In(several()?),
        "not_in" => Test::NotIn(several()?),
        "at_least" => Test::AtLeast(bound()?),
        "at_most" => Test::AtMost(bound()?),
        "present" => none(Test::Present)?,
        "absent" => none(Test::Absent)?,
        other => {
            let words = Test::OPERATORS.join(", ");
            return Err(Flaw::malformed(
                at("operator"),
                format!("{other:?} is not one of {words}"),
            ));
        }
    };
    Ok(Condition { field, test })
}

fn chosen_by(role: &str, choice: &str) -> Result<(Role, MemberChoice), Flaw> {
    let path = format!("member_choice[{role}]");
    let role = role.parse::<Role>().map_err(|error| Flaw::malformed(&path, format!("{error}")))?;
    if choice == MemberChoice::SpareCapacity.as_str() {
        return Ok((role, MemberChoice::SpareCapacity));
    }
    Err(Flaw::malformed(path, format!("{choice:?} is not a way to choose: only spare_capacity is")))
}

fn unknown(path: &str, what: &'static str, given: &str) -> Flaw {
    Flaw::UnknownReference { path: path.to_owned(), what, given: given.to_owned() }
}

/// Whether all that a rule refers to is known.
fn refer(rule: &Rule, path: &str, known: &Known) -> Result<(), Flaw> {
    if let Some(team) = rule.team.as_ref().filter(|team| !known.teams.contains_key(team)) {
        return Err(unknown(&format!("{path}.team_id"), "team", team.as_str()));
    }
    for (at, condition) in rule.conditions.iter().enumerate() {
        let path = format!("{path}.conditions[{at}]");
        if let Field::Attribute(name) = &condition.field
            && !known.attributes.contains(name)
        {
            return Err(unknown(&format!("{path}.field"), "published attribute", name));
        }
        for (at, value) in condition.test.values().iter().enumerate() {
            if let Some(what) = missing(&condition.field, value, known) {
                return Err(unknown(&format!("{path}.values[{at}]"), what, value));
            }
        }
    }
    Ok(())
}

/// What kind of thing a value fails to refer to.
fn missing(field: &Field, value: &str, known: &Known) -> Option<&'static str> {
    let (exists, what) = match field {
        Field::RequestType => {
            (value.parse().is_ok_and(|id| known.request_types.contains(&id)), "request type")
        }
        Field::Category => {
            (known.categories.iter().any(|path| field.matches(value, path)), "category")
        }
        Field::School => (value.parse().is_ok_and(|id| known.schools.contains(&id)), "school"),
        Field::Network => (value.parse().is_ok_and(|id| known.networks.contains(&id)), "network"),
        Field::SchoolLevel => (value.parse::<SchoolLevel>().is_ok(), "school level"),
        Field::Tier => (value.parse::<Tier>().is_ok(), "tier"),
        Field::Priority => (value.parse::<Priority>().is_ok(), "priority"),
        Field::RequesterRole => {
            (value == "principal" || value.parse::<Role>().is_ok(), "requester role")
        }
        Field::Channel | Field::Attribute(_) => (true, ""),
    };
    (!exists).then_some(what)
}

/// Whether some request gets to each rule.
fn reachable(rules: &[Rule], regions: &[Region]) -> Result<(), Flaw> {
    for (index, rule) in rules.iter().enumerate() {
        let because = if regions[index].is_empty() {
            "its conditions exclude each other"
        } else if regions[index].is_covered_by(earlier(rules, regions, index)) {
            "earlier rules decide all it could match"
        } else {
            continue;
        };
        let (path, name) = (format!("rules[{index}]"), rule.name.clone());
        return Err(Flaw::Unreachable { path, name, because: because.to_owned() });
    }
    Ok(())
}

/// The boxes of the rules before `index` that surely end the evaluation before it gets there.
fn earlier<'a>(
    rules: &'a [Rule],
    regions: &'a [Region],
    index: usize,
) -> impl Iterator<Item = &'a Region> {
    let sets_team = |rule: &Rule| rule.continues && rule.team.is_some();
    let needs_school_team = rules[index].team.is_none() && !rules[index].continues;
    (0..index)
        .filter(move |at| {
            let rule = &rules[*at];
            // A rule for the school's team gives way where no team serves the school; then only one that names a
            // team, or follows a rule that settled one, can apply.
            let gives_way = rule.team.is_none();
            let same = needs_school_team && !rules[*at..index].iter().any(sets_team);
            !rule.continues && (!gives_way || same)
        })
        .map(move |at| &regions[at])
}

fn overlaps(rules: &[Rule], regions: &[Region]) -> Vec<Warning> {
    let action = |rule: &Rule| (rule.team.clone(), rule.role, rule.priority);
    let mut warnings = Vec::new();
    for (later, rule) in rules.iter().enumerate() {
        for (at, earlier) in rules[..later].iter().enumerate() {
            let decide = !rule.continues && !earlier.continues && action(rule) != action(earlier);
            // An exception before the general case is how a table is meant to be written.
            let partial =
                || regions[at].meets(&regions[later]) && !regions[at].is_within(&regions[later]);
            if decide && warnings.len() < MOST_WARNINGS && partial() {
                warnings.push(Warning { rule: earlier.name.clone(), overlaps: rule.name.clone() });
            }
        }
    }
    warnings
}

#[cfg(test)]
mod tests;
