//! What a version of a policy would change for the requests that are open, if it were published now.

use std::sync::Arc;

use chassis::fault::Fault;
use kernel::{Decider, PolicyId, StreamId};
use sla_domain::{
    case::Look,
    policy::{Event, Policy, State},
    what_if::{self, Moved, Stand},
};
use wire::schoolside::sla::v1 as pb;

use super::{resource, what_if::verdict};
use crate::{
    app::App,
    projection::history::{self, Chapter},
    replay,
};

/// How many clocks are listed; all are counted.
const MOST_LISTED: usize = 200;

/// What one piece of the requests comes to.
#[derive(Default)]
struct Found {
    requests: i32,
    moved: Vec<(StreamId, Moved)>,
}

/// What `event` would change, coming after what `state` has; nothing if another policy judges, or if there is no event.
pub(super) async fn of(
    app: &App,
    id: &PolicyId,
    state: &State,
    event: Option<&Event>,
) -> Result<pb::PolicyPreview, Fault> {
    let mut connection = app.pool.acquire().await?;
    let books = app.shelf.current(&mut connection).await.map_err(resource::unread)?;
    drop(connection);
    if books.policy().is_some_and(|(judge, _)| judge != id) {
        return Ok(pb::PolicyPreview::default());
    }
    let before = state.versions.clone();
    let after =
        event.map_or_else(|| before.clone(), |event| Policy::evolve(state.clone(), event).versions);
    let (id, now) = (id.clone(), app.now());
    let policies = Arc::new((before, after));
    let take = move |found: &mut Found, chapter: &Chapter, case: crate::facts::Case| {
        let (before, after) = &*policies;
        let look = Look {
            facts: &case.facts,
            subject: &case.subject,
            policy: Some((&id, before)),
            calendars: &*books,
            now,
        };
        found.requests += 1;
        let moved = what_if::preview(&look, (&id, after), &chapter.judged());
        let moved = moved.map_err(resource::unready)?;
        found.moved.extend(moved.into_iter().map(|moved| (chapter.request, moved)));
        Ok(())
    };
    let pieces = replay::each(history::open(&app.pool), take).await?;
    let mut preview = pb::PolicyPreview::default();
    for piece in pieces {
        preview.requests += piece.found.requests;
        preview.changed += i32::try_from(piece.found.moved.len()).unwrap_or(i32::MAX);
        let left = MOST_LISTED - preview.clocks.len();
        preview.clocks.extend(piece.found.moved.iter().take(left).map(clock_move));
    }
    Ok(preview)
}

fn clock_move((request, moved): &(StreamId, Moved)) -> pb::ClockMove {
    let stand = |stand: Stand| pb::ClockStand {
        verdict: verdict(stand.verdict).into(),
        due_at: stand.due.map(wire::time::to_proto),
    };
    pb::ClockMove {
        request: format!("requests/{request}"),
        target: moved.clock.metric.to_string(),
        cycle: i32::try_from(moved.clock.cycle).unwrap_or(i32::MAX),
        before: Some(stand(moved.before)),
        after: Some(stand(moved.after)),
    }
}
