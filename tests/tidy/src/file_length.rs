//! Files stay short enough to be read in one go: none above 600 lines, few above 450, half of them below 150.

use crate::repository::Repository;

const LONGEST: usize = 600;
const LONG: usize = 450;
const MEDIAN: usize = 150;

fn check(repository: &Repository) -> Vec<String> {
    let mut lengths: Vec<(usize, &str)> = repository
        .ending(".rs")
        .map(|file| (file.text.lines().count(), file.path.as_str()))
        .collect();
    lengths.sort_unstable();
    let mut violations: Vec<String> = lengths
        .iter()
        .filter(|(lines, _)| *lines > LONGEST)
        .map(|(lines, path)| {
            format!("{path}: {lines} lines, and {LONGEST} are the most: split it by what it does")
        })
        .collect();
    for (name, share, most) in [("median", 50, MEDIAN), ("95th percentile", 95, LONG)] {
        if let Some((lines, path)) = percentile(&lengths, share).filter(|(lines, _)| *lines > most)
        {
            violations.push(format!(
                "the {name} of the files' lengths is {lines} ({path}), and {most} is the most"
            ));
        }
    }
    violations
}

/// The smallest length that at least `share` percent of the files do not exceed.
pub fn percentile<'a>(sorted: &[(usize, &'a str)], share: usize) -> Option<(usize, &'a str)> {
    let rank = (sorted.len() * share).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

#[test]
fn files_are_short() {
    crate::repository::keeps(&check(&Repository::here()));
}

#[test]
fn a_long_file_is_caught() {
    let long = "\n".repeat(601);
    let planted = Repository::of(&[("a.rs", "\n"), ("b.rs", "\n"), ("c.rs", &long)]);
    let violations = check(&planted);
    assert!(violations[0].starts_with("c.rs: 601 lines"), "{violations:?}");
    assert!(violations[1].contains("95th percentile"), "{violations:?}");
}

#[test]
fn a_long_median_is_caught() {
    let middling = "\n".repeat(151);
    let planted = Repository::of(&[("a.rs", "\n"), ("b.rs", &middling), ("c.rs", &middling)]);
    assert!(check(&planted)[0].starts_with("the median"));
}
