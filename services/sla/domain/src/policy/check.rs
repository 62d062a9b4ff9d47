//! What a policy must fulfil beside its form: a default entry, reachable targets, sane lengths.

use kernel::{Priority, RequestTypeId, SchoolLevel, Tier};

use super::entry::{Entry, Match, Rules, Target};
use crate::{
    clock::Rung,
    fault::Faults,
    words::{Metric, Start},
};

/// Notes everything that is wrong with a policy.
pub(crate) fn check(rules: &Rules, faults: &mut Faults) {
    for (index, entry) in rules.entries.iter().enumerate() {
        let path = format!("entries[{index}]");
        for (place, target) in entry.targets.iter().enumerate() {
            let path = format!("{path}.targets[{place}]");
            lengths(target, &path, faults);
            possible(target, &path, faults);
        }
        metrics(entry, &path, faults);
    }
    default_entry(rules, faults);
    if faults.0.is_empty() {
        unreachable(rules, faults);
    }
}

fn lengths(target: &Target, path: &str, faults: &mut Faults) {
    for length in std::iter::once(&target.length).chain(target.length_by_tier.values()) {
        if length.is_zero() {
            faults.add(format!("{path}.length"), "must be above 0");
        }
        if length.is_huge() {
            faults.add(format!("{path}.length"), format!("{length} is more than about ten years"));
        }
    }
    for percent in target.warn_at.iter().filter(|percent| !(1..=100).contains(*percent)) {
        faults.add(format!("{path}.warn_at"), format!("{percent} is not between 1 and 100"));
    }
}

/// What a metric cannot have.
fn possible(target: &Target, path: &str, faults: &mut Faults) {
    let metric = target.metric;
    if !metric.can_pause() && !target.pauses.is_empty() {
        let problem = format!("{metric} counts all waiting: write [] or use first_resolution");
        faults.add(format!("{path}.pauses"), problem);
    }
    if !metric.has_start() && target.start != Start::Received {
        let problem = format!("{metric} starts with what it is about: leave `start` out");
        faults.add(format!("{path}.start"), problem);
    }
    for (index, step) in target.escalations.iter().enumerate() {
        if target.escalations[..index].contains(step) {
            faults.add(format!("{path}.escalations[{index}]"), "is there already");
        }
        if matches!(step.at, Rung::Percent(percent) if !(1..=100).contains(&percent)) {
            let problem = "must lie between 1 and 100 percent";
            faults.add(format!("{path}.escalations[{index}].at"), problem);
        }
    }
}

fn metrics(entry: &Entry, path: &str, faults: &mut Faults) {
    let settled: Vec<_> = entry.settles().collect();
    for (index, metric) in settled.iter().enumerate() {
        if settled[..index].contains(metric) {
            faults.add(path, format!("settles {metric} twice"));
        }
    }
}

/// The last entry is for every request and settles every metric that any entry has a target for: no gaps.
fn default_entry(rules: &Rules, faults: &mut Faults) {
    let Some((last, earlier)) = rules.entries.split_last() else {
        faults.add("entries", "is empty; the last entry has no match and is for every request");
        return;
    };
    let path = format!("entries[{}]", earlier.len());
    if !last.matching.is_any() {
        faults.add(path, "the last entry must be for every request; add one without `match`");
        return;
    }
    for metric in Metric::ALL {
        let used = earlier.iter().any(|entry| entry.target(*metric).is_some());
        if used && !last.settles().any(|settled| settled == *metric) {
            let problem = format!("needs a target for {metric}, or `without = [\"{metric}\"]`");
            faults.add(&path, problem);
        }
    }
}

/// Targets that can never apply, because earlier entries take every request they are for.
fn unreachable(rules: &Rules, faults: &mut Faults) {
    let universe = Universe::of(rules);
    for (index, entry) in rules.entries.iter().enumerate() {
        for metric in entry.settles() {
            let settles = |earlier: &&Entry| earlier.settles().any(|settled| settled == metric);
            let earlier: Vec<&Match> = rules.entries[..index]
                .iter()
                .filter(settles)
                .map(|earlier| &earlier.matching)
                .collect();
            if !universe.reaches(&entry.matching, &earlier) {
                let problem = format!(
                    "{metric} can never apply: earlier entries take every request it is for"
                );
                faults.add(format!("entries[{index}]"), problem);
            }
        }
    }
}

