//! What a policy file says, which entry decides, and what publication refuses.

use std::collections::BTreeSet;

use kernel::{EventCodec, Timestamp, scenario::given};

use super::{Command, Event, Policy, Publish, Refusal, Rules, Subject};
use crate::{
    clock::{Escalation, Length, Rung},
    words::{Audience, Metric, Mode, OnChange, OnReopen, PauseReason},
};

const FILE: &str = r#"
    [defaults]
    calendar = "office"
    pauses = ["waiting_for_requester"]
    warn_at = [50, 80]

    [[entries]]
    name = "Purchase orders"
    match = { request_types = ["PRC1"] }
    targets = [{ metric = "first_resolution", length = { tier1 = "5 business_days", tier2 = "4 business_days", tier3 = "3 business_days" } }]

    [[entries]]
    match = { categories = ["facilities"], priorities = ["P1"] }
    targets = [{ metric = "first_response", length = "30 minutes", calendar = "emergency", pauses = [], warn_at = [] }]
    without = ["first_resolution"]

    [[entries]]
    targets = [
      { metric = "first_response", length = "8 hours", calendar_mode = "pinned" },
      { metric = "first_resolution", length = "10 calendar_days", policy_mode = "follow", on_reopen = "new_cycle" },
    ]
"#;

fn subject(request_type: &str, category: &str, priority: &str, tier: &str) -> Subject {
    Subject {
        request_type: request_type.parse().unwrap(),
        category: vec![category.to_owned()],
        priority: priority.parse().ok(),
        tier: tier.parse().ok(),
        school_level: None,
    }
}

fn length(subject: &Subject, metric: Metric) -> Option<(u32, Length)> {
    let rules = Rules::read(FILE).unwrap();
    rules.target(subject, metric).map(|(entry, target)| (entry, target.length_for(subject.tier)))
}

#[test]
fn for_each_metric_the_first_matching_entry_that_settles_it_decides() {
    let order = subject("PRC1", "procurement", "P1", "2");
    assert_eq!(length(&order, Metric::FirstResolution), Some((1, Length::BusinessDays(4))));
    assert_eq!(length(&order, Metric::FirstResponse), Some((3, Length::Open(8 * 3600))));
    let heating = subject("FAC1", "facilities", "P1", "2");
    assert_eq!(length(&heating, Metric::FirstResponse), Some((2, Length::Open(1800))));
    assert_eq!(length(&heating, Metric::FirstResolution), None);
}

#[test]
fn an_unknown_tier_has_the_length_of_tier_1_and_an_unknown_priority_is_in_no_list() {
    let order = subject("PRC1", "procurement", "", "");
    assert_eq!(length(&order, Metric::FirstResolution), Some((1, Length::BusinessDays(5))));
    let heating = subject("FAC1", "facilities", "", "3");
    assert_eq!(length(&heating, Metric::FirstResponse), Some((3, Length::Open(8 * 3600))));
}

#[test]
fn defaults_fill_what_a_target_does_not_say() {
    let rules = Rules::read(FILE).unwrap();
    let last = &rules.entries[2].targets;
    assert_eq!((last[0].calendar_mode, last[0].policy_mode), (Mode::Pinned, Mode::Pinned));
    assert_eq!((last[1].calendar_mode, last[1].policy_mode), (Mode::Follow, Mode::Follow));
    assert_eq!(
        (last[0].on_reopen, last[1].on_reopen),
        (OnReopen::ResumeExcludingGap, OnReopen::NewCycle)
    );
    assert_eq!(last[0].pauses, [PauseReason::WaitingForRequester]);
    assert_eq!(last[0].warn_at, [50, 80]);
    assert!(rules.entries[1].targets[0].warn_at.is_empty());
    assert_eq!(rules.entries[1].targets[0].calendar.as_str(), "emergency");
}

fn faults(text: &str) -> Vec<String> {
    Rules::read(text).unwrap_err().0.iter().map(ToString::to_string).collect()
}

#[test]
fn every_fault_of_a_file_is_named_with_its_path() {
    let found = faults(
        r#"
        color = 1
        [[entries]]
        match = { priorities = ["P5"], shoe_size = [3] }
        targets = [{ metric = "speed", length = "1 day", calendar = "a/b", pauses = ["lunch"], warn_at = [0, 200] }]
        [[entries]]
        targets = [{ metric = "first_response" }]
    "#,
    );
    for path in [
        "color: ",
        "entries[0].match.shoe_size: ",
        "entries[0].match.priorities[0]: ",
        "entries[0].targets[0].metric: ",
        "entries[0].targets[0].length: ",
        "entries[0].targets[0].calendar: ",
        "entries[0].targets[0].pauses[0]: ",
        "entries[0].targets[0].warn_at[0]: ",
        "entries[0].targets[0].warn_at[1]: ",
        "entries[1].targets[0].length: is missing",
        "entries[1].targets[0].calendar: is missing",
        "entries[1].targets[0].pauses: is missing",
    ] {
        assert!(found.iter().any(|fault| fault.starts_with(path)), "{path} not in {found:#?}");
    }
    assert_eq!(found.len(), 12, "{found:#?}");
}

