//! What came of a verification, for people and for scripts.

use std::{collections::HashMap, fmt};

use jiff::SignedDuration;
use kernel::Timestamp;
use serde::Serialize;

use super::Computed;
use crate::{
    import::{HistoryRow, Refused, WarningKind, Warnings},
    out,
};

/// How many rows are named of those of a kind.
const EXAMPLES: usize = 3;
/// How many types, and how many refused rows, the readable form shows.
const SHOWN: usize = 20;

/// What came of a verification.
#[derive(Debug, Default, Serialize)]
pub struct Verification {
    /// Requests with a published due date.
    pub with_target: u64,
    /// Those of them whose due date is reproduced.
    pub reproduced: u64,
    /// Requests with a due date, a closing and a published verdict.
    pub verdict_rows: u64,
    /// Those of them whose verdict agrees.
    pub verdict_agree: u64,
    /// The types with due dates that are not reproduced, those with the most first.
    pub misfits_by_type: Vec<Misfits>,
    /// Some of the requests whose verdict does not agree.
    pub verdict_misfits: Vec<Example>,
    /// Data records in the file: `rows = requests + unchanged + refused` and those that only add to a request.
    pub rows: u64,
    /// Requests in it.
    pub requests: u64,
    /// Rows that said nothing new.
    pub unchanged: u64,
    /// How far a computed due date may lie from the published one.
    pub tolerance_seconds: i64,
    /// How many closed days the calendar had.
    pub closed_days: usize,
    /// Which instant was taken of an opening in an hour that the clocks repeat; the rows are under `warnings`.
    pub repeated_hour: Option<&'static str>,
    /// What was decided or looks wrong, gathered by kind.
    pub warnings: Warnings,
    /// The rows that could not be read.
    pub refused: Vec<Refused>,
    /// How long it took.
    pub seconds: f64,
    #[serde(skip)]
    types: HashMap<String, Misfits>,
}

/// The due dates of a type that are not reproduced.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Misfits {
    /// The type.
    #[serde(rename = "type")]
    pub request_type: String,
    /// Its requests with a published due date.
    pub rows: u64,
    /// Those that are reproduced.
    pub reproduced: u64,
    /// Those that are not.
    pub misfits: u64,
    /// Those of the misfits for which no policy is in force.
    pub without_policy: u64,
    /// The lengths by which they were computed.
    pub policies: Vec<String>,
    /// Some of the misfits.
    pub examples: Vec<Example>,
}

/// One request.
#[derive(Debug, Clone, Serialize)]
pub struct Example {
    /// The row, counted in data records from 1.
    pub row: u64,
    /// The line on which it begins.
    pub line: u64,
    /// The request's external id.
    pub external_id: String,
    /// When it was opened.
    pub opened: Timestamp,
    /// When it was closed.
    pub closed: Option<Timestamp>,
    /// The published due date.
    pub published: Timestamp,
    /// The computed one, if there is a policy and enough open time.
    pub computed: Option<Timestamp>,
    /// How much later than the published one it lies.
    pub later_by_seconds: Option<i64>,
}

impl Example {
    fn of(
        history: &HistoryRow,
        (row, line): (u64, u64),
        published: Timestamp,
        computed: Option<Timestamp>,
    ) -> Self {
        Self {
            row,
            line,
            external_id: history.external_id.clone(),
            opened: history.opened,
            closed: history.resolved,
            published,
            computed,
            later_by_seconds: computed.map(|due| due.duration_since(published).as_secs()),
        }
    }
}

impl Verification {
    pub(super) fn new(tolerance: SignedDuration) -> Self {
        Self { tolerance_seconds: tolerance.as_secs(), ..Self::default() }
    }

    /// Counts a published due date under its type.
    pub(super) fn tally(
        &mut self,
        history: &HistoryRow,
        place: (u64, u64),
        target: Timestamp,
        computed: Option<Computed>,
        hit: bool,
    ) {
        if !self.types.contains_key(&history.request_type) {
            let request_type = history.request_type.clone();
            let empty = Misfits { request_type: request_type.clone(), ..Misfits::default() };
            self.types.insert(request_type, empty);
        }
        let Some(of_type) = self.types.get_mut(&history.request_type) else { return };
        of_type.rows += 1;
        of_type.reproduced += u64::from(hit);
        if hit {
            return;
        }
        of_type.misfits += 1;
        of_type.without_policy += u64::from(computed.is_none());
        let length = computed.map(|computed| computed.length.to_string());
        of_type.policies.extend(length.filter(|length| !of_type.policies.contains(length)));
        if of_type.examples.len() < EXAMPLES {
            let due = computed.and_then(|computed| computed.due);
            of_type.examples.push(Example::of(history, place, target, due));
        }
    }

