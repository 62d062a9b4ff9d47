//! What an import would do: the whole file is read, nothing is written.
//!
//! An import reads the plan first: what makes the file unusable as a whole shows here, before anything is
//! written, and the plan names the schools, networks, teams and types that its rows need.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::Path,
    sync::Arc,
};

use jiff::Timestamp;
use serde::Serialize;

use super::{
    FileError,
    mapping::Mapping,
    names::Names,
    reader::Reader,
    report::Report,
    row::{Added, HistoryRow, Outcome},
};

/// The outside names that occur in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OutsideNames {
    /// Schools.
    pub schools: BTreeSet<String>,
    /// Networks.
    pub networks: BTreeSet<String>,
    /// Teams.
    pub teams: BTreeSet<String>,
    /// Request types, with the category of their first row.
    pub types: BTreeMap<String, Vec<String>>,
}

/// The requests of a file in numbers, those rows counted that would be taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Requests {
    /// All.
    pub requests: u64,
    /// Resolved ones.
    pub resolved: u64,
    /// Open ones.
    pub open: u64,
    /// Without a stated due date.
    pub without_due: u64,
    /// Said to be resolved before they were opened.
    pub implausible: u64,
    /// When the first was opened.
    pub first_opened: Option<Timestamp>,
    /// When the last was opened.
    pub last_opened: Option<Timestamp>,
}

/// What an import of this file into an empty system would do.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Plan {
    /// What would become of the rows.
    #[serde(flatten)]
    pub report: Report,
    /// The requests in numbers.
    pub requests: Requests,
    /// The names the rows need.
    #[serde(skip)]
    pub names: OutsideNames,
    /// The schools that would be created, with their ids.
    pub schools: Names,
    /// The networks that would be created, with their ids.
    pub networks: Names,
    /// The teams that would be created, with their ids.
    pub teams: Names,
    /// The request types that would be created, with their ids.
    pub types: Names,
}

impl Plan {
    /// Reads a whole file.
    ///
    /// # Errors
    /// When the file cannot be used as a whole.
    pub fn read(path: &Path, mapping: &Arc<Mapping>) -> Result<Self, FileError> {
        Self::of(Reader::open(path, mapping)?)
    }

    /// Reads all rows of an opened file, for callers that watch its progress.
    ///
    /// # Errors
    /// When the file cannot be used as a whole.
    pub fn of(mut reader: Reader) -> Result<Self, FileError> {
        let mut plan = Self::default();
        for row in reader.by_ref() {
            let mut row = row?;
            plan.report.warn(&mut row);
            match row.outcome {
                Outcome::New(history) => {
                    plan.report.accept();
                    plan.requests.add(&history);
                    plan.names.add(&history);
                }
                Outcome::Adds(history, added) => {
                    plan.report.update();
                    plan.requests.amend(&history, added);
                    plan.names.add(&history);
                }
                Outcome::Known { .. } => plan.report.keep(),
                Outcome::Refused(refused) => plan.report.refuse(*refused),
            }
        }
        plan.report.ignored_lines = reader.ignored_lines();
        plan.name(&Taken::default());
        Ok(plan)
    }

    /// Gives the names ids beside those that a system has already.
    pub fn name(&mut self, taken: &Taken) {
        let types = self.names.types.keys().cloned().collect();
        self.schools = Names::assign(&self.names.schools, &taken.schools);
        self.networks = Names::assign(&self.names.networks, &taken.networks);
        self.teams = Names::assign(&self.names.teams, &taken.teams);
        self.types = Names::assign(&types, &taken.types);
    }
}

/// The outside names that a system knows already, with their ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Schools.
    pub schools: BTreeMap<String, String>,
    /// Networks.
    pub networks: BTreeMap<String, String>,
    /// Teams.
    pub teams: BTreeMap<String, String>,
    /// Request types.
    pub types: BTreeMap<String, String>,
}

impl OutsideNames {
    fn add(&mut self, history: &HistoryRow) {
        let sets = [
            (&mut self.schools, &history.school),
            (&mut self.networks, &history.network),
            (&mut self.teams, &history.team),
        ];
        for (set, name) in sets {
            if let Some(name) = name.as_ref().filter(|name| !set.contains(*name)) {
                set.insert(name.clone());
            }
        }
        if !self.types.contains_key(&history.request_type) {
            self.types.insert(history.request_type.clone(), history.category.clone());
        }
    }
}

impl Requests {
    fn add(&mut self, history: &HistoryRow) {
        self.requests += 1;
        self.resolved += u64::from(history.resolved.is_some());
        self.open += u64::from(history.resolved.is_none());
        self.without_due += u64::from(history.due.is_none());
        self.implausible += u64::from(history.implausible);
        self.first_opened =
            Some(self.first_opened.map_or(history.opened, |first| first.min(history.opened)));
        self.last_opened =
            Some(self.last_opened.map_or(history.opened, |last| last.max(history.opened)));
    }

    /// Moves a request that an earlier row told of to where it belongs now.
    fn amend(&mut self, history: &HistoryRow, added: Added) {
        self.without_due -= u64::from(added.due);
        self.resolved += u64::from(added.resolved);
        self.open -= u64::from(added.resolved);
        self.implausible += u64::from(added.resolved && history.implausible);
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.report.fmt(f)?;
        let Requests { requests, resolved, open, without_due, implausible, .. } = &self.requests;
        writeln!(
            f,
            "{requests} requests: {resolved} resolved, {open} open, {without_due} without a due date, {implausible} implausible"
        )?;
        for (what, names) in [
            ("schools", &self.schools),
            ("networks", &self.networks),
            ("teams", &self.teams),
            ("request types", &self.types),
        ] {
            if names.is_empty() {
                continue;
            }
            let shown = names.iter().take(12).map(|(name, id)| {
                if name == id { id.to_owned() } else { format!("{id} ({name})") }
            });
            let more = if names.len() > 12 { ", …" } else { "" };
            writeln!(
                f,
                "would need {} {what}: {}{more}",
                names.len(),
                shown.collect::<Vec<_>>().join(", ")
            )?;
        }
        Ok(())
    }
}
