//! A request was opened or reopened: it is decided who answers. The other events of its life keep the load right.
//!
//! Within a page each decision sees the ones before it, because the holder is noted at once; then all are stored together.
//! When the page's transaction is lost after that, the page comes again: a stored decision stands, and is noted.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use chassis::call::reaction_call;
use eventlog::{Call, Log, LogReader, Recorded};
use futures::{StreamExt, TryStreamExt, stream as futures_stream};
use jiff::tz::TimeZone;
use kernel::{Decider as _, DecodeError, PersonId, Position, StreamId, Version};
use routing_domain::{
    Directory, Loads, Table,
    case::{Case, Command, Decide, Occasion, State},
    rule_set::{self, RuleSet},
    table::Field,
};
use sqlx::PgConnection;
use stream::{HandleError, Handler, OnPoison, Progress, Subscription};
use tokio::sync::Mutex;
use wire::schoolside::requests::v1 as pb;

use crate::projection::{directory, message, request::Page, unknown};

/// The requests' subscription.
pub(crate) const DECIDE: Subscription = Subscription {
    name: "routing.decide",
    aggregates: &["request"],
    on_poison: OnPoison::HoldStream,
};

/// How many requests' decisions are stored at once: as many as one statement of the log folds well.
const AT_ONCE: usize = 64;

/// How long a page waits for the directory to catch up before it is put back.
const PATIENCE: Duration = Duration::from_secs(2);

/// Decides.
pub(crate) struct Decider {
    pub(crate) log: Log,
    /// The directory's log, and how far it is known here.
    pub(crate) directory: LogReader,
    pub(crate) directory_view: Progress,
    /// The directory as it was last read, and up to which of its events.
    pub(crate) last: Mutex<Option<(Position, Known)>>,
}

/// The directory, and the zone of its days.
#[derive(Clone)]
pub(crate) struct Known {
    directory: Arc<Directory>,
    zone: TimeZone,
}

/// What all decisions of a page are made by.
struct Grounds {
    table: Arc<Table>,
    version: i32,
    directory: Arc<Directory>,
    zone: TimeZone,
    /// The members' open requests outside the page.
    other_loads: Loads,
    /// What was decided of the page's requests so far.
    cases: HashMap<StreamId, (State, Version)>,
}

/// A decision that is made, but not stored.
struct Made {
    call: Call,
    /// What it was made on.
    known: (State, Version),
    command: Command,
}

#[async_trait]
impl Handler for Decider {
    async fn handle(&self, page: &[Recorded], tx: &mut PgConnection) -> Result<(), HandleError> {
        let mut requests = Page::read(page, tx).await?;
        let (mut grounds, mut made) = (None, BTreeMap::<StreamId, Vec<Made>>::new());
        for event in page {
            let Some(occasion) = follow(event, &mut requests)? else { continue };
            let grounds = match &mut grounds {
                Some(grounds) => grounds,
                none => none.insert(self.grounds(page, &requests, tx).await?),
            };
            if let Some(decision) = decide(occasion, event, grounds, &mut requests)? {
                made.entry(event.stream).or_default().push(decision);
            }
        }
        let made = made.into_iter().map(|(request, made)| self.store(request, made));
        let made: Vec<_> = made.collect();
        futures_stream::iter(made).buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
        Ok(requests.store(tx).await?)
    }
}

/// Keeps who holds a request, and whether it is open; says when it needs a decision.
fn follow(event: &Recorded, requests: &mut Page) -> Result<Option<Occasion>, HandleError> {
    if event.name == "request.opened" {
        let it: pb::RequestOpened = message(event)?;
        if it.imported {
            return Ok(None);
        }
        requests.open(event.stream, &it);
        return Ok(Some(Occasion::Opened));
    }
    let Some(request) = requests.get_mut(event.stream) else { return Ok(None) };
    match event.event() {
        "routed" => {
            let it: pb::RequestRouted = message(event)?;
            request.routed([&it.team_id, &it.role, &it.member_id], &it.priority);
        }
        "reassigned" => {
            let it: pb::RequestReassigned = message(event)?;
            request.hold([&it.team_id, &it.role, &it.member_id]);
        }
        // A correction asks for no decision: who holds it may be a person's choice, and people can hand it over.
        "reclassified" => request.reclassified(&message(event)?),
        "priority_changed" => {
            request.prioritized(&message::<pb::RequestPriorityChanged>(event)?.priority);
        }
        "school_changed" => request.moved(&message(event)?),
        "resolved" | "closed" | "cancelled" => request.open = false,
        "reopened" => {
            request.open = true;
            return Ok(Some(Occasion::Reopened));
        }
        "imported" | "held" | "due_date_stated" | "replied" | "paused" | "resumed" | "erased" => {}
        _ => return Err(unknown(event)),
    }
    Ok(None)
}

