//! What the simulator knows of the district: its schools, teams, calendars and types, from the district's files.

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use kernel::{NetworkId, PersonId, Role, SchoolId, TeamId, Tier};
use serde::Deserialize;
use sla_domain::calendar::{Definition, Hours, Timetable};

use super::{chance::Chance, rates::Day};
use crate::district::{DistrictFiles, Fact, catalogue::RequestType};

/// How the schools' weights are spread beyond what size and need explain.
const SCHOOL_SIGMA: f64 = 0.35;
/// How principals differ in what satisfies them.
const PRINCIPAL_SIGMA: f64 = 0.6;

/// Why an agenda cannot be made of a district.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// A calendar that the simulator reckons with is missing or faulty.
    #[error("the simulator needs the calendar {0}: add calendars/{0}.toml")]
    Calendar(&'static str),
    /// The simulator's table of types does not read.
    #[error("the simulator's table of request types is damaged")]
    Types(#[from] csv::Error),
    /// A type's or a school's network, team or role is missing.
    #[error("the simulator finds nobody to ask or to answer in this district")]
    Empty,
}

/// Something with a first day, latest wins.
type Since<T> = Vec<(Date, T)>;

pub(super) struct School {
    pub id: SchoolId,
    pub closes: Option<Date>,
    size_and_chance: f64,
    networks: Since<NetworkId>,
    tiers: Since<Tier>,
    principals: Since<PersonId>,
    /// What its principal's satisfaction starts from.
    pub mood: f64,
}

/// A type with what the simulator knows of it beside its definition.
pub(super) struct Type {
    pub definition: RequestType,
    pub weight: f64,
    pub calendar: Calendar,
    /// The resolution target by tier, in seconds of its calendar's open time.
    pub targets: [f64; 3],
    /// The weights of the hours of a day.
    pub hours: [f64; 24],
}

/// In whose hours a type is worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Calendar {
    Office,
    Transport,
    Emergency,
}

impl Calendar {
    /// How long one of its usual days is, in seconds.
    const fn day_seconds(self) -> f64 {
        match self {
            Self::Office => 8.5 * 3600.0,
            Self::Transport => 12.5 * 3600.0,
            Self::Emergency => 24.0 * 3600.0,
        }
    }
}

#[derive(Deserialize)]
struct TypeRow {
    r#type: String,
    weight: f64,
    unit: String,
    tier1: f64,
    tier2: f64,
    tier3: f64,
    calendar: Calendar,
}

/// The district, as the simulator needs it.
pub struct World {
    pub(super) seed: u64,
    pub(super) zone: TimeZone,
    pub(super) schools: Vec<School>,
    pub(super) types: Vec<Type>,
    /// The keys of the items that a survey asks.
    pub(super) survey_items: Vec<String>,
    members: BTreeMap<(TeamId, Role), Vec<PersonId>>,
    serving: BTreeMap<NetworkId, Since<TeamId>>,
    office: Timetable,
    transport: Timetable,
    emergency: Timetable,
    pupils: Timetable,
}

impl World {
    /// Takes what a district's files say.
    ///
    /// # Errors
    /// When something is missing that the simulator cannot do without.
    pub fn of(files: &DistrictFiles, seed: u64) -> Result<Self, WorldError> {
        let timetable = |id: &'static str| calendar(files, id).ok_or(WorldError::Calendar(id));
        let mut world = Self {
            seed,
            zone: TimeZone::UTC,
            schools: Vec::new(),
            types: types(files)?,
            survey_items: Vec::new(),
            members: BTreeMap::new(),
            serving: BTreeMap::new(),
            office: timetable("office")?,
            transport: timetable("transport")?,
            emergency: timetable("emergency")?,
            pupils: timetable("pupils")?,
        };
        world.zone = world.office.known_at_last().zone().clone();
        for (_, fact) in files.facts_in_recorded_order() {
            world.learn(fact);
        }
        let known = |school: &School| !school.networks.is_empty() && !school.principals.is_empty();
        world.schools.retain(known);
        if world.schools.is_empty() || world.types.is_empty() {
            return Err(WorldError::Empty);
        }
        Ok(world)
    }

    fn learn(&mut self, fact: Fact) {
        match fact {
            Fact::School { school, enrolment, .. } => {
                self.schools.push(school_of(self.seed, school, enrolment));
            }
            Fact::SchoolNetwork { school, network, from } => {
                if let Some(school) = self.school_mut(&school) {
                    school.networks.push((from, network));
                }
            }
            Fact::SchoolTier { school, tier, from } => {
                if let Some(school) = self.school_mut(&school) {
                    school.tiers.push((from, tier));
                }
            }
            Fact::Principal { school, person, from } => {
                if let Some(school) = self.school_mut(&school) {
                    school.principals.push((from, person));
                }
            }
            Fact::SchoolClosed { school, on, .. } => {
                if let Some(school) = self.school_mut(&school) {
                    school.closes = Some(on);
                }
            }
            Fact::TeamNetwork { team, network, from } => {
                self.serving.entry(network).or_default().push((from, team));
            }
            Fact::MembershipStarted { person, team, role, .. } => {
                self.members.entry((team, role)).or_default().push(person);
            }
            Fact::Instrument(instrument) => {
                self.survey_items = instrument.items.into_iter().map(|item| item.key).collect();
            }
            _ => {}
        }
    }

    fn school_mut(&mut self, id: &SchoolId) -> Option<&mut School> {
        self.schools.iter_mut().find(|school| school.id == *id)
    }

