//! Overlaps: two entries that are both for some requests, of which neither is a special case of the other.
//!
//! The first one decides, which may not be what its author meant. An entry that is for all that another is for is no overlap
//! but a fallback, as the last entry is for all; nor is it one where an earlier entry decides for all requests they share.
//! What a request type belongs to is taken from the catalogue: of a type that is not in it no category is known.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use kernel::{Priority, RequestTypeId, SchoolLevel, Tier};

use super::entry::{Entry, Match, Rules};
use crate::words::Metric;

/// The request types of the district, each with its category path.
pub type Categories = BTreeMap<RequestTypeId, Vec<String>>;

/// Two entries that are for some requests both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// The index of the one that decides, and its name.
    pub first: (usize, String),
    /// The index of the other, and its name.
    pub second: (usize, String),
    /// What both settle.
    pub metrics: Vec<Metric>,
}

impl fmt::Display for Overlap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let metrics: Vec<_> = self.metrics.iter().map(|metric| metric.as_str()).collect();
        let named = |(index, name): &(usize, String)| match name.as_str() {
            "" => format!("entries[{index}]"),
            name => format!("entries[{index}] ({name})"),
        };
        let (first, second) = (named(&self.first), named(&self.second));
        write!(
            f,
            "{second}: some of its requests are those of {first} too, which settles {} for them because it comes first",
            metrics.join(" and ")
        )
    }
}

/// The overlaps of a policy's entries, by the second one's place, then the first one's; no more than `most`.
#[must_use]
pub fn overlaps(rules: &Rules, categories: &Categories, most: usize) -> Vec<Overlap> {
    let kinds = kinds(rules, categories);
    let areas: Vec<Area> = rules.entries.iter().map(|entry| Area::of(entry, &kinds)).collect();
    let mut found = Vec::new();
    for (second, one) in areas.iter().enumerate() {
        for (first, other) in areas[..second].iter().enumerate() {
            let shared = other.shared(one);
            if shared.is_empty() || one.covers(other) || other.covers(one) {
                continue;
            }
            let settled_before = |metric: &Metric| {
                let mut before = areas[..first].iter();
                before.any(|area| area.settles.contains(metric) && area.covers(&shared))
            };
            let metrics: Vec<Metric> =
                shared.settles.iter().copied().filter(|metric| !settled_before(metric)).collect();
            if !metrics.is_empty() {
                let named = |index: usize| (index, rules.entries[index].name.clone());
                found.push(Overlap { first: named(first), second: named(second), metrics });
                if found.len() >= most {
                    return found;
                }
            }
        }
    }
    found
}

/// Every request type that is told apart, with its category path; the last stands for all others.
fn kinds(rules: &Rules, categories: &Categories) -> Vec<(Option<RequestTypeId>, Vec<String>)> {
    let named = rules.entries.iter().flat_map(|entry| &entry.matching.request_types);
    let all: BTreeSet<&RequestTypeId> = categories.keys().chain(named).collect();
    let path = |kind: &RequestTypeId| categories.get(kind).cloned().unwrap_or_default();
    let mut kinds: Vec<_> = all.into_iter().map(|kind| (Some(kind.clone()), path(kind))).collect();
    kinds.push((None, Vec::new()));
    kinds
}

/// The requests an entry is for: of each dimension a set of values, as bits. The first bit is what is unknown.
struct Area {
    settles: BTreeSet<Metric>,
    kinds: Vec<u64>,
    others: [u64; 3],
}

impl Area {
    fn of(entry: &Entry, kinds: &[(Option<RequestTypeId>, Vec<String>)]) -> Self {
        let matching = &entry.matching;
        let mut bits = vec![0_u64; kinds.len().div_ceil(64)];
        for (place, (kind, path)) in kinds.iter().enumerate() {
            if is_for(matching, kind.as_ref(), path) {
                bits[place / 64] |= 1 << (place % 64);
            }
        }
        Self {
            settles: entry.settles().collect(),
            kinds: bits,
            others: [
                set(&matching.priorities, Priority::ALL),
                set(&matching.tiers, Tier::ALL),
                set(&matching.school_levels, SchoolLevel::ALL),
            ],
        }
    }

    /// What both are for, and both settle.
    fn shared(&self, other: &Self) -> Self {
        let kinds = self.kinds.iter().zip(&other.kinds).map(|(one, other)| one & other);
        let [a, b, c] = self.others;
        let [x, y, z] = other.others;
        Self {
            settles: self.settles.intersection(&other.settles).copied().collect(),
            kinds: kinds.collect(),
            others: [a & x, b & y, c & z],
        }
    }

    fn is_empty(&self) -> bool {
        self.settles.is_empty()
            || self.kinds.iter().all(|bits| *bits == 0)
            || self.others.contains(&0)
    }

    /// Whether it is for all that the other is for.
    fn covers(&self, other: &Self) -> bool {
        let mine = self.kinds.iter().chain(&self.others);
        let theirs = other.kinds.iter().chain(&other.others);
        mine.zip(theirs).all(|(mine, theirs)| theirs & !mine == 0)
    }
}

fn is_for(matching: &Match, kind: Option<&RequestTypeId>, path: &[String]) -> bool {
    let types = &matching.request_types;
    let categories = &matching.categories;
    (types.is_empty() || kind.is_some_and(|kind| types.contains(kind)))
        && (categories.is_empty() || path.iter().any(|one| categories.contains(one)))
}

