//! A batch that is only tried: what would become of each row, without writing.

use std::collections::HashMap;

use chassis::fault::Fault;
use futures::{StreamExt, TryStreamExt, stream};
use kernel::{Decider, StreamId};
use requests_domain::{
    Request as Aggregate,
    request::{Command, State},
};
use wire::schoolside::requests::v1::ImportResult;

use super::{AT_ONCE, Row, accepted, explain, outcome, refused};
use crate::{app::App, resource};

/// What would become of each row. A row sees what the rows before it would have changed.
pub(super) async fn run(app: &App, rows: Vec<Row>) -> Result<Vec<ImportResult>, Fault> {
    let mut states = states(app, &rows).await?;
    let now = app.clock.now();
    let mut results = Vec::with_capacity(rows.len());
    for row in rows {
        let (id, import) = match row {
            Row::Ready { stream, import, .. } => (stream, import),
            Row::Refused(refusal) => {
                results.push(refused(String::new(), refusal));
                continue;
            }
        };
        let state = states.remove(&id).unwrap_or_default();
        let first = state.version == 0;
        let decided = Aggregate::decide(&state, Command::Import(import), now);
        results.push(match &decided {
            Ok(events) => accepted(id, outcome(first, events.len())),
            Err(refusal) => refused(resource::name(id), explain(refusal)),
        });
        let events = decided.unwrap_or_default();
        states.insert(id, events.iter().fold(state, Aggregate::evolve));
    }
    Ok(results)
}

async fn states(app: &App, rows: &[Row]) -> Result<HashMap<StreamId, State>, Fault> {
    let ids = rows.iter().filter_map(|row| match row {
        Row::Ready { stream, .. } => Some(*stream),
        Row::Refused(_) => None,
    });
    let load = |id| async move {
        let (state, _) = eventlog::load::<Aggregate>(&app.log, id).await?;
        Ok::<_, Fault>((id, state))
    };
    let loads: Vec<_> = ids.map(load).collect();
    stream::iter(loads).buffer_unordered(AT_ONCE).try_collect().await
}