    /// The hours of a calendar, with all that it ever learned.
    pub(super) fn hours(&self, calendar: Calendar) -> &Hours {
        match calendar {
            Calendar::Office => self.office.known_at_last(),
            Calendar::Transport => self.transport.known_at_last(),
            Calendar::Emergency => self.emergency.known_at_last(),
        }
    }

    /// The team that serves a network on a day.
    pub(super) fn team(&self, network: &NetworkId, day: Date) -> Option<&TeamId> {
        since(self.serving.get(network)?, day)
    }

    /// The teams that serve networks.
    pub(super) fn teams(&self) -> Vec<TeamId> {
        self.serving
            .values()
            .filter_map(|since| since.last())
            .map(|(_, team)| team.clone())
            .collect()
    }

    /// The members in a role of a team.
    pub(super) fn members(&self, team: &TeamId, role: Role) -> &[PersonId] {
        self.members.get(&(team.clone(), role)).map_or(&[], Vec::as_slice)
    }

    /// What of a date matters.
    pub(super) fn day(&self, date: Date) -> Day {
        let pupils = self.has_pupils(date);
        let year = if date.month() >= 7 { date.year() } else { date.year() - 1 };
        let first = Date::constant(year, 8, 1);
        let days = first.series(1.day()).take_while(|day| *day <= date);
        let nth_with_pupils =
            if pupils { days.filter(|day| self.has_pupils(*day)).count() } else { 0 };
        Day { date, office: self.opens(&self.office, date), pupils, nth_with_pupils }
    }

    /// Whether there are pupils on a date: a school day.
    #[must_use]
    pub fn has_pupils(&self, date: Date) -> bool {
        self.opens(&self.pupils, date)
    }

    /// Whether the office opens on a date.
    #[must_use]
    pub fn has_office_hours(&self, date: Date) -> bool {
        self.opens(&self.office, date)
    }

    /// The district's zone.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The instant of a time of day in the district's zone.
    #[must_use]
    pub fn instant(&self, date: Date, seconds: u32) -> Timestamp {
        let midnight = date.to_datetime(jiff::civil::Time::midnight());
        let at = midnight.saturating_add(i64::from(seconds).seconds());
        self.zone.to_timestamp(at).unwrap_or(Timestamp::MAX)
    }

    /// The date in the district's zone.
    #[must_use]
    pub fn date(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    fn opens(&self, timetable: &Timetable, date: Date) -> bool {
        let (from, to) = (self.instant(date, 0), self.instant(date.saturating_add(1.day()), 0));
        timetable.known_at_last().next_opening(from).is_some_and(|opening| opening < to)
    }
}

impl School {
    /// How much more than others it asks.
    pub(super) fn weight(&self, day: Date) -> f64 {
        if self.closes.is_some_and(|closes| closes < day) {
            return 0.0;
        }
        self.size_and_chance * [1.0, 1.15, 1.35][tier_index(self.tier(day))]
    }

    pub(super) fn tier(&self, day: Date) -> Tier {
        since(&self.tiers, day).copied().unwrap_or(Tier::Foundational)
    }

    pub(super) fn network(&self, day: Date) -> Option<&NetworkId> {
        since(&self.networks, day)
    }

    pub(super) fn principal(&self, day: Date) -> Option<&PersonId> {
        since(&self.principals, day)
    }
}

pub(super) const fn tier_index(tier: Tier) -> usize {
    match tier {
        Tier::Foundational => 0,
        Tier::Targeted => 1,
        Tier::Intensive => 2,
    }
}

fn since<T>(history: &Since<T>, day: Date) -> Option<&T> {
    history.iter().filter(|(from, _)| *from <= day).max_by_key(|(from, _)| *from).map(|(_, it)| it)
}

fn school_of(seed: u64, id: SchoolId, enrolment: u32) -> School {
    let mut chance = Chance::of(&format!("simulator/{seed}/school/{id}"));
    let size_and_chance =
        f64::from(enrolment.max(1)).powf(0.8) * chance.lognormal(1.0, SCHOOL_SIGMA);
    let mood = PRINCIPAL_SIGMA * chance.normal();
    School {
        id,
        closes: None,
        size_and_chance,
        networks: Vec::new(),
        tiers: Vec::new(),
        principals: Vec::new(),
        mood,
    }
}

fn calendar(files: &DistrictFiles, id: &str) -> Option<Timetable> {
    files.entries.iter().find_map(|entry| match &entry.fact {
        Fact::Calendar { calendar, document, .. } if calendar.as_str() == id => {
            Definition::read(document).ok().map(Timetable::new)
        }
        _ => None,
    })
}

/// The types that both the district's catalogue and the simulator's table know.
fn types(files: &DistrictFiles) -> Result<Vec<Type>, WorldError> {
    let mut rows = BTreeMap::new();
    for row in csv::Reader::from_reader(include_str!("types.csv").as_bytes()).deserialize() {
        let row: TypeRow = row?;
        rows.insert(row.r#type.clone(), row);
    }
    let types = files.entries.iter().filter_map(|entry| match &entry.fact {
        Fact::RequestType(definition) => Some((definition, rows.get(definition.id.as_str())?)),
        _ => None,
    });
    Ok(types.map(|(definition, row)| type_of(definition.clone(), row)).collect())
}

fn type_of(definition: RequestType, row: &TypeRow) -> Type {
    let unit = if row.unit == "hours" { 3600.0 } else { row.calendar.day_seconds() };
    let hours = super::rates::hours(definition.id.as_str());
    Type {
        definition,
        weight: row.weight,
        calendar: row.calendar,
        targets: [row.tier1 * unit, row.tier2 * unit, row.tier3 * unit],
        hours,
    }
}
