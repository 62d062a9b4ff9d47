//! Every example in the guide is a mapping that can be used.

use toml::{Table, Value};

use super::{Mapping, SMALL};

const GUIDE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guides/import-your-history.md"));

fn blocks() -> Vec<&'static str> {
    GUIDE.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// The block laid over the smallest mapping.
fn completed(block: &Table) -> String {
    let mut whole: Table = SMALL.parse().unwrap();
    for (key, value) in block {
        match (whole.get_mut(key), value) {
            (Some(Value::Table(old)), Value::Table(new)) => old.extend(new.clone()),
            _ => drop(whole.insert(key.clone(), value.clone())),
        }
    }
    whole.to_string()
}

#[test]
fn every_example_can_be_used() {
    assert_eq!(blocks().len(), 9);
    for block in blocks() {
        // A block of alternatives says the same key several times: each of its lines is an example.
        let examples: Vec<Table> = match block.parse() {
            Ok(table) => vec![table],
            Err(_) => {
                block.lines().map(|line| format!("[fields]\n{line}").parse().unwrap()).collect()
            }
        };
        for example in examples {
            let text = completed(&example);
            assert!(Mapping::parse("guide", &text).is_ok(), "{:?}", Mapping::parse("guide", &text));
        }
    }
}
