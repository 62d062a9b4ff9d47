//! The life of one request: who does what, from the asking to the survey.
//!
//! Work goes on in the open hours of the type's calendar, so it is drawn as a length of open time; what happens on
//! the way (first reply, hand-overs, pauses) stands at fractions of it. Pauses are drawn as time itself.

use jiff::{SignedDuration, Timestamp};
use kernel::{Confidentiality, PersonId, Priority, Role, TeamId};
use sla_domain::calendar::Hours;

use super::{
    action::{Act, Action, Actor, Answers, Case, Opening},
    chance::Chance,
    words,
    world::{Calendar, School, Type, World, tier_index},
};

const HOUR: f64 = 3600.0;
const DAY: f64 = 24.0 * HOUR;
/// Nobody acts on a request sooner after what happened before.
const GAP: SignedDuration = SignedDuration::from_mins(2);
/// The office sees a request no sooner: it must have been routed.
const FIRST_LOOK: SignedDuration = SignedDuration::from_mins(11);

/// Shares of all requests.
const CANCELLED: f64 = 0.03;
const DEFERRED: f64 = 0.01;
const REOPENED: f64 = 0.05;
const REASSIGNED: f64 = 0.12;
const PING_PONG_OF_REASSIGNED: f64 = 0.03 / 0.12;
const WAITING_FOR_REQUESTER: f64 = 0.22;
const WAITING_FOR_VENDOR: f64 = 0.09;
/// The share that takes much longer than usual, and how much.
const TAIL: (f64, f64) = (0.06, 6.0);
/// The share of invitations that are answered.
const RESPONSE: f64 = 0.42;
/// When the invitation goes out after a resolution, and by when an answer comes in or never.
const SETTLE: SignedDuration = SignedDuration::from_hours(24);
const LAST_ANSWER: SignedDuration = SignedDuration::from_hours(13 * 24);
/// A requester decides by then to reopen, or never: the office may open days later, and the system declines after fourteen.
const LAST_REOPENING: f64 = 9.0 * DAY;
/// First-response targets in hours, by priority and tier.
const FIRST_RESPONSE: [[f64; 3]; 4] =
    [[1.0, 1.0, 1.0], [4.0, 3.0, 2.0], [8.0, 6.0, 4.0], [16.0, 12.0, 8.0]];

/// A request that comes in.
pub(super) struct Arrival<'a> {
    pub case: Case,
    pub at: Timestamp,
    pub school: &'a School,
    pub kind: &'a Type,
    /// The request that it repeats.
    pub repeats: Option<Case>,
    /// Whether another repeats it: whoever links that one must see this one, so both stay with the school's team.
    pub repeated: bool,
}

/// Something on the way to the resolution.
enum Milestone {
    FirstReply,
    HandOver { team: TeamId, role: Option<Role>, reason: &'static str },
    WaitForRequester,
    WaitForVendor,
    Cancel,
}

/// A request's life as it is drawn.
pub(super) struct Course<'a> {
    world: &'a World,
    arrival: &'a Arrival<'a>,
    hours: &'a Hours,
    chance: Chance,
    principal: PersonId,
    /// The team that serves the school.
    home: TeamId,
    /// The team that holds it, and the role in it.
    holder: TeamId,
    role: Option<Role>,
    /// Which of the members in a role does the work.
    colleague: usize,
    now: Timestamp,
    hand_overs: u32,
    acts: Vec<Act>,
}

/// The acts of a request's whole life, in order; none if there is nobody to ask or answer.
pub(super) fn acts(world: &World, arrival: &Arrival<'_>) -> Vec<Act> {
    Course::begin(world, arrival).map(Course::live).unwrap_or_default()
}

impl<'a> Course<'a> {
    fn begin(world: &'a World, arrival: &'a Arrival<'a>) -> Option<Self> {
        let day = arrival.case.day;
        let mut chance = Chance::of(&arrival.case.to_string());
        let home = world.team(arrival.school.network(day)?, day)?.clone();
        Some(Self {
            world,
            arrival,
            hours: world.hours(arrival.kind.calendar),
            principal: arrival.school.principal(day)?.clone(),
            holder: home.clone(),
            role: arrival.kind.definition.accountable_role,
            home,
            colleague: usize::from(chance.happens(0.5)),
            chance,
            now: arrival.at,
            hand_overs: 0,
            acts: Vec::new(),
        })
    }

