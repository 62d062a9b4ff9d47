//! The policy file: TOML, or JSON of the same shape.
//!
//! ```toml
//! [defaults]                       # what targets below need not repeat
//! calendar = "office"
//! pauses = ["waiting_for_requester"]
//! warn_at = [50, 80]
//!
//! [[entries]]
//! name = "Purchase orders"
//! match = { request_types = ["PRC1"] }
//! targets = [
//!   { metric = "first_resolution", length = { tier1 = "5 business_days", tier2 = "4 business_days", tier3 = "3 business_days" } },
//! ]
//!
//! [[entries]]                      # the last one has no match: it is for every request
//! targets = [
//!   { metric = "first_response", length = "8 hours", calendar_mode = "pinned" },
//!   { metric = "first_resolution", length = "10 business_days", on_reopen = "new_cycle", start = "routed", on_change = "restart",
//!     notification_calendar = "office", escalations = [
//!       { at = 75, tell = "holder" }, { at = "breach", tell = "lead" }, { at = "breach", after = "4 hours", tell = "director" } ] },
//! ]
//! ```
//! `match` knows `request_types`, `categories`, `priorities`, `tiers`, `school_levels`. For each metric the first entry that
//! matches and settles it decides; `without = ["first_response"]` settles a metric by saying that there is no target.

use std::collections::BTreeMap;

use kernel::{CalendarId, Tier};
use serde_json::Value;

use super::{
    check,
    entry::{Entry, Match, Rules, Target},
};
use crate::{
    clock::{Escalation, Length, Rung},
    document::{Table, items, parse, word},
    fault::Faults,
    words::{Audience, Metric, Mode, OnChange, OnReopen, PauseReason, Start},
};

const TARGET_KEYS: [&str; 12] = [
    "metric",
    "length",
    "calendar",
    "pauses",
    "warn_at",
    "calendar_mode",
    "policy_mode",
    "start",
    "on_change",
    "on_reopen",
    "escalations",
    "notification_calendar",
];
const TIERS: [(&str, Tier); 3] =
    [("tier1", Tier::Foundational), ("tier2", Tier::Targeted), ("tier3", Tier::Intensive)];

impl Rules {
    /// Reads a policy file.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its path.
    pub fn read(text: &str) -> Result<Self, Faults> {
        let document = parse(text)?;
        let mut faults = Faults::default();
        let rules = read(&document, &mut faults);
        if faults.0.is_empty() {
            check::check(&rules, &mut faults);
        }
        faults.or(rules)
    }
}

/// What targets need not repeat.
#[derive(Default)]
struct Defaults {
    calendar: Option<CalendarId>,
    pauses: Option<Vec<PauseReason>>,
    warn_at: Vec<u8>,
    calendar_mode: Option<Mode>,
    policy_mode: Option<Mode>,
    start: Option<Start>,
    on_change: Option<OnChange>,
    on_reopen: Option<OnReopen>,
    escalations: Option<Vec<Escalation>>,
    notification_calendar: Option<CalendarId>,
}

impl Defaults {
    fn read(table: &Table<'_>, faults: &mut Faults) -> Self {
        Self {
            calendar: table.word("calendar", faults),
            pauses: table.get("pauses").map(|_| table.words("pauses", faults)),
            warn_at: percentages(table, faults),
            calendar_mode: table.word("calendar_mode", faults),
            policy_mode: table.word("policy_mode", faults),
            start: table.word("start", faults),
            on_change: table.word("on_change", faults),
            on_reopen: table.word("on_reopen", faults),
            escalations: table.get("escalations").map(|_| escalations(table, faults)),
            notification_calendar: table.word("notification_calendar", faults),
        }
    }
}

fn read(document: &Value, faults: &mut Faults) -> Rules {
    let mut rules = Rules::default();
    let Some(table) = Table::of(document, "", &["defaults", "entries"], faults) else {
        return rules;
    };
    let defaults = table.get("defaults").and_then(|value| {
        let table = Table::of(value, "defaults", &TARGET_KEYS[2..], faults)?;
        Some(Defaults::read(&table, faults))
    });
    let defaults = defaults.unwrap_or_default();
    for (path, value) in table.list("entries", faults) {
        // A broken entry keeps its place, so that paths of later faults stay right.
        rules.entries.push(entry(value, &path, &defaults, faults).unwrap_or_default());
    }
    if rules.entries.is_empty() {
        faults.add("entries", "is missing; the last entry has no match and is for every request");
    }
    rules
}

fn entry(value: &Value, path: &str, defaults: &Defaults, faults: &mut Faults) -> Option<Entry> {
    let table = Table::of(value, path, &["name", "match", "targets", "without"], faults)?;
    let name = table.text("name", faults).unwrap_or_default().to_owned();
    let matching = table.get("match").and_then(|value| {
        let path = table.path("match");
        matching(value, &path, faults)
    });
    if table.get("targets").is_none() && table.get("without").is_none() {
        faults.add(table.path("targets"), "is missing; or name the metrics it is `without`");
    }
    let mut targets = Vec::new();
    for (path, value) in table.list("targets", faults) {
        targets.extend(target(value, &path, defaults, faults));
    }
    let without = table.words("without", faults);
    Some(Entry { name, matching: matching.unwrap_or_default(), targets, without })
}

fn matching(value: &Value, path: &str, faults: &mut Faults) -> Option<Match> {
    let keys = ["request_types", "categories", "priorities", "tiers", "school_levels"];
    let table = Table::of(value, path, &keys, faults)?;
    Some(Match {
        request_types: table.words("request_types", faults),
        categories: table.words("categories", faults),
        priorities: table.words("priorities", faults),
        tiers: table.words("tiers", faults),
        school_levels: table.words("school_levels", faults),
    })
}