impl Decider {
    /// The rules and the directory as they are now, the latter with all that was recorded up to now.
    async fn grounds(
        &self,
        page: &[Recorded],
        requests: &Page,
        tx: &mut PgConnection,
    ) -> Result<Grounds, HandleError> {
        let head = self.directory.head().await?;
        if !self.directory_view.wait_for(head, PATIENCE).await {
            return Err(not_yet("the directory is behind"));
        }
        let Known { directory, zone } = self.known(head, tx).await?;
        let (rules, cases) = self.rules_and_cases(page).await?;
        let table = match (rules.table, directory.intake()) {
            (Some(table), _) => table,
            (None, Some(intake)) => Table::built_in(intake.clone()),
            (None, None) => {
                return Err(not_yet(
                    "no rule set is published and the directory has no intake team: publish rules or define one",
                ));
            }
        };
        let other_loads = requests.other_loads(tx).await?;
        let (table, version) = (Arc::new(table), rules.version);
        Ok(Grounds { table, version, directory, zone, other_loads, cases })
    }

    /// The published rules, and what was decided before of the requests that were opened or reopened.
    async fn rules_and_cases(
        &self,
        page: &[Recorded],
    ) -> Result<(rule_set::State, HashMap<StreamId, (State, Version)>), HandleError> {
        let asking = page.iter().filter(|event| matches!(event.event(), "opened" | "reopened"));
        let mut streams: Vec<StreamId> = asking.map(|event| event.stream).collect();
        streams.push(RuleSet::stream());
        let mut histories = self.log.load_all(&streams).await?;
        let rules = histories.remove(&RuleSet::stream()).unwrap_or_default();
        let cases = histories
            .into_iter()
            .map(|(case, history)| Ok((case, eventlog::fold::<Case>(&history)?)))
            .collect::<Result<_, DecodeError>>()?;
        Ok((eventlog::fold::<RuleSet>(&rules)?.0, cases))
    }

    /// The directory with its events up to `head`: read again only when there are more than last time.
    async fn known(&self, head: Position, tx: &mut PgConnection) -> Result<Known, sqlx::Error> {
        let mut last = self.last.lock().await;
        if let Some((_, known)) = last.as_ref().filter(|(position, _)| *position == head) {
            return Ok(known.clone());
        }
        let directory = Arc::new(directory::read(tx).await?);
        let known = Known { directory, zone: directory::zone(tx).await? };
        *last = Some((head, known.clone()));
        Ok(known)
    }

    /// Stores the decisions on one request, in order.
    async fn store(&self, request: StreamId, made: Vec<Made>) -> Result<(), HandleError> {
        for Made { call, known, command } in made {
            let stored =
                eventlog::execute_on::<Case>(&self.log, call, request, known, command).await?;
            if stored.duplicate {
                return Err(not_yet("another process has just decided it"));
            }
        }
        Ok(())
    }
}

/// Decides, and notes who holds the request now; `None` when it was decided before.
fn decide(
    occasion: Occasion,
    event: &Recorded,
    grounds: &mut Grounds,
    requests: &mut Page,
) -> Result<Option<Made>, HandleError> {
    let loads = requests.loads(&grounds.other_loads, event.stream)?;
    let Some(request) = requests.get_mut(event.stream) else { return Ok(None) };
    let day = directory::day(&grounds.zone, event.recorded_at);
    let mut snapshot = request.snapshot()?;
    let school = snapshot.school();
    // Opened requests carry the network of that moment; a reopened one goes by today's.
    let todays = school.as_ref().and_then(|school| grounds.directory.network_of(school, day));
    if let Some(network) = todays
        && (occasion == Occasion::Reopened || snapshot.network().is_none())
    {
        snapshot.set(Field::Network, network.as_str());
    }
    let requester: Option<PersonId> = request.requester.parse().ok();
    let role = requester
        .and_then(|requester| grounds.directory.requester_role(&requester, school.as_ref(), day));
    snapshot.set(Field::RequesterRole, role.unwrap_or_default());
    let command = Command::Decide(Decide {
        occasion,
        request_version: event.version.0,
        snapshot,
        table: grounds.table.clone(),
        rule_set_version: grounds.version,
        directory: grounds.directory.clone(),
        loads,
        day,
        owner: request.owner()?,
    });
    // What the decision looks at may have changed at a redelivery; the event it answers has not.
    let call = reaction_call(DECIDE.name, event)?;
    let known = grounds.cases.remove(&event.stream).unwrap_or_default();
    let Ok(events) = Case::decide(&known.0, command.clone(), event.recorded_at);
    let after = events.iter().fold(known.0.clone(), Case::evolve);
    let latest = after.latest.as_ref();
    if let Some(decided) = latest.filter(|it| it.request_version == event.version.0) {
        request.decided(&decided.decision);
    }
    if events.is_empty() {
        grounds.cases.insert(event.stream, known);
        return Ok(None);
    }
    grounds.cases.insert(event.stream, (after, Version(known.1.0 + 1)));
    Ok(Some(Made { call, known, command }))
}

fn not_yet(why: &'static str) -> HandleError {
    HandleError::Transient(why.into())
}
