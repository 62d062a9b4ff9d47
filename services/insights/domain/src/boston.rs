//! A city's real year, judged: the figures must be those that were computed for it independently.
//!
//! The expected values stand in the data's own description and were not taken from this code.

use std::{fs::File, io::Read, path::Path};

use jiff::{civil::DateTime, tz::TimeZone};

use crate::{
    facts::{CaseFacts, Ending, Lifecycle, Opened, RequestFacts, Tenure},
    figures::{Figures, figures},
    judgement::{Judged, judge},
};

const CUT_OFF: &str = "2016-01-12T22:22:40";

fn instant(text: &str) -> i64 {
    let zone = TimeZone::get("America/New_York").unwrap();
    let wall: DateTime = text.parse().unwrap();
    zone.to_ambiguous_timestamp(wall).compatible().unwrap().as_microsecond()
}

fn case(record: &csv::StringRecord) -> CaseFacts {
    let opened = instant(&record[1]);
    let resolution = (!record[3].is_empty()).then(|| instant(&record[3])).map(|at| Lifecycle {
        at,
        ending: Ending::Done.into(),
        implausible: at < opened,
        team: String::new(),
    });
    CaseFacts {
        request: RequestFacts {
            opened: Some(Opened { at: opened, ..Default::default() }),
            tenures: vec![Tenure { from: opened, team: record[10].to_owned() }],
            lifecycle: resolution.into_iter().collect(),
            stated_due: (!record[2].is_empty()).then(|| instant(&record[2])),
            ..Default::default()
        },
        ..Default::default()
    }
}

fn of_team(cases: &[CaseFacts], team: Option<&str>) -> Figures {
    let judged: Vec<Judged<'_>> =
        cases.iter().filter_map(|facts| judge(facts, instant(CUT_OFF))).collect();
    figures(judged.iter().filter(|case| team.is_none_or(|team| case.team == team)))
}

fn read(reader: impl Read) -> Vec<CaseFacts> {
    csv::Reader::from_reader(reader).records().map(|record| case(&record.unwrap())).collect()
}

fn ratios(figures: &Figures) -> [(u32, u32); 3] {
    let all = figures.attainment;
    [all.closed_only, all.open_overdue_as_missed, all.due].map(|ratio| (ratio.met, ratio.of))
}

#[test]
fn the_sample_has_its_known_figures() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../tests/data/boston-311-2015-sample.csv");
    let cases = read(File::open(path).unwrap());
    let all = of_team(&cases, None);
    assert_eq!((all.requests, all.resolved, all.open), (3_000, 2_286, 714));
    assert_eq!(ratios(&all), [(1_327, 1_811), (1_327, 2_150), (1_153, 1_976)]);
    assert_eq!(all.attainment.without_target, 700);
    assert_eq!((all.time_to_resolve.cases, all.time_to_resolve.implausible), (2_975, 25));
    assert_eq!(all.time_to_resolve.quantiles, [Some(81_891), Some(728_862), Some(9_821_218), None]);
    let due = of_team(&cases, Some("ISD")).attainment.due;
    assert_eq!((due.met, due.of), (179, 483));
}

#[test]
fn the_whole_set_has_its_known_figures() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../../shared/data/boston-311-2015.csv.gz");
    let Ok(file) = File::open(&path) else {
        println!("skipped: {} is not here", path.display());
        return;
    };
    let cases = read(flate2::read::GzDecoder::new(file));
    let all = of_team(&cases, None);
    assert_eq!((all.requests, all.resolved, all.open), (121_145, 101_272, 19_873));
    assert_eq!(ratios(&all), [(60_054, 79_208), (60_054, 90_652), (52_581, 83_179)]);
    assert_eq!(all.attainment.without_target, 26_991);
    assert_eq!((all.time_to_resolve.cases, all.time_to_resolve.implausible), (120_948, 197));
    assert_eq!(all.time_to_resolve.quantiles, [Some(31_513), Some(439_927), Some(3_129_394), None]);
    let closed = of_team(&cases, Some("BTDT")).attainment.closed_only;
    assert_eq!((closed.met, closed.of), (11_905, 15_159));
}
