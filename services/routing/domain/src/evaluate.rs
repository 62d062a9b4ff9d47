//! Evaluation: from the rules, the request and the directory of a day to a decision, totally and repeatably.

use jiff::civil::Date;
use kernel::{Priority, Role, TeamId};

use crate::{
    decision::{Decision, Verdict},
    directory::{Directory, TeamKind},
    member::{Loads, choose},
    snapshot::Snapshot,
    table::{Rule, Table},
};

/// What the rules have settled so far; what an earlier rule settled stands.
#[derive(Default)]
struct Settled {
    team: Option<TeamId>,
    role: Option<Role>,
    priority: Option<Priority>,
}

impl Settled {
    fn add(&mut self, team: Option<&TeamId>, role: Option<Role>, priority: Option<Priority>) {
        self.team = self.team.take().or_else(|| team.cloned());
        self.role = self.role.or(role);
        self.priority = self.priority.or(priority);
    }
}

/// Decides who answers for a request: school → network → team → role → the member with most spare capacity.
///
/// Every input has an outcome, and the same input always the same one: the table ends in a rule without
/// conditions that names a team, so nothing is ever unowned.
#[must_use]
pub fn evaluate(
    table: &Table,
    version: i32,
    snapshot: &Snapshot,
    directory: &Directory,
    loads: &Loads,
    day: Date,
) -> Decision {
    let network = snapshot.network();
    let school_team = network.and_then(|network| directory.team_serving(&network, day).cloned());
    let mut settled = Settled::default();
    let mut rules = Vec::new();
    let mut decided = false;
    for rule in &table.rules {
        let failed = verdict(rule, snapshot, settled.team.is_some() || school_team.is_some());
        let applies = failed.is_none();
        rules.push(Verdict { rule: rule.name.clone(), failed });
        if applies {
            settled.add(rule.team.as_ref(), rule.role, rule.priority);
            decided = !rule.continues;
        }
        if decided {
            settled.add(school_team.as_ref(), None, None);
            break;
        }
    }
    let terminal = &table.terminal;
    if !decided {
        rules.push(Verdict { rule: terminal.name.clone(), failed: None });
        settled.add(Some(&terminal.team), terminal.role, terminal.priority);
    }
    let team = settled.team.unwrap_or_else(|| terminal.team.clone());
    let role = settled.role.unwrap_or_else(|| default_role(directory, &team, snapshot));
    let choice = choose(directory, loads, &team, role, snapshot.request, day);
    Decision {
        rule_set_version: version,
        rules,
        team,
        role,
        holder: choice.holder,
        priority: settled.priority.or_else(|| snapshot.priority()),
        candidates: choice.candidates,
        tie_break: choice.tie_break,
        contributing: snapshot.contributing.clone(),
        kept: false,
    }
}

/// Why a rule does not apply; `None` if it does.
fn verdict(rule: &Rule, snapshot: &Snapshot, has_team: bool) -> Option<String> {
    if let Some(failed) = rule.first_failed(snapshot) {
        return Some(failed);
    }
    let leaves_unowned = !rule.continues && rule.team.is_none() && !has_team;
    leaves_unowned.then(|| "no team serves the school's network on that day".to_owned())
}

fn default_role(directory: &Directory, team: &TeamId, snapshot: &Snapshot) -> Role {
    match directory.kind(team) {
        Some(TeamKind::Intake) => Role::Intake,
        Some(TeamKind::NetworkTeam | TeamKind::Desk) | None => {
            snapshot.accountable_role.unwrap_or(Role::Lead)
        }
    }
}

#[cfg(test)]
mod tests;
