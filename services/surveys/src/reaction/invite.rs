//! A request was resolved: whoever it was for is invited after the settle delay. It was reopened: they are not.

use std::collections::BTreeSet;

use async_trait::async_trait;
use chassis::call::reaction_call;
use eventlog::{Log, Recorded};
use kernel::{InstrumentId, PersonId, StreamId, Tier};
use prost::Message;
use sqlx::PgConnection;
use stream::{HandleError, Handler, OnPoison, Subscription};
use surveys_domain::{
    TRANSACTIONAL,
    eligibility::{self, Outcome, Resolution},
    instrument::{self, Instrument},
    invitation::{Command, Invitation, Schedule, Scheduled, Withdraw, WithdrawReason},
};
use wire::schoolside::requests::v1 as pb;

use crate::projection::request;

/// The requests' subscription.
pub(crate) const INVITE: Subscription = Subscription {
    name: "surveys.invite",
    aggregates: &["request"],
    on_poison: OnPoison::HoldStream,
};

/// Invites and withdraws.
pub(crate) struct Inviter {
    pub(crate) log: Log,
}

#[async_trait]
impl Handler for Inviter {
    async fn handle(&self, page: &[Recorded], tx: &mut PgConnection) -> Result<(), HandleError> {
        let requests: BTreeSet<StreamId> = page.iter().map(|event| event.stream).collect();
        let mut kept = request::kept(tx, &requests).await?;
        let mut instrument = None;
        for event in page {
            if event.name == "request.opened" {
                let it: pb::RequestOpened = message(event)?;
                if !it.imported {
                    request::open(tx, event.stream, &it).await?;
                    kept.insert(event.stream);
                }
            } else if kept.contains(&event.stream) {
                self.follow(event, &mut instrument, tx).await?;
            }
        }
        Ok(())
    }
}

impl Inviter {
    /// `instrument` is the questionnaire, once anything in the page has asked for it.
    async fn follow(
        &self,
        event: &Recorded,
        instrument: &mut Option<instrument::State>,
        tx: &mut PgConnection,
    ) -> Result<(), HandleError> {
        match event.event() {
            "resolved" => self.invite(event, instrument, tx).await,
            "reopened" => self.withdraw(event, tx).await,
            "imported" | "held" | "due_date_stated" | "routed" | "reassigned" | "replied"
            | "paused" | "resumed" | "closed" | "cancelled" | "erased" => Ok(()),
            unknown => {
                Err(HandleError::Poison(format!("request.{unknown} is not known here").into()))
            }
        }
    }

    async fn invite(
        &self,
        event: &Recorded,
        instrument: &mut Option<instrument::State>,
        tx: &mut PgConnection,
    ) -> Result<(), HandleError> {
        let it: pb::RequestResolved = message(event)?;
        let request = request::resolve(tx, event.stream).await?;
        let resolution = judged(&request, &it, event);
        let respondent = match eligibility::respondent(&resolution) {
            Ok(respondent) => respondent.clone(),
            Err(reason) => {
                tracing::debug!(request = %event.stream, ?reason, "nobody is invited");
                return Ok(());
            }
        };
        let Ok(id) = InstrumentId::try_new(TRANSACTIONAL) else { return Ok(()) };
        let instrument = match instrument {
            Some(instrument) => instrument,
            none => {
                let stream = Instrument::stream(&id);
                none.insert(eventlog::load::<Instrument>(&self.log, stream).await?.0)
            }
        };
        let Some((version, questionnaire)) = instrument::State::current(instrument) else {
            tracing::info!(request = %event.stream, "nobody is invited: no questionnaire is published");
            return Ok(());
        };
        let send_at = event.occurred_at.saturating_add(questionnaire.settle);
        let scheduled = Scheduled {
            request: event.stream,
            resolution: request.resolution,
            instrument: id,
            instrument_version: version,
            respondent,
            send_at: send_at.unwrap_or(event.occurred_at),
            team: it.team_id.parse().ok(),
            tier: request.tier.to_string().parse::<Tier>().ok(),
            school: request.school.parse().ok(),
        };
        let stream = Invitation::stream(event.stream, request.resolution);
        self.execute(event, stream, Command::Schedule(Schedule(scheduled))).await
    }

    async fn withdraw(&self, event: &Recorded, tx: &mut PgConnection) -> Result<(), HandleError> {
        let resolution = request::resolutions(tx, event.stream).await?;
        let stream = Invitation::stream(event.stream, resolution);
        let withdraw = Withdraw { reason: WithdrawReason::Reopened };
        self.execute(event, stream, Command::Withdraw(withdraw)).await
    }

    async fn execute(
        &self,
        event: &Recorded,
        stream: StreamId,
        command: Command,
    ) -> Result<(), HandleError> {
        let call = reaction_call(INVITE.name, event)?;
        eventlog::execute::<Invitation>(&self.log, call, stream, command).await?;
        Ok(())
    }
}

fn message<M: Message + Default>(event: &Recorded) -> Result<M, HandleError> {
    M::decode(event.payload.as_slice()).map_err(|error| HandleError::Poison(error.into()))
}

/// What the rule of eligibility judges.
fn judged(request: &request::Resolved, it: &pb::RequestResolved, event: &Recorded) -> Resolution {
    let actor = event.meta.actor.strip_prefix("people/");
    let solvers = [Some(it.member_id.as_str()), actor].into_iter().flatten();
    let outcome = match it.outcome() {
        pb::Outcome::Done => Outcome::Done,
        pb::Outcome::Declined => Outcome::Declined,
        pb::Outcome::Duplicate => Outcome::Duplicate,
        pb::Outcome::Deferred | pb::Outcome::Unspecified => Outcome::Deferred,
    };
    Resolution {
        requester: request.requester.parse().ok(),
        solvers: solvers.filter_map(|id| PersonId::try_new(id).ok()).collect(),
        outcome,
        confidentiality: request.confidentiality.parse().ok(),
        channel: request.channel.clone(),
        imported: it.imported,
    }
}
