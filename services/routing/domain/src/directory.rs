//! The directory as routing needs it: who serves which network, and who is in which role, by day.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use kernel::{NetworkId, PersonId, Role, SchoolId, TeamId};

/// What kind of team it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TeamKind {
    /// Serves networks and answers for them.
    NetworkTeam,
    /// Does contributing work under its own target.
    Desk,
    /// Takes what no rule placed.
    Intake,
}

/// A person in a role of a team, from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The person.
    pub person: PersonId,
    /// The team.
    pub team: TeamId,
    /// The role.
    pub role: Role,
    /// The first day.
    pub from: Date,
    /// The last day, if there is one.
    pub until: Option<Date>,
    /// How much work the person takes, in hundredths of a full share.
    pub capacity_percent: i32,
}

/// Why a member of a team is not eligible for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exclusion {
    /// Is in the team, but not in the role asked for.
    NotInRole,
    /// Had, or will have, the role, but not on that day.
    OutsideMembership,
    /// Takes no work.
    NoCapacity,
}

impl Exclusion {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::NotInRole, Self::OutsideMembership, Self::NoCapacity];

    /// The reason as it stands in events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotInRole => "not_in_role",
            Self::OutsideMembership => "outside_membership",
            Self::NoCapacity => "no_capacity",
        }
    }
}

/// Teams, networks, schools and memberships with the days from which they hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    teams: BTreeMap<TeamId, TeamKind>,
    serving: BTreeMap<NetworkId, BTreeMap<Date, TeamId>>,
    networks: BTreeMap<SchoolId, BTreeMap<Date, NetworkId>>,
    principals: BTreeMap<SchoolId, BTreeMap<Date, PersonId>>,
    members: BTreeMap<TeamId, Vec<Membership>>,
}

impl Directory {
    /// Enters a team.
    pub fn add_team(&mut self, team: TeamId, kind: TeamKind) {
        self.teams.insert(team, kind);
    }

    /// Enters that a team serves a network from a day on, in place of the team that did.
    pub fn add_serving(&mut self, network: NetworkId, from: Date, team: TeamId) {
        self.serving.entry(network).or_default().insert(from, team);
    }

    /// Enters that a school belongs to a network from a day on.
    pub fn add_school_network(&mut self, school: SchoolId, from: Date, network: NetworkId) {
        self.networks.entry(school).or_default().insert(from, network);
    }

    /// Enters that a person is principal of a school from a day on.
    pub fn add_principal(&mut self, school: SchoolId, from: Date, person: PersonId) {
        self.principals.entry(school).or_default().insert(from, person);
    }

    /// Enters a membership.
    pub fn add_member(&mut self, membership: Membership) {
        self.members.entry(membership.team.clone()).or_default().push(membership);
    }

    /// What kind of team it is; `None` if it is not known.
    #[must_use]
    pub fn kind(&self, team: &TeamId) -> Option<TeamKind> {
        self.teams.get(team).copied()
    }

    /// The first intake team by its id, if there is one.
    #[must_use]
    pub fn intake(&self) -> Option<&TeamId> {
        self.teams.iter().find(|(_, kind)| **kind == TeamKind::Intake).map(|(team, _)| team)
    }

    /// The network of a school on a day.
    #[must_use]
    pub fn network_of(&self, school: &SchoolId, day: Date) -> Option<&NetworkId> {
        self.networks.get(school)?.range(..=day).next_back().map(|(_, network)| network)
    }

    /// The team that serves a network on a day.
    #[must_use]
    pub fn team_serving(&self, network: &NetworkId, day: Date) -> Option<&TeamId> {
        self.serving.get(network)?.range(..=day).next_back().map(|(_, team)| team)
    }

