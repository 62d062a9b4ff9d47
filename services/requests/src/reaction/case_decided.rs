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
        let mut cases = BTreeMap::<StreamId, Vec<&Recorded>>::new();
        for event in page {
            cases.entry(event.stream).or_default().push(event);
        }
        // Cases are independent of each other; within one the order counts.
        let cases: Vec<_> = cases.into_values().map(|decisions| self.take_all(decisions)).collect();
        futures_stream::iter(cases).buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
        Ok(())
    }
}

impl TakeOver {
    async fn take_all(&self, decisions: Vec<&Recorded>) -> Result<(), HandleError> {
        for decision in decisions {
            self.take(decision).await?;
        }
        Ok(())
    }

    async fn take(&self, recorded: &Recorded) -> Result<(), HandleError> {
        if recorded.name != "case.decided" {
            return Err(HandleError::Poison(format!("{} is not known here", recorded.name).into()));
        }
        let decided = CaseDecided::decode(recorded.payload.as_slice())
            .map_err(|error| HandleError::Poison(error.into()))?;
        let request: StreamId = parsed(&decided.request_id)?;
        let call = reaction_call(CASE_DECIDED.name, recorded)?;
        let command = Command::Route(route(decided, recorded)?);
        eventlog::execute::<Request>(&self.log, call, request, command).await?;
        Ok(())
    }
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
