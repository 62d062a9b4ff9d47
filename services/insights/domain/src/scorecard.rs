//! One team's speed and quality together: speed is never shown without its quality partner.

use std::collections::BTreeSet;

use crate::{
    facts::{CaseFacts, Ending, SurveyFacts, Tenure},
    figures::{Attainment, Durations, Figures, figures, seconds_between},
    judgement::{Judged, Promise, Standing, judge},
    percentile::nearest_rank,
    proportion::{Interval, wilson},
    survival::Duration,
};

/// Fewer respondents than this, and no share is shown.
pub const MIN_RESPONDENTS: usize = 5;

/// How long a resolution must have stood to count as standing.
const REOPEN_WINDOW: i64 = 14 * 86_400 * 1_000_000;

/// A half-open interval of instants in microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first instant.
    pub from: i64,
    /// The first instant after it.
    pub until: i64,
}

impl Window {
    /// Whether the instant lies in it.
    #[must_use]
    pub const fn contains(&self, instant: i64) -> bool {
        self.from <= instant && instant < self.until
    }
}

/// Open time by calendar; the engine is the SLA context's.
pub trait OpenTime {
    /// Open seconds of the calendar between two instants in microseconds; `None` if the calendar is unknown.
    fn between(&self, calendar: &str, from: i64, until: i64) -> Option<i64>;
}

/// What is open at an instant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Open requests.
    pub open: u32,
    /// Past their due instant.
    pub overdue: u32,
    /// Waiting.
    pub paused: u32,
    /// Median age in seconds.
    pub age_p50: Option<i64>,
    /// 90th percentile of age in seconds.
    pub age_p90: Option<i64>,
}

/// Changes of team.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HandOvers {
    /// Requests with at least one.
    pub requests: u32,
    /// Changes.
    pub changes: u32,
    /// Requests that went from a team to another and back.
    pub ping_pong: u32,
}

/// Resolutions that did not stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reopens {
    /// Reopened within fourteen days.
    pub reopened: u32,
    /// Old enough to judge, or reopened already.
    pub of: u32,
}

/// What principals said.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Satisfaction {
    /// Invitations sent.
    pub invited: u32,
    /// Invitations answered.
    pub answered: u32,
    /// Different people who answered.
    pub respondents: u32,
    /// Satisfied answers and their interval; absent for too few respondents.
    pub share: Option<(u32, Interval)>,
}

/// A team's speed and quality.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scorecard {
    /// Counts, attainment, calendar time to resolve.
    pub figures: Figures,
    /// Time to resolve in open time.
    pub time_to_resolve_open: Durations,
    /// First response in calendar time.
    pub first_response: Durations,
    /// First response in open time.
    pub first_response_open: Durations,
    /// First-response promises kept.
    pub first_response_attainment: Attainment,
    /// The stock.
    pub backlog: Backlog,
    /// Changes of team.
    pub hand_overs: HandOvers,
    /// Resolutions that did not stand.
    pub reopens: Reopens,
    /// What principals said.
    pub satisfaction: Satisfaction,
    /// Cases left out of open-time durations.
    pub without_calendar: u32,
}

