//! What is known of a request, as far as its clocks care: folded from its events, kept as a small document.

use eventlog::Recorded;
use kernel::{PersonId, SchoolLevel, Tier, Timestamp};

use serde::{Deserialize, Serialize};
use sla_domain::{
    case::Snapshot,
    clock::{Change, Facts, Message, Outcome, Pause, Side, Step, StepKind, Tenure},
    policy::Subject,
    words::{Cause, PauseReason},
};
use stream::HandleError;
use wire::schoolside::requests::v1 as pb;

/// An instant in microseconds since 1970, as the log keeps it.
type Micros = i64;

/// What is known of a request.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Known {
    #[serde(skip_serializing_if = "Option::is_none")]
    opening: Option<Opening>,
    /// Who has held it: from when, and the team.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tenures: Vec<(Micros, String)>,
    /// The member who holds it; empty if the team does.
    #[serde(skip_serializing_if = "String::is_empty")]
    member: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    stated_due: Option<Micros>,
    /// What both sides can read, and whether the office wrote it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<(Micros, bool)>,
    /// When a person of the office did something about it first.
    #[serde(skip_serializing_if = "Option::is_none")]
    active: Option<Micros>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pauses: Vec<(String, Micros, Option<Micros>)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steps: Vec<(Micros, Stepped)>,
    /// What policies looked at until a change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<(Micros, Seen)>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Opening {
    at: Micros,
    /// When it was recorded, where that is another instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<Micros>,
    #[serde(skip_serializing_if = "is_false")]
    imported: bool,
    seen: Seen,
    #[serde(skip_serializing_if = "String::is_empty")]
    school: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    network: String,
}

/// What policies look at, as it is now or was before a change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Seen {
    request_type: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    category: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    priority: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    level: String,
    #[serde(skip_serializing_if = "is_zero")]
    tier: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stepped {
    Resolved,
    Deferred,
    Duplicate,
    Reopened,
    Cancelled,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_zero(number: &i32) -> bool {
    *number == 0
}

/// A request in the domain's words.
pub(crate) struct Case {
    pub(crate) facts: Facts,
    pub(crate) subject: Subject,
    pub(crate) snapshot: Snapshot,
    /// The member who holds it, if one does.
    pub(crate) member: Option<PersonId>,
}

fn poison(error: impl Into<stream::BoxError>) -> HandleError {
    HandleError::Poison(error.into())
}

/// An event's published message.
pub(crate) fn message<M: prost::Message + Default>(event: &Recorded) -> Result<M, HandleError> {
    M::decode(event.payload.as_slice()).map_err(poison)
}

fn micros(at: Option<&prost_types::Timestamp>, otherwise: Timestamp) -> Micros {
    at.and_then(wire::time::from_proto).unwrap_or(otherwise).as_microsecond()
}

fn instant(at: Micros) -> Result<Timestamp, HandleError> {
    Timestamp::from_microsecond(at).map_err(poison)
}

fn word<T>(text: &str) -> Result<T, HandleError>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    text.parse().map_err(|error: T::Err| poison(error))
}

fn filled<T>(text: &str) -> Result<Option<T>, HandleError>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    if text.is_empty() { Ok(None) } else { word(text).map(Some) }
}

impl Known {
    /// Takes an event in; says what it changes for the clocks, if anything.
    pub(crate) fn fold(&mut self, event: &Recorded) -> Result<Option<Cause>, HandleError> {
        let at = event.occurred_at.as_microsecond();
        Ok(match event.event() {
            "opened" => Some(self.open(event)?),
            "held" => {
                let held: pb::RequestHeld = message(event)?;
                self.hold(
                    micros(held.held_from.as_ref(), event.occurred_at),
                    held.team_id,
                    String::new(),
                )
            }
            "due_date_stated" => {
                let stated: pb::RequestDueDateStated = message(event)?;
                let due_at = stated.due_at.as_ref().and_then(wire::time::from_proto);
                self.stated_due = due_at.map(Timestamp::as_microsecond);
                Some(Cause::Change)
            }
            "routed" => {
                let routed: pb::RequestRouted = message(event)?;
                // The rules' priority is the first that counts: nothing was promised by another before.
                if let Some(opening) = self.opening.as_mut().filter(|_| !routed.priority.is_empty())
                {
                    opening.seen.priority = routed.priority;
                }
                self.hold(at, routed.team_id, routed.member_id)
            }
            "reassigned" => {
                let reassigned: pb::RequestReassigned = message(event)?;
                self.act(at);
                self.hold(at, reassigned.team_id, reassigned.member_id)
            }
            "reclassified" | "priority_changed" | "school_changed" => self.change(event, at)?,
            "replied" => self.reply(&message(event)?, at),
            "paused" => {
                let reason = message::<pb::RequestPaused>(event)?.reason();
                self.act(at);
                self.pauses.push((pause_word(reason)?.to_owned(), at, None));
                Some(Cause::Pause)
            }
            "resumed" => {
                for pause in self.pauses.iter_mut().filter(|(_, _, to)| to.is_none()) {
                    pause.2 = Some(at);
                }
                Some(Cause::Pause)
            }
            "resolved" => {
                let resolved: pb::RequestResolved = message(event)?;
                let at = micros(resolved.resolved_at.as_ref(), event.occurred_at);
                self.act(at);
                self.steps.push((at, outcome(resolved.outcome())?));
                Some(Cause::Resolution)
            }
            "reopened" => {
                self.steps.push((at, Stepped::Reopened));
                Some(Cause::Reopening)
            }
            "cancelled" => {
                self.steps.push((at, Stepped::Cancelled));
                Some(Cause::Cancellation)
            }
            "imported" | "closed" | "erased" => None,
            _ => return Err(poison(format!("{} is not known here", event.name))),
        })
    }

