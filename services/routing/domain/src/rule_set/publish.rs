//! Publishing: a whole version of the table comes in force after it was checked; the same table again changes nothing.

use std::collections::BTreeMap;

use kernel::{DecodeError, Encoded};
use prost::Message;
use wire::schoolside::routing::v1 as wire;

use super::{Event, Refusal, State};
use crate::{
    Table,
    table::{self, ConditionDraft, Known, RuleDraft, Warning},
};

/// Asks to put a table in force.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Publish {
    /// The rules as written, the terminal one last.
    pub rules: Vec<RuleDraft>,
    /// How the member is chosen, by role word.
    pub member_choice: BTreeMap<String, String>,
    /// What rules can refer to, as known now.
    pub known: Known,
}

impl Publish {
    /// What is allowed in the table, but perhaps not meant.
    ///
    /// # Errors
    /// When the table would be refused.
    pub fn warnings(&self) -> Result<Vec<Warning>, Refusal> {
        Ok(table::check(&self.rules, &self.member_choice, &self.known)?.1)
    }

    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        let (table, _) = table::check(&self.rules, &self.member_choice, &self.known)?;
        if state.table.as_ref() == Some(&table) {
            return Ok(Vec::new());
        }
        Ok(vec![Event::Published(Published { version: state.version + 1, table })])
    }
}

/// A version is in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// Its number, from 1.
    pub version: i32,
    /// Its table.
    pub table: Table,
}

impl Published {
    pub(super) const NAME: &'static str = "published";

    pub(super) fn evolve(&self) -> State {
        State { version: self.version, table: Some(self.table.clone()) }
    }

    pub(super) fn encode(&self) -> Encoded {
        let choices = self.table.member_choice.iter();
        let message = wire::RuleSetPublished {
            version: self.version,
            rules: self.table.drafts().into_iter().map(rule_to_wire).collect(),
            member_choice: choices.map(|(r, c)| (r.to_string(), c.as_str().to_owned())).collect(),
        };
        Encoded { payload: message.encode_to_vec(), private: None }
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let message = wire::RuleSetPublished::decode(payload).map_err(|error| {
            DecodeError::Malformed { name: Self::NAME.to_owned(), detail: error.to_string() }
        })?;
        let drafts: Vec<_> = message.rules.into_iter().map(rule_from_wire).collect();
        let table = table::check::read(&drafts, &message.member_choice)
            .map_err(|_| DecodeError::Invalid { name: Self::NAME, field: "rules" })?;
        Ok(Self { version: message.version, table })
    }
}

fn rule_to_wire(draft: RuleDraft) -> wire::Rule {
    let condition = |c: ConditionDraft| wire::Condition {
        field: c.field,
        operator: c.operator,
        values: c.values,
    };
    wire::Rule {
        name: draft.name,
        conditions: draft.conditions.into_iter().map(condition).collect(),
        team_id: draft.team,
        role: draft.role,
        priority: draft.priority,
        r#continue: draft.continues,
    }
}

fn rule_from_wire(rule: wire::Rule) -> RuleDraft {
    let condition = |c: wire::Condition| ConditionDraft {
        field: c.field,
        operator: c.operator,
        values: c.values,
    };
    RuleDraft {
        name: rule.name,
        conditions: rule.conditions.into_iter().map(condition).collect(),
        team: rule.team_id,
        role: rule.role,
        priority: rule.priority,
        continues: rule.r#continue,
    }
}

#[cfg(test)]
mod tests {
    use kernel::{EventCodec, TeamId, Timestamp, scenario::given};

    use super::*;
    use crate::{
        directory::TeamKind,
        rule_set::{Command, RuleSet},
        table::Flaw,
    };

    fn publish() -> Publish {
        let team = TeamId::try_new("INTAKE").unwrap();
        let known = Known { teams: [(team, TeamKind::Intake)].into(), ..Known::default() };
        let urgent = RuleDraft {
            name: "intensive first".to_owned(),
            conditions: vec![ConditionDraft {
                field: "tier".to_owned(),
                operator: "in".to_owned(),
                values: vec!["3".to_owned()],
            }],
            priority: "P2".to_owned(),
            continues: true,
            ..RuleDraft::default()
        };
        let rest = RuleDraft {
            name: "rest".to_owned(),
            team: "INTAKE".to_owned(),
            ..RuleDraft::default()
        };
        let member_choice = [("operations".to_owned(), "spare_capacity".to_owned())].into();
        Publish { rules: vec![urgent, rest], member_choice, known }
    }

    fn published(version: i32) -> Event {
        let publish = publish();
        let (table, _) =
            table::check(&publish.rules, &publish.member_choice, &publish.known).unwrap();
        Event::Published(Published { version, table })
    }

    #[test]
    fn versions_run_from_one() {
        given::<RuleSet>([])
            .when(Timestamp::UNIX_EPOCH, Command::Publish(publish()))
            .then([published(1)]);
        let mut other = publish();
        other.rules.remove(0);
        let (table, _) = table::check(&other.rules, &other.member_choice, &other.known).unwrap();
        given::<RuleSet>([published(1)])
            .when(Timestamp::UNIX_EPOCH, Command::Publish(other))
            .then([Event::Published(Published { version: 2, table })]);
    }

    #[test]
    fn the_table_in_force_published_again_changes_nothing() {
        given::<RuleSet>([published(1)])
            .when(Timestamp::UNIX_EPOCH, Command::Publish(publish()))
            .then([]);
    }

    #[test]
    fn a_flawed_table_is_refused_whole() {
        let mut flawed = publish();
        flawed.rules[1].conditions = flawed.rules[0].conditions.clone();
        let problem = "the last rule has a condition";
        let flaw = Flaw::NoTerminal { path: "rules[1]".to_owned(), problem };
        given::<RuleSet>([])
            .when(Timestamp::UNIX_EPOCH, Command::Publish(flawed))
            .refused(Refusal(flaw));
    }

    #[test]
    fn a_published_version_reads_back() {
        let event = published(3);
        let bytes = event.encode();
        assert_eq!(Event::decode(event.name(), 1, &bytes.payload, None), Ok(event));
    }
}