    /// What a requester is on a day, as conditions see it: `principal` of the school, else the role in a team, the
    /// latest first; `None` if neither.
    #[must_use]
    pub fn requester_role(
        &self,
        person: &PersonId,
        school: Option<&SchoolId>,
        day: Date,
    ) -> Option<&'static str> {
        let principals = school.and_then(|school| self.principals.get(school));
        let of_record = principals.and_then(|them| them.range(..=day).next_back());
        if of_record.is_some_and(|(_, principal)| principal == person) {
            return Some("principal");
        }
        let own = self.members.values().flatten().filter(|m| m.person == *person);
        let current = own.filter(|m| m.from <= day && m.until.is_none_or(|until| day <= until));
        let latest = current.min_by_key(|m| (std::cmp::Reverse(m.from), m.role.as_str()));
        latest.map(|membership| membership.role.as_str())
    }

    /// Everyone who was, is or will be in the team, by id.
    #[must_use]
    pub fn people_of(&self, team: &TeamId) -> BTreeSet<&PersonId> {
        self.members.get(team).into_iter().flatten().map(|membership| &membership.person).collect()
    }

    /// How much work the person takes in a role of a team on a day, in hundredths of a full share.
    ///
    /// # Errors
    /// Why the person takes none.
    pub fn capacity(
        &self,
        team: &TeamId,
        role: Role,
        person: &PersonId,
        day: Date,
    ) -> Result<i32, Exclusion> {
        let in_role = || {
            let all = self.members.get(team).into_iter().flatten();
            all.filter(|m| m.role == role && m.person == *person)
        };
        if in_role().next().is_none() {
            return Err(Exclusion::NotInRole);
        }
        // The latest start up to that day counts: a later start restates the share.
        let current = in_role().filter(|m| m.from <= day).max_by_key(|m| m.from);
        match current {
            Some(m) if m.until.is_none_or(|until| day <= until) => {
                if m.capacity_percent > 0 {
                    Ok(m.capacity_percent)
                } else {
                    Err(Exclusion::NoCapacity)
                }
            }
            Some(_) | None => Err(Exclusion::OutsideMembership),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn directory() -> Directory {
        let mut directory = Directory::default();
        let network = |id: &str| NetworkId::try_new(id).unwrap();
        let school = SchoolId::try_new("0208").unwrap();
        directory.add_school_network(school.clone(), date(2025, 7, 1), network("N2"));
        directory.add_school_network(school, date(2026, 1, 5), network("N3"));
        for (from, until, capacity_percent) in
            [(date(2025, 7, 1), Some(date(2025, 12, 31)), 100), (date(2026, 2, 1), None, 50)]
        {
            directory.add_member(Membership {
                person: PersonId::try_new("p").unwrap(),
                team: TeamId::try_new("T1").unwrap(),
                role: Role::Budget,
                from,
                until,
                capacity_percent,
            });
        }
        directory
    }

    #[test]
    fn a_school_belongs_to_the_network_of_the_day() {
        let directory = directory();
        let school = SchoolId::try_new("0208").unwrap();
        let on = |day| directory.network_of(&school, day).map(NetworkId::as_str);
        assert_eq!(on(date(2025, 6, 30)), None);
        assert_eq!(on(date(2026, 1, 4)), Some("N2"));
        assert_eq!(on(date(2026, 1, 5)), Some("N3"));
    }

    #[test]
    fn a_requester_is_principal_of_the_school_or_has_the_latest_role_in_a_team() {
        let mut directory = directory();
        let person = |id: &str| PersonId::try_new(id).unwrap();
        let school = SchoolId::try_new("0208").unwrap();
        directory.add_principal(school.clone(), date(2025, 7, 1), person("p"));
        directory.add_principal(school.clone(), date(2026, 2, 1), person("q"));
        directory.add_member(Membership {
            person: person("p"),
            team: TeamId::try_new("T0").unwrap(),
            role: Role::Lead,
            from: date(2026, 3, 1),
            until: None,
            capacity_percent: 100,
        });
        let on = |id, school, day| directory.requester_role(&person(id), school, day);
        assert_eq!(on("p", Some(&school), date(2026, 1, 31)), Some("principal"));
        assert_eq!(on("p", None, date(2025, 12, 31)), Some("budget"));
        assert_eq!(on("p", None, date(2026, 1, 31)), None);
        assert_eq!(on("p", Some(&school), date(2026, 2, 1)), Some("budget"));
        assert_eq!(on("p", Some(&school), date(2026, 3, 1)), Some("lead"));
        assert_eq!(on("q", Some(&school), date(2026, 2, 1)), Some("principal"));
        assert_eq!(on("q", None, date(2026, 2, 1)), None);
    }

    #[test]
    fn a_membership_counts_from_its_first_to_its_last_day() {
        let directory = directory();
        let (team, person) = (TeamId::try_new("T1").unwrap(), PersonId::try_new("p").unwrap());
        let on = |day| directory.capacity(&team, Role::Budget, &person, day);
        assert_eq!(on(date(2025, 12, 31)), Ok(100));
        assert_eq!(on(date(2026, 1, 1)), Err(Exclusion::OutsideMembership));
        assert_eq!(on(date(2026, 2, 1)), Ok(50));
        let lead = directory.capacity(&team, Role::Lead, &person, date(2026, 2, 1));
        assert_eq!(lead, Err(Exclusion::NotInRole));
    }
}