    fn open(&mut self, event: &Recorded) -> Result<Cause, HandleError> {
        let opened: pb::RequestOpened = message(event)?;
        let at = micros(opened.opened_at.as_ref(), event.occurred_at);
        let created = event.recorded_at.as_microsecond();
        self.opening = Some(Opening {
            at,
            created: Some(created).filter(|created| *created != at && !opened.imported),
            imported: opened.imported,
            seen: Seen {
                request_type: opened.request_type_id,
                category: opened.category,
                priority: opened.priority,
                level: opened.school_level,
                tier: opened.tier,
            },
            school: opened.school_id,
            network: opened.network_id,
        });
        Ok(Cause::Opening)
    }

    /// A team holds it from now on.
    fn hold(&mut self, at: Micros, team: String, member: String) -> Option<Cause> {
        if self.team() != team || self.tenures.is_empty() {
            self.tenures.push((at, team));
        }
        self.member = member;
        Some(Cause::Change)
    }

    /// A person of the office did something about it.
    fn act(&mut self, at: Micros) {
        self.active = Some(self.active.map_or(at, |earlier| earlier.min(at)));
    }

    /// What policies look at is something else from now on; what it was is kept.
    fn change(&mut self, event: &Recorded, at: Micros) -> Result<Option<Cause>, HandleError> {
        let Some(opening) = &mut self.opening else { return Ok(None) };
        let before = opening.seen.clone();
        match event.event() {
            "reclassified" => {
                let changed: pb::RequestReclassified = message(event)?;
                opening.seen.request_type = changed.request_type_id;
                opening.seen.category = changed.category;
                opening.seen.priority = changed.priority;
            }
            "priority_changed" => {
                opening.seen.priority = message::<pb::RequestPriorityChanged>(event)?.priority;
            }
            _ => {
                let changed: pb::RequestSchoolChanged = message(event)?;
                (opening.school, opening.network) = (changed.school_id, changed.network_id);
                (opening.seen.tier, opening.seen.level) = (changed.tier, changed.school_level);
            }
        }
        if before != opening.seen {
            self.changes.push((at, before));
        }
        Ok(Some(Cause::Change))
    }

    /// Only what a person wrote for the other side to read is a message.
    fn reply(&mut self, reply: &pb::RequestReplied, at: Micros) -> Option<Cause> {
        let office = match reply.author() {
            pb::Author::Staff => true,
            pb::Author::Requester => false,
            pb::Author::Automatic | pb::Author::Unspecified => return None,
        };
        if office {
            self.act(at);
        }
        if reply.public {
            self.messages.push((at, office));
        }
        (office || reply.public).then_some(Cause::Reply)
    }

    /// Whether it was imported; false until its opening is known.
    pub(crate) fn imported(&self) -> bool {
        self.opening.as_ref().is_some_and(|opening| opening.imported)
    }

    /// Whether somebody works on it, or will.
    pub(crate) fn open_now(&self) -> bool {
        self.steps.last().is_none_or(|(_, step)| *step == Stepped::Reopened)
    }

    /// The team that holds it; empty if none.
    pub(crate) fn team(&self) -> &str {
        self.tenures.last().map_or("", |(_, team)| team)
    }

    /// The school it is for; empty if none or unknown.
    pub(crate) fn school(&self) -> &str {
        self.opening.as_ref().map_or("", |opening| &opening.school)
    }

    /// The first instant after `now` of which something is known already: nothing else would wake its clocks then.
    pub(crate) fn next_fact(&self, now: Timestamp) -> Option<Timestamp> {
        let steps = self.steps.iter().map(|(at, _)| *at);
        let pauses = self.pauses.iter().flat_map(|(_, from, to)| [Some(*from), *to]).flatten();
        let messages = self.messages.iter().map(|(at, _)| *at);
        let tenures = self.tenures.iter().map(|(at, _)| *at);
        let changes = self.changes.iter().map(|(at, _)| *at);
        let ahead =
            steps.chain(pauses).chain(messages).chain(tenures).chain(changes).chain(self.active);
        let next = ahead.filter(|at| *at > now.as_microsecond()).min()?;
        Timestamp::from_microsecond(next).ok()
    }

