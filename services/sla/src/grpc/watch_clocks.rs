//! `WatchClocks`: all clocks that still matter, then every change of one.
//!
//! The board tells by states, not by events: who reads slowly gets fewer, later ones, and always the last. The stream reads
//! the table only as its consumer reads the stream, so nothing is gathered for a slow one.

use std::{collections::BTreeSet, pin::Pin, time::Duration};

use chassis::{call::caller_of, fault::Fault};
use futures::{Stream, stream};
use kernel::{NetworkId, PolicyId, SchoolId, TeamId};
use tokio::time::Instant;
use tonic::{Request, Status};
use wire::schoolside::sla::v1::{ClockGone, ClockRef, WatchClocksRequest, WatchClocksResponse};

use super::{list_clocks, resource};
use crate::{
    access::{self, Scope},
    app::App,
    projection::{
        change::{self, Horizon},
        clock::{self, Clock, Cursor, Filter},
    },
};

/// The messages of an answer.
pub(super) type Board = Pin<Box<dyn Stream<Item = Result<WatchClocksResponse, Status>> + Send>>;

/// How many clocks one message has at most.
const PAGE: i64 = 500;
/// How often the table is asked, at most.
const PACE: Duration = Duration::from_millis(500);
/// How long a watcher goes without hearing where the stream stands.
const BOOKMARK: Duration = Duration::from_secs(15);
/// A stream ends after a while, so that watchers spread over servers again; which second of the last quarter hour depends
/// on where it began.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
const SPREAD: u64 = 15 * 60;

pub(super) async fn watch_clocks(
    app: &App,
    request: Request<WatchClocksRequest>,
) -> Result<Board, Fault> {
    let scope = access::scope(&caller_of(&request)?);
    let ask = request.into_inner();
    let filter = filter(&ask)?;
    let here = change::horizon(&app.pool).await?;
    let stage = match ask.resume_token.as_str() {
        "" => Stage::Listing(None),
        token => Stage::Watching(resumed(token, here)?),
    };
    let spread = here.0.unsigned_abs() % SPREAD;
    let watch = Watch {
        app: app.clone(),
        scope,
        filter,
        listed_at: here,
        stage,
        told: BTreeSet::new(),
        resumed: !ask.resume_token.is_empty(),
        heard: Instant::now(),
        ends: Instant::now() + LIFETIME + Duration::from_secs(spread),
    };
    Ok(Box::pin(stream::unfold(Some(watch), |watch| async {
        let mut watch = watch?;
        match watch.next().await {
            Ok(Some(message)) => Some((Ok(message), Some(watch))),
            Ok(None) => None,
            Err(fault) => Some((Err(Status::from(fault)), None)),
        }
    })))
}

fn filter(ask: &WatchClocksRequest) -> Result<Filter, Fault> {
    let team: Option<TeamId> = resource::optional_id("team", "teams", &ask.team)?;
    let school: Option<SchoolId> = resource::optional_id("school", "schools", &ask.school)?;
    let network: Option<NetworkId> = resource::optional_id("network", "networks", &ask.network)?;
    let policy: Option<PolicyId> = resource::optional_id("policy", "policies", &ask.policy)?;
    let metric = match ask.metric.as_str() {
        "" => None,
        word => Some(list_clocks::metric("metric", word)?),
    };
    Ok(Filter {
        team: team.map(|team| team.to_string()),
        school: school.map(|school| school.to_string()),
        network: network.map(|network| network.to_string()),
        policy: policy.map(|policy| policy.to_string()),
        metric,
        ..Filter::default()
    })
}

/// Where to go on. A token from the future is one of another database: this one was restored from a copy.
fn resumed(token: &str, here: Horizon) -> Result<Horizon, Fault> {
    let number = token.strip_prefix('w').and_then(|number| number.parse().ok());
    let since = number.map(Horizon).filter(|since| since.0 >= 0);
    let since = since.ok_or_else(|| Fault::invalid("resume_token", "is not a token of a watch"))?;
    if since > here {
        return Err(Fault::beyond_end(since.0, here.0));
    }
    Ok(since)
}

enum Stage {
    /// The clocks behind this one are still to be listed.
    Listing(Option<Cursor>),
    /// All that changed before is told.
    Watching(Horizon),
}

