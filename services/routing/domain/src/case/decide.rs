//! Deciding: a request that was opened or reopened gets a team, a role and, if possible, a member.
//!
//! A reopened request stays with its holder if the holder is still in the team and role on that day, and is
//! decided anew otherwise: never back to someone who left.

use std::{collections::BTreeMap, str::FromStr, sync::Arc};

use jiff::civil::Date;
use kernel::{DecodeError, Encoded, PersonId, Priority, Role, StreamId, TeamId};
use prost::Message;
use wire::schoolside::routing::v1 as wire;

use super::{Event, State};
use crate::{
    Decision, Directory, Loads, Snapshot, Table, choose,
    decision::{Candidate, Holder, Unassigned, Verdict},
    directory::Exclusion,
    evaluate,
};

/// What asks for a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// The request was opened.
    Opened,
    /// A resolution did not stand.
    Reopened,
}

impl Occasion {
    /// The word as it stands in events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Reopened => "reopened",
        }
    }
}

/// Who held a request when it was reopened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TodaysOwner {
    /// The team.
    pub team: TeamId,
    /// The role.
    pub role: Role,
    /// The member.
    pub member: PersonId,
    /// The priority it had, if one is known.
    pub priority: Option<Priority>,
}

/// Asks to decide; carries all that is looked at.
#[derive(Debug, Clone)]
pub struct Decide {
    /// What asks.
    pub occasion: Occasion,
    /// The version of the request's stream that is judged.
    pub request_version: i32,
    /// The request.
    pub snapshot: Snapshot,
    /// The rules in force.
    pub table: Arc<Table>,
    /// Their version; 0 for the built-in ones.
    pub rule_set_version: i32,
    /// Who is where.
    pub directory: Arc<Directory>,
    /// The members' open requests.
    pub loads: Loads,
    /// The district's day.
    pub day: Date,
    /// For a reopened request: the member who holds it, if one does.
    pub owner: Option<TodaysOwner>,
}

impl Decide {
    pub(super) fn decide(self, state: &State) -> Vec<Event> {
        // INVARIANT: versions of a request grow; answering an old one again would take it from its present holder.
        if state
            .latest
            .as_ref()
            .is_some_and(|latest| latest.request_version >= self.request_version)
        {
            return Vec::new();
        }
        let decision = self.kept().unwrap_or_else(|| {
            let (table, version) = (&self.table, self.rule_set_version);
            evaluate(table, version, &self.snapshot, &self.directory, &self.loads, self.day)
        });
        let values = self.snapshot.values.into_iter();
        vec![Event::Decided(Decided {
            request: self.snapshot.request,
            occasion: self.occasion,
            request_version: self.request_version,
            snapshot: values.map(|(field, value)| (field.to_string(), value)).collect(),
            decision,
        })]
    }

    /// The decision that leaves a reopened request with its holder; `None` if it has to be decided anew.
    fn kept(&self) -> Option<Decision> {
        let owner = self.owner.as_ref().filter(|_| self.occasion == Occasion::Reopened)?;
        self.directory.capacity(&owner.team, owner.role, &owner.member, self.day).ok()?;
        let (team, role) = (&owner.team, owner.role);
        let all = choose(&self.directory, &self.loads, team, role, self.snapshot.request, self.day);
        let candidates = all.candidates.into_iter();
        Some(Decision {
            rule_set_version: self.rule_set_version,
            rules: Vec::new(),
            team: owner.team.clone(),
            role: owner.role,
            holder: Holder::Member(owner.member.clone()),
            priority: owner.priority.or_else(|| self.snapshot.priority()),
            candidates: candidates
                .map(|c| Candidate { chosen: c.member == owner.member, ..c })
                .collect(),
            tie_break: None,
            contributing: self.snapshot.contributing.clone(),
            kept: true,
        })
    }
}

/// It was decided who answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// The request.
    pub request: StreamId,
    /// What asked.
    pub occasion: Occasion,
    /// The version of the request's stream that was judged.
    pub request_version: i32,
    /// What was judged: field → value.
    pub snapshot: BTreeMap<String, String>,
    /// The decision with its reasons.
    pub decision: Decision,
}

impl Decided {
    pub(super) const NAME: &'static str = "decided";

    pub(super) fn evolve(&self) -> State {
        State { latest: Some(self.clone()) }
    }