/// One value of every kind that the policy tells apart; `None` is any other value, and the unknown.
struct Universe {
    request_types: Vec<Option<RequestTypeId>>,
    categories: Vec<Option<String>>,
}

const PRIORITIES: [Option<Priority>; 5] =
    [None, Some(Priority::P1), Some(Priority::P2), Some(Priority::P3), Some(Priority::P4)];
const TIERS: [Option<Tier>; 4] =
    [None, Some(Tier::Foundational), Some(Tier::Targeted), Some(Tier::Intensive)];
const LEVELS: [Option<SchoolLevel>; 6] = [
    None,
    Some(SchoolLevel::Elementary),
    Some(SchoolLevel::K8),
    Some(SchoolLevel::Middle),
    Some(SchoolLevel::High),
    Some(SchoolLevel::Alternative),
];

impl Universe {
    fn of(rules: &Rules) -> Self {
        let matches = || rules.entries.iter().map(|entry| &entry.matching);
        let types = matches().flat_map(|one| one.request_types.iter().cloned().map(Some));
        let categories = matches().flat_map(|one| one.categories.iter().cloned().map(Some));
        Self {
            request_types: distinct(types.collect()),
            categories: distinct(categories.collect()),
        }
    }

    /// Whether some request is matched by `entry` and by none of `earlier`.
    fn reaches(&self, entry: &Match, earlier: &[&Match]) -> bool {
        let types =
            chosen(&self.request_types, &entry.request_types, earlier, |one| &one.request_types);
        types.iter().any(|kind| {
            // Narrowed step by step, so that the product of all values is seldom looked at.
            let left = narrow(earlier, |one| listed(&one.request_types, kind));
            let categories =
                chosen(&self.categories, &entry.categories, &left, |one| &one.categories);
            categories.iter().any(|category| {
                let left = narrow(&left, |one| listed(&one.categories, category));
                let priorities =
                    chosen(&PRIORITIES, &entry.priorities, &left, |one| &one.priorities);
                priorities.iter().any(|priority| {
                    let left = narrow(&left, |one| listed(&one.priorities, priority));
                    chosen(&TIERS, &entry.tiers, &left, |one| &one.tiers).iter().any(|tier| {
                        let left = narrow(&left, |one| listed(&one.tiers, tier));
                        let levels =
                            chosen(&LEVELS, &entry.school_levels, &left, |one| &one.school_levels);
                        levels.iter().any(|level| {
                            narrow(&left, |one| listed(&one.school_levels, level)).is_empty()
                        })
                    })
                })
            })
        })
    }
}

fn narrow<'a>(left: &[&'a Match], keep: impl Fn(&Match) -> bool) -> Vec<&'a Match> {
    left.iter().copied().filter(|one| keep(one)).collect()
}

fn listed<T: PartialEq>(list: &[T], value: &Option<T>) -> bool {
    list.is_empty() || value.as_ref().is_some_and(|value| list.contains(value))
}

/// The values an entry is for: those it lists, or all. One of them stands for the others where none of the entries that
/// are `left` tells them apart.
fn chosen<T: Clone>(
    all: &[Option<T>],
    list: &[T],
    left: &[&Match],
    dimension: fn(&Match) -> &Vec<T>,
) -> Vec<Option<T>> {
    let told_apart = left.iter().any(|one| !dimension(one).is_empty());
    let most = if told_apart { usize::MAX } else { 1 };
    if list.is_empty() {
        all.iter().take(most).cloned().collect()
    } else {
        list.iter().take(most).cloned().map(Some).collect()
    }
}

fn distinct<T: Ord>(mut values: Vec<Option<T>>) -> Vec<Option<T>> {
    values.push(None);
    values.sort_unstable();
    values.dedup();
    values
}