type Key = (uuid::Uuid, &'static str, i32);

struct Watch {
    app: App,
    scope: Scope,
    filter: Filter,
    /// Where the database stood before the list was begun.
    listed_at: Horizon,
    stage: Stage,
    /// What this stream has told of and not taken back.
    told: BTreeSet<Key>,
    /// Whether an earlier stream may have told of more.
    resumed: bool,
    heard: Instant,
    ends: Instant,
}

impl Watch {
    async fn next(&mut self) -> Result<Option<WatchClocksResponse>, Fault> {
        match &self.stage {
            Stage::Listing(cursor) => {
                let cursor = cursor.clone();
                self.page(cursor.as_ref()).await.map(Some)
            }
            Stage::Watching(since) => {
                let since = *since;
                self.changes(since).await
            }
        }
    }

    async fn page(&mut self, after: Option<&Cursor>) -> Result<WatchClocksResponse, Fault> {
        let found = clock::list(&self.app.pool, &self.scope, &self.filter, after, PAGE).await?;
        let last = found.last().filter(|_| i64::try_from(found.len()) == Ok(PAGE));
        self.stage = match last {
            Some(last) => Stage::Listing(Some(last.cursor())),
            None => Stage::Watching(self.listed_at),
        };
        self.told.extend(found.iter().map(key));
        Ok(self.message(found, Vec::new()))
    }

    /// Waits for changes, or for the time of a bookmark; `None` at the end of the stream.
    async fn changes(&mut self, mut since: Horizon) -> Result<Option<WatchClocksResponse>, Fault> {
        loop {
            if self.app.shutdown.is_cancelled() || Instant::now() >= self.ends {
                return Err(Fault::stream_ended());
            }
            let (changed, next) = change::since(&self.app.pool, since).await?;
            (since, self.stage) = (next, Stage::Watching(next));
            let (clocks, gone) = self.sort(changed);
            let silent = self.heard.elapsed() >= BOOKMARK;
            if silent || !clocks.is_empty() || !gone.is_empty() {
                return Ok(Some(self.message(clocks, gone)));
            }
            self.app.shutdown.run_until_cancelled(tokio::time::sleep(PACE)).await;
        }
    }

    /// What to tell of changed clocks: those that match, and those that did.
    fn sort(&mut self, changed: Vec<Clock>) -> (Vec<Clock>, Vec<ClockGone>) {
        let (mut clocks, mut gone) = (Vec::new(), Vec::new());
        for clock in changed {
            let snapshot = &clock.snapshot;
            // A clock never becomes one of another metric, so it was never told.
            if self.filter.metric.is_some_and(|metric| metric != clock.metric) {
                continue;
            }
            let covered = self.scope.covers(&snapshot.team_id, &snapshot.school_id);
            let told = self.told.contains(&key(&clock));
            if covered && self.filter.matches(&clock) {
                // The end of a clock is told to who may have heard of it.
                if clock.is_live() || told || self.resumed {
                    clocks.push(clock);
                }
            } else if told || (self.resumed && covered) {
                gone.push(ClockGone {
                    request: format!("requests/{}", clock.request),
                    clock: Some(reference(&clock)),
                });
                self.told.remove(&key(&clock));
            }
        }
        for clock in &clocks {
            if clock.is_live() {
                self.told.insert(key(clock));
            } else {
                self.told.remove(&key(clock));
            }
        }
        (clocks, gone)
    }

    fn message(&mut self, clocks: Vec<Clock>, gone: Vec<ClockGone>) -> WatchClocksResponse {
        self.heard = Instant::now();
        let resume_token = match self.stage {
            Stage::Listing(_) => String::new(),
            Stage::Watching(since) => format!("w{}", since.0),
        };
        WatchClocksResponse {
            clocks: clocks.into_iter().map(resource::clock).collect(),
            gone,
            resume_token,
            now: Some(wire::time::to_proto(self.app.now())),
        }
    }
}

fn key(clock: &Clock) -> Key {
    (clock.request.0, clock.metric.as_str(), clock.cycle)
}

fn reference(clock: &Clock) -> ClockRef {
    let metric = clock.metric.to_string();
    ClockRef { target: metric.clone(), metric, cycle: clock.cycle }
}
