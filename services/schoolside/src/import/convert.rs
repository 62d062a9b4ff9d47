//! From a record's cells to a request's history, by the rules of the mapping; every fault of a row is found.

use jiff::Timestamp;
use kernel::{Priority, Tier};
use sha2::{Digest, Sha256};

use super::{
    layout::{Cells, Layout},
    mapping::{
        Combine, Field, IdField, Mapping, SameId, StateMeans, States, TimeField, Unlisted,
        WithoutTime,
    },
    records::Record,
    row::{Fault, HistoryRow, Verdict, Warning, WarningKind},
    when::Placed,
};

/// Names and ids longer than this are no names.
const LONGEST_NAME: usize = 500;

/// How an imported request can have come out.
const OUTCOMES: [&str; 4] = ["done", "declined", "deferred", "duplicate"];

/// A row that could be read, what to say about it, when it was written if that decides between rows, and what its
/// source says of its due date.
pub(super) struct Converted {
    pub(super) history: HistoryRow,
    pub(super) warnings: Vec<Warning>,
    pub(super) latest_by: Option<Timestamp>,
    pub(super) verdict: Option<Verdict>,
}

/// Reads one record.
pub(super) fn convert(
    mapping: &Mapping,
    layout: &Layout,
    record: &Record,
) -> Result<Converted, Vec<Fault>> {
    let mut reading = Reading { record, faults: Vec::new(), warnings: Vec::new() };
    let fields = &mapping.fields;
    let external_id = reading.id(&fields.external_id, &layout.external_id);
    let opened = reading.required_time(&fields.opened, &layout.opened);
    let due = fields.due.as_ref().and_then(|field| reading.time(field, &layout.due));
    let resolved = reading.resolved(mapping, layout);
    let request_type = reading.required(&fields.request_type, &layout.request_type);
    let levels = fields.category.iter().zip(&layout.category);
    let category = levels.filter_map(|(field, cells)| reading.text(field, cells)).collect();
    let mut text =
        |field: &Option<Field>, cells| field.as_ref().and_then(|field| reading.text(field, cells));
    let (team, queue) = (text(&fields.team, &layout.team), text(&fields.queue, &layout.queue));
    let (school, network) =
        (text(&fields.school, &layout.school), text(&fields.network, &layout.network));
    let (tier, channel) =
        (text(&fields.tier, &layout.tier), text(&fields.channel, &layout.channel));
    let (priority, outcome) =
        (text(&fields.priority, &layout.priority), text(&fields.outcome, &layout.outcome));
    let outcome = outcome.filter(|_| resolved.is_some());
    let fits = |word: &str| word.parse::<Tier>().is_ok();
    reading.known_word("tier", tier.as_deref(), fits, "1, 2 or 3");
    let fits = |word: &str| word.parse::<Priority>().is_ok();
    reading.known_word("priority", priority.as_deref(), fits, "P1, P2, P3 or P4");
    let fits = |word: &str| OUTCOMES.contains(&word);
    reading.known_word("outcome", outcome.as_deref(), fits, &OUTCOMES.join(", "));
    let latest_by = match &mapping.same_id {
        SameId::Latest(field) => reading.time(field, &layout.latest_by),
        SameId::Refuse => None,
    };
    let verdict = reading.verdict(mapping, layout);
    let implausible =
        matches!((opened, resolved), (Some(opened), Some(resolved)) if resolved < opened);
    if implausible {
        reading.warn(WarningKind::Implausible, "resolved", "");
    }
    let (Some(external_id), Some(opened), Some(request_type), true) =
        (external_id, opened, request_type, reading.faults.is_empty())
    else {
        return Err(reading.faults);
    };
    let history = HistoryRow {
        external_id,
        opened,
        due,
        resolved,
        request_type,
        category,
        team,
        queue,
        school,
        network,
        tier,
        channel,
        priority,
        outcome,
        row_hash: hash(record, &layout.hashed),
        implausible,
    };
    Ok(Converted { history, warnings: reading.warnings, latest_by, verdict })
}

/// Whether a record has what every row has: then the quoted cell that holds it was never meant to.
pub(super) fn looks_like_a_row(mapping: &Mapping, layout: &Layout, record: &Record) -> bool {
    let mut reading = Reading { record, faults: Vec::new(), warnings: Vec::new() };
    record.cells() == layout.width
        && reading.id(&mapping.fields.external_id, &layout.external_id).is_some()
        && reading.required_time(&mapping.fields.opened, &layout.opened).is_some()
}

/// Each cell with its length before it, so that no two different rows read the same.
fn hash(record: &Record, cells: &Cells) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for &index in cells {
        let cell = record.cell(index);
        hasher.update((cell.len() as u64).to_be_bytes());
        hasher.update(cell);
    }
    hasher.finalize().into()
}

struct Reading<'r> {
    record: &'r Record,
    faults: Vec<Fault>,
    warnings: Vec<Warning>,
}