    /// Notes a verdict that is not the one of its due date.
    pub(super) fn disagree(&mut self, history: &HistoryRow, place: (u64, u64), target: Timestamp) {
        if self.verdict_misfits.len() < EXAMPLES {
            self.verdict_misfits.push(Example::of(history, place, target, None));
        }
    }

    /// Puts the types with misfits into order.
    pub(super) fn sort(&mut self) {
        let types = std::mem::take(&mut self.types).into_values();
        self.misfits_by_type = types.filter(|of_type| of_type.misfits > 0).collect();
        self.misfits_by_type.sort_by(|one, other| {
            other.misfits.cmp(&one.misfits).then_with(|| one.request_type.cmp(&other.request_type))
        });
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with two decimals")]
fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 }
}

impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, requests, with_target, reproduced, verdict_rows, verdict_agree, .. } =
            self;
        writeln!(f, "{rows} rows, {requests} requests, {} rows refused", self.refused.len())?;
        writeln!(
            f,
            "due dates: {reproduced} of {with_target} reproduced within {} s ({:.2} %), with {} closed days",
            self.tolerance_seconds,
            percent(*reproduced, *with_target),
            self.closed_days
        )?;
        writeln!(
            f,
            "verdicts: {verdict_agree} of {verdict_rows} agree ({:.2} %)",
            percent(*verdict_agree, *verdict_rows)
        )?;
        self.write_warnings(f)?;
        self.write_misfits(f)?;
        for Refused { row, line, field, value, expected, .. } in self.refused.iter().take(SHOWN) {
            writeln!(
                f,
                "refused, row {row} (line {line}), {field} {value:?}: expected {expected}"
            )?;
        }
        if self.refused.len() > SHOWN {
            writeln!(f, "… and {} more refused; --json lists all", self.refused.len() - SHOWN)?;
        }
        Ok(())
    }
}

impl Verification {
    fn write_warnings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for group in self.warnings.groups() {
            let taken = match (group.kind, self.repeated_hour) {
                (WarningKind::RepeatedHour, Some(taken)) => {
                    format!("; the {taken} of the two instants was taken")
                }
                _ => String::new(),
            };
            let field =
                if group.field.is_empty() { String::new() } else { format!(" ({})", group.field) };
            writeln!(f, "note, {} rows{field}: each {}{taken}", group.count, group.says)?;
            let shown = group.examples.iter().map(|example| {
                format!("line {} {} {}", example.line, example.external_id, example.value)
            });
            let more = if group.count > group.examples.len() as u64 { ", …" } else { "" };
            let shown: Vec<_> = shown.map(|example| example.trim_end().to_owned()).collect();
            writeln!(f, "  {}{more}", shown.join(", "))?;
        }
        Ok(())
    }

    fn write_misfits(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for example in &self.verdict_misfits {
            let Example { line, external_id, published, .. } = example;
            writeln!(f, "verdict, line {line}: {external_id}, due {published}, does not agree")?;
        }
        if self.misfits_by_type.is_empty() {
            return Ok(());
        }
        let rows: Vec<Vec<String>> = self
            .misfits_by_type
            .iter()
            .take(SHOWN)
            .map(|of_type| {
                let policy = match of_type.policies.join(", ") {
                    none if none.is_empty() => "no policy".to_owned(),
                    some => some,
                };
                let example = of_type.examples.first();
                vec![
                    of_type.request_type.clone(),
                    of_type.rows.to_string(),
                    of_type.reproduced.to_string(),
                    of_type.misfits.to_string(),
                    policy,
                    example.map(|example| example.line.to_string()).unwrap_or_default(),
                ]
            })
            .collect();
        let header = ["type", "due dates", "reproduced", "misfits", "policy", "e.g. line"];
        writeln!(f, "\n{}", out::table(&header, &rows))?;
        if self.misfits_by_type.len() > SHOWN {
            let more = self.misfits_by_type.len() - SHOWN;
            writeln!(f, "… and {more} more types with misfits; --json lists all")?;
        }
        Ok(())
    }
}
