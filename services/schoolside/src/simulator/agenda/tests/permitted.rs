//! Nobody on an agenda does what the system would decline: agendas are played on the rules alone, without services.

use kernel::{Decider, EventId, Role, StreamId, decider::fold};
use requests_domain::{
    Reference, Request,
    access::{self, Reader, Visibility},
    request::{
        Cancel, Command, Event, Facts, Holder, Opened, Original, Pause, Reassign, Reopen, Reply,
        Resolve, Resume, Route, State,
    },
    words::{Author, CancelReason, Outcome, PauseReason, ReopenReason},
};
use rstest::rstest;
use uuid::Uuid;

use super::*;

/// The requests as the system would know them.
struct Known<'a> {
    world: &'a World,
    requests: BTreeMap<StreamId, State>,
}

#[rstest]
#[case::the_demo(20_260_202, date(2026, 3, 21))]
#[case::another_year(7, date(2027, 2, 2))]
fn whoever_acts_holds_the_request_or_asked_for_it(#[case] seed: u64, #[case] end: Date) {
    let world = world(seed);
    let days = FIRST.series(1.day()).take_while(|day| *day < end);
    let mut acts: Vec<Act> = days.flat_map(|day| world.acts_of(day)).collect();
    acts.sort_by_key(|act| (act.at, act.case, act.step));
    let mut known = Known { world: &world, requests: BTreeMap::new() };
    let declined: Vec<String> = acts
        .iter()
        .filter_map(|act| known.act(act).err().map(|why| format!("{why}: {act:?}")))
        .collect();
    assert!(declined.is_empty(), "{} of {}: {declined:#?}", declined.len(), acts.len());
}

