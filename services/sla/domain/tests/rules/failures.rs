//! What other desks are known to get wrong: each test names the public report of the failure that it excludes.

use kernel::Priority;
use sla_domain::{
    calendar::{Definition, Hours},
    clock::{CycleState, Pause, Run, elapsed},
    words::{Metric, PauseReason},
};

use crate::{
    desk::{Desk, at, first},
    ny, office,
};

const FOUR_HOURS: &str = r#"{ metric = "first_resolution", length = "4 hours", pauses = ["waiting_for_requester", "waiting_for_vendor"] }"#;
const REPLY: &str = r#"{ metric = "first_response", length = "1 hours" }"#;
const NEXT: &str = r#"{ metric = "next_response", length = "2 hours" }"#;
const OLA: &str = r#"{ metric = "ownership", length = "4 hours" }"#;
const REQUESTER: PauseReason = PauseReason::WaitingForRequester;
const VENDOR: PauseReason = PauseReason::WaitingForVendor;

/// Frappe Helpdesk and Chatwoot differ in it: "<" here, "≤" there.
#[test]
fn done_exactly_at_the_due_instant_is_in_time_and_a_microsecond_later_is_not() {
    let mut desk = Desk::new(FOUR_HOURS);
    desk.resolved("02T13:00");
    assert_eq!(desk.stand("02T14:00"), ["met 02T09:00 due 02T13:00 at 02T13:00"]);
    desk.facts.steps[0].at = "2026-02-02T13:00:00.000001Z".parse().unwrap();
    assert_eq!(desk.stand("02T14:00"), ["missed 02T09:00 due 02T13:00 at 02T13:00"]);
    // Not done by then, it is late at that very instant.
    desk.facts.steps.clear();
    assert_eq!(desk.stand("02T13:00"), ["missed_open 02T09:00 due 02T13:00"]);
}

/// znuny#221
#[test]
fn at_one_instant_a_stop_comes_before_a_pause_and_a_pause_before_a_start() {
    // Resolved at the instant at which a pause begins: it is done, not paused.
    let mut desk = Desk::new(FOUR_HOURS);
    desk.wait(REQUESTER, "02T11:00", None);
    desk.resolved("02T11:00");
    assert_eq!(desk.stand("02T12:00"), ["met 02T09:00 due 02T13:00 at 02T11:00"]);
    // One pause begins as another ends: no time runs in between, and both hours count.
    let mut desk = Desk::new(FOUR_HOURS);
    desk.wait(REQUESTER, "02T10:00", Some("02T11:00"));
    desk.wait(VENDOR, "02T11:00", Some("02T12:00"));
    assert_eq!(desk.stand("02T12:00"), ["running 02T09:00 due 02T15:00"]);
    // Paused from the start on: it does not run for an instant.
    let mut desk = Desk::new(FOUR_HOURS);
    desk.wait(REQUESTER, "02T09:00", None);
    assert_eq!(desk.stand("02T12:00"), ["paused 02T09:00"]);
    assert_eq!(desk.cycle("02T12:00").percent(), 0);
}

/// frappe/helpdesk#2449, glpi#9082: waiting over night or over a weekend counts by open hours.
#[test]
fn a_pause_moves_the_due_date_by_its_open_hours_only() {
    let mut desk = Desk::new(FOUR_HOURS);
    desk.facts.opened_at = at("02T12:00");
    desk.wait(REQUESTER, "02T15:00", Some("03T10:00"));
    // One of the four hours is left on Monday at 15:00, and still on Tuesday at 10:00.
    assert_eq!(desk.stand("03T10:30"), ["running 02T12:00 due 03T11:00"]);
    // From Friday's closing to Monday's opening nothing is open: nothing moves.
    let mut desk = Desk::new(FOUR_HOURS);
    desk.facts.opened_at = at("06T14:00");
    desk.wait(REQUESTER, "06T16:00", Some("09T08:00"));
    assert_eq!(desk.stand("09T08:00"), ["running 06T14:00 due 09T10:00"]);
}