impl Reading<'_> {
    fn fault(&mut self, field: &str, value: &str, expected: impl Into<String>) {
        self.faults.push(Fault::new(field, value, expected));
    }

    fn warn(&mut self, kind: WarningKind, field: &str, value: &str) {
        self.warnings.push(Warning::new(kind, field, value));
    }

    /// A field's text; `None` when it is empty, or faulty (then the fault is noted).
    fn text(&mut self, field: &Field, cells: &Cells) -> Option<String> {
        let mut combined: Option<String> = None;
        for &index in cells {
            let cell = self.cell(field, index)?;
            let cell = if field.trim { cell.trim() } else { cell };
            if cell.is_empty() || field.empty.iter().any(|word| word == cell) {
                continue;
            }
            match (&mut combined, &field.combine) {
                (None, _) => combined = Some(cell.to_owned()),
                (Some(_), Combine::FirstFilled) => break,
                (Some(text), Combine::Join(with)) => {
                    text.push_str(with);
                    text.push_str(cell);
                }
            }
        }
        let Some(text) = combined else { return field.default.clone() };
        if let Some(translated) = field.values.get(&text) {
            return if translated.is_empty() {
                field.default.clone()
            } else {
                Some(translated.clone())
            };
        }
        if field.unlisted == Unlisted::Refuse {
            let listed = field
                .values
                .keys()
                .map(|value| format!("\"{value}\""))
                .collect::<Vec<_>>()
                .join(", ");
            self.fault(
                &field.name,
                &text,
                format!("one of the values in the mapping: {}", super::row::shown(&listed)),
            );
            return None;
        }
        if text.chars().nth(LONGEST_NAME).is_some() {
            let length = text.chars().count();
            self.fault(
                &field.name,
                &text,
                format!("at most {LONGEST_NAME} characters, found {length}"),
            );
            return None;
        }
        Some(text)
    }

    fn cell(&mut self, field: &Field, index: usize) -> Option<&str> {
        let record = self.record;
        let bytes = record.cell(index);
        match std::str::from_utf8(bytes) {
            Ok(text) if text.contains('\0') => {
                self.fault(&field.name, text, "text without NUL characters");
            }
            Ok(text) => return Some(text),
            Err(_) => {
                let text = String::from_utf8_lossy(bytes);
                self.fault(&field.name, &text, "text in the file's encoding; if many rows are refused for this, set file.encoding");
            }
        }
        None
    }

    fn required(&mut self, field: &Field, cells: &Cells) -> Option<String> {
        let faults = self.faults.len();
        let text = self.text(field, cells);
        if text.is_none() && self.faults.len() == faults {
            self.fault(&field.name, "", "a value; this one is empty");
        }
        text
    }

    fn id(&mut self, id: &IdField, cells: &Cells) -> Option<String> {
        let text = self.required(&id.field, cells)?;
        match id.clean(&text) {
            Ok(id) => Some(id),
            Err(expected) => {
                self.fault(&id.field.name, &text, expected);
                None
            }
        }
    }

    fn time(&mut self, time: &TimeField, cells: &Cells) -> Option<Timestamp> {
        let text = self.text(&time.field, cells)?;
        self.parse_time(time, &text)
    }

    fn required_time(&mut self, time: &TimeField, cells: &Cells) -> Option<Timestamp> {
        let text = self.required(&time.field, cells)?;
        self.parse_time(time, &text)
    }

    fn parse_time(&mut self, time: &TimeField, text: &str) -> Option<Timestamp> {
        let name = &time.field.name;
        match time.parse(text) {
            Ok(Placed { at, repeated }) => {
                if repeated {
                    self.warn(WarningKind::RepeatedHour, name, text);
                }
                Some(at)
            }
            Err(expected) => {
                self.fault(name, text, expected);
                None
            }
        }
    }

    /// The resolved time, if its state lets it count.
    fn resolved(&mut self, mapping: &Mapping, layout: &Layout) -> Option<Timestamp> {
        let field = mapping.fields.resolved.as_ref()?;
        let (Some(states), Some(state)) = (&mapping.states, &mapping.fields.state) else {
            return self.time(field, &layout.resolved);
        };
        let state = self.required(state, &layout.state)?;
        match states.meaning(&state) {
            StateMeans::Refused => {
                self.fault("state", &state, format!("a state of the mapping: {}", states.listed()));
                None
            }
            StateMeans::Open => {
                if let Some(ignored) = self.text(&field.field, &layout.resolved) {
                    self.warn(WarningKind::ResolvedTimeIgnored, "resolved", &ignored);
                }
                None
            }
            StateMeans::Resolved => match self.text(&field.field, &layout.resolved) {
                Some(text) => self.parse_time(field, &text),
                None => self.without_time(states, &state, layout),
            },
        }
    }

    fn without_time(&mut self, states: &States, state: &str, layout: &Layout) -> Option<Timestamp> {
        match &states.without_time {
            WithoutTime::Refuse => {
                self.fault(
                    "resolved",
                    "",
                    format!("a resolved time, because its state is \"{state}\""),
                );
                None
            }
            WithoutTime::KeepOpen => {
                self.warn(WarningKind::KeptOpen, "state", state);
                None
            }
            WithoutTime::Use(field) => {
                let text = self.required(&field.field, &layout.without_time)?;
                let at = self.parse_time(field, &text)?;
                self.warn(WarningKind::TimeOfOtherColumn, "resolved", &text);
                Some(at)
            }
        }
    }

    /// The published verdict, where it was asked for.
    fn verdict(&mut self, mapping: &Mapping, layout: &Layout) -> Option<Verdict> {
        let field = &mapping.verify.as_ref()?.verdict;
        let word = self.text(field, layout.verdict.as_ref()?)?;
        let verdict = Verdict::of(&word);
        if verdict.is_none() {
            self.fault(
                &field.name,
                &word,
                "met or missed; translate others with verify.verdict.values",
            );
        }
        verdict
    }

    fn known_word(
        &mut self,
        field: &str,
        word: Option<&str>,
        fits: impl Fn(&str) -> bool,
        words: &str,
    ) {
        if let Some(word) = word.filter(|word| !fits(word)) {
            let expected = format!("{words}; translate others with fields.{field}.values");
            self.fault(field, word, expected);
        }
    }
}
