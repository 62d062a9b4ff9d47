//! The rule table: ordered rules, then one without conditions that names the intake team.
//!
//! A [`Table`] is made only by [`check`](check::check), which refuses what could surprise: unknown words and
//! references, rules that nothing can reach, and a table that could leave a request unowned.

pub mod check;
mod condition;
mod field;
pub(crate) mod reach;
mod value;

use std::collections::BTreeMap;

use kernel::{Priority, Role, TeamId};

pub use check::{Flaw, Known, Warning, check};
pub use condition::{Condition, Test};
pub use field::Field;
pub use value::Bound;

use crate::Snapshot;

/// A rule as it was written: words not checked yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleDraft {
    /// The rule's name.
    pub name: String,
    /// Its conditions.
    pub conditions: Vec<ConditionDraft>,
    /// The team; empty means the team that serves the school's network.
    pub team: String,
    /// The role word; empty means the role that answers for the request type.
    pub role: String,
    /// The priority to set; empty leaves it.
    pub priority: String,
    /// Whether later rules still apply to what this one left open.
    pub continues: bool,
}

/// A condition as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConditionDraft {
    /// The field's word.
    pub field: String,
    /// The operator's word.
    pub operator: String,
    /// The values.
    pub values: Vec<String>,
}

/// A rule: when all its conditions hold, its action applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The rule's name, unique in the table.
    pub name: String,
    /// All must hold; none means always.
    pub conditions: Vec<Condition>,
    /// The team; `None` means the team that serves the school's network.
    pub team: Option<TeamId>,
    /// The role; `None` means the role that answers for the request type.
    pub role: Option<Role>,
    /// The priority to set.
    pub priority: Option<Priority>,
    /// Whether later rules still apply to what this one left open.
    pub continues: bool,
}

impl Rule {
    /// The first condition that does not hold, in words; `None` if all hold.
    #[must_use]
    pub fn first_failed(&self, snapshot: &Snapshot) -> Option<String> {
        self.conditions.iter().find_map(|condition| condition.failure(snapshot))
    }
}

/// The last rule: takes whatever the rules before it left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminal {
    /// The rule's name.
    pub name: String,
    /// The intake team.
    pub team: TeamId,
    /// The role; `None` means intake.
    pub role: Option<Role>,
    /// The priority to set.
    pub priority: Option<Priority>,
}

/// How the member of a role is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberChoice {
    /// The member with the most spare capacity.
    SpareCapacity,
}

impl MemberChoice {
    /// The word, as it stands in events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SpareCapacity => "spare_capacity",
        }
    }
}

/// An ordered decision table that leaves nothing unowned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The rules in their order.
    pub rules: Vec<Rule>,
    /// The rule that takes the rest.
    pub terminal: Terminal,
    /// How the member is chosen, where it is stated.
    pub member_choice: BTreeMap<Role, MemberChoice>,
}

impl Table {
    /// The table in force before any is published: everything goes to intake.
    #[must_use]
    pub fn built_in(intake: TeamId) -> Self {
        let terminal = Terminal {
            name: "built-in: intake".to_owned(),
            team: intake,
            role: Some(Role::Intake),
            priority: None,
        };
        Self { rules: Vec::new(), terminal, member_choice: BTreeMap::new() }
    }

    /// The table as it is written: the terminal rule last.
    #[must_use]
    pub fn drafts(&self) -> Vec<RuleDraft> {
        let word = |word: Option<&str>| word.unwrap_or_default().to_owned();
        let rules = self.rules.iter().map(|rule| RuleDraft {
            name: rule.name.clone(),
            conditions: rule.conditions.iter().map(Condition::draft).collect(),
            team: word(rule.team.as_ref().map(TeamId::as_str)),
            role: word(rule.role.map(Role::as_str)),
            priority: word(rule.priority.map(Priority::as_str)),
            continues: rule.continues,
        });
        let terminal = RuleDraft {
            name: self.terminal.name.clone(),
            team: self.terminal.team.as_str().to_owned(),
            role: word(self.terminal.role.map(Role::as_str)),
            priority: word(self.terminal.priority.map(Priority::as_str)),
            ..RuleDraft::default()
        };
        rules.chain([terminal]).collect()
    }
}