/// Computes the scorecard of `team` over `window`, judged at the instant `at`.
#[must_use]
pub fn scorecard(
    cases: &[CaseFacts],
    team: &str,
    window: Window,
    at: i64,
    open_time: &impl OpenTime,
) -> Scorecard {
    let held: Vec<(&CaseFacts, Judged<'_>)> = cases
        .iter()
        .filter_map(|facts| Some((facts, judge(facts, at)?)))
        .filter(|(_, judged)| judged.team == team)
        .collect();
    let opened: Vec<_> =
        held.iter().filter(|(_, judged)| window.contains(judged.opened.at)).collect();
    let mut card = Scorecard {
        figures: figures(opened.iter().map(|(_, judged)| judged)),
        backlog: backlog(&held),
        reopens: reopens(counted(cases, at), team, window, at),
        satisfaction: satisfaction(
            counted(cases, at).flat_map(|facts| &facts.surveys),
            team,
            window,
            at,
        ),
        ..Default::default()
    };
    for (facts, _) in opened.iter().filter(|(_, judged)| judged.standing != Standing::Duplicate) {
        count_hand_overs(&mut card.hand_overs, &facts.request.tenures, at);
    }
    speed(&mut card, &opened, open_time);
    card
}

/// The cases that are no duplicates: a duplicate is in no rate, whatever happened to it before it was known as one.
fn counted(cases: &[CaseFacts], at: i64) -> impl Iterator<Item = &CaseFacts> {
    let duplicate = move |facts: &CaseFacts| {
        judge(facts, at).is_some_and(|judged| judged.standing == Standing::Duplicate)
    };
    cases.iter().filter(move |facts| !duplicate(facts))
}

fn speed(card: &mut Scorecard, opened: &[&(&CaseFacts, Judged<'_>)], open_time: &impl OpenTime) {
    let (mut resolve_open, mut respond, mut respond_open) = (Vec::new(), Vec::new(), Vec::new());
    for (facts, judged) in opened.iter().filter(|(_, judged)| judged.counts()) {
        let open_seconds =
            |until| open_time.between(&facts.clocks.calendar, judged.opened.at, until);
        if !judged.implausible() {
            let (until, censored) = judged.lasted_until();
            match open_seconds(until) {
                Some(seconds) => resolve_open.push(Duration { seconds, censored }),
                None => card.without_calendar += 1,
            }
        }
        if judged.opened.imported {
            continue;
        }
        card.first_response_attainment.take(judged.response, judged.first_response, judged.at);
        let (until, censored) = answered_until(judged);
        respond.push(Duration { seconds: seconds_between(judged.opened.at, until), censored });
        if let Some(seconds) = open_seconds(until) {
            respond_open.push(Duration { seconds, censored });
        }
    }
    card.time_to_resolve_open =
        Durations::of(&mut resolve_open, card.figures.time_to_resolve.implausible);
    card.first_response = Durations::of(&mut respond, 0);
    card.first_response_open = Durations::of(&mut respond_open, 0);
}

/// Until when the requester waited for a first word: a resolution without one ends the waiting unanswered.
fn answered_until(judged: &Judged<'_>) -> (i64, bool) {
    match judged.first_response {
        Some(response) => (response, false),
        None => (judged.resolved().unwrap_or(judged.at).max(judged.opened.at), true),
    }
}

fn backlog(held: &[(&CaseFacts, Judged<'_>)]) -> Backlog {
    let mut backlog = Backlog::default();
    let mut ages = Vec::new();
    for (facts, judged) in held.iter().filter(|(_, judged)| judged.standing == Standing::Open) {
        let at = judged.at;
        backlog.open += 1;
        backlog.overdue += u32::from(matches!(judged.resolution, Promise::Due(due) if due <= at));
        let waits =
            |from: i64, until: Option<i64>| from <= at && until.is_none_or(|until| at < until);
        backlog.paused +=
            u32::from(facts.request.waits.iter().any(|wait| waits(wait.from, wait.until)));
        ages.push(seconds_between(judged.opened.at, at));
    }
    backlog.age_p50 = nearest_rank(&mut ages, 50);
    backlog.age_p90 = nearest_rank(&mut ages, 90);
    backlog
}

fn count_hand_overs(counts: &mut HandOvers, tenures: &[Tenure], at: i64) {
    let teams: Vec<&str> = tenures
        .iter()
        .filter(|tenure| tenure.from <= at)
        .map(|tenure| tenure.team.as_str())
        .collect();
    let changes = teams.len().saturating_sub(1);
    counts.requests += u32::from(changes > 0);
    counts.changes += u32::try_from(changes).unwrap_or(u32::MAX);
    counts.ping_pong += u32::from(teams.windows(3).any(|three| three[0] == three[2]));
}

fn reopens<'a>(
    cases: impl Iterator<Item = &'a CaseFacts>,
    team: &str,
    window: Window,
    at: i64,
) -> Reopens {
    let mut counts = Reopens::default();
    for facts in cases {
        let steps: Vec<_> = facts.request.lifecycle.iter().filter(|step| step.at <= at).collect();
        for (index, step) in steps.iter().enumerate() {
            let resolution = matches!(step.ending(), Ending::Done | Ending::Declined);
            if !resolution || step.team != team || !window.contains(step.at) {
                continue;
            }
            let until = step.at + REOPEN_WINDOW;
            let reopened = steps
                .get(index + 1)
                .is_some_and(|next| next.ending() == Ending::Reopened && next.at <= until);
            counts.reopened += u32::from(reopened);
            counts.of += u32::from(reopened || until <= at);
        }
    }
    counts
}

fn satisfaction<'a>(
    surveys: impl Iterator<Item = &'a SurveyFacts>,
    team: &str,
    window: Window,
    at: i64,
) -> Satisfaction {
    let mut result = Satisfaction::default();
    let mut satisfied = 0;
    let mut people = BTreeSet::new();
    for survey in surveys.filter(|survey| survey.team == team) {
        if !survey.sent.is_some_and(|sent| window.contains(sent) && sent <= at) {
            continue;
        }
        result.invited += 1;
        if survey.answered.is_some_and(|answered| answered <= at) {
            result.answered += 1;
            satisfied += u32::from(survey.satisfied);
            people.insert(survey.respondent.as_str());
        }
    }
    result.respondents = u32::try_from(people.len()).unwrap_or(u32::MAX);
    if people.len() >= MIN_RESPONDENTS {
        result.share = wilson(satisfied, result.answered).map(|interval| (satisfied, interval));
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{ClockFacts, DueDate, Lifecycle, Opened, RequestFacts};

    const DAY: i64 = 86_400 * 1_000_000;
    const ALWAYS: Window = Window { from: 0, until: i64::MAX };

    /// A calendar that is open a third of the time.
    struct Third;

    impl OpenTime for Third {
        fn between(&self, calendar: &str, from: i64, until: i64) -> Option<i64> {
            (calendar == "office").then(|| seconds_between(from, until) / 3)
        }
    }

    fn case(teams: &[&str]) -> CaseFacts {
        let tenures = teams
            .iter()
            .enumerate()
            .map(|(n, team)| Tenure { from: i64::try_from(n).unwrap(), team: (*team).to_owned() });
        CaseFacts {
            request: RequestFacts {
                opened: Some(Opened { at: 0, ..Default::default() }),
                tenures: tenures.collect(),
                ..Default::default()
            },
            clocks: ClockFacts {
                resolution: vec![DueDate { from: 0, due: Some(2 * DAY) }],
                calendar: "office".to_owned(),
                ..Default::default()
            },
            ..Default::default()
        }
    }

    fn step(at: i64, ending: Ending) -> Lifecycle {
        Lifecycle { at, ending: ending.into(), implausible: false, team: "T1".to_owned() }
    }

    fn card(cases: &[CaseFacts], at: i64) -> Scorecard {
        scorecard(cases, "T1", ALWAYS, at, &Third)
    }

    #[test]
    fn hand_overs_are_counted_by_change_and_ping_pong_by_request() {
        let cases = [case(&["T1"]), case(&["T2", "T1"]), case(&["T1", "T2", "T1"])];
        let expected = HandOvers { requests: 2, changes: 3, ping_pong: 1 };
        assert_eq!(card(&cases, DAY).hand_overs, expected);
    }

    #[test]
    fn only_mature_or_reopened_resolutions_are_judged() {
        let with = |steps: &[Lifecycle]| {
            let mut facts = case(&["T1"]);
            facts.request.lifecycle = steps.to_vec();
            facts
        };
        let cases = [
            with(&[step(DAY, Ending::Done)]),
            with(&[step(DAY, Ending::Done), step(2 * DAY, Ending::Reopened)]),
            with(&[step(DAY, Ending::Done), step(20 * DAY, Ending::Reopened)]),
            with(&[step(25 * DAY, Ending::Done)]),
        ];
        assert_eq!(card(&cases, 30 * DAY).reopens, Reopens { reopened: 1, of: 3 });
    }

    #[test]
    fn a_duplicate_changes_nothing_but_its_own_count() {
        let answered = |n: usize| SurveyFacts {
            respondent: format!("P{n}"),
            team: "T1".to_owned(),
            sent: Some(2 * DAY),
            answered: Some(3 * DAY),
            satisfied: true,
            ..Default::default()
        };
        let mut alone = case(&["T2", "T1"]);
        alone.clocks.response = vec![DueDate { from: 0, due: Some(DAY) }];
        alone.request.lifecycle = vec![step(DAY, Ending::Done)];
        alone.surveys = (0..5).map(answered).collect();
        // Before it was known as a duplicate it was handed over, answered late, resolved, asked about and reopened.
        let mut duplicate = alone.clone();
        duplicate.request.first_response = Some(2 * DAY);
        duplicate.request.lifecycle = vec![
            step(3 * DAY, Ending::Done),
            step(4 * DAY, Ending::Reopened),
            step(5 * DAY, Ending::Duplicate),
        ];
        let mut expected = card(std::slice::from_ref(&alone), 30 * DAY);
        expected.figures.requests += 1;
        expected.figures.duplicates += 1;
        assert_eq!(card(&[alone, duplicate], 30 * DAY), expected);
    }

    #[test]
    fn fewer_than_five_respondents_show_no_share() {
        let mut facts = case(&["T1"]);
        let answer = |n: usize, satisfied| SurveyFacts {
            respondent: format!("P{n}"),
            team: "T1".to_owned(),
            sent: Some(DAY),
            answered: Some(2 * DAY),
            satisfied,
            ..Default::default()
        };
        facts.surveys = (0..4).map(|n| answer(n, true)).collect();
        let few = card(std::slice::from_ref(&facts), 3 * DAY).satisfaction;
        assert_eq!((few.invited, few.answered, few.respondents, few.share), (4, 4, 4, None));
        facts.surveys.push(answer(4, false));
        let enough = card(&[facts], 3 * DAY).satisfaction;
        assert_eq!(enough.share.map(|(satisfied, _)| satisfied), Some(4));
    }

    #[test]
    fn the_backlog_is_what_is_open_and_speed_counts_it_as_running() {
        let card = card(&[case(&["T1"])], 3 * DAY);
        assert_eq!((card.backlog.open, card.backlog.overdue), (1, 1));
        assert_eq!(card.backlog.age_p50, Some(3 * 86_400));
        assert_eq!(
            (card.time_to_resolve_open.cases, card.time_to_resolve_open.quantiles[0]),
            (1, None)
        );
    }
}