    pub(super) fn encode(&self) -> Encoded {
        let decision = &self.decision;
        let word = |word: Option<&str>| word.unwrap_or_default().to_owned();
        let (member, unassigned) = match &decision.holder {
            Holder::Member(person) => (Some(person.as_str()), None),
            Holder::Team(reason) => (None, Some(reason.as_str())),
        };
        let message = wire::CaseDecided {
            request_id: self.request.to_string(),
            rule_set_version: decision.rule_set_version,
            snapshot: self.snapshot.clone(),
            rules: decision.rules.iter().map(verdict_to_wire).collect(),
            team_id: decision.team.to_string(),
            role: decision.role.to_string(),
            member_id: word(member),
            unassigned: word(unassigned),
            priority: word(decision.priority.map(Priority::as_str)),
            candidates: decision.candidates.iter().map(candidate_to_wire).collect(),
            tie_break: word(decision.tie_break.as_deref()),
            contributing: decision.contributing.clone(),
            occasion: self.occasion.as_str().to_owned(),
            request_version: self.request_version,
            kept: decision.kept,
        };
        Encoded { payload: message.encode_to_vec(), private: None }
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let message = wire::CaseDecided::decode(payload).map_err(|error| {
            DecodeError::Malformed { name: Self::NAME.to_owned(), detail: error.to_string() }
        })?;
        let occasions = [Occasion::Opened, Occasion::Reopened];
        let occasion = occasions.into_iter().find(|o| o.as_str() == message.occasion);
        let decision = Decision {
            rule_set_version: message.rule_set_version,
            rules: message.rules.into_iter().map(verdict_from_wire).collect(),
            team: read(&message.team_id, "team_id")?,
            role: read(&message.role, "role")?,
            holder: holder_from_wire(&message.member_id, &message.unassigned)?,
            priority: present(&message.priority).map(|p| read(p, "priority")).transpose()?,
            candidates: message
                .candidates
                .iter()
                .map(candidate_from_wire)
                .collect::<Result<_, _>>()?,
            tie_break: present(&message.tie_break).map(str::to_owned),
            contributing: message.contributing,
            kept: message.kept,
        };
        Ok(Self {
            request: read(&message.request_id, "request_id")?,
            occasion: occasion.ok_or(invalid("occasion"))?,
            request_version: message.request_version,
            snapshot: message.snapshot,
            decision,
        })
    }
}

fn invalid(field: &'static str) -> DecodeError {
    DecodeError::Invalid { name: Decided::NAME, field }
}

fn read<T: FromStr>(text: &str, field: &'static str) -> Result<T, DecodeError> {
    text.parse().map_err(|_| invalid(field))
}

fn present(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn verdict_to_wire(verdict: &Verdict) -> wire::RuleVerdict {
    wire::RuleVerdict {
        rule: verdict.rule.clone(),
        matched: verdict.failed.is_none(),
        failed_condition: verdict.failed.clone().unwrap_or_default(),
    }
}

fn verdict_from_wire(verdict: wire::RuleVerdict) -> Verdict {
    Verdict { rule: verdict.rule, failed: (!verdict.matched).then_some(verdict.failed_condition) }
}

fn candidate_to_wire(candidate: &Candidate) -> wire::Candidate {
    wire::Candidate {
        member_id: candidate.member.to_string(),
        score: candidate.score,
        open_requests: candidate.open_requests,
        excluded: candidate.excluded.map(Exclusion::as_str).unwrap_or_default().to_owned(),
        chosen: candidate.chosen,
    }
}

fn candidate_from_wire(candidate: &wire::Candidate) -> Result<Candidate, DecodeError> {
    let excluded = present(&candidate.excluded).map(|word| {
        let known = Exclusion::ALL.into_iter().find(|exclusion| exclusion.as_str() == word);
        known.ok_or(invalid("candidates.excluded"))
    });
    Ok(Candidate {
        member: read(&candidate.member_id, "candidates.member_id")?,
        score: candidate.score,
        open_requests: candidate.open_requests,
        excluded: excluded.transpose()?,
        chosen: candidate.chosen,
    })
}

fn holder_from_wire(member: &str, unassigned: &str) -> Result<Holder, DecodeError> {
    if let Some(member) = present(member) {
        return read(member, "member_id").map(Holder::Member);
    }
    let reasons = [Unassigned::NoCandidate, Unassigned::NoMemberInRole];
    let reason = reasons.into_iter().find(|reason| reason.as_str() == unassigned);
    reason.map(Holder::Team).ok_or(invalid("unassigned"))
}

#[cfg(test)]
mod tests;
