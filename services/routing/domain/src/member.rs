//! Choosing the member: of those in the role on that day, the one with the most spare capacity.

use std::{cmp::Reverse, collections::BTreeMap};

use jiff::civil::Date;
use kernel::{PersonId, Role, StreamId, TeamId};
use uuid::Uuid;

use crate::{
    decision::{Candidate, Holder, Unassigned},
    directory::{Directory, Exclusion},
};

/// How many open requests each member holds; nobody listed holds none.
pub type Loads = BTreeMap<PersonId, i32>;

/// The outcome of choosing a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The member, or why there is none.
    pub holder: Holder,
    /// Every member looked at, by id.
    pub candidates: Vec<Candidate>,
    /// How a tie was broken, in words.
    pub tie_break: Option<String>,
}

/// Chooses the member of `team` in `role` for a request.
///
/// The score is what the member would carry with this request, per full share, negated: of two idle members the
/// one with the larger share comes first. Equal scores are decided by a hash of request and member, which favours
/// nobody over many requests and is the same on every machine.
#[must_use]
pub fn choose(
    directory: &Directory,
    loads: &Loads,
    team: &TeamId,
    role: Role,
    request: StreamId,
    day: Date,
) -> Choice {
    let people = directory.people_of(team).into_iter();
    let mut candidates: Vec<_> =
        people.map(|person| candidate(directory, loads, team, role, person, day)).collect();
    let eligible = || candidates.iter().filter(|c| c.excluded.is_none());
    let Some(best) = eligible().map(|c| c.score).max() else {
        let any = candidates.iter().any(|c| c.excluded == Some(Exclusion::NoCapacity));
        let reason = if any { Unassigned::NoCandidate } else { Unassigned::NoMemberInRole };
        return Choice { holder: Holder::Team(reason), candidates, tie_break: None };
    };
    let tied: Vec<PersonId> =
        eligible().filter(|c| c.score == best).map(|c| c.member.clone()).collect();
    let chosen = tied.iter().max_by_key(|person| Reverse(draw(request, person))).cloned();
    for candidate in &mut candidates {
        candidate.chosen = Some(&candidate.member) == chosen.as_ref();
    }
    let tie_break = (tied.len() > 1).then(|| {
        let names = tied.iter().map(PersonId::as_str).collect::<Vec<_>>().join(", ");
        format!("equal spare capacity of {names}: the lowest hash of request and member")
    });
    let holder = chosen.map_or(Holder::Team(Unassigned::NoCandidate), Holder::Member);
    Choice { holder, candidates, tie_break }
}

fn candidate(
    directory: &Directory,
    loads: &Loads,
    team: &TeamId,
    role: Role,
    person: &PersonId,
    day: Date,
) -> Candidate {
    let open_requests = loads.get(person).copied().unwrap_or(0);
    let (score, excluded) = match directory.capacity(team, role, person, day) {
        Ok(capacity) => (score(open_requests, capacity), None),
        Err(exclusion) => (0, Some(exclusion)),
    };
    Candidate { member: person.clone(), score, open_requests, excluded, chosen: false }
}

fn score(open_requests: i32, capacity_percent: i32) -> i64 {
    -((i64::from(open_requests) + 1) * 10_000 / i64::from(capacity_percent))
}

