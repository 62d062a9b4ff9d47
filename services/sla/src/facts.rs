//! What is known of a request, as far as its clocks care: folded from its events, kept as a small document.

use eventlog::Recorded;
use kernel::{SchoolLevel, Tier, Timestamp};
use prost::Message;
use serde::{Deserialize, Serialize};
use sla_domain::{
    case::Snapshot,
    clock::{Facts, Outcome, Pause, Step, StepKind},
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
    #[serde(skip_serializing_if = "String::is_empty")]
    priority: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    team: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    stated_due: Option<Micros>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_reply: Option<Micros>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pauses: Vec<(String, Micros, Option<Micros>)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steps: Vec<(Micros, Stepped)>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Opening {
    at: Micros,
    #[serde(skip_serializing_if = "is_false")]
    imported: bool,
    request_type: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    category: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    school: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    network: String,
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
}

fn poison(error: impl Into<stream::BoxError>) -> HandleError {
    HandleError::Poison(error.into())
}

/// An event's published message.
pub(crate) fn message<M: Message + Default>(event: &Recorded) -> Result<M, HandleError> {
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
                self.team = message::<pb::RequestHeld>(event)?.team_id;
                Some(Cause::Change)
            }
            "due_date_stated" => {
                let stated: pb::RequestDueDateStated = message(event)?;
                let due_at = stated.due_at.as_ref().and_then(wire::time::from_proto);
                self.stated_due = due_at.map(Timestamp::as_microsecond);
                Some(Cause::Change)
            }
            "routed" => {
                let routed: pb::RequestRouted = message(event)?;
                self.team = routed.team_id;
                if !routed.priority.is_empty() {
                    self.priority = routed.priority;
                }
                Some(Cause::Change)
            }
            "reassigned" => {
                self.team = message::<pb::RequestReassigned>(event)?.team_id;
                Some(Cause::Change)
            }
            "reclassified" => {
                let it: pb::RequestReclassified = message(event)?;
                self.priority = it.priority;
                if let Some(opening) = &mut self.opening {
                    (opening.request_type, opening.category) = (it.request_type_id, it.category);
                }
                Some(Cause::Change)
            }
            "priority_changed" => {
                self.priority = message::<pb::RequestPriorityChanged>(event)?.priority;
                Some(Cause::Change)
            }
            "school_changed" => {
                let it: pb::RequestSchoolChanged = message(event)?;
                if let Some(opening) = &mut self.opening {
                    (opening.school, opening.network) = (it.school_id, it.network_id);
                    (opening.tier, opening.level) = (it.tier, it.school_level);
                }
                Some(Cause::Change)
            }
            "replied" => self.reply(&message(event)?, at),
            "paused" => {
                let reason = message::<pb::RequestPaused>(event)?.reason();
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
        self.priority = opened.priority;
        self.opening = Some(Opening {
            at: micros(opened.opened_at.as_ref(), event.occurred_at),
            imported: opened.imported,
            request_type: opened.request_type_id,
            category: opened.category,
            school: opened.school_id,
            network: opened.network_id,
            level: opened.school_level,
            tier: opened.tier,
        });
        Ok(Cause::Opening)
    }

    /// Only what a person of the office wrote for the requester to read is a response.
    fn reply(&mut self, reply: &pb::RequestReplied, at: Micros) -> Option<Cause> {
        let answers = reply.public && reply.author() == pb::Author::Staff;
        let earlier = self.first_reply.is_none_or(|first| at < first);
        (answers && earlier).then(|| {
            self.first_reply = Some(at);
            Cause::Reply
        })
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
        &self.team
    }

    /// The school it is for; empty if none or unknown.
    pub(crate) fn school(&self) -> &str {
        self.opening.as_ref().map_or("", |opening| &opening.school)
    }

    /// The first instant after `now` of which something is known already: nothing else would wake its clocks then.
    pub(crate) fn next_fact(&self, now: Timestamp) -> Option<Timestamp> {
        let steps = self.steps.iter().map(|(at, _)| *at);
        let pauses = self.pauses.iter().flat_map(|(_, from, to)| [Some(*from), *to]).flatten();
        let ahead = steps.chain(pauses).chain(self.first_reply);
        let next = ahead.filter(|at| *at > now.as_microsecond()).min()?;
        Timestamp::from_microsecond(next).ok()
    }

    /// The request in the domain's words; `None` until its opening is known.
    pub(crate) fn case(&self) -> Result<Option<Case>, HandleError> {
        let Some(opening) = &self.opening else { return Ok(None) };
        let tier: Option<Tier> = match opening.tier {
            0 => None,
            tier => Some(word(&tier.to_string())?),
        };
        let level: Option<SchoolLevel> = filled(&opening.level)?;
        let priority = filled(&self.priority)?;
        let subject = Subject {
            request_type: word(&opening.request_type)?,
            category: opening.category.clone(),
            priority,
            tier,
            school_level: level,
        };
        let snapshot = Snapshot {
            request_type: subject.request_type.clone(),
            priority,
            team: filled(&self.team)?,
            school: filled(&opening.school)?,
            network: filled(&opening.network)?,
            tier,
        };
        Ok(Some(Case { facts: self.facts(opening)?, subject, snapshot }))
    }

    fn facts(&self, opening: &Opening) -> Result<Facts, HandleError> {
        let mut facts = Facts::opened(instant(opening.at)?);
        facts.imported = opening.imported;
        facts.stated_due = self.stated_due.map(instant).transpose()?;
        facts.first_reply_at = self.first_reply.map(instant).transpose()?;
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
        Ok(facts)
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
        let opening = Opening { at: 1, request_type: "PRC1".to_owned(), ..Opening::default() };
        let known = Known { opening: Some(opening), ..Known::default() };
        let text = serde_json::to_string(&known).unwrap();
        assert_eq!(text, r#"{"opening":{"at":1,"request_type":"PRC1"}}"#);
        assert_eq!(serde_json::from_str::<Known>(&text).unwrap(), known);
    }

    #[test]
    fn only_a_public_reply_of_the_office_is_a_response() {
        let reply =
            |author: pb::Author, public| pb::RequestReplied { author: author.into(), public };
        let mut known = Known::default();
        assert_eq!(known.reply(&reply(pb::Author::Automatic, true), 1), None);
        assert_eq!(known.reply(&reply(pb::Author::Requester, true), 2), None);
        assert_eq!(known.reply(&reply(pb::Author::Staff, false), 3), None);
        assert_eq!(known.reply(&reply(pb::Author::Staff, true), 4), Some(Cause::Reply));
        assert_eq!(known.reply(&reply(pb::Author::Staff, true), 5), None);
        assert_eq!(known.first_reply, Some(4));
    }
}
