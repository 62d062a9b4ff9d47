//! Routing has decided: the request takes the decision over.

use std::{collections::BTreeMap, str::FromStr};

use async_trait::async_trait;
use chassis::call::reaction_call;
use eventlog::{Log, Recorded};
use futures::{StreamExt, TryStreamExt, stream as futures_stream};
use kernel::StreamId;
use prost::Message;
use requests_domain::{
    Request,
    request::{Command, Holder, Route},
};
use sqlx::PgConnection;
use stream::{HandleError, Handler, OnPoison, Subscription};
use wire::schoolside::routing::v1::CaseDecided;

/// The subscription to routing's decisions.
pub(crate) const CASE_DECIDED: Subscription = Subscription {
    name: "requests.case_decided",
    aggregates: &["case"],
    on_poison: OnPoison::HoldStream,
};

/// How many requests take their decisions over at once: as many as one statement of the log folds well.
const AT_ONCE: usize = 64;

/// Takes decisions over.
pub(crate) struct TakeOver {
    pub(crate) log: Log,
}

#[async_trait]
impl Handler for TakeOver {
    async fn handle(&self, page: &[Recorded], _tx: &mut PgConnection) -> Result<(), HandleError> {
        let mut requests = BTreeMap::<StreamId, Vec<Decision<'_>>>::new();
        for event in page {
            let (request, decision) = decision(event)?;
            requests.entry(request).or_default().push(decision);
        }
        let ids: Vec<StreamId> = requests.keys().copied().collect();
        let mut histories = self.log.load_all(&ids).await?;
        // Requests are independent of each other; within one the order counts.
        let requests = requests.into_iter().map(|(request, decisions)| {
            self.take_all(request, decisions, histories.remove(&request).unwrap_or_default())
        });
        let requests: Vec<_> = requests.collect();
        futures_stream::iter(requests).buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
        Ok(())
    }
}

impl TakeOver {
    /// Takes the decisions on one request over, the first of them on its history as it was just loaded.
    async fn take_all(
        &self,
        request: StreamId,
        decisions: Vec<Decision<'_>>,
        history: Vec<Recorded>,
    ) -> Result<(), HandleError> {
        let mut history = Some(history);
        for Decision { recorded, route } in decisions {
            let call = reaction_call(CASE_DECIDED.name, recorded)?;
            let command = Command::Route(route);
            let log = &self.log;
            match history.take() {
                Some(history) => {
                    eventlog::execute_from::<Request>(log, call, request, history, command).await
                }
                None => eventlog::execute::<Request>(log, call, request, command).await,
            }?;
        }
        Ok(())
    }
}

/// A decision as the request takes it over.
struct Decision<'a> {
    recorded: &'a Recorded,
    route: Route,
}

/// What an event decides, and of which request.
fn decision(recorded: &Recorded) -> Result<(StreamId, Decision<'_>), HandleError> {
    if recorded.name != "case.decided" {
        return Err(HandleError::Poison(format!("{} is not known here", recorded.name).into()));
    }
    let decided = CaseDecided::decode(recorded.payload.as_slice())
        .map_err(|error| HandleError::Poison(error.into()))?;
    Ok((parsed(&decided.request_id)?, Decision { recorded, route: route(decided, recorded)? }))
}

fn parsed<T: FromStr>(text: &str) -> Result<T, HandleError>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse().map_err(|error: T::Err| HandleError::Poison(error.into()))
}

fn filled<T: FromStr>(text: &str) -> Result<Option<T>, HandleError>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    if text.is_empty() { Ok(None) } else { parsed(text).map(Some) }
}

fn route(decided: CaseDecided, recorded: &Recorded) -> Result<Route, HandleError> {
    Ok(Route {
        holder: Holder {
            team: parsed(&decided.team_id)?,
            role: filled(&decided.role)?,
            member: filled(&decided.member_id)?,
        },
        priority: filled(&decided.priority)?,
        decision: recorded.event_id,
        rule_set_version: decided.rule_set_version,
        contributing: decided.contributing,
        request_version: decided.request_version,
    })
}
