//! Which published verdicts agree, and that an import does not ask for them.

use std::sync::Arc;

use super::{MAPPING, on_disk, verified};
use crate::import::{Mapping, Outcome, Plan, Reader};

#[test]
fn closed_exactly_when_due_is_met_and_a_second_later_missed() {
    for (closed, label, agree) in [
        ("15:00:00", "ok", 1),
        ("15:00:00", "late", 0),
        ("15:00:01", "late", 1),
        ("15:00:01", "ok", 0),
    ] {
        let row =
            format!("1,2026-11-25 15:00:00,2026-11-27 15:00:00,2026-11-27 {closed},{label},A");
        let found = verified(&row);
        assert_eq!((found.verdict_rows, found.verdict_agree), (1, agree), "{row}");
        assert_eq!(found.verdict_misfits.len(), usize::from(agree == 0));
    }
}

#[test]
fn a_verdict_counts_only_with_a_due_date_and_a_closing() {
    let found = verified(
        "1,2026-11-25 15:00:00,2026-11-27 15:00:00,,late,A
2,2026-11-25 15:00:00,,2026-11-27 15:00:00,ok,A
3,2026-11-25 15:00:00,2026-11-27 15:00:00,2026-11-27 15:00:00,,A",
    );
    assert_eq!((found.verdict_rows, found.with_target), (0, 2));
}

#[test]
fn closed_before_it_was_opened_is_judged_and_named() {
    let found = verified("1,2026-11-25 15:00:00,2026-11-27 15:00:00,2026-11-25 14:59:00,ok,A");
    assert_eq!((found.verdict_rows, found.verdict_agree), (1, 1));
    assert!(found.to_string().contains("resolved before it was opened"));
}

#[test]
fn an_import_asks_for_no_verdict() {
    let mapping = Arc::new(Mapping::parse("test.toml", MAPPING).unwrap());
    let without = "id,opened,due,closed,type\n1,2026-11-25 15:00:00,,,A\n";
    assert_eq!(Plan::read(on_disk(without).path(), &mapping).unwrap().report.accepted, 1);
    let with = on_disk("id,opened,due,closed,type,label\n1,2026-11-25 15:00:00,,,A,ok\n");
    let hash = |mut reader: Reader| match reader.next().unwrap().unwrap().outcome {
        Outcome::New(history) => history.row_hash,
        other => panic!("{other:?}"),
    };
    let imported = hash(Reader::open(on_disk(without).path(), &mapping).unwrap());
    assert_eq!(hash(Reader::open(with.path(), &mapping).unwrap()), imported);
    assert_eq!(hash(Reader::open_with_verdicts(with.path(), &mapping).unwrap()), imported);
}
