//! `[fields]`: columns, joins, defaults, empty words, translations, closed vocabularies.

use rstest::rstest;

use super::{SMALL, history, one, refused};

const HEAD: &str = "id,opened,type,Name,Name,a,b";

fn with(field: &str) -> String {
    format!("{SMALL}\n{field}")
}

#[rstest]
#[case("school = \"a\"", "x,y", Some("x"))]
#[case("school = \"a\"", "  two  words ,y", Some("two  words"))]
#[case("school = { column = \"a\", trim = false }", " x ,y", Some(" x "))]
#[case("school = \"a\"", ",y", None)]
#[case("school = { column = \"a\", default = \"none\" }", " ,y", Some("none"))]
#[case("school = { default = \"Central\" }", "x,y", Some("Central"))]
#[case("school = { column = \"a\", empty = [\"N/A\", \"-\"] }", "N/A,y", None)]
#[case("school = { column = \"a\", empty = \"N/A\", default = \"d\" }", "N/A,y", Some("d"))]
#[case("school = { column = \"Name\", nth = 2 }", "x,y", Some("second"))]
#[case("school = { join = [\"a\", \"b\"] }", "x,y", Some("x y"))]
#[case("school = { join = [\"a\", \"b\"], with = \" / \" }", ",y", Some("y"))]
#[case(
    "school = { join = [{ column = \"Name\", nth = 1 }, \"b\"], with = \"-\" }",
    "x,y",
    Some("first-y")
)]
#[case("school = { first = [\"a\", \"b\"] }", ",y", Some("y"))]
#[case("school = { first = [\"a\", \"b\"], empty = \"?\" }", "?,y", Some("y"))]
#[case("school = { column = \"a\", values = { x = \"X-1\" } }", "x,y", Some("X-1"))]
#[case("school = { column = \"a\", values = { x = \"X-1\" } }", "z,y", Some("z"))]
#[case("school = { column = \"a\", values = { x = \"\" }, default = \"d\" }", "x,y", Some("d"))]
#[case("school = { column = \"a\", values = { x = \"X-1\" }, unlisted = \"refuse\" }", ",y", None)]
fn a_value_comes_from_its_columns(
    #[case] field: &str,
    #[case] cells: &str,
    #[case] school: Option<&str>,
) {
    let row = one(&with(field), HEAD, &format!("1,2015-01-05 08:00:00,t,first,second,{cells}"));
    assert_eq!(history(&row).school.as_deref(), school);
}

#[rstest]
#[case(
    "school = { column = \"a\", values = { x = \"X-1\", y = \"Y-1\" }, unlisted = \"refuse\" }",
    "z,y",
    "school",
    "\"x\", \"y\""
)]
#[case("tier = \"a\"", "4,y", "tier", "1, 2 or 3")]
#[case("priority = \"a\"", "high,y", "priority", "P1, P2, P3 or P4")]
#[case("school = \"a\"", "a\0b,y", "school", "NUL")]
fn a_value_that_is_not_allowed_is_refused(
    #[case] field: &str,
    #[case] cells: &str,
    #[case] named: &str,
    #[case] expected: &str,
) {
    let row = one(&with(field), HEAD, &format!("1,2015-01-05 08:00:00,t,first,second,{cells}"));
    assert_eq!(refused(&row).field, named);
    assert!(refused(&row).expected.contains(expected), "{:?}", refused(&row));
}

#[test]
fn priorities_and_tiers_can_be_translated() {
    let fields = "tier = { column = \"a\", values = { Intensive = \"3\" } }\npriority = { column = \"b\", values = { Urgent = \"P1\" } }";
    let row = one(&with(fields), HEAD, "1,2015-01-05 08:00:00,t,,,Intensive,Urgent");
    assert_eq!(
        (history(&row).tier.as_deref(), history(&row).priority.as_deref()),
        (Some("3"), Some("P1"))
    );
}

#[test]
fn a_category_has_levels_and_empty_ones_are_left_out() {
    let mapping = with("category = [\"a\", { column = \"b\", empty = \"-\" }]");
    let row = one(&mapping, HEAD, "1,2015-01-05 08:00:00,t,,,Trees,-");
    assert_eq!(history(&row).category, ["Trees"]);
}

#[test]
fn what_holds_for_all_cells_is_said_once() {
    let mapping = with(
        "school = \"a\"\nteam = { column = \"b\", empty = [] }\n[cells]\nempty = [\"NULL\"]\ntrim = false",
    );
    let row = one(&mapping, HEAD, "1,2015-01-05 08:00:00,t,,,NULL,NULL");
    assert_eq!(
        (history(&row).school.as_deref(), history(&row).team.as_deref()),
        (None, Some("NULL"))
    );
}

#[test]
fn every_fault_of_a_row_is_reported_in_one_entry() {
    let row = one(SMALL, HEAD, ",yesterday,,,,,");
    let refused = refused(&row);
    let also: Vec<_> = refused.also.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!((refused.field.as_str(), also), ("external_id", vec!["opened", "type"]));
}

#[test]
fn a_row_is_named_by_the_hash_of_its_mapped_cells() {
    let hash = |line: &str| history(&one(&with("school = \"a\""), HEAD, line)).row_hash;
    let row = hash("1,2015-01-05 08:00:00,t,n,n,x,y");
    // python3: sha256 over each cell with its length as 8 bytes, big-endian: 1, 2015-01-05 08:00:00, t, x
    assert_eq!(
        hex::encode(row),
        "c779965da97209a63636577defe8fb53f5daaccdb9130a886d550636ddf19af5"
    );
    assert_eq!(row, hash("1,2015-01-05 08:00:00,t,other,other,x,other"));
    assert_ne!(row, hash("1,2015-01-05 08:00:00,tx,n,n,,y"));
}
