//! What an agenda must be: the same for a seed, true to the district's description, and possible.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, LazyLock},
};

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, date},
};

mod permitted;

use super::*;
use crate::district::{alder_bay::ALDER_BAY, catalogue::AttributeKind, read};

const FIRST: Date = date(2026, 2, 2);

static WORLD: LazyLock<Arc<World>> = LazyLock::new(|| Arc::new(world(7)));
/// A year from the first day of the demo.
static YEAR: LazyLock<Vec<Act>> =
    LazyLock::new(|| FIRST.series(1.day()).take(365).flat_map(|day| WORLD.acts_of(day)).collect());

fn world(seed: u64) -> World {
    World::of(&read(&ALDER_BAY).unwrap(), seed).unwrap()
}

fn count(fits: impl Fn(&Act) -> bool) -> f64 {
    YEAR.iter().filter(|act| fits(act)).count() as f64
}

fn opened() -> f64 {
    count(|act| matches!(act.action, Action::Open(_)))
}

/// Asserts that so many of a year's requests come near a share of them, in percent.
#[track_caller]
fn assert_share(found: f64, percent: f64, tolerance: f64) {
    let share = 100.0 * found / opened();
    assert!((share - percent).abs() < tolerance, "{share} % instead of {percent} %");
}

#[test]
fn a_seed_is_an_agenda_and_another_seed_another() {
    let day = date(2026, 3, 4);
    assert_eq!(world(7).acts_of(day), WORLD.acts_of(day));
    assert_ne!(world(8).acts_of(day), WORLD.acts_of(day));
}

#[test]
fn a_year_has_about_the_stated_number_of_requests() {
    // 24,000 less eleven holidays on weekdays, more for the seasons of types.
    assert!((22_500.0..26_000.0).contains(&opened()), "{}", opened());
}

#[test]
fn thirty_school_days_have_about_three_thousand_requests() {
    let days = FIRST.series(1.day()).take_while(|day| *day <= date(2026, 3, 20));
    assert_eq!(days.clone().filter(|day| WORLD.has_pupils(*day)).count(), 30);
    let opened = days.map(|day| WORLD.arrivals(day).len()).sum::<usize>();
    assert!((2_500..3_500).contains(&opened), "{opened}");
}

#[test]
fn what_happens_on_the_way_has_the_stated_shares() {
    let of = |fits: fn(&Action) -> bool| count(|act| fits(&act.action));
    assert_share(of(|action| matches!(action, Action::Cancel)), 3.0, 0.5);
    assert_share(of(|action| matches!(action, Action::LinkTo(_))), 2.0, 0.4);
    assert_share(of(|action| matches!(action, Action::Defer)), 1.0, 0.3);
    assert_share(of(|action| matches!(action, Action::Reopen(_))), 0.94 * 5.0, 0.6);
    // A cancelled request does not come to its later pauses.
    assert_share(of(|action| matches!(action, Action::PauseForRequester)), 22.0, 1.5);
    assert_share(of(|action| matches!(action, Action::PauseForVendor)), 9.0, 1.0);
    let mut hand_overs: BTreeMap<Case, u32> = BTreeMap::new();
    for act in YEAR.iter().filter(|act| matches!(act.action, Action::Reassign { .. })) {
        *hand_overs.entry(act.case).or_default() += 1;
    }
    assert_share(hand_overs.len() as f64, 12.0, 1.0);
    assert_share(hand_overs.values().filter(|count| **count == 2).count() as f64, 3.0, 0.5);
}

fn is_open(opening: &Opening) -> bool {
    let kind = WORLD.types.iter().find(|kind| kind.definition.id == opening.request_type);
    kind.unwrap().definition.confidentiality == kernel::Confidentiality::None
}

#[test]
fn so_many_answer_the_survey_and_most_are_satisfied() {
    let open_types: BTreeSet<Case> = YEAR
        .iter()
        .filter(|act| matches!(&act.action, Action::Open(opening) if is_open(opening)))
        .map(|act| act.case)
        .collect();
    let of_these = |fits: fn(&Action) -> bool| {
        count(|act| fits(&act.action) && open_types.contains(&act.case))
    };
    let finished = of_these(|action| matches!(action, Action::Resolve(_)))
        - of_these(|action| matches!(action, Action::Reopen(_)));
    let answered = count(|act| matches!(act.action, Action::Answer(_)));
    assert!((answered / finished - 0.42).abs() < 0.02, "{}", answered / finished);
    let satisfied =
        count(|act| matches!(&act.action, Action::Answer(answers) if answers.satisfied));
    assert!((0.65..0.85).contains(&(satisfied / answered)), "{}", satisfied / answered);
}

#[test]
fn mondays_are_busy_and_weekends_are_quiet() {
    let mut by_weekday = [0.0_f64; 7];
    for act in YEAR.iter().filter(|act| matches!(act.action, Action::Open(_))) {
        by_weekday[usize::try_from(act.case.day.weekday().to_monday_zero_offset()).unwrap()] += 1.0;
    }
    assert!((by_weekday[0] / by_weekday[3] - 1.25 / 0.95).abs() < 0.12, "{by_weekday:?}");
    assert!(by_weekday[5] + by_weekday[6] < 0.04 * opened(), "{by_weekday:?}");
}