impl Known<'_> {
    /// Does an act as its rpc would; says why not, if it is declined.
    fn act(&mut self, act: &Act) -> Result<(), String> {
        let id = act.case.request();
        if let Action::Open(opening) = &act.action {
            let opened = Event::Opened(Box::new(self.opened(act, opening)));
            self.requests.insert(id, fold::<Request>(&[opened]));
            return self.route(act);
        }
        let reader = self.reader(&act.actor);
        let state = self.seen(&reader, id).ok_or("it does not exist")?;
        let author = access::author(&reader, state);
        let original = match &act.action {
            Action::LinkTo(original) => {
                let found = self.seen(&reader, *original).ok_or("the original does not exist")?;
                Some(Original::new(*original, found, None))
            }
            _ => None,
        };
        let Some((right, command)) = asked(act, author, original) else { return Ok(()) };
        if !access::may_act(&reader, state, right) {
            return Err("this is for others to do".into());
        }
        if !self.holds(&act.actor, state) {
            return Err(format!("{:?} holds it", state.holder));
        }
        self.execute(act, command)
    }

    fn execute(&mut self, act: &Act, command: Command) -> Result<(), String> {
        let state = self.requests.remove(&act.case.request()).unwrap_or_default();
        let decided = Request::decide(&state, command, act.at);
        let events = decided.as_deref().unwrap_or_default();
        let state = events.iter().fold(state, Request::evolve);
        // A reopened request stays with the member who holds it.
        let kept = state.holder.as_ref().is_some_and(|holder| holder.member.is_some());
        self.requests.insert(act.case.request(), state);
        decided.map_err(|refusal| format!("{refusal:?}"))?;
        if matches!(act.action, Action::Reopen(_)) && !kept { self.route(act) } else { Ok(()) }
    }

    /// Gives a request to the school's team and to whoever of it in the role the agenda thinks of last.
    fn route(&mut self, act: &Act) -> Result<(), String> {
        let state = &self.requests[&act.case.request()];
        let facts = state.facts.as_ref().ok_or("it was never opened")?;
        let day = self.world.date(act.at);
        let school = self.world.schools.iter().find(|it| Some(&it.id) == facts.school.as_ref());
        let network = school.and_then(|school| school.network(day)).ok_or("no network")?;
        let team = self.world.team(network, day).ok_or("no team")?.clone();
        let role = facts.accountable_role;
        let member = role.and_then(|role| self.world.members(&team, role).last().cloned());
        let route = Route {
            holder: Holder { team, role, member },
            priority: None,
            decision: EventId(Uuid::from_u128(u128::try_from(state.version).unwrap())),
            rule_set_version: 1,
            contributing: facts.contributing.clone(),
            request_version: state.version,
        };
        let events = Request::decide(state, Command::Route(route), act.at).unwrap();
        let state = events.iter().fold(state.clone(), Request::evolve);
        self.requests.insert(act.case.request(), state);
        Ok(())
    }

    fn seen(&self, reader: &Reader, id: StreamId) -> Option<&State> {
        let state = self.requests.get(&id)?;
        (access::may_read(reader, state) != Visibility::None).then_some(state)
    }

    /// Whether someone of the office is in the role that holds it, or speaks for a team that has nobody in it.
    fn holds(&self, actor: &Actor, state: &State) -> bool {
        let (Actor::Member { person, team } | Actor::Lead { person, team }) = actor else {
            return true;
        };
        state.holder.as_ref().is_some_and(|holder| {
            let members = holder.role.map_or(&[][..], |role| self.world.members(team, role));
            holder.team == *team && (members.is_empty() || members.contains(person))
        })
    }

    fn reader(&self, actor: &Actor) -> Reader {
        let of = |person: &kernel::PersonId| Reader {
            subject: format!("people/{person}"),
            person: Some(person.clone()),
            ..Reader::default()
        };
        match actor {
            Actor::School { person, school } => {
                Reader { principal: true, schools: [school.clone()].into(), ..of(person) }
            }
            Actor::Member { person, team } => {
                let in_role = |role: &&Role| self.world.members(team, **role).contains(person);
                let roles = Role::ALL.iter().filter(in_role).map(|role| (team.clone(), *role));
                let roles = roles.collect();
                Reader { member: true, teams: [team.clone()].into(), roles, ..of(person) }
            }
            Actor::Lead { person, team } => {
                Reader { lead: true, teams: [team.clone()].into(), ..of(person) }
            }
        }
    }

    fn opened(&self, act: &Act, opening: &Opening) -> Opened {
        let kind = self.world.types.iter().find(|it| it.definition.id == opening.request_type);
        let definition = &kind.unwrap().definition;
        let facts = Facts {
            request_type: definition.id.clone(),
            category: definition.category.clone(),
            priority: definition.default_priority,
            channel: opening.channel.to_owned(),
            requester: Some(opening.requester.clone()),
            submitter: self.reader(&act.actor).subject,
            school: Some(opening.school.clone()),
            network: None,
            tier: None,
            level: None,
            attributes: BTreeMap::new(),
            reference: Reference::of(1),
            confidentiality: definition.confidentiality,
            accountable_role: definition.accountable_role,
            contributing: definition.contributing.clone(),
            imported: false,
            opened_at: act.at,
        };
        Opened { facts, text: None }
    }
}

/// What an act asks of its request and which right that takes; `None` for an answer to a survey.
fn asked(
    act: &Act,
    author: Author,
    original: Option<Original>,
) -> Option<(access::Action, Command)> {
    use access::Action::{Judge, Reply as Write, Work};

    let resolve = |outcome| {
        let request = act.case.request();
        (Work, Command::Resolve(Resolve { request, outcome, original, summary: None }))
    };
    let pause = |reason| (Work, Command::Pause(Pause { reason, note: None }));
    Some(match &act.action {
        Action::Reply(body) => {
            (Write, Command::Reply(Reply { author, public: true, body: body.clone() }))
        }
        Action::PauseForRequester => pause(PauseReason::WaitingForRequester),
        Action::PauseForVendor => pause(PauseReason::WaitingForVendor),
        Action::Resume => (Work, Command::Resume(Resume)),
        Action::Reassign { team, role, reason } => {
            let (team, role, reason) = (Some(team.clone()), *role, reason.parse().unwrap());
            (Work, Command::Reassign(Reassign { team, role, member: None, reason, note: None }))
        }
        Action::Resolve(_) => resolve(Outcome::Done),
        Action::Defer => resolve(Outcome::Deferred),
        Action::LinkTo(_) => resolve(Outcome::Duplicate),
        Action::Reopen(_) => {
            (Judge, Command::Reopen(Reopen { reason: ReopenReason::NotFixed, note: None }))
        }
        Action::Cancel => {
            (Judge, Command::Cancel(Cancel { reason: CancelReason::Withdrawn, note: None }))
        }
        Action::Open(_) | Action::Answer(_) => return None,
    })
}