    fn live(mut self) -> Vec<Act> {
        self.open();
        let work = self.work();
        // What others are linked to is not withdrawn.
        let cancelled = self.arrival.repeats.is_none()
            && self.chance.happens(CANCELLED)
            && !self.arrival.repeated;
        let milestones = self.milestones(work, cancelled);
        self.walk(work, milestones);
        if cancelled {
            return self.acts;
        }
        if let Some(original) = self.arrival.repeats {
            self.office(Action::LinkTo(original.request()));
            return self.acts;
        }
        if self.chance.happens(DEFERRED) {
            self.office(Action::Defer);
            return self.acts;
        }
        self.finish();
        let reopened = self.chance.happens(REOPENED) && self.reopen();
        if reopened {
            let rework = 0.4 * self.work();
            self.walk(rework, Vec::new());
            self.finish();
        }
        self.survey(work > self.target(), reopened);
        self.acts
    }

    fn tier(&self) -> usize {
        tier_index(self.arrival.school.tier(self.arrival.case.day))
    }

    fn target(&self) -> f64 {
        self.arrival.kind.targets[self.tier()]
    }

    /// How much open time the work takes, in seconds.
    fn work(&mut self) -> f64 {
        let definition = &self.arrival.kind.definition;
        let tier = [1.0, 0.85, 0.7][self.tier()];
        let team = match self.holder.as_str() {
            "T1" => 0.9,
            "T2" => 1.15,
            "T4" => 1.05,
            _ => 1.0,
        };
        let sigma = match (definition.id.as_str(), definition.category.first().map(String::as_str))
        {
            ("FAC5" | "FAC6" | "PRC3", _) => 1.3,
            (_, Some("technology" | "accounting")) => 0.8,
            _ => 1.0,
        };
        let tail = if self.chance.happens(TAIL.0) { TAIL.1 } else { 1.0 };
        let median = 0.45 * self.arrival.kind.targets[0] * tier * team;
        if self.arrival.repeats.is_some() {
            return self.chance.lognormal(2.0 * HOUR, 0.6).min(median);
        }
        tail * self.chance.lognormal(median, sigma)
    }

    /// What happens on the way, at fractions of the work.
    fn milestones(&mut self, work: f64, cancelled: bool) -> Vec<(f64, Milestone)> {
        let priority = match self.arrival.kind.definition.default_priority.unwrap_or(Priority::P3) {
            Priority::P1 => 0,
            Priority::P2 => 1,
            Priority::P3 => 2,
            Priority::P4 => 3,
        };
        let target = FIRST_RESPONSE[priority][self.tier()] * HOUR;
        let reply = self.chance.lognormal(0.35 * target, 0.8);
        let mut milestones = vec![((reply / work).min(0.9), Milestone::FirstReply)];
        let linked = self.arrival.repeated || self.arrival.repeats.is_some();
        if self.chance.happens(REASSIGNED) && !linked {
            self.hand_over(&mut milestones);
        }
        if self.chance.happens(WAITING_FOR_REQUESTER) {
            milestones.push((self.chance.between(0.2, 0.7), Milestone::WaitForRequester));
        }
        if self.chance.happens(WAITING_FOR_VENDOR) {
            milestones.push((self.chance.between(0.3, 0.9), Milestone::WaitForVendor));
        }
        if cancelled {
            let end = self.chance.between(0.1, 0.9);
            milestones.retain(|(at, _)| *at < end);
            milestones.push((end, Milestone::Cancel));
        }
        milestones.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        milestones
    }

    fn hand_over(&mut self, milestones: &mut Vec<(f64, Milestone)>) {
        let definition = &self.arrival.kind.definition;
        let at = self.chance.between(0.05, 0.5);
        let home = (self.home.clone(), definition.accountable_role);
        let to = |(team, role), reason| Milestone::HandOver { team, role, reason };
        if self.chance.happens(PING_PONG_OF_REASSIGNED) {
            let others: Vec<TeamId> =
                self.world.teams().into_iter().filter(|team| *team != home.0).collect();
            if let Some(other) = self.chance.one_of(&others) {
                milestones.push((at, to((other.clone(), home.1), "expertise")));
                milestones.push((at + 0.05, to(home, "wrong_team")));
            }
            return;
        }
        let desks: Vec<TeamId> = definition
            .contributing
            .iter()
            .filter_map(|word| word.strip_prefix("desk:")?.parse().ok())
            .collect();
        let desk = self.chance.one_of(&desks);
        let to_desk = desk.is_some() && self.chance.happens(0.5);
        match (desk, self.other_role()) {
            (_, Some(role)) if !to_desk => {
                milestones.push((at, to((home.0, Some(role)), "workload")));
            }
            (Some(desk), _) => milestones.push((at, to((desk.clone(), None), "expertise"))),
            (None, _) => {}
        }
    }

