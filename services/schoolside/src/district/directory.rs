//! The tables of the directory: networks, schools, teams, desks, people, members and principals.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};
use kernel::{PersonId, TeamId};

use super::{
    DeskTarget, DistrictFiles,
    error::{FileError, Place},
    fact::{Entry, Fact, TeamKind},
    settings::Settings,
    table::{Columns, Row, rows},
};

/// A file of the directory with what reads one row of it.
pub(super) struct Table {
    /// The file.
    pub file: &'static str,
    columns: Columns,
    read: fn(&Row, &mut Vec<FileError>) -> Option<Vec<Fact>>,
}

/// The file of the central desks.
pub(super) const DESKS: &str = "desks.csv";

const DESK_COLUMNS: Columns = Columns {
    required: &["desk", "name"],
    optional: &["calendar", "target_unit", "target", "recorded"],
};

/// Every other table of the directory.
pub(super) const TABLES: [Table; 6] = [
    Table {
        file: "networks.csv",
        columns: Columns { required: &["network", "name"], optional: &["recorded"] },
        read: network,
    },
    Table {
        file: "schools.csv",
        columns: Columns {
            required: &["school", "name"],
            optional: &["nces_id", "level", "enrolment", "network", "tier", "from", "recorded"],
        },
        read: school,
    },
    Table {
        file: "teams.csv",
        columns: Columns {
            required: &["team", "name", "kind"],
            optional: &["network", "from", "recorded"],
        },
        read: team,
    },
    Table {
        file: "people.csv",
        columns: Columns { required: &["person"], optional: &["name", "email", "recorded"] },
        read: person,
    },
    Table {
        file: "members.csv",
        columns: Columns {
            required: &["person", "team", "role", "from"],
            optional: &["until", "capacity_percent", "recorded"],
        },
        read: member,
    },
    Table {
        file: "principals.csv",
        columns: Columns { required: &["school", "person", "from"], optional: &["recorded"] },
        read: principal,
    },
];

impl Table {
    /// The facts of a file.
    pub(super) fn entries(
        &self,
        text: &str,
        settings: &Settings,
        entries: &mut Vec<Entry>,
        errors: &mut Vec<FileError>,
    ) {
        for row in rows(self.file, text, &self.columns, errors) {
            let recorded = row.recorded(&settings.zone, errors).or(settings.recorded);
            let facts = (self.read)(&row, errors).unwrap_or_default();
            entries.extend(facts.into_iter().map(|fact| Entry {
                place: row.place.clone(),
                recorded,
                fact,
            }));
        }
    }
}

fn network(row: &Row, errors: &mut Vec<FileError>) -> Option<Vec<Fact>> {
    let network = row.read("network", errors)?;
    Some(vec![Fact::Network { network, name: row.text("name").to_owned() }])
}

fn school(row: &Row, errors: &mut Vec<FileError>) -> Option<Vec<Fact>> {
    let before = errors.len();
    let school = row.read("school", errors);
    let level = row.read("level", errors);
    let enrolment = row.read::<u32>("enrolment", errors).unwrap_or_default();
    if i32::try_from(enrolment).is_err() {
        errors.push(row.place.error(
            "enrolment",
            row.text("enrolment"),
            "is more pupils than there are: correct it",
        ));
    }
    let from = row.date("from", errors);
    let network = row.read("network", errors);
    let tier = row.read("tier", errors);
    if from.is_none() && (network.is_some() || tier.is_some()) && row.text("from").is_empty() {
        errors.push(row.place.error(
            "from",
            "",
            "is empty: give the first day of network and tier",
        ));
    }
    if errors.len() > before {
        return None;
    }
    let school: kernel::SchoolId = school?;
    let (name, nces_id) = (row.text("name").to_owned(), row.text("nces_id").to_owned());
    let mut facts =
        vec![Fact::School { school: school.clone(), name, nces_id, level, enrolment, from }];
    if let (Some(network), Some(from)) = (network, from) {
        facts.push(Fact::SchoolNetwork { school: school.clone(), network, from });
    }
    if let (Some(tier), Some(from)) = (tier, from) {
        facts.push(Fact::SchoolTier { school, tier, from });
    }
    Some(facts)
}

fn team(row: &Row, errors: &mut Vec<FileError>) -> Option<Vec<Fact>> {
    let kind = match row.text("kind") {
        "network_team" => TeamKind::NetworkTeam,
        "desk" => TeamKind::Desk,
        "intake" => TeamKind::Intake,
        other => {
            errors.push(row.place.error(
                "kind",
                other,
                "is no kind of team: one of network_team, desk, intake",
            ));
            return None;
        }
    };
    let team: TeamId = row.read("team", errors)?;
    let network = row.read("network", errors);
    let from = row.date("from", errors);
    if network.is_some() && kind != TeamKind::NetworkTeam {
        errors.push(row.place.error(
            "network",
            row.text("network"),
            "only a network_team serves a network: leave it empty",
        ));
    }
    if network.is_some() && row.text("from").is_empty() {
        errors.push(row.place.error(
            "from",
            "",
            "is empty: give the first day on which the team serves the network",
        ));
    }
    let mut facts =
        vec![Fact::Team { team: team.clone(), name: row.text("name").to_owned(), kind }];
    if let (Some(network), Some(from)) = (network, from) {
        facts.push(Fact::TeamNetwork { team, network, from });
    }
    Some(facts)
}