#[test]
fn every_opening_answers_what_its_type_asks() {
    let asked = |opening: &Opening| {
        let kind = WORLD.types.iter().find(|kind| kind.definition.id == opening.request_type);
        kind.unwrap().definition.attributes.clone()
    };
    for act in YEAR.iter() {
        let Action::Open(opening) = &act.action else { continue };
        let attributes = asked(opening);
        let names: BTreeSet<_> = attributes.iter().map(|attribute| &attribute.name).collect();
        assert!(opening.attributes.keys().all(|name| names.contains(name)), "{opening:?}");
        for attribute in attributes {
            let Some(value) = opening.attributes.get(&attribute.name) else {
                assert!(!attribute.required, "{opening:?}");
                continue;
            };
            let fits = match attribute.kind {
                AttributeKind::Text => !value.is_empty() && value.len() < 100,
                AttributeKind::Integer => value.parse::<i64>().is_ok(),
                AttributeKind::Amount => value.parse::<f64>().is_ok(),
                AttributeKind::Date => value.parse::<Date>().is_ok(),
                AttributeKind::Boolean => value.parse::<bool>().is_ok(),
                AttributeKind::Choice => attribute.choices.contains(value),
            };
            assert!(fits, "{} of {}: {value:?}", attribute.name, opening.request_type);
        }
    }
}

#[test]
fn a_life_is_in_order_begins_with_its_opening_and_leaves_time_to_be_routed() {
    let mut lives: BTreeMap<Case, Vec<&Act>> = BTreeMap::new();
    for act in YEAR.iter() {
        lives.entry(act.case).or_default().push(act);
    }
    for life in lives.values() {
        assert!(life.iter().enumerate().all(|(nth, act)| usize::from(act.step) == nth), "{life:?}");
        assert!(life.windows(2).all(|pair| pair[0].at < pair[1].at), "{life:?}");
        assert!(matches!(life[0].action, Action::Open(_)), "{life:?}");
        assert!(
            life.get(1).is_none_or(|second| second.at >= life[0].at + 11.minutes()),
            "{life:?}"
        );
    }
}

#[test]
fn nobody_acts_outside_the_hours_in_which_they_work() {
    let emergencies = ["STU1", "FAC1", "FAC3", "TEC3"];
    let mut kinds = BTreeMap::new();
    for act in YEAR.iter() {
        if let Action::Open(opening) = &act.action {
            kinds.insert(act.case, opening.request_type.to_string());
            let hour = WORLD.zone.to_datetime(act.at).hour();
            assert!((5..22).contains(&hour), "{act:?}");
        } else if !matches!(act.actor, Actor::School { .. })
            && !emergencies.contains(&kinds[&act.case].as_str())
        {
            let hour = WORLD.zone.to_datetime(act.at).hour();
            let hours = if kinds[&act.case] == "TRN1" { 5..18 } else { 7..17 };
            assert!(hours.contains(&hour), "{act:?}");
        }
    }
}

#[test]
fn tier_three_is_served_faster_and_yet_late_more_often() {
    let mut served: [Vec<(f64, bool)>; 3] = Default::default();
    for day in FIRST.series(1.day()).take(120) {
        for arrival in WORLD.arrivals(day).iter().filter(|arrival| arrival.repeats.is_none()) {
            if arrival.kind.targets[2] >= arrival.kind.targets[0] {
                continue;
            }
            let acts = course::acts(&WORLD, arrival);
            let paused = acts.iter().any(|act| {
                matches!(act.action, Action::PauseForRequester | Action::PauseForVendor)
            });
            let Some(done) = acts.iter().find(|act| matches!(act.action, Action::Resolve(_)))
            else {
                continue;
            };
            let tier = world::tier_index(arrival.school.tier(day));
            let hours = WORLD.hours(arrival.kind.calendar);
            let open = hours.between(arrival.at, done.at).as_secs_f64();
            if !paused {
                served[tier]
                    .push((open / arrival.kind.targets[0], open > arrival.kind.targets[tier]));
            }
        }
    }
    let median = |tier: &mut Vec<(f64, bool)>| {
        tier.sort_by(|a, b| a.0.total_cmp(&b.0));
        tier[tier.len() / 2].0
    };
    let late =
        |tier: &[(f64, bool)]| tier.iter().filter(|it| it.1).count() as f64 / tier.len() as f64;
    let [one, _, three] = &mut served;
    assert!(median(three) < median(one), "{} {}", median(three), median(one));
    assert!(late(three) > late(one), "{} {}", late(three), late(one));
    assert!((median(one) - 0.45).abs() < 0.08, "{}", median(one));
}

#[test]
fn the_driver_gets_every_act_once_whatever_its_steps() {
    let last = WORLD.instant(date(2026, 2, 14), 0);
    let start = WORLD.instant(FIRST, 0);
    let all = Agenda::new(Arc::clone(&WORLD), FIRST, Timestamp::MIN).take_until(last);
    let mut stepped = Vec::new();
    let mut agenda = Agenda::new(Arc::clone(&WORLD), FIRST, start);
    while let Some(next) = agenda.next_by(last) {
        stepped.extend(agenda.take_until((next + 10.minutes()).min(last)));
    }
    assert_eq!(stepped, all);
    let middle = all[all.len() / 2].at;
    let rest = Agenda::new(Arc::clone(&WORLD), FIRST, middle).take_until(last);
    assert_eq!(rest, all.iter().filter(|act| act.at > middle).cloned().collect::<Vec<_>>());
}
