//! The life of a request: opened, who held it when, what it waited for, how it ended.

use kernel::DecodeError;
use prost::Message;
use wire::schoolside::requests::v1 as events;

use super::{Fact, Part};

/// How a request was opened.
#[derive(Clone, PartialEq, Message)]
pub struct Opened {
    /// When.
    #[prost(int64, tag = "1")]
    pub at: i64,
    /// What was asked for.
    #[prost(string, tag = "2")]
    pub request_type: String,
    /// The school at that moment; empty if unknown.
    #[prost(string, tag = "3")]
    pub school: String,
    /// The network at that moment; empty if unknown.
    #[prost(string, tag = "4")]
    pub network: String,
    /// The tier at that moment; 0 if unknown.
    #[prost(int32, tag = "5")]
    pub tier: i32,
    /// Whether it was imported: it has no first-response clock and no survey.
    #[prost(bool, tag = "6")]
    pub imported: bool,
}

/// From when a team answered for the request.
#[derive(Clone, PartialEq, Message)]
pub struct Tenure {
    /// Since when.
    #[prost(int64, tag = "1")]
    pub from: i64,
    /// The team.
    #[prost(string, tag = "2")]
    pub team: String,
}

/// An interval in which the request waited for something outside the team.
#[derive(Clone, PartialEq, Message)]
pub struct Wait {
    /// Since when.
    #[prost(int64, tag = "1")]
    pub from: i64,
    /// Until when; absent while it lasts.
    #[prost(int64, optional, tag = "2")]
    pub until: Option<i64>,
    /// The reason's number in the published contract.
    #[prost(int32, tag = "3")]
    pub reason: i32,
}

/// A step of the life that ends it, or takes an end back.
#[derive(Clone, PartialEq, Message)]
pub struct Lifecycle {
    /// When.
    #[prost(int64, tag = "1")]
    pub at: i64,
    /// What happened.
    #[prost(enumeration = "Ending", tag = "2")]
    pub ending: i32,
    /// Whether an import stated it before the opening.
    #[prost(bool, tag = "3")]
    pub implausible: bool,
    /// The team that answered for it, if a resolution says so.
    #[prost(string, tag = "4")]
    pub team: String,
}

/// Ends, and their opposite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
pub enum Ending {
    /// A resolution did not stand.
    Reopened = 0,
    /// Done.
    Done = 1,
    /// Declined.
    Declined = 2,
    /// Waits for a budget: neither met nor missed.
    Deferred = 3,
    /// Asked twice: left out of rates.
    Duplicate = 4,
    /// Withdrawn before a resolution: left out of rates.
    Cancelled = 5,
}

/// The life of a request.
#[derive(Clone, PartialEq, Message)]
pub struct RequestFacts {
    /// How it was opened; absent only before its first event.
    #[prost(message, optional, tag = "1")]
    pub opened: Option<Opened>,
    /// Who held it, in order.
    #[prost(message, repeated, tag = "2")]
    pub tenures: Vec<Tenure>,
    /// What it waited for, in order.
    #[prost(message, repeated, tag = "3")]
    pub waits: Vec<Wait>,
    /// Its ends and reopenings, in the order recorded.
    #[prost(message, repeated, tag = "4")]
    pub lifecycle: Vec<Lifecycle>,
    /// The first public reply of a person of the office, or the resolution that came without one; never of an import.
    #[prost(int64, optional, tag = "5")]
    pub first_response: Option<i64>,
    /// The due date its source states, for imports.
    #[prost(int64, optional, tag = "6")]
    pub stated_due: Option<i64>,
}

impl RequestFacts {
    fn hold(&mut self, at: i64, team: String) {
        if self.tenures.last().is_none_or(|tenure| tenure.team != team) {
            self.tenures.push(Tenure { from: at, team });
        }
    }

    fn end(&mut self, at: i64, ending: Ending) {
        self.lifecycle.push(Lifecycle {
            at,
            ending: ending.into(),
            implausible: false,
            team: String::new(),
        });
    }

    fn open(&mut self, at: i64, event: events::RequestOpened) {
        self.opened = Some(Opened {
            at,
            request_type: event.request_type_id,
            school: event.school_id,
            network: event.network_id,
            tier: event.tier,
            imported: event.imported,
        });
    }

    fn resolve(&mut self, at: i64, event: events::RequestResolved) -> Result<(), DecodeError> {
        let ending = match event.outcome() {
            events::Outcome::Done => Ending::Done,
            events::Outcome::Declined => Ending::Declined,
            events::Outcome::Deferred => Ending::Deferred,
            events::Outcome::Duplicate => Ending::Duplicate,
            events::Outcome::Unspecified => {
                return Err(DecodeError::Invalid { name: "request.resolved", field: "outcome" });
            }
        };
        self.lifecycle.push(Lifecycle {
            at,
            ending: ending.into(),
            implausible: event.implausible,
            team: event.team_id,
        });
        // Done or declined, it tells the requester what became of the request, as a reply would.
        let told = matches!(ending, Ending::Done | Ending::Declined);
        if told && self.opened.as_ref().is_some_and(|opened| !opened.imported) {
            self.first_response.get_or_insert(at);
        }
        Ok(())
    }