    /// The role of the same team that takes work over; none where it may not read what it would work on.
    fn other_role(&self) -> Option<Role> {
        let definition = &self.arrival.kind.definition;
        if definition.accountable_role != Some(Role::Lead) {
            return Some(Role::Lead);
        }
        let is_open =
            matches!(definition.confidentiality, Confidentiality::None | Confidentiality::Student);
        is_open.then_some(Role::Budget)
    }

    /// Lets so much work be done, with what happens on the way.
    fn walk(&mut self, work: f64, milestones: Vec<(f64, Milestone)>) {
        let mut done = 0.0;
        for (fraction, milestone) in milestones {
            self.go_on((fraction - done).max(0.0) * work);
            done = fraction;
            if matches!(milestone, Milestone::Cancel) {
                self.requester(Action::Cancel);
                return;
            }
            self.pass(milestone);
        }
        self.go_on((1.0 - done).max(0.0) * work);
    }

    fn pass(&mut self, milestone: Milestone) {
        match milestone {
            Milestone::FirstReply => {
                let reply = words::first_reply(&mut self.chance);
                self.office(Action::Reply(reply));
            }
            Milestone::HandOver { team, role, reason } => {
                self.office(Action::Reassign { team: team.clone(), role, reason });
                self.holder = team;
                self.role = role.or(self.role);
                self.hand_overs += 1;
            }
            Milestone::WaitForRequester => {
                let question = words::question(&mut self.chance);
                self.office(Action::Reply(question));
                self.office(Action::PauseForRequester);
                self.rest(1.5 * DAY, 0.7);
                let answer = words::answer(&mut self.chance);
                self.requester(Action::Reply(answer));
            }
            Milestone::WaitForVendor => {
                self.office(Action::PauseForVendor);
                self.rest(8.0 * DAY, 0.6);
                self.office(Action::Resume);
            }
            Milestone::Cancel => self.requester(Action::Cancel),
        }
    }

    fn open(&mut self) {
        let (school, day) = (self.arrival.school.id.clone(), self.arrival.case.day);
        let definition = &self.arrival.kind.definition;
        let channel = *self
            .chance
            .one_of(&["portal", "portal", "portal", "phone", "email"])
            .unwrap_or(&"portal");
        let opening = Opening {
            request_type: definition.id.clone(),
            school: school.clone(),
            requester: self.principal.clone(),
            summary: words::summary(definition, &mut self.chance),
            attributes: words::attributes(definition, day, &mut self.chance),
            channel,
        };
        // One request in five is typed by the school's office for its principal.
        let office = format!("S-{school}").parse().ok().filter(|_| self.chance.happens(0.2));
        let person = office.unwrap_or_else(|| self.principal.clone());
        self.push(Actor::School { person, school }, Action::Open(Box::new(opening)));
        self.now = self.now.saturating_add(FIRST_LOOK).unwrap_or(Timestamp::MAX);
    }

    fn finish(&mut self) {
        let words = words::done(&mut self.chance);
        self.office(Action::Resolve(words));
    }

    /// Whether the requester takes it back in time.
    fn reopen(&mut self) -> bool {
        let wait = self.chance.lognormal(1.5 * DAY, 0.8);
        if wait > LAST_REOPENING {
            return false;
        }
        self.now = later(self.now, wait.max(HOUR));
        let words = words::not_fixed(&mut self.chance);
        self.requester(Action::Reopen(words));
        // A hand-over here names no member, so what was handed over is routed anew, to the school's team; anything else
        // has never left it.
        self.holder = self.home.clone();
        self.role = self.arrival.kind.definition.accountable_role;
        self.now = self.now.saturating_add(FIRST_LOOK).unwrap_or(Timestamp::MAX);
        true
    }

