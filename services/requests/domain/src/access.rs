//! Who may read a request and do what to it: one pure rule for every rpc.
//!
//! | reader | sees the requests | with free text, when its type is … |
//! |---|---|---|
//! | who asked, or typed it | their own | any |
//! | principal | of their schools | none, student, idea |
//! | team lead | their teams hold | any |
//! | team member | their teams hold | none, student; else as the holder or in the accountable role |
//! | member of a contributing desk | their desk contributes to | none, student |
//! | director | all | all but legal |
//! | operator, integrator, importer | all | never |

use std::collections::BTreeSet;

use kernel::{Confidentiality, PersonId, Role, SchoolId, TeamId};

use crate::{
    request::{Facts, State},
    words::Author,
};

/// What is known of a caller.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reader {
    /// The subject, e.g. `people/T1-lead-1`.
    pub subject: String,
    /// The person, if the subject is one.
    pub person: Option<PersonId>,
    /// Acts for schools.
    pub principal: bool,
    /// Works in teams.
    pub member: bool,
    /// Leads teams.
    pub lead: bool,
    /// Directs networks.
    pub director: bool,
    /// Runs the platform, or is another system.
    pub machine: bool,
    /// The schools in scope.
    pub schools: BTreeSet<SchoolId>,
    /// The teams in scope.
    pub teams: BTreeSet<TeamId>,
    /// The roles held in teams today.
    pub roles: BTreeSet<(TeamId, Role)>,
}

/// How much of a request may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Visibility {
    /// Nothing: as if it did not exist.
    None,
    /// What happened and who holds it, but no free text.
    WithoutText,
    /// All of it.
    Full,
}

/// On which side of a request a reader stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The office: works on it, reads what is internal.
    Staff,
    /// Who asked: reads what is public.
    Requester,
    /// Another system.
    Machine,
}

/// What may be done to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Write on it.
    Reply,
    /// Pause, resume, hand over, resolve.
    Work,
    /// Take it back, let it stand, withdraw it.
    Judge,
    /// Destroy its free text.
    Erase,
}

impl Reader {
    fn asked_for(&self, facts: &Facts) -> bool {
        let person = self.principal || self.member || self.lead || self.director;
        let requester = self.person.is_some() && self.person == facts.requester;
        person && (requester || self.subject == facts.submitter)
    }

    fn of_the_school(&self, facts: &Facts) -> bool {
        self.principal && facts.school.as_ref().is_some_and(|school| self.schools.contains(school))
    }

    fn holding_team<'a>(&self, state: &'a State) -> Option<&'a TeamId> {
        let team = state.holder.as_ref().map(|holder| &holder.team)?;
        ((self.member || self.lead) && self.teams.contains(team)).then_some(team)
    }

    fn contributes(&self, state: &State) -> bool {
        let desks = state.contributing.iter().filter_map(|word| word.strip_prefix("desk:"));
        (self.member || self.lead)
            && desks.into_iter().any(|desk| self.teams.iter().any(|team| team.as_str() == desk))
    }

    fn needs_to_know(&self, team: &TeamId, state: &State, facts: &Facts) -> bool {
        let holds = state
            .holder
            .as_ref()
            .is_some_and(|holder| self.person.is_some() && holder.member == self.person);
        let in_role = |role| self.roles.contains(&(team.clone(), role));
        self.lead || holds || facts.accountable_role.is_some_and(in_role) || in_role(Role::Lead)
    }
}

/// How much of a request a reader may read. What was never opened does not exist for anybody.
#[must_use]
pub fn may_read(reader: &Reader, state: &State) -> Visibility {
    use Confidentiality as C;
    use Visibility::{Full, WithoutText};

    let Some(facts) = &state.facts else { return Visibility::None };
    let full_if = |fits: bool| if fits { Full } else { WithoutText };
    let open_enough = matches!(facts.confidentiality, C::None | C::Student);
    let mut best = Visibility::None;
    if reader.asked_for(facts) {
        best = Full;
    }
    if reader.of_the_school(facts) {
        best = best.max(full_if(open_enough || facts.confidentiality == C::Idea));
    }
    if let Some(team) = reader.holding_team(state) {
        best = best.max(full_if(open_enough || reader.needs_to_know(team, state, facts)));
    }
    if reader.contributes(state) {
        best = best.max(full_if(open_enough));
    }
    if reader.director {
        best = best.max(full_if(facts.confidentiality != C::Legal));
    }
    if reader.machine {
        best = best.max(WithoutText);
    }
    best
}

/// On which side a reader stands. Who both asked and works on it is on the office's side only where their own
/// team holds it.
#[must_use]
pub fn side(reader: &Reader, state: &State) -> Side {
    let asked = state
        .facts
        .as_ref()
        .is_some_and(|facts| reader.asked_for(facts) || reader.of_the_school(facts));
    if reader.director || reader.holding_team(state).is_some() || reader.contributes(state) {
        Side::Staff
    } else if asked {
        Side::Requester
    } else {
        Side::Machine
    }
}

/// As whom a reader writes.
#[must_use]
pub fn author(reader: &Reader, state: &State) -> Author {
    match side(reader, state) {
        Side::Staff => Author::Staff,
        Side::Requester => Author::Requester,
        Side::Machine => Author::Automatic,
    }
}