/// The lot of a member for a request.
fn draw(request: StreamId, person: &PersonId) -> Uuid {
    Uuid::new_v5(&request.0, person.as_str().as_bytes())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::directory::Membership;

    const DAY: Date = date(2026, 2, 2);

    fn team() -> TeamId {
        TeamId::try_new("T1").unwrap()
    }

    fn person(name: &str) -> PersonId {
        PersonId::try_new(name).unwrap()
    }

    fn member(name: &str, role: Role, capacity_percent: i32) -> Membership {
        let from = date(2025, 7, 1);
        Membership { person: person(name), team: team(), role, from, until: None, capacity_percent }
    }

    fn with(members: impl IntoIterator<Item = Membership>) -> Directory {
        let mut directory = Directory::default();
        members.into_iter().for_each(|member| directory.add_member(member));
        directory
    }

    fn choice(directory: &Directory, loads: &[(&str, i32)]) -> Choice {
        let loads = loads.iter().map(|(name, open)| (person(name), *open)).collect();
        choose(directory, &loads, &team(), Role::Operations, StreamId(Uuid::from_u128(1)), DAY)
    }

    #[test]
    fn half_a_share_carries_half_the_work() {
        let both =
            with([member("full", Role::Operations, 100), member("half", Role::Operations, 50)]);
        let full = Holder::Member(person("full"));
        assert_eq!(choice(&both, &[]).holder, full);
        assert_eq!(choice(&both, &[("full", 2), ("half", 1)]).holder, full);
        assert_eq!(
            choice(&both, &[("full", 4), ("half", 1)]).holder,
            Holder::Member(person("half"))
        );
    }

    #[test]
    fn the_team_holds_what_nobody_can_take_and_says_why() {
        let idle = with([member("a", Role::Operations, 0), member("b", Role::Budget, 100)]);
        let none = choice(&idle, &[]);
        assert_eq!(none.holder, Holder::Team(Unassigned::NoCandidate));
        let reasons: Vec<_> = none.candidates.iter().map(|c| c.excluded).collect();
        assert_eq!(reasons, [Some(Exclusion::NoCapacity), Some(Exclusion::NotInRole)]);
        let empty = with([member("b", Role::Budget, 100)]);
        assert_eq!(choice(&empty, &[]).holder, Holder::Team(Unassigned::NoMemberInRole));
    }

    #[test]
    fn ties_are_broken_by_the_request_and_favour_nobody() {
        let twins = with([member("a", Role::Operations, 100), member("b", Role::Operations, 100)]);
        let to_a = (0..200).filter(|n| {
            let request = StreamId(Uuid::from_u128(*n));
            let choice = choose(&twins, &Loads::new(), &team(), Role::Operations, request, DAY);
            assert!(choice.tie_break.is_some());
            choice.holder == Holder::Member(person("a"))
        });
        let to_a = to_a.count();
        assert!((60..=140).contains(&to_a), "{to_a} of 200 went to the first");
    }

    proptest! {
        /// The oracle looks at members one by one and compares loads by cross-multiplied fractions.
        #[test]
        fn the_choice_is_what_comparing_one_by_one_gives(
            people in proptest::collection::vec((0_usize..3, 0_i32..5, 0_i32..40), 0..12),
            request in any::<u128>(),
        ) {
            const SHARES: [i32; 5] = [0, 20, 25, 50, 100];
            const ROLES: [Role; 3] = [Role::Operations, Role::Operations, Role::Budget];
            let request = StreamId(Uuid::from_u128(request));
            let mut directory = Directory::default();
            let mut loads = Loads::new();
            let mut best: Option<(i64, i64, Uuid, String)> = None;
            for (index, (role, share, open)) in people.iter().enumerate() {
                let name = format!("p{index:02}");
                let share = SHARES[usize::try_from(*share).unwrap()];
                directory.add_member(member(&name, ROLES[*role], share));
                loads.insert(person(&name), *open);
                if ROLES[*role] != Role::Operations || share == 0 {
                    continue;
                }
                let (load, share) = (i64::from(*open) + 1, i64::from(share));
                let lot = Uuid::new_v5(&request.0, name.as_bytes());
                let better = best.as_ref().is_none_or(|(other_load, other_share, other_lot, _)| {
                    let (mine, other) = (load * other_share, other_load * share);
                    mine < other || (mine == other && lot < *other_lot)
                });
                if better {
                    best = Some((load, share, lot, name));
                }
            }
            let choice = choose(&directory, &loads, &team(), Role::Operations, request, DAY);
            let expected = best.map(|(_, _, _, name)| name);
            let actual = match &choice.holder {
                Holder::Member(person) => Some(person.as_str().to_owned()),
                Holder::Team(_) => None,
            };
            prop_assert_eq!(actual, expected);
            prop_assert_eq!(choice.candidates.iter().filter(|c| c.chosen).count(), usize::from(best_exists(&choice)));
        }
    }

    fn best_exists(choice: &Choice) -> bool {
        matches!(choice.holder, Holder::Member(_))
    }
}