fn policy(entries: &str) -> String {
    format!("[defaults]\ncalendar = \"office\"\npauses = []\n{entries}")
}

fn entry(matching: &str, target: &str) -> String {
    format!("[[entries]]\nmatch = {{ {matching} }}\ntargets = [{{ {target} }}]\n")
}

const RESPONSE: &str = r#"metric = "first_response", length = "8 hours""#;
const RESOLUTION: &str = r#"metric = "first_resolution", length = "8 hours""#;

#[test]
fn a_policy_with_a_gap_is_refused() {
    let only = policy(&entry(r#"tiers = ["1"]"#, RESPONSE));
    assert_eq!(
        faults(&only),
        ["entries[0]: the last entry must be for every request; add one without `match`"]
    );
    let gap = policy(&(entry(r#"tiers = ["1"]"#, RESPONSE) + &entry("", RESOLUTION)));
    assert_eq!(
        faults(&gap),
        [r#"entries[1]: needs a target for first_response, or `without = ["first_response"]`"#]
    );
}

#[test]
fn an_entry_that_earlier_ones_cover_together_is_refused() {
    let covered = entry(r#"priorities = ["P1", "P2"]"#, RESPONSE)
        + &entry(r#"priorities = ["P3", "P4"]"#, RESPONSE)
        + &entry(r#"priorities = ["P2", "P3"], tiers = ["2"]"#, RESPONSE)
        + &entry("", RESPONSE);
    assert_eq!(
        faults(&policy(&covered)),
        [
            "entries[2]: first_response can never apply: earlier entries take every request it is for"
        ]
    );
}

#[test]
fn an_entry_that_any_of_its_values_reaches_is_taken() {
    for (earlier, later) in [
        (r#"request_types = ["A"]"#, r#"request_types = ["A", "B"]"#),
        (r#"categories = ["a"]"#, r#"categories = ["a", "b"]"#),
        (r#"priorities = ["P1"]"#, r#"priorities = ["P1", "P2"]"#),
        (r#"tiers = ["1"]"#, r#"tiers = ["1", "2"]"#),
        (r#"school_levels = ["k8"]"#, r#"school_levels = ["k8", "high"]"#),
    ] {
        let text = entry(earlier, RESPONSE) + &entry(later, RESPONSE) + &entry("", RESPONSE);
        assert!(Rules::read(&policy(&text)).is_ok(), "{later}");
    }
}

#[test]
fn a_large_policy_is_searched_for_what_can_never_apply_without_going_through_every_request() {
    let each = |place: usize| entry(&format!(r#"request_types = ["T{place}"]"#), RESPONSE);
    let one =
        |place: usize| entry(&format!(r#"categories = ["C{place}"], tiers = ["1"]"#), RESPONSE);
    let types: Vec<_> = (0..160).map(|place| format!(r#""T{place}""#)).collect();
    let all = entry(&format!("request_types = [{}]", types.join(", ")), RESPONSE);
    let entries = (0..160).map(each).chain((0..40).map(one)).chain([all, entry("", RESPONSE)]);
    let text = policy(&entries.collect::<String>());
    let began = std::time::Instant::now();
    let found = faults(&text);
    println!("searched in {:?}", began.elapsed());
    assert_eq!(
        found,
        [
            "entries[200]: first_response can never apply: earlier entries take every request it is for"
        ]
    );
}

#[test]
fn lengths_of_nothing_and_of_decades_are_refused() {
    for length in ["0 hours", "0 business_days", "9999 calendar_days", "999999 hours"] {
        let target = format!(r#"metric = "first_response", length = "{length}""#);
        assert!(
            faults(&policy(&entry("", &target)))[0].starts_with("entries[0].targets[0].length"),
            "{length}"
        );
    }
}

#[test]
fn what_a_metric_cannot_have_is_refused() {
    let target = |more: &str| policy(&entry("", &format!(r#"{more}, length = "8 hours""#)));
    let start = target(r#"metric = "ownership", start = "routed""#);
    assert_eq!(
        faults(&start),
        ["entries[0].targets[0].start: ownership starts with what it is about: leave `start` out"]
    );
    let pauses = target(r#"metric = "total_resolution", pauses = ["scheduled"]"#);
    assert_eq!(
        faults(&pauses),
        [
            "entries[0].targets[0].pauses: total_resolution counts all waiting: write [] or use first_resolution"
        ]
    );
}

#[test]
fn every_metric_start_and_rule_of_change_reads_back() {
    let file = r#"
        [defaults]
        calendar = "office"
        pauses = ["waiting_for_requester"]
        start = "routed"
        on_change = "keep"
        [[entries]]
        targets = [
          { metric = "first_response", length = "8 hours", start = "first_active" },
          { metric = "next_response", length = "8 hours" },
          { metric = "periodic_update", length = "2 business_days", on_change = "restart" },
          { metric = "first_resolution", length = "5 business_days", start = "created" },
          { metric = "total_resolution", length = "30 calendar_days" },
          { metric = "ownership", length = "3 business_days", notification_calendar = "calls", escalations = [
            { at = 80, tell = "holder" }, { at = "breach", tell = "lead" },
            { at = "breach", after = "90 minutes", tell = "director" } ] },
        ]
    "#;
    let rules = Rules::read(file).unwrap();
    let targets = &rules.entries[0].targets;
    let starts: Vec<_> = targets.iter().map(|target| target.start.as_str()).collect();
    assert_eq!(starts, ["first_active", "received", "routed", "created", "routed", "received"]);
    assert_eq!((targets[2].on_change, targets[3].on_change), (OnChange::Restart, OnChange::Keep));
    // Nothing pauses the total, whatever the defaults say.
    assert!(targets[4].pauses.is_empty());
    let last = Escalation { at: Rung::Breach { after_seconds: 5400 }, tell: Audience::Director };
    assert_eq!(targets[5].escalations[2], last);
    assert_eq!(targets[5].notified_in().as_str(), "calls");
    let event = Event::Published(super::Published {
        id: "standard".parse().unwrap(),
        version: 1,
        effective_from: now(),
        published_at: now(),
        rules,
    });
    assert_eq!(Event::decode(event.name(), 1, &event.encode().payload, None), Ok(event));
}

#[test]
fn a_broken_ladder_is_refused_step_by_step() {
    let found = faults(&policy(&entry(
        "",
        r#"metric = "first_response", length = "8 hours", escalations = [
            { at = 0, tell = "lead" }, { at = 200, tell = "lead" }, { at = "late", tell = "lead" }, { at = 80 },
            { at = 80, tell = "mayor" }, { at = 80, after = "1 hours", tell = "lead" },
            { at = "breach", after = "2 business_days", tell = "lead" }, { tell = "lead" } ]"#,
    )));
    let expected = "expected a whole percentage from 1 to 100, or \"breach\"";
    let path =
        |index: u32, rest: &str| format!("entries[0].targets[0].escalations[{index}].{rest}");
    assert_eq!(
        found,
        [
            path(0, &format!("at: {expected}")),
            path(1, &format!("at: {expected}")),
            path(2, &format!("at: {expected}")),
            path(3, "tell: is missing: holder, lead or director"),
            path(4, "tell: \"mayor\" is not a reader; expected one of holder, lead, director"),
            path(5, "after: goes with `at = \"breach\"` only"),
            path(6, "after: is counted in notification hours: write hours or minutes"),
            path(7, &format!("at: is missing; {expected}")),
        ]
    );
}

fn publish(calendars: &[&str]) -> Command {
    let known_calendars: BTreeSet<_> = calendars.iter().map(|id| id.parse().unwrap()).collect();
    let rules = Rules::read(FILE).unwrap();
    Command::Publish(Publish {
        id: "standard".parse().unwrap(),
        rules,
        effective_from: None,
        known_calendars,
    })
}

fn now() -> Timestamp {
    "2026-01-05T12:00:00Z".parse().unwrap()
}

fn published() -> Event {
    Event::Published(super::Published {
        id: "standard".parse().unwrap(),
        version: 1,
        effective_from: now(),
        published_at: now(),
        rules: Rules::read(FILE).unwrap(),
    })
}

#[test]
fn a_version_is_published_once_and_reads_back() {
    given::<Policy>([]).when(now(), publish(&["office", "emergency"])).then([published()]);
    given::<Policy>([published()]).when(now(), publish(&["office", "emergency"])).then([]);
    let event = published();
    assert_eq!(Event::decode(event.name(), 1, &event.encode().payload, None), Ok(event));
}

#[test]
fn a_calendar_that_is_not_published_is_refused() {
    let unknown = Refusal::UnknownCalendar("emergency".parse().unwrap());
    given::<Policy>([]).when(now(), publish(&["office"])).refused(unknown);
}