    fn reply(&mut self, at: i64, event: &events::RequestReplied) {
        let answers = event.public && event.author() == events::Author::Staff;
        if answers && self.first_response.is_none() {
            self.first_response = Some(at);
        }
    }
}

impl Part for RequestFacts {
    fn apply(&mut self, fact: Fact<'_>) -> Result<(), DecodeError> {
        let at = fact.at;
        match fact.name {
            "request.opened" => self.open(at, fact.read()?),
            "request.held" => self.hold(at, fact.read::<events::RequestHeld>()?.team_id),
            "request.due_date_stated" => {
                let event: events::RequestDueDateStated = fact.read()?;
                let due = event.due_at.as_ref().and_then(wire::time::from_proto);
                self.stated_due = Some(
                    due.ok_or(DecodeError::Invalid {
                        name: "request.due_date_stated",
                        field: "due_at",
                    })?
                    .as_microsecond(),
                );
            }
            "request.routed" => self.hold(at, fact.read::<events::RequestRouted>()?.team_id),
            "request.reassigned" => {
                self.hold(at, fact.read::<events::RequestReassigned>()?.team_id);
            }
            "request.replied" => self.reply(at, &fact.read()?),
            "request.paused" => {
                let reason = fact.read::<events::RequestPaused>()?.reason;
                self.waits.push(Wait { from: at, until: None, reason });
            }
            "request.resumed" => {
                if let Some(wait) = self.waits.last_mut() {
                    wait.until.get_or_insert(at);
                }
            }
            "request.resolved" => self.resolve(at, fact.read()?)?,
            "request.reopened" => self.end(at, Ending::Reopened),
            "request.cancelled" => self.end(at, Ending::Cancelled),
            "request.imported" | "request.closed" | "request.erased" => {}
            _ => return Err(fact.unknown()),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(facts: &mut RequestFacts, name: &str, at: i64, payload: &impl Message) {
        facts.apply(Fact { name, at, payload: &payload.encode_to_vec() }).unwrap();
    }

    #[test]
    fn a_member_change_within_the_team_is_not_a_new_tenure() {
        let mut facts = RequestFacts::default();
        let routed = |team: &str, member: &str| events::RequestRouted {
            team_id: team.into(),
            member_id: member.into(),
            ..Default::default()
        };
        apply(&mut facts, "request.routed", 1, &routed("T1", "a"));
        apply(&mut facts, "request.routed", 2, &routed("T1", "b"));
        apply(&mut facts, "request.routed", 3, &routed("T2", "c"));
        let teams: Vec<_> = facts.tenures.iter().map(|t| (t.from, t.team.as_str())).collect();
        assert_eq!(teams, [(1, "T1"), (3, "T2")]);
    }

    #[test]
    fn only_a_public_reply_of_a_person_of_the_office_is_a_first_response() {
        let mut facts = RequestFacts::default();
        let reply = |author: events::Author, public| events::RequestReplied {
            author: author.into(),
            public,
        };
        apply(&mut facts, "request.replied", 1, &reply(events::Author::Automatic, true));
        apply(&mut facts, "request.replied", 2, &reply(events::Author::Staff, false));
        apply(&mut facts, "request.replied", 3, &reply(events::Author::Requester, true));
        assert_eq!(facts.first_response, None);
        apply(&mut facts, "request.replied", 4, &reply(events::Author::Staff, true));
        apply(&mut facts, "request.replied", 5, &reply(events::Author::Staff, true));
        assert_eq!(facts.first_response, Some(4));
    }

    #[test]
    fn a_resolution_without_a_reply_before_is_the_first_response_but_not_of_an_import() {
        let answered = |imported, outcome: events::Outcome, replied: bool| {
            let mut facts = RequestFacts::default();
            let opened = events::RequestOpened { imported, ..Default::default() };
            apply(&mut facts, "request.opened", 1, &opened);
            if replied {
                let author = events::Author::Staff.into();
                apply(
                    &mut facts,
                    "request.replied",
                    2,
                    &events::RequestReplied { author, public: true },
                );
            }
            let resolved =
                events::RequestResolved { outcome: outcome.into(), ..Default::default() };
            apply(&mut facts, "request.resolved", 3, &resolved);
            facts.first_response
        };
        assert_eq!(answered(false, events::Outcome::Done, false), Some(3));
        assert_eq!(answered(false, events::Outcome::Declined, false), Some(3));
        assert_eq!(answered(false, events::Outcome::Done, true), Some(2));
        assert_eq!(answered(false, events::Outcome::Deferred, false), None);
        assert_eq!(answered(false, events::Outcome::Duplicate, false), None);
        assert_eq!(answered(true, events::Outcome::Done, false), None);
    }

    #[test]
    fn an_event_nobody_declared_halts_the_fold() {
        let fact = Fact { name: "request.teleported", at: 0, payload: &[] };
        assert!(matches!(RequestFacts::default().apply(fact), Err(DecodeError::Unknown { .. })));
    }
}