fn target(value: &Value, path: &str, defaults: &Defaults, faults: &mut Faults) -> Option<Target> {
    let table = Table::of(value, path, &TARGET_KEYS, faults)?;
    table.required("metric", faults);
    let metric: Option<Metric> = table.word("metric", &mut Faults::default());
    if let (None, Some(_)) = (metric, table.get("metric")) {
        table.word::<Metric>("metric", faults);
    }
    let lengths = lengths(&table, faults);
    let own = Defaults::read(&table, faults);
    let calendar = own.calendar.or_else(|| defaults.calendar.clone());
    if calendar.is_none() && table.get("calendar").is_none() {
        faults.add(table.path("calendar"), "is missing, here and in `defaults`");
    }
    // A clock that nothing can pause needs no list, and takes none from the defaults.
    let pausable = metric.is_none_or(Metric::can_pause);
    let pauses = own.pauses.or_else(|| defaults.pauses.clone().filter(|_| pausable));
    if pauses.is_none() && pausable {
        let problem = "is missing, here and in `defaults`; write [] if nothing stops the clock";
        faults.add(table.path("pauses"), problem);
    }
    let warn_at = table.get("warn_at").map_or_else(|| defaults.warn_at.clone(), |_| own.warn_at);
    let (length, length_by_tier) = lengths?;
    let metric = metric?;
    // What a metric cannot have is taken from the target alone, where it is a fault, never from the defaults.
    let start = own.start.or(defaults.start.filter(|_| metric.has_start()));
    let calendar_of_notices = own.notification_calendar;
    Some(Target {
        metric,
        length,
        length_by_tier,
        calendar: calendar?,
        pauses: pauses.unwrap_or_default(),
        warn_at,
        calendar_mode: own.calendar_mode.or(defaults.calendar_mode).unwrap_or(Mode::Follow),
        policy_mode: own.policy_mode.or(defaults.policy_mode).unwrap_or(Mode::Pinned),
        start: start.unwrap_or(Start::Received),
        on_change: own.on_change.or(defaults.on_change).unwrap_or(OnChange::CarryElapsed),
        on_reopen: own.on_reopen.or(defaults.on_reopen).unwrap_or(OnReopen::ResumeExcludingGap),
        escalations: own
            .escalations
            .unwrap_or_else(|| defaults.escalations.clone().unwrap_or_default()),
        notification_calendar: calendar_of_notices
            .or_else(|| defaults.notification_calendar.clone()),
    })
}

/// The steps of the ladder.
fn escalations(table: &Table<'_>, faults: &mut Faults) -> Vec<Escalation> {
    let mut steps = Vec::new();
    for (path, value) in table.list("escalations", faults) {
        steps.extend(escalation(value, &path, faults));
    }
    steps
}

fn escalation(value: &Value, path: &str, faults: &mut Faults) -> Option<Escalation> {
    let table = Table::of(value, path, &["at", "after", "tell"], faults)?;
    if table.get("tell").is_none() {
        faults.add(table.path("tell"), "is missing: holder, lead or director");
    }
    let tell: Option<Audience> = table.word("tell", faults);
    let after: Option<Length> = table.word("after", faults);
    let expected = "expected a whole percentage from 1 to 100, or \"breach\"";
    let at = match table.get("at") {
        Some(Value::String(word)) if word == "breach" => match after.unwrap_or(Length::Open(0)) {
            Length::Open(seconds) => {
                Some(Rung::Breach { after_seconds: u32::try_from(seconds).unwrap_or(u32::MAX) })
            }
            Length::BusinessDays(_) | Length::CalendarDays(_) => {
                faults.add(
                    table.path("after"),
                    "is counted in notification hours: write hours or minutes",
                );
                None
            }
        },
        Some(value) => {
            if after.is_some() {
                faults.add(table.path("after"), "goes with `at = \"breach\"` only");
            }
            let percent = percent(value).map(Rung::Percent);
            if percent.is_none() {
                faults.add(table.path("at"), expected);
            }
            percent
        }
        None => {
            faults.add(table.path("at"), format!("is missing; {expected}"));
            None
        }
    };
    Some(Escalation { at: at?, tell: tell? })
}

fn percent(value: &Value) -> Option<u8> {
    let percent = value.as_u64().and_then(|number| u8::try_from(number).ok());
    percent.filter(|percent| (1..=100).contains(percent))
}

/// One length, or one per tier.
fn lengths(table: &Table<'_>, faults: &mut Faults) -> Option<(Length, BTreeMap<Tier, Length>)> {
    let Some(value) = table.get("length") else {
        faults.add(table.path("length"), "is missing, e.g. \"5 business_days\"");
        return None;
    };
    let path = table.path("length");
    if !value.is_object() {
        return word(value, &path, faults).map(|length| (length, BTreeMap::new()));
    }
    let tiers = Table::of(value, &path, &TIERS.map(|(key, _)| key), faults)?;
    let mut by_tier = BTreeMap::new();
    for (key, tier) in TIERS {
        tiers.required(key, faults);
        if let Some(length) = tiers.text(key, &mut Faults::default()) {
            by_tier.insert(tier, word(&Value::from(length), &tiers.path(key), faults)?);
        }
    }
    let length = by_tier.remove(&Tier::Foundational)?;
    by_tier.retain(|_, other| *other != length);
    Some((length, by_tier))
}

fn percentages(table: &Table<'_>, faults: &mut Faults) -> Vec<u8> {
    let Some(value) = table.get("warn_at") else { return Vec::new() };
    let mut found = Vec::new();
    for (path, item) in items(value, &table.path("warn_at"), faults) {
        match percent(item) {
            Some(percent) => found.push(percent),
            None => faults.add(path, "expected a whole percentage from 1 to 100"),
        }
    }
    found
}
