//! The Boston set as it ships: the figures of its own documentation (`../shared/data/README.md`).

use std::{path::PathBuf, sync::Arc, time::Instant};

use super::{Mapping, Plan, WarningKind};

fn boston() -> Arc<Mapping> {
    Arc::new(Mapping::find("boston-311").unwrap())
}

fn root() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", ".."].iter().collect()
}

#[test]
fn the_sample_reads_as_documented() {
    let plan =
        Plan::read(&root().join("tests/data/boston-311-2015-sample.csv"), &boston()).unwrap();
    assert_eq!(
        (plan.report.rows, plan.report.accepted, plan.report.refused.len()),
        (3000, 3000, 0)
    );
    let requests = &plan.requests;
    assert_eq!((requests.resolved, requests.open), (2286, 714));
    assert_eq!((requests.without_due, requests.implausible), (700, 25));
    assert_eq!(plan.types.len(), 158);
    let types = &plan.names.types;
    assert!(types.contains_key("New Sign  Crosswalk or Pavement Marking"));
    assert_eq!(types["Bed Bugs"], ["Inspectional Services", "Housing"]);
}

#[test]
fn the_whole_year_reads_as_documented() {
    let file = root().join("../shared/data/boston-311-2015.csv.gz");
    if !file.exists() {
        return;
    }
    let plan = Plan::read(&file, &boston()).unwrap();
    let requests = &plan.requests;
    assert_eq!((plan.report.rows, plan.report.accepted), (121_145, 121_145));
    assert_eq!((requests.resolved, requests.open), (101_272, 19_873));
    assert_eq!((requests.without_due, requests.implausible), (26_991, 197));
    assert_eq!((plan.types.len(), plan.teams.len(), plan.schools.len()), (158, 17, 23));
    assert_eq!(plan.teams.id("No Q"), Some("No-Q"));
    let repeated: Vec<_> = plan
        .report
        .warnings
        .groups()
        .filter(|group| group.kind == WarningKind::RepeatedHour)
        .collect();
    assert_eq!((repeated.len(), repeated[0].count), (1, 1));
    assert_eq!(repeated[0].examples[0].external_id, "101001624970");
}

#[test]
fn the_whole_year_is_read_within_two_seconds() {
    let file = root().join("../shared/data/boston-311-2015.csv.gz");
    // The best of a few: the bound is about the reader, not about what else the machine does.
    let within = (0..5).any(|_| {
        let start = Instant::now();
        file.exists() && Plan::read(&file, &boston()).is_ok() && start.elapsed().as_secs_f64() < 2.0
    });
    assert!(within || !file.exists());
}