    /// The request in the domain's words; `None` until its opening is known.
    pub(crate) fn case(&self) -> Result<Option<Case>, HandleError> {
        let Some(opening) = &self.opening else { return Ok(None) };
        let subject = opening.seen.subject()?;
        let snapshot = Snapshot {
            request_type: subject.request_type.clone(),
            priority: subject.priority,
            team: filled(self.team())?,
            school: filled(&opening.school)?,
            network: filled(&opening.network)?,
            tier: subject.tier,
        };
        let member = filled(&self.member)?;
        Ok(Some(Case { facts: self.facts(opening)?, subject, snapshot, member }))
    }

    fn facts(&self, opening: &Opening) -> Result<Facts, HandleError> {
        let mut facts = Facts::opened(instant(opening.at)?);
        facts.created_at = instant(opening.created.unwrap_or(opening.at))?;
        facts.imported = opening.imported;
        facts.stated_due = self.stated_due.map(instant).transpose()?;
        facts.active_at = self.active.map(instant).transpose()?;
        for (at, office) in &self.messages {
            let from = if *office { Side::Office } else { Side::Requester };
            facts.messages.push(Message { at: instant(*at)?, from });
        }
        for (from, team) in &self.tenures {
            facts.tenures.push(Tenure { from: instant(*from)?, team: filled(team)? });
        }
        for (reason, from, to) in &self.pauses {
            facts.pauses.push(Pause {
                reason: word(reason)?,
                from: instant(*from)?,
                to: to.map(instant).transpose()?,
            });
        }
        for (at, step) in &self.steps {
            facts.steps.push(Step { at: instant(*at)?, kind: step.kind() });
        }
        for (at, before) in &self.changes {
            facts.changes.push(Change { at: instant(*at)?, before: before.subject()? });
        }
        Ok(facts)
    }
}

impl Seen {
    fn subject(&self) -> Result<Subject, HandleError> {
        let tier: Option<Tier> = match self.tier {
            0 => None,
            tier => Some(word(&tier.to_string())?),
        };
        let school_level: Option<SchoolLevel> = filled(&self.level)?;
        Ok(Subject {
            request_type: word(&self.request_type)?,
            category: self.category.clone(),
            priority: filled(&self.priority)?,
            tier,
            school_level,
        })
    }
}

impl Stepped {
    const fn kind(self) -> StepKind {
        match self {
            Self::Resolved => StepKind::Resolved(Outcome::Final),
            Self::Deferred => StepKind::Resolved(Outcome::Deferred),
            Self::Duplicate => StepKind::Resolved(Outcome::Duplicate),
            Self::Reopened => StepKind::Reopened,
            Self::Cancelled => StepKind::Cancelled,
        }
    }
}

fn outcome(outcome: pb::Outcome) -> Result<Stepped, HandleError> {
    match outcome {
        pb::Outcome::Done | pb::Outcome::Declined => Ok(Stepped::Resolved),
        pb::Outcome::Deferred => Ok(Stepped::Deferred),
        pb::Outcome::Duplicate => Ok(Stepped::Duplicate),
        pb::Outcome::Unspecified => Err(poison("a resolution without an outcome")),
    }
}

fn pause_word(reason: pb::PauseReason) -> Result<&'static str, HandleError> {
    let reason = match reason {
        pb::PauseReason::WaitingForRequester => PauseReason::WaitingForRequester,
        pb::PauseReason::WaitingForVendor => PauseReason::WaitingForVendor,
        pb::PauseReason::WaitingForThirdParty => PauseReason::WaitingForThirdParty,
        pb::PauseReason::Scheduled => PauseReason::Scheduled,
        pb::PauseReason::Unspecified => return Err(poison("a pause without a reason")),
    };
    Ok(reason.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_without_a_life_is_small_and_reads_back() {
        let seen = Seen { request_type: "PRC1".to_owned(), ..Seen::default() };
        let opening = Opening { at: 1, seen, ..Opening::default() };
        let known = Known { opening: Some(opening), ..Known::default() };
        let text = serde_json::to_string(&known).unwrap();
        assert_eq!(text, r#"{"opening":{"at":1,"seen":{"request_type":"PRC1"}}}"#);
        assert_eq!(serde_json::from_str::<Known>(&text).unwrap(), known);
    }

    #[test]
    fn only_what_persons_write_in_public_is_a_message_and_any_act_of_the_office_is_activity() {
        let reply =
            |author: pb::Author, public| pb::RequestReplied { author: author.into(), public };
        let mut known = Known::default();
        assert_eq!(known.reply(&reply(pb::Author::Automatic, true), 1), None);
        assert_eq!(known.reply(&reply(pb::Author::Requester, false), 2), None);
        assert_eq!(known.reply(&reply(pb::Author::Requester, true), 3), Some(Cause::Reply));
        assert_eq!(known.reply(&reply(pb::Author::Staff, false), 4), Some(Cause::Reply));
        assert_eq!(known.reply(&reply(pb::Author::Staff, true), 5), Some(Cause::Reply));
        assert_eq!((known.messages, known.active), (vec![(3, false), (5, true)], Some(4)));
    }
}