/// glpi#10594, glpi#14937: what two reasons share is not waited twice.
#[test]
fn overlapping_pauses_count_as_their_union() {
    // 10:00–12:00 and 11:00–13:00 are three hours, whichever is told first.
    let mut desk = Desk::new(FOUR_HOURS);
    desk.wait(REQUESTER, "02T10:00", Some("02T12:00"));
    desk.wait(VENDOR, "02T11:00", Some("02T13:00"));
    assert_eq!(desk.stand("02T14:00"), ["running 02T09:00 due 02T16:00"]);
    desk.facts.pauses.reverse();
    assert_eq!(desk.stand("02T14:00"), ["running 02T09:00 due 02T16:00"]);
    // One ends, the other goes on: it is still paused, since ten.
    assert_eq!(desk.stand("02T12:30"), ["paused 02T09:00"]);
    assert_eq!(desk.cycle("02T12:30").paused, Some((at("02T10:00"), vec![REQUESTER, VENDOR])));
}

/// dbt_zendesk#25, glpi#15429, erpnext#38745: today's offset from Greenwich is not that of the past, nor the server's that of
/// the calendar.
#[test]
fn open_hours_are_wall_time_of_the_calendar_s_own_zone() {
    let run = |hours: &Hours, start: &str| {
        let length = "4 hours".parse().unwrap();
        let start = start.parse().unwrap();
        let run = Run { start, length, hours, pauses: &[], stopped: None, now: None };
        run.reckon().due.unwrap().to_string()
    };
    // New York is five hours behind Greenwich on 6 March 2026, four on 9 March: Friday 15:00 + 2 h, Monday 08:30 + 2 h.
    assert_eq!(run(&office(""), "2026-03-06T20:00:00Z"), "2026-03-09T14:30:00Z");
    // In the next week both days are four hours behind.
    assert_eq!(run(&office(""), "2026-03-13T19:00:00Z"), "2026-03-16T14:30:00Z");
    // In Phoenix no clock changes: seven hours behind on both days.
    let file = "zone = \"America/Phoenix\"\n[weekly]\nmon = [[\"08:30\", \"17:00\"]]\nfri = [[\"08:30\", \"17:00\"]]";
    let phoenix = Hours::new(Definition::read(file).unwrap());
    assert_eq!(run(&phoenix, "2026-03-06T22:00:00Z"), "2026-03-09T17:30:00Z");
}

/// dbt_zendesk#25: an hour that is skipped does not pass, one that is repeated passes twice.
#[test]
fn elapsed_time_is_absolute_over_a_clock_change() {
    let always = "zone = \"America/New_York\"\n[weekly]\nsun = [[\"00:00\", \"24:00\"]]\n";
    let hours = Hours::new(Definition::read(always).unwrap());
    let day = |from: &str, to: &str| elapsed(&hours, ny(from), ny(to), &[]).as_hours();
    assert_eq!(day("2026-03-08T00:00", "2026-03-09T00:00"), 23);
    assert_eq!(day("2026-11-01T00:00", "2026-11-02T00:00"), 25);
    assert_eq!(day("2026-11-08T00:00", "2026-11-09T00:00"), 24);
}