/// The listed values as bits behind that of the unknown; all of them, where nothing is listed.
fn set<T: PartialEq>(listed: &[T], all: &[T]) -> u64 {
    if listed.is_empty() {
        return (1 << (all.len() + 1)) - 1;
    }
    let places = all.iter().enumerate().filter(|(_, value)| listed.contains(value));
    places.fold(0, |bits, (place, _)| bits | 1 << (place + 1))
}

#[cfg(test)]
mod tests {
    use std::{fmt::Write, time::Instant};

    use super::*;

    fn policy(entries: &[&str]) -> Rules {
        let mut text = "[defaults]\ncalendar = \"office\"\npauses = []\n".to_owned();
        for (place, matching) in entries.iter().chain(&[""]).enumerate() {
            let target = r#"{ metric = "first_resolution", length = "8 hours" }"#;
            writeln!(text, "[[entries]]\nname = \"E{place}\"\nmatch = {{ {matching} }}").unwrap();
            writeln!(text, "targets = [{target}]").unwrap();
        }
        Rules::read(&text).unwrap()
    }

    fn catalogue() -> Categories {
        let path = |one: &str| vec![one.to_owned()];
        let types = [("PRC1", "procurement"), ("FAC1", "facilities"), ("FAC2", "facilities")];
        types.map(|(kind, category)| (kind.parse().unwrap(), path(category))).into()
    }

    fn pairs(entries: &[&str]) -> Vec<(usize, usize)> {
        let found = overlaps(&policy(entries), &catalogue(), usize::MAX);
        found.iter().map(|one| (one.first.0, one.second.0)).collect()
    }

    const ORDERS: &str = r#"request_types = ["PRC1"]"#;
    const URGENT: &str = r#"priorities = ["P1"]"#;

    #[test]
    fn two_entries_that_share_some_requests_are_named_and_the_first_wins() {
        let found = overlaps(&policy(&[ORDERS, URGENT]), &catalogue(), usize::MAX);
        let said: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "entries[1] (E1): some of its requests are those of entries[0] (E0) too, which settles first_resolution \
              for them because it comes first"
            ]
        );
    }

    #[test]
    fn a_special_case_before_the_general_one_is_no_overlap() {
        let special = r#"request_types = ["PRC1"], priorities = ["P1"]"#;
        assert_eq!(pairs(&[special, ORDERS]), []);
        assert_eq!(pairs(&[special, URGENT]), []);
    }

    #[test]
    fn what_an_earlier_entry_settles_is_left_out() {
        let special = r#"request_types = ["PRC1"], priorities = ["P1"]"#;
        assert_eq!(pairs(&[special, ORDERS, URGENT]), []);
        let less = r#"request_types = ["PRC1"], priorities = ["P1"], tiers = ["2"]"#;
        assert_eq!(pairs(&[less, ORDERS, URGENT]), [(1, 2)]);
    }

    #[test]
    fn entries_for_other_requests_or_other_metrics_do_not_overlap() {
        assert_eq!(pairs(&[ORDERS, r#"request_types = ["FAC1"]"#]), []);
        assert_eq!(pairs(&[r#"priorities = ["P1", "P2"]"#, r#"priorities = ["P3"]"#]), []);
        assert_eq!(pairs(&[r#"tiers = ["1"]"#, r#"school_levels = ["k8"]"#]), [(0, 1)]);
        let mut rules = policy(&[ORDERS, URGENT]);
        rules.entries[1].targets[0].metric = Metric::FirstResponse;
        assert_eq!(overlaps(&rules, &catalogue(), usize::MAX), []);
    }

    #[test]
    fn the_catalogue_says_which_types_a_category_holds() {
        let facilities = r#"categories = ["facilities"]"#;
        assert_eq!(pairs(&[ORDERS, facilities]), []);
        assert_eq!(pairs(&[r#"request_types = ["FAC1"]"#, facilities]), []);
        assert_eq!(pairs(&[r#"request_types = ["FAC1", "PRC1"]"#, facilities]), [(0, 1)]);
        assert_eq!(pairs(&[r#"request_types = ["UNKNOWN"]"#, facilities]), []);
    }

    #[test]
    fn a_policy_of_two_hundred_entries_is_read_and_compared_at_once() {
        let by_type =
            (0..160).map(|place| format!(r#"request_types = ["T{place}"], tiers = ["1"]"#));
        let by_category =
            (0..40).map(|place| format!(r#"categories = ["C{place}"], priorities = ["P1"]"#));
        let matching: Vec<String> = by_type.chain(by_category).collect();
        let matching: Vec<&str> = matching.iter().map(String::as_str).collect();
        let types = (0..160).map(|place| format!("T{place}").parse().unwrap());
        let paths = (0..160).map(|place| vec![format!("C{}", place % 40)]);
        let catalogue: Categories = types.zip(paths).collect();
        let began = Instant::now();
        let rules = policy(&matching);
        let read = began.elapsed();
        let found = overlaps(&rules, &catalogue, usize::MAX);
        println!("{} entries: read {read:?}, all {:?}", matching.len(), began.elapsed());
        // Every type is of one category, and the entry of its category comes later.
        assert_eq!(found.len(), 160);
        assert_eq!(overlaps(&rules, &catalogue, 7), found[..7]);
    }
}
