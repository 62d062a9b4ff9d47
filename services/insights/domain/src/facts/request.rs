//! The life of a request: opened, who held it when, what it waited for, how it ended.

use kernel::DecodeError;
use prost::Message;
use wire::schoolside::requests::v1 as events;

use super::{Fact, Part};

/// How a request was opened, with the type and the school that are known for it.
#[derive(Clone, PartialEq, Message)]
pub struct Opened {
    /// When.
    #[prost(int64, tag = "1")]
    pub at: i64,
    /// What was asked for.
    #[prost(string, tag = "2")]
    pub request_type: String,
    /// The school; empty if unknown.
    #[prost(string, tag = "3")]
    pub school: String,
    /// The network when the school was chosen; empty if unknown.
    #[prost(string, tag = "4")]
    pub network: String,
    /// The tier when the school was chosen; 0 if unknown.
    #[prost(int32, tag = "5")]
    pub tier: i32,
    /// Whether it was imported: it has no first-response clock and no survey.
    #[prost(bool, tag = "6")]
    pub imported: bool,
}

/// From when another type or school is known for it.
#[derive(Clone, PartialEq, Message)]
pub struct Correction {
    /// Since when.
    #[prost(int64, tag = "1")]
    pub from: i64,
    /// The opening with the type and the school known since.
    #[prost(message, required, tag = "2")]
    pub opened: Opened,
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
    /// Other types and schools that became known since its opening, in order.
    #[prost(message, repeated, tag = "7")]
    pub corrections: Vec<Correction>,
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

    /// Notes what became known of the type or the school; nothing before the opening.
    fn correct(&mut self, from: i64, correct: impl FnOnce(Opened) -> Opened) {
        let last = self.corrections.last().map(|correction| &correction.opened);
        if let Some(opened) = last.or(self.opened.as_ref()).cloned() {
            self.corrections.push(Correction { from, opened: correct(opened) });
        }
    }

    fn reclassify(&mut self, at: i64, event: events::RequestReclassified) {
        let request_type = event.request_type_id;
        self.correct(at, |opened| Opened { request_type, ..opened });
    }

    fn move_to(&mut self, at: i64, event: events::RequestSchoolChanged) {
        let (school, network, tier) = (event.school_id, event.network_id, event.tier);
        self.correct(at, |opened| Opened { school, network, tier, ..opened });
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
            "request.reclassified" => self.reclassify(at, fact.read()?),
            "request.school_changed" => self.move_to(at, fact.read()?),
            // No figure is by priority; what it does to the due date, the clocks say.
            "request.priority_changed"
            | "request.imported"
            | "request.closed"
            | "request.erased" => {}
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
    fn corrections_keep_the_opening_and_each_other() {
        let mut facts = RequestFacts::default();
        let opened = events::RequestOpened {
            request_type_id: "FAC1".into(),
            school_id: "0101".into(),
            ..Default::default()
        };
        apply(&mut facts, "request.opened", 1, &opened);
        let reclassified =
            events::RequestReclassified { request_type_id: "FAC2".into(), ..Default::default() };
        apply(&mut facts, "request.reclassified", 2, &reclassified);
        let moved = events::RequestSchoolChanged {
            school_id: "0107".into(),
            network_id: "N2".into(),
            tier: 3,
            ..Default::default()
        };
        apply(&mut facts, "request.school_changed", 3, &moved);
        let known = |it: &Opened| (it.at, it.request_type.clone(), it.school.clone(), it.tier);
        let corrected: Vec<_> =
            facts.corrections.iter().map(|it| (it.from, known(&it.opened))).collect();
        assert_eq!(known(&facts.opened.unwrap()), (1, "FAC1".into(), "0101".into(), 0));
        assert_eq!(
            corrected,
            [(2, (1, "FAC2".into(), "0101".into(), 0)), (3, (1, "FAC2".into(), "0107".into(), 3)),]
        );
    }

    #[test]
    fn an_event_nobody_declared_halts_the_fold() {
        let fact = Fact { name: "request.teleported", at: 0, payload: &[] };
        assert!(matches!(RequestFacts::default().apply(fact), Err(DecodeError::Unknown { .. })));
    }
}