/// Whether a reader, who may see the request at all, may do this to it. Which roles may call the rpc at all is
/// the permission table's matter.
#[must_use]
pub fn may_act(reader: &Reader, state: &State, action: Action) -> bool {
    let full = may_read(reader, state) == Visibility::Full;
    let holds = reader.holding_team(state).is_some();
    match (side(reader, state), action) {
        (_, Action::Erase) => reader.director || reader.machine,
        (Side::Staff, Action::Reply) => full || reader.director,
        (Side::Staff, Action::Work | Action::Judge) => reader.director || (holds && full),
        (Side::Requester, Action::Reply | Action::Judge) => full,
        (Side::Requester, Action::Work) => false,
        (Side::Machine, Action::Reply | Action::Work | Action::Judge) => reader.machine,
    }
}

/// Whether a reader may make a request less confidential: those who answer for it, and can read what becomes readable.
#[must_use]
pub fn may_lower(reader: &Reader, state: &State) -> bool {
    let answers = reader.director || (reader.lead && reader.holding_team(state).is_some());
    answers && may_read(reader, state) == Visibility::Full
}

#[cfg(test)]
mod tests {
    use Confidentiality as C;
    use Visibility::{Full, None as Nothing, WithoutText};
    use kernel::decider::fold;
    use rstest::rstest;

    use super::*;
    use crate::{
        Request,
        request::{
            Event, Opened,
            samples::{facts, person, routed, team},
        },
    };

    fn a_request(confidentiality: Confidentiality) -> State {
        let facts = Facts { confidentiality, ..facts() };
        fold::<Request>(&[Event::Opened(Box::new(Opened { facts, text: None })), routed()])
    }

    fn reader(who: &str) -> Reader {
        let teams = |ids: &[&str]| ids.iter().map(|id| team(id)).collect::<BTreeSet<_>>();
        let schools = |id: &str| BTreeSet::from([SchoolId::try_new(id).unwrap()]);
        let base = Reader {
            subject: format!("people/{who}"),
            person: PersonId::try_new(who).ok(),
            ..Reader::default()
        };
        match who {
            "P-0101" => Reader { principal: true, schools: schools("0999"), ..base },
            "head" => Reader { principal: true, schools: schools("0101"), ..base },
            "stranger" => Reader { principal: true, schools: schools("0999"), ..base },
            "lead" => Reader { lead: true, teams: teams(&["T1"]), ..base },
            "other-lead" => Reader { lead: true, teams: teams(&["T2"]), ..base },
            "T1-budget-1" | "member" => Reader { member: true, teams: teams(&["T1"]), ..base },
            "budget-2" => {
                let roles = BTreeSet::from([(team("T1"), Role::Budget)]);
                Reader { member: true, teams: teams(&["T1"]), roles, ..base }
            }
            "desk" => Reader { member: true, teams: teams(&["PROC"]), ..base },
            "director" => Reader { director: true, ..base },
            _ => Reader { machine: true, ..base },
        }
    }

    #[rstest]
    #[case("P-0101", [Full, Full, Full, Full, Full])]
    #[case("T1-intake-1", [WithoutText, WithoutText, WithoutText, WithoutText, WithoutText])]
    #[case("head", [Full, Full, Full, WithoutText, WithoutText])]
    #[case("stranger", [Nothing, Nothing, Nothing, Nothing, Nothing])]
    #[case("lead", [Full, Full, Full, Full, Full])]
    #[case("other-lead", [Nothing, Nothing, Nothing, Nothing, Nothing])]
    #[case("T1-budget-1", [Full, Full, Full, Full, Full])]
    #[case("budget-2", [Full, Full, Full, Full, Full])]
    #[case("member", [Full, Full, WithoutText, WithoutText, WithoutText])]
    #[case("desk", [Full, Full, WithoutText, WithoutText, WithoutText])]
    #[case("director", [Full, Full, Full, Full, WithoutText])]
    #[case("operator", [WithoutText, WithoutText, WithoutText, WithoutText, WithoutText])]
    fn the_table_of_readers_holds(#[case] who: &str, #[case] expected: [Visibility; 5]) {
        let types = [C::None, C::Student, C::Idea, C::Personnel, C::Legal];
        let seen = types.map(|confidentiality| may_read(&reader(who), &a_request(confidentiality)));
        assert_eq!(seen, expected);
    }

    #[test]
    fn who_asked_judges_but_does_not_work_on_it() {
        let state = a_request(C::None);
        let head = reader("head");
        assert_eq!(author(&head, &state), Author::Requester);
        assert!(may_act(&head, &state, Action::Judge) && may_act(&head, &state, Action::Reply));
        assert!(!may_act(&head, &state, Action::Work) && !may_act(&head, &state, Action::Erase));
    }

    #[test]
    fn a_member_who_may_not_read_the_text_does_not_work_on_it() {
        assert!(may_act(&reader("member"), &a_request(C::None), Action::Work));
        assert!(!may_act(&reader("member"), &a_request(C::Idea), Action::Work));
        assert!(may_act(&reader("budget-2"), &a_request(C::Idea), Action::Work));
    }

    #[rstest]
    #[case("lead", [true, true, true, true, true])]
    #[case("director", [true, true, true, true, false])]
    #[case("other-lead", [false; 5])]
    #[case("budget-2", [false; 5])]
    #[case("P-0101", [false; 5])]
    #[case("operator", [false; 5])]
    fn only_who_answers_for_it_and_reads_it_makes_it_less_confidential(
        #[case] who: &str,
        #[case] expected: [bool; 5],
    ) {
        let types = [C::None, C::Student, C::Idea, C::Personnel, C::Legal];
        let may = types.map(|confidentiality| may_lower(&reader(who), &a_request(confidentiality)));
        assert_eq!(may, expected);
    }

    #[test]
    fn what_was_never_opened_exists_for_nobody() {
        assert_eq!(may_read(&reader("director"), &State::default()), Nothing);
        assert_eq!(reader("P-0101").person, Some(person("P-0101")));
    }
}
