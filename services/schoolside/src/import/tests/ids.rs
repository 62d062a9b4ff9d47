//! Ids: clean-up, padding, patterns, and the same id twice.

use rstest::rstest;

use super::{Outcome, SMALL, WarningKind, history, one, plan, refused, rows};

fn with(rule: &str) -> String {
    SMALL.replace("external_id = \"id\"", &format!("external_id = {{ column = \"id\", {rule} }}"))
}

#[rstest]
#[case("trim = true", " 17 ", "17")]
#[case("remove = [\"-\", \" \"]", "10-1 00", "10100")]
#[case("remove_prefix = \"SR#\"", "SR#17", "17")]
#[case("remove_suffix = [\".0\"]", "101001240935.0", "101001240935")]
#[case("pad_to = 6", "17", "000017")]
#[case("pad_to = 4, pad_with = \"x\"", "12345", "12345")]
#[case("case = \"upper\"", "sr-1a", "SR-1A")]
#[case("case = \"lower\"", "SR-1A", "sr-1a")]
#[case("pattern = [\"####\", \"SR-*\"]", "SR-1", "SR-1")]
#[case("remove_prefix = \"W\", pad_to = 4, pattern = \"####\"", "W17", "0017")]
#[case("trim = true", "5E10", "5E10")]
fn an_id_is_cleaned_up(#[case] rule: &str, #[case] value: &str, #[case] id: &str) {
    let row = one(&with(rule), "id,opened,type", &format!("{value},2015-01-05 08:00:00,t"));
    assert_eq!(history(&row).external_id, id);
}

#[rstest]
#[case("trim = true", "1.01E+11", "spreadsheet")]
#[case("trim = true", "\"1,01E+11\"", "spreadsheet")]
#[case("trim = true", "1e+11", "spreadsheet")]
#[case("pattern = \"####\"", "17", "the form \"####\"")]
#[case("remove = \"-\"", "--", "nothing is left")]
fn an_id_that_cannot_be_right_is_refused(
    #[case] rule: &str,
    #[case] value: &str,
    #[case] expected: &str,
) {
    let row = one(&with(rule), "id,opened,type", &format!("{value},2015-01-05 08:00:00,t"));
    assert!(refused(&row).expected.contains(expected), "{:?}", refused(&row));
}

const HEAD: &str = "id,opened,type,due,closed,updated";

fn twice(more: &str, lines: &[&str]) -> (String, String) {
    let mapping = format!("{SMALL}due = \"due\"\nresolved = \"closed\"\n{more}");
    (mapping, format!("{HEAD}\n{}\n", lines.join("\n")))
}

const OPEN: &str = "1,2015-01-05 08:00:00,t,,,2015-01-05 08:00:00";
const CLOSED: &str = "1,2015-01-05 08:00:00,t,,2015-01-06 08:00:00,2015-01-06 08:00:00";
const OTHER: &str = "1,2015-01-05 09:00:00,t,,,2015-01-07 08:00:00";
const LATEST: &str = "[same_id]\nconflicting = \"latest\"\nlatest_by = \"updated\"";

#[test]
fn an_identical_row_counts_once() {
    let (mapping, text) = twice("", &[OPEN, OPEN]);
    let plan = plan(&mapping, text.as_bytes());
    assert_eq!((plan.report.accepted, plan.report.unchanged), (1, 1));
    assert_eq!(plan.report.warnings.count(WarningKind::SaidBefore), 1);
}

#[test]
fn a_row_that_adds_a_resolution_updates_and_the_older_row_again_changes_nothing() {
    let (mapping, text) = twice("", &[OPEN, CLOSED, OPEN]);
    let plan = plan(&mapping, text.as_bytes());
    assert_eq!((plan.report.accepted, plan.report.updated, plan.report.unchanged), (1, 1, 1));
    assert_eq!((plan.requests.requests, plan.requests.resolved, plan.requests.open), (1, 1, 0));
}

#[rstest]
#[case("team", "", "Z", "updated")]
#[case("team", "Z", "", "unchanged")]
#[case("team", "Z", "Y", "another team")]
#[case("school", "", "Z", "another school")]
fn a_team_can_be_added_later_a_school_cannot(
    #[case] field: &str,
    #[case] first: &str,
    #[case] second: &str,
    #[case] what: &str,
) {
    let mapping = format!("{SMALL}{field} = \"x\"");
    let line = |x: &str| format!("1,2015-01-05 08:00:00,t,{x}\n");
    let report =
        plan(&mapping, format!("id,opened,type,x\n{}{}", line(first), line(second)).as_bytes())
            .report;
    match what {
        "updated" => assert_eq!(report.updated, 1),
        "unchanged" => assert_eq!(report.unchanged, 1),
        refused => assert!(report.refused[0].expected.ends_with(refused)),
    }
}

#[test]
fn a_row_that_is_open_again_is_refused() {
    let (mapping, text) = twice("", &[CLOSED, OPEN]);
    assert!(refused(&rows(&mapping, text.as_bytes())[1]).expected.ends_with("another resolved"));
}

#[test]
fn a_row_that_says_otherwise_is_refused_and_names_the_first() {
    let (mapping, text) = twice("", &[OPEN, OTHER]);
    let rows = rows(&mapping, text.as_bytes());
    assert!(matches!(rows[0].outcome, Outcome::New(_)));
    assert_eq!(
        refused(&rows[1]).expected,
        "one row for each id; row 1 has this id and another opened"
    );
}

#[rstest]
#[case(&[OPEN, CLOSED, OTHER], 3)]
#[case(&[OTHER, OPEN, CLOSED], 1)]
#[case(&[OPEN, OTHER, CLOSED, OTHER], 2)]
fn the_latest_row_by_a_column_counts(#[case] lines: &[&str], #[case] winner: u64) {
    let (mapping, text) = twice(LATEST, lines);
    let rows = rows(&mapping, text.as_bytes());
    for row in rows {
        match row.outcome {
            Outcome::New(_) => assert_eq!(row.row, winner),
            Outcome::Known { counts } => assert_eq!(counts, winner),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn of_two_latest_rows_that_differ_the_second_is_refused() {
    let (mapping, text) = twice(LATEST, &[OPEN, &OTHER.replace("2015-01-07", "2015-01-05")]);
    assert_eq!(refused(&rows(&mapping, text.as_bytes())[1]).field, "external_id");
}