/// zammad#3180, frappe/helpdesk#2212: a day of 24 hours ends at midnight, not at 23:59, and without a gap.
#[test]
fn a_day_of_24_hours_has_no_hole_at_midnight() {
    let desk =
        Desk::new(r#"{ metric = "first_resolution", length = "48 hours", calendar = "always" }"#);
    assert_eq!(desk.stand("02T10:00"), ["running 02T09:00 due 04T09:00"]);
}

/// osTicket#6847: several intervals a day, and a night shift that ends on the next date.
#[test]
fn breaks_and_night_shifts_are_calendars_too() {
    let due = |week: &str, start: &str, length: &str| {
        let file = format!("zone = \"America/New_York\"\n[weekly]\n{week}");
        let hours = Hours::new(Definition::read(&file).unwrap());
        let length = length.parse().unwrap();
        let run =
            Run { start: ny(start), length, hours: &hours, pauses: &[], stopped: None, now: None };
        run.reckon().due
    };
    // Eleven to twelve, and one to two: the break does not count.
    let split = r#"mon = [["08:00", "12:00"], ["13:00", "17:00"]]"#;
    assert_eq!(due(split, "2026-02-02T11:00", "2 hours"), Some(ny("2026-02-02T14:00")));
    // From 22:00 to 06:00 are eight hours; five of them end at three in the morning.
    let night = r#"mon = [["22:00", "06:00"]]"#;
    assert_eq!(due(night, "2026-02-02T12:00", "5 hours"), Some(ny("2026-02-03T03:00")));
}

/// osTicket#5160, dbt_zendesk#142: an overdue request does not become punctual by being done, paused or re-prioritised.
#[test]
fn a_recorded_breach_stays_and_a_late_fact_appends_its_retraction() {
    let mut desk = Desk::new(FOUR_HOURS);
    assert_eq!(desk.look("02T14:00"), ["1: started 02T09:00", "1: breached 02T13:00"]);
    desk.resolved("02T15:00");
    assert_eq!(desk.look("02T15:00"), ["1: missed 02T15:00"]);
    assert_eq!(
        desk.state.clocks[&first(Metric::FirstResolution)].breached_at,
        Some(at("02T13:00"))
    );
    // It becomes known that it had been done at 12:30: told as a correction, after the breach.
    desk.facts.steps[0].at = at("02T12:30");
    assert_eq!(desk.look("02T16:00"), ["1: breach_retracted", "1: met 02T12:30"]);
    assert!(desk.look("02T17:00").is_empty());
}

/// glpi#24481
#[test]
fn a_pause_that_begins_at_or_after_the_due_instant_hides_no_breach() {
    for from in ["02T13:00", "02T13:01", "03T09:00"] {
        let mut desk = Desk::new(FOUR_HOURS);
        desk.wait(REQUESTER, from, None);
        assert_eq!(desk.stand("05T12:00"), ["missed_open 02T09:00 due 02T13:00"], "{from}");
    }
    // A minute before: it waits, for as long as it takes.
    let mut desk = Desk::new(FOUR_HOURS);
    desk.wait(REQUESTER, "02T12:59", None);
    assert_eq!(desk.stand("05T12:00"), ["paused 02T09:00"]);
}

/// Four hours, urgent ones two; both wait for the requester.
const BY_PRIORITY: &str = r#"
    [[entries]]
    match = { priorities = ["P1"] }
    targets = [{ metric = "first_resolution", length = "2 hours", pauses = ["waiting_for_requester"] }]
    [[entries]]
    targets = [{ metric = "first_resolution", length = "4 hours", pauses = ["waiting_for_requester"] }]"#;

/// glpi#6902, glpi#15605, glpi#16383
#[test]
fn waiting_survives_a_change_of_priority() {
    let mut desk = Desk::with(BY_PRIORITY);
    desk.wait(REQUESTER, "02T09:30", Some("02T11:30"));
    desk.look("02T11:30");
    desk.change("02T12:00", Priority::P1);
    // An hour is used: half past nine, and the half hour until noon. The other hour of the two ends at 13:00.
    assert_eq!(desk.look("02T12:00"), ["1: due_changed"]);
    assert_eq!(desk.stand("02T12:00"), ["running 02T09:00 due 02T13:00"]);
    assert_eq!(desk.cycle("02T12:00").percent(), 50);
}

/// glpi#6902: the same for a new version of the policy, where the target follows it.
#[test]
fn waiting_survives_a_new_version_of_the_policy() {
    let follow = FOUR_HOURS.replace(" }", ", policy_mode = \"follow\" }");
    let mut desk = Desk::new(&follow);
    desk.wait(REQUESTER, "02T09:30", Some("02T11:30"));
    desk.look("02T12:00");
    desk.publish(2, &format!("[[entries]]\ntargets = [{}]", follow.replace("4 h", "2 h")));
    assert_eq!(desk.stand("02T12:00"), ["running 02T09:00 due 02T13:00"]);
}

/// glpi#1911, glpi#14423
#[test]
fn ownership_counts_each_team_s_tenure_and_not_each_member_s() {
    let mut desk = Desk::new(OLA);
    desk.held("02T09:00", "T1");
    // Within the team it goes from one member to the next: the team's time goes on.
    desk.held("02T10:00", "T1");
    desk.held("02T11:00", "T2");
    desk.held("02T15:00", "T1");
    assert_eq!(
        desk.stand("03T12:00"),
        [
            "met 02T09:00 due 02T13:00 at 02T11:00",
            "met 02T11:00 due 02T15:00 at 02T15:00",
            // An hour of Monday and three of Tuesday.
            "missed_open 02T15:00 due 03T11:00",
        ]
    );
}

/// glpi#23359, glpi#9267
#[test]
fn the_time_between_resolution_and_reopening_is_a_pause_of_its_own_reason() {
    let mut desk = Desk::new(FOUR_HOURS);
    desk.resolved("02T11:00");
    desk.reopened("03T11:00");
    // Five open hours of Monday and three of Tuesday do not count; two of the four were left.
    assert_eq!(desk.stand("03T12:00"), ["running 02T09:00 due 03T13:00"]);
    let pauses =
        [Pause { reason: PauseReason::Resolved, from: at("02T11:00"), to: Some(at("03T11:00")) }];
    let hours = &desk.calendars[&"office".parse().unwrap()].latest().unwrap().content;
    let (start, length) = (at("02T09:00"), "4 hours".parse().unwrap());
    let hours = hours.known_at_last();
    let run = Run { start, length, hours, pauses: &pauses, stopped: None, now: None };
    let parts = run.explain(&run.reckon()).parts;
    assert_eq!(parts[1].reason, "resolved");
    assert_eq!(parts[1].seconds, 8 * 3600);
}

/// chatwoot#6409, chatwoot#7679, chatwoot#13392. Automatic replies and internal notes are no messages of these facts at all.
#[test]
fn only_the_first_public_reply_of_the_office_is_the_first_response_and_late_stays_late() {
    let mut desk = Desk::new(REPLY);
    desk.requester(&["02T09:05"]);
    assert_eq!(desk.stand("02T10:30"), ["missed_open 02T09:00 due 02T10:00"]);
    desk.office(&["02T11:00"]);
    let late = ["missed 02T09:00 due 02T10:00 at 02T11:00"];
    assert_eq!(desk.stand("02T11:30"), late);
    // Nothing that happens afterwards makes it punctual or undone.
    desk.office(&["02T12:00"]);
    desk.resolved("02T13:00");
    desk.reopened("02T14:00");
    assert_eq!(desk.stand("02T15:00"), late);
}

/// zammad#3140, zammad#5177, chatwoot#10178
#[test]
fn the_next_response_is_not_owed_while_it_is_the_requester_s_turn_or_all_is_resolved() {
    let mut desk = Desk::new(NEXT);
    desk.office(&["02T09:10"]);
    // Whoever was answered last owes nothing.
    assert!(desk.stand("02T15:00").is_empty());
    desk.requester(&["02T10:00"]);
    assert_eq!(desk.stand("02T11:00"), ["running 02T10:00 due 02T12:00"]);
    // The office waits for the requester, though the target lists no pauses.
    desk.wait(REQUESTER, "02T11:00", None);
    assert_eq!(desk.stand("02T15:00"), ["paused 02T10:00"]);
    desk.facts.pauses.clear();
    desk.resolved("02T11:30");
    assert_eq!(desk.stand("02T15:00"), ["met 02T10:00 due 02T12:00 at 02T11:30"]);
    // A word of thanks after that needs no answer.
    desk.requester(&["02T11:40"]);
    assert_eq!(desk.stand("02T15:00").len(), 1);
}

/// zammad#4432, zammad#2157
#[test]
fn nobody_is_told_at_midnight_of_a_clock_that_runs_around_the_clock() {
    let mut desk = Desk::new(
        r#"{ metric = "first_resolution", length = "12 hours", calendar = "always",
            notification_calendar = "office", escalations = [{ at = "breach", tell = "lead" }] }"#,
    );
    // Due at nine in the evening.
    assert_eq!(desk.look("02T23:00"), ["1: started 02T09:00", "1: breached 02T21:00"]);
    assert_eq!(desk.assess(at("02T23:00")).next_wake, Some(at("03T08:00")));
    assert!(desk.look("03T07:59").is_empty());
    assert_eq!(desk.look("03T08:00"), ["1: escalated 03T08:00"]);
}

/// 197 of 101,272 closures in Boston's data of 2015 precede the opening.
#[test]
fn a_claimed_resolution_before_the_opening_is_kept_judged_and_marked_and_takes_no_time() {
    let mut desk = Desk::new(FOUR_HOURS);
    desk.resolved("02T08:30");
    let cycle = desk.cycle("02T12:00");
    assert_eq!((cycle.state, cycle.implausible), (CycleState::Met, true));
    assert_eq!((cycle.fulfilled_at(), cycle.elapsed.as_secs()), (Some(at("02T08:30")), 0));
    desk.facts.steps[0].at = at("02T09:00");
    assert!(!desk.cycle("02T12:00").implausible);
}

/// `ServiceNow` stores the share and refreshes it from every minute to every five days.
#[test]
fn the_used_share_is_reckoned_from_the_instant_of_the_look() {
    let desk = Desk::new(FOUR_HOURS);
    let percent = |now| desk.cycle(now).percent();
    let shares = ["02T09:00", "02T10:00", "02T13:00", "02T15:00", "02T20:00", "03T09:00"];
    // Of four hours: none, one, four, six, seven until closing, and one more on Tuesday.
    assert_eq!(shares.map(percent), [0, 25, 100, 150, 175, 200]);
}
