//! The records of one key together: their sequences run on without a hole once repeats are dropped.

use std::collections::BTreeMap;

use super::{sample::Sample, verify::Fault};

/// The records of each topic and key, by sequence: the first file with it, and the event it holds.
#[derive(Default)]
pub struct Histories(BTreeMap<(String, String), BTreeMap<u64, (String, String)>>);

impl Histories {
    /// Takes a record in; a fault if another event has its place.
    pub fn take(&mut self, file: &str, sample: &Sample) -> Option<Fault> {
        let sequence: u64 = sample.header("ce_sequence").parse().ok()?;
        let event = sample.header("ce_id").to_owned();
        let history = self.0.entry((sample.topic.clone(), sample.key.clone())).or_default();
        let (first, known) =
            history.entry(sequence).or_insert_with(|| (file.to_owned(), event.clone()));
        (*known != event).then(|| Fault {
            file: file.to_owned(),
            says: format!(
                "ce_sequence: {first} holds another event with the same key and sequence"
            ),
        })
    }

    /// The holes, each at the record after it.
    pub fn holes(&self) -> Vec<Fault> {
        let mut holes = Vec::new();
        for ((topic, key), history) in &self.0 {
            let before = history.keys();
            for (before, (after, (file, _))) in before.zip(history.iter().skip(1)) {
                if before + 1 != *after {
                    let says = format!(
                        "ce_sequence: {after} comes after {before} on {topic} for the key {key}, so records are missing"
                    );
                    holes.push(Fault { file: file.clone(), says });
                }
            }
        }
        holes
    }
}
