//! Generated ids for outside names: readable, and the same whenever the same names meet.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sha2::{Digest, Sha256};

const LONGEST_ID: usize = 64;
const SUFFIX_DIGITS: usize = 6;

/// Outside names with the ids generated for them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Names(BTreeMap<String, String>);

impl Names {
    /// Gives every outside name an id.
    ///
    /// A name that has the form of an id is its own; in others every run of other characters becomes `-`
    /// (`No Q` → `No-Q`). Where that gives two names the same id, those that are not their own id get a
    /// suffix from a hash of the name. `taken` are the names that have ids already: they keep them.
    #[must_use]
    pub fn assign(names: &BTreeSet<String>, taken: &BTreeMap<String, String>) -> Self {
        let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
        for name in names.iter().filter(|name| !taken.contains_key(*name)) {
            *wanted.entry(slug(name)).or_default() += 1;
        }
        let given: BTreeSet<&String> = taken.values().collect();
        let id_of = |name: &String| {
            if let Some(id) = taken.get(name) {
                return id.clone();
            }
            let id = slug(name);
            let alone = wanted.get(&id) == Some(&1) || id == *name;
            if alone && !given.contains(&id) { id } else { suffixed(&id, name) }
        };
        Self(names.iter().map(|name| (name.clone(), id_of(name))).collect())
    }

    /// The id of an outside name.
    #[must_use]
    pub fn id(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Every outside name with its id, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, id)| (name.as_str(), id.as_str()))
    }

    /// How many names there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The name with every run of characters that no id has as one `-`; a hash where nothing is left.
fn slug(name: &str) -> String {
    let mut id = String::new();
    for c in name.chars() {
        let fits = c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        match (fits, id.ends_with('-')) {
            (true, _) => id.push(c),
            (false, true) => {}
            (false, false) => id.push('-'),
        }
    }
    let changed = id != name;
    let start = id.trim_start_matches(['-', '.', '_']);
    let id: String = start.chars().take(LONGEST_ID).collect();
    let id = if changed { id.trim_end_matches('-') } else { &id };
    if id.is_empty() { format!("x-{}", digits(name)) } else { id.to_owned() }
}

fn suffixed(id: &str, name: &str) -> String {
    let room = LONGEST_ID - SUFFIX_DIGITS - 1;
    let start: String = id.chars().take(room).collect();
    format!("{start}-{}", digits(name))
}

fn digits(name: &str) -> String {
    hex::encode(Sha256::digest(name.as_bytes())).chars().take(SUFFIX_DIGITS).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn assigned(names: &[&str]) -> Vec<String> {
        let set = names.iter().map(|name| (*name).to_owned()).collect();
        let given = Names::assign(&set, &BTreeMap::new());
        names.iter().map(|name| given.id(name).unwrap().to_owned()).collect()
    }

    #[rstest]
    #[case("ISD", "ISD")]
    #[case("No Q", "No-Q")]
    #[case("Downtown / Financial District", "Downtown-Financial-District")]
    #[case("(internal) Müll", "internal-M-ll")]
    #[case("PWDx_Highway.2", "PWDx_Highway.2")]
    #[case("_private", "private")]
    #[case("a--b", "a--b")]
    fn a_name_becomes_a_readable_id(#[case] name: &str, #[case] id: &str) {
        assert_eq!(assigned(&[name]), [id]);
    }

    #[test]
    fn a_name_that_is_an_id_keeps_it_and_the_other_gets_a_suffix() {
        let ids = assigned(&["No-Q", "No Q"]);
        assert_eq!(ids[0], "No-Q");
        // echo -n 'No Q' | sha256sum
        assert_eq!(ids[1], "No-Q-de5a28");
    }

    #[test]
    fn a_name_without_a_single_usable_character_gets_a_hash() {
        // echo -n '学校' | sha256sum
        assert_eq!(assigned(&["学校"]), ["x-dc6e2a"]);
    }

    #[test]
    fn a_name_that_has_an_id_keeps_it_and_nobody_else_gets_it() {
        let taken = BTreeMap::from([
            ("Quincy".to_owned(), "school-7".to_owned()),
            ("old".to_owned(), "No-Q".to_owned()),
        ]);
        let given =
            Names::assign(&BTreeSet::from(["Quincy".to_owned(), "No Q".to_owned()]), &taken);
        assert_eq!(given.id("Quincy"), Some("school-7"));
        assert!(given.id("No Q").unwrap().starts_with("No-Q-"));
    }

    proptest! {
        #[test]
        fn ids_are_well_formed_and_distinct(names in prop::collection::btree_set("[ a-cA-C/é._-]{1,6}|.{1,90}", 1..30)) {
            let given = Names::assign(&names, &BTreeMap::new());
            let ids: BTreeSet<&str> = given.iter().map(|(_, id)| id).collect();
            prop_assert_eq!(ids.len(), names.len());
            for id in ids {
                prop_assert!(kernel::TeamId::try_new(id).is_ok(), "{}", id);
            }
        }
    }
}
