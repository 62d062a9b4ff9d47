//! Folding a page of events onto the rows there are, stream by stream.

use std::collections::BTreeMap;

use eventlog::Recorded;
use kernel::Decider;
use stream::HandleError;
use uuid::Uuid;

/// A stream's state at a version.
pub(super) struct Row<D: Decider> {
    pub(super) state: D::State,
    pub(super) version: i32,
}

/// The streams of a page.
pub(super) fn streams(page: &[&Recorded]) -> Vec<Uuid> {
    let mut streams: Vec<_> = page.iter().map(|event| event.stream.0).collect();
    streams.sort_unstable();
    streams.dedup();
    streams
}

/// The rows after a page; events that a row has already are skipped.
pub(super) fn fold<D: Decider>(
    mut rows: BTreeMap<Uuid, Row<D>>,
    page: &[&Recorded],
) -> Result<BTreeMap<Uuid, Row<D>>, HandleError> {
    for recorded in page {
        let row = rows
            .entry(recorded.stream.0)
            .or_insert_with(|| Row { state: D::State::default(), version: 0 });
        if recorded.version.0 <= row.version {
            continue;
        }
        if recorded.version.0 > row.version + 1 {
            let gap =
                format!("{} skips from {} to {}", recorded.stream, row.version, recorded.version);
            return Err(HandleError::Poison(gap.into()));
        }
        let event = recorded.decode::<D::Event>()?;
        row.state = D::evolve(std::mem::take(&mut row.state), &event);
        row.version = recorded.version.0;
    }
    Ok(rows)
}

/// A state as the row keeps it.
pub(super) fn document<S: serde::Serialize>(state: &S) -> Result<String, HandleError> {
    serde_json::to_string(state).map_err(|error| HandleError::Poison(error.into()))
}

/// A state from its row.
pub(super) fn state<S: serde::de::DeserializeOwned>(document: &str) -> Result<S, sqlx::Error> {
    serde_json::from_str(document).map_err(|error| sqlx::Error::Decode(error.into()))
}
