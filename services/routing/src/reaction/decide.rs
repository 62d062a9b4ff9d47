//! A request was opened or reopened: it is decided who answers. The other events of its life keep the load right.
//!
//! Within a page each decision sees the ones before it, because the holder is noted in the page's transaction. When
//! that is lost after a decision was stored, the page comes again: the stored decision stands, and is noted.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use async_trait::async_trait;
use chassis::call::reaction_call;
use eventlog::{Log, LogReader, Recorded};
use jiff::tz::TimeZone;
use kernel::{Position, StreamId};
use routing_domain::{
    Directory, Table,
    case::{Case, Command, Decide, Occasion},
    rule_set::RuleSet,
    table::Field,
};
use sqlx::PgConnection;
use stream::{HandleError, Handler, OnPoison, Progress, Subscription};
use tokio::sync::Mutex;
use wire::schoolside::requests::v1 as pb;

use crate::projection::{directory, message, request, unknown};

/// The requests' subscription.
pub(crate) const DECIDE: Subscription = Subscription {
    name: "routing.decide",
    aggregates: &["request"],
    on_poison: OnPoison::HoldStream,
};

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
}

#[async_trait]
impl Handler for Decider {
    async fn handle(&self, page: &[Recorded], tx: &mut PgConnection) -> Result<(), HandleError> {
        let requests: BTreeSet<StreamId> = page.iter().map(|event| event.stream).collect();
        let mut kept = request::kept(tx, &requests).await?;
        let mut grounds = None;
        for event in page {
            let occasion = if event.name == "request.opened" {
                let it: pb::RequestOpened = message(event)?;
                if it.imported {
                    continue;
                }
                request::open(tx, event.stream, &it).await?;
                kept.insert(event.stream);
                Some(Occasion::Opened)
            } else if kept.contains(&event.stream) {
                follow(event, tx).await?
            } else {
                None
            };
            if let Some(occasion) = occasion {
                let grounds = match &mut grounds {
                    Some(grounds) => grounds,
                    none => none.insert(self.grounds(tx).await?),
                };
                self.decide(occasion, event, grounds, tx).await?;
            }
        }
        Ok(())
    }
}

/// Keeps who holds a request, and whether it is open; says when it needs a decision.
async fn follow(event: &Recorded, tx: &mut PgConnection) -> Result<Option<Occasion>, HandleError> {
    let request = event.stream;
    match event.event() {
        "routed" => {
            let it: pb::RequestRouted = message(event)?;
            let holder = [it.team_id.as_str(), &it.role, &it.member_id];
            request::routed(tx, request, holder, &it.priority).await?;
        }
        "reassigned" => {
            let it: pb::RequestReassigned = message(event)?;
            request::hold(tx, request, [&it.team_id, &it.role, &it.member_id]).await?;
        }
        "resolved" | "closed" | "cancelled" => request::set_open(tx, request, false).await?,
        "reopened" => {
            request::set_open(tx, request, true).await?;
            return Ok(Some(Occasion::Reopened));
        }
        "imported" | "held" | "due_date_stated" | "replied" | "paused" | "resumed" | "erased" => {}
        _ => return Err(unknown(event)),
    }
    Ok(None)
}

impl Decider {
    /// The rules and the directory as they are now, the latter with all that was recorded up to now.
    async fn grounds(&self, tx: &mut PgConnection) -> Result<Grounds, HandleError> {
        let head = self.directory.head().await?;
        if !self.directory_view.wait_for(head, PATIENCE).await {
            return Err(not_yet("the directory is behind"));
        }
        let Known { directory, zone } = self.known(head, tx).await?;
        let (rules, _) = eventlog::load::<RuleSet>(&self.log, RuleSet::stream()).await?;
        let table = match (rules.table, directory.intake()) {
            (Some(table), _) => table,
            (None, Some(intake)) => Table::built_in(intake.clone()),
            (None, None) => {
                return Err(not_yet(
                    "no rule set is published and the directory has no intake team: publish rules or define one",
                ));
            }
        };
        Ok(Grounds { table: Arc::new(table), version: rules.version, directory, zone })
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

    async fn decide(
        &self,
        occasion: Occasion,
        event: &Recorded,
        grounds: &Grounds,
        tx: &mut PgConnection,
    ) -> Result<(), HandleError> {
        let day = directory::day(&grounds.zone, event.recorded_at);
        let request::Opened { mut snapshot, requester, owner } =
            request::read(tx, event.stream).await?;
        let school = snapshot.school();
        // Opened requests carry the network of that moment; a reopened one goes by today's.
        let todays = school.as_ref().and_then(|school| grounds.directory.network_of(school, day));
        if let Some(network) = todays
            && (occasion == Occasion::Reopened || snapshot.network().is_none())
        {
            snapshot.set(Field::Network, network.as_str());
        }
        let school = school.as_ref().map_or("", |school| school.as_str());
        let role = directory::requester_role(tx, school, &requester, day).await?;
        snapshot.set(Field::RequesterRole, &role);
        let command = Command::Decide(Decide {
            occasion,
            request_version: event.version.0,
            snapshot,
            table: grounds.table.clone(),
            rule_set_version: grounds.version,
            directory: grounds.directory.clone(),
            loads: request::loads(tx, event.stream).await?,
            day,
            owner,
        });
        // What the decision looks at may have changed at a redelivery; the event it answers has not.
        let call = reaction_call(DECIDE.name, event)?;
        let executed = eventlog::execute::<Case>(&self.log, call, event.stream, command).await?;
        if let Some(decided) = executed.state.latest {
            request::decided(tx, event.stream, &decided.decision).await?;
        }
        Ok(())
    }
}

fn not_yet(why: &'static str) -> HandleError {
    HandleError::Transient(why.into())
}