/// Reads the desks with their operating-level targets.
pub(super) fn desks(
    text: &str,
    settings: &Settings,
    files: &mut DistrictFiles,
    errors: &mut Vec<FileError>,
) {
    for row in rows(DESKS, text, &DESK_COLUMNS, errors) {
        let recorded = row.recorded(&settings.zone, errors).or(settings.recorded);
        let count = row.read::<u16>("target", errors);
        let [calendar, unit] =
            ["calendar", "target_unit"].map(|column| row.text(column).to_owned());
        if !matches!(unit.as_str(), "" | "hours" | "business_days") {
            errors.push(row.place.error(
                "target_unit",
                &unit,
                "is no unit: hours or business_days",
            ));
        }
        let given = [&calendar, &unit].map(|text| !text.is_empty());
        if given != [!row.text("target").is_empty(); 2] {
            errors.push(row.place.error(
                "target",
                row.text("target"),
                "give calendar, target_unit and target together, or none",
            ));
        }
        let Some(team) = row.read::<TeamId>("desk", errors) else { continue };
        let (desk, place) = (team.to_string(), row.place.clone());
        files.desk_targets.extend(count.map(|count| DeskTarget {
            place,
            desk,
            calendar,
            unit,
            count,
        }));
        let fact = Fact::Team { team, name: row.text("name").to_owned(), kind: TeamKind::Desk };
        files.entries.push(Entry { place: row.place, recorded, fact });
    }
}

fn person(row: &Row, errors: &mut Vec<FileError>) -> Option<Vec<Fact>> {
    let person = row.read("person", errors)?;
    let (name, email) = (row.text("name").to_owned(), row.text("email").to_owned());
    Some(vec![Fact::Person { person, name, email }])
}

fn member(row: &Row, errors: &mut Vec<FileError>) -> Option<Vec<Fact>> {
    let before = errors.len();
    let person = row.read("person", errors);
    let team = row.read("team", errors);
    let role = row.read("role", errors);
    let from = row.date("from", errors);
    let until = row.date("until", errors);
    let capacity_percent = row.read::<u16>("capacity_percent", errors).unwrap_or(100);
    if !(1..=200).contains(&capacity_percent) {
        errors.push(row.place.error(
            "capacity_percent",
            row.text("capacity_percent"),
            "must lie between 1 and 200 hundredths of a full share",
        ));
    }
    if let (Some(from), Some(until)) = (from, until)
        && until < from
    {
        errors.push(row.place.error(
            "until",
            row.text("until"),
            format!("lies before the first day, {from}: correct one of them"),
        ));
    }
    if errors.len() > before {
        return None;
    }
    let (person, team, role, from): (PersonId, TeamId, _, Date) = (person?, team?, role?, from?);
    let start = Fact::MembershipStarted {
        person: person.clone(),
        team: team.clone(),
        role,
        from,
        capacity_percent,
    };
    let end = until.map(|until| Fact::MembershipEnded { person, team, role, until });
    Some([start].into_iter().chain(end).collect())
}

fn principal(row: &Row, errors: &mut Vec<FileError>) -> Option<Vec<Fact>> {
    let school = row.read("school", errors);
    let person = row.read("person", errors);
    let from = row.date("from", errors);
    Some(vec![Fact::Principal { school: school?, person: person?, from: from? }])
}

/// Whoever is a member or a principal is a person, also without a row in `people.csv`: entered with the first
/// fact that names them.
pub(super) fn implied_people(entries: &mut Vec<Entry>) {
    let described: BTreeSet<PersonId> = entries
        .iter()
        .filter_map(|entry| match &entry.fact {
            Fact::Person { person, .. } => Some(person.clone()),
            _ => None,
        })
        .collect();
    let mut first: BTreeMap<PersonId, (Option<Timestamp>, Place)> = BTreeMap::new();
    for entry in entries.iter() {
        let (Fact::MembershipStarted { person, .. } | Fact::Principal { person, .. }) = &entry.fact
        else {
            continue;
        };
        if described.contains(person) {
            continue;
        }
        let known =
            first.entry(person.clone()).or_insert_with(|| (entry.recorded, entry.place.clone()));
        if entry.recorded < known.0 {
            *known = (entry.recorded, entry.place.clone());
        }
    }
    entries.extend(first.into_iter().map(|(person, (recorded, place))| Entry {
        place,
        recorded,
        fact: Fact::Person { person, name: String::new(), email: String::new() },
    }));
}