    fn survey(&mut self, late: bool, reopened: bool) {
        // Nobody is asked about what is confidential.
        let asked = self.arrival.kind.definition.confidentiality == Confidentiality::None;
        if !asked || !self.chance.happens(RESPONSE) {
            return;
        }
        let last = self.now.saturating_add(LAST_ANSWER).unwrap_or(Timestamp::MAX);
        let sent = self.now.saturating_add(SETTLE).unwrap_or(Timestamp::MAX);
        let thinking = self.chance.lognormal(20.0 * HOUR, 0.8);
        self.now = later(sent, HOUR + thinking);
        let satisfied = self.is_satisfied(late, reopened);
        let scores = self.world.survey_items.iter().map(|item| {
            let (from, to) = if satisfied { (4, 5) } else { (1, 3) };
            (item.clone(), u8::try_from(self.chance.whole(from, to)).unwrap_or(3))
        });
        let answers = Answers { scores: scores.collect(), satisfied };
        self.requester(Action::Answer(answers));
        if self.acts.last().is_some_and(|act| act.at > last) {
            self.acts.pop();
        }
    }

    fn is_satisfied(&mut self, late: bool, reopened: bool) -> bool {
        let mut logit = 1.6 + self.arrival.school.mood - 0.2 * f64::from(self.hand_overs);
        if late {
            logit -= 0.9;
        }
        if reopened {
            logit -= 0.5;
        }
        self.chance.happens(1.0 / (1.0 + (-logit).exp()))
    }

    /// Open time passes.
    fn go_on(&mut self, seconds: f64) {
        self.now = self.hours.advance(self.now, length(seconds)).unwrap_or(Timestamp::MAX);
    }

    /// Time passes, whatever the hours.
    fn rest(&mut self, median: f64, sigma: f64) {
        let seconds = self.chance.lognormal(median, sigma);
        self.now = later(self.now, seconds.min(60.0 * DAY));
    }

    /// The office acts, in its calendar's hours.
    fn office(&mut self, action: Action) {
        self.now = self.hours.next_opening(self.now).unwrap_or(Timestamp::MAX);
        let actor = self.worker();
        self.push(actor, action);
    }

    /// The requester acts, in the central office's hours or soon after it opens.
    fn requester(&mut self, action: Action) {
        let hours = self.world.hours(Calendar::Office);
        let opening = hours.next_opening(self.now).unwrap_or(Timestamp::MAX);
        if opening > self.now {
            self.now = later(opening, self.chance.between(0.0, 3.0 * HOUR));
        }
        let (person, school) = (self.principal.clone(), self.arrival.school.id.clone());
        self.push(Actor::School { person, school }, action);
    }

    /// Whoever of the holding team works on it: in its role, whichever of the members the system chose.
    fn worker(&self) -> Actor {
        let (team, role) = (self.holder.clone(), self.role);
        let members = role.map_or(&[][..], |role| self.world.members(&team, role));
        if let Some(person) = members.get(self.colleague).or_else(|| members.first()).cloned() {
            return if role == Some(Role::Lead) {
                Actor::Lead { person, team }
            } else {
                Actor::Member { person, team }
            };
        }
        Actor::Lead { person: lead_of(&team), team }
    }

    fn push(&mut self, actor: Actor, action: Action) {
        let step = u16::try_from(self.acts.len()).unwrap_or(u16::MAX);
        self.acts.push(Act { at: self.now, case: self.arrival.case, step, actor, action });
        self.now = self.now.saturating_add(GAP).unwrap_or(Timestamp::MAX);
    }
}

/// Who speaks for a team that has no member in the role: a desk's clerk.
fn lead_of(team: &TeamId) -> PersonId {
    format!("{team}-lead-1").parse().unwrap_or_else(|_| person_of(team))
}

#[expect(clippy::expect_used, reason = "a team's id is a text that has the form of an id")]
fn person_of(team: &TeamId) -> PersonId {
    PersonId::try_new(team.as_str()).expect("a team's id has the form of an id")
}

fn length(seconds: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(seconds).unwrap_or(SignedDuration::ZERO)
}

fn later(at: Timestamp, seconds: f64) -> Timestamp {
    at.saturating_add(length(seconds)).unwrap_or(Timestamp::MAX)
}
