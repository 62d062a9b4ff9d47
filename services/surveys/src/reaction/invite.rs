//! A request was resolved: whoever it was for is invited after the settle delay. It was reopened: they are not. Its free
//! text was erased: so are the comments on it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chassis::call::reaction_call;
use eventlog::{Log, Recorded};
use futures::{StreamExt, TryStreamExt, stream as futures_stream};
use kernel::{CommandId, InstrumentId, PersonId, StreamId, Tier};
use prost::Message;
use sqlx::PgConnection;
use stream::{HandleError, Handler, OnPoison, Subscription};
use surveys_domain::{
    TRANSACTIONAL,
    eligibility::{self, Outcome, Resolution},
    instrument::{self, Instrument},
    invitation::{Command, Erase, Invitation, Schedule, Scheduled, Withdraw, WithdrawReason},
};
use wire::schoolside::requests::v1 as pb;

use crate::projection::request::{Kept, Page};

/// The requests' subscription.
pub(crate) const INVITE: Subscription = Subscription {
    name: "surveys.invite",
    aggregates: &["request"],
    on_poison: OnPoison::HoldStream,
};

/// How many invitations are worked on at once: as many commands as one statement of the log folds well.
const AT_ONCE: usize = 64;

/// Invites and withdraws.
pub(crate) struct Inviter {
    pub(crate) log: Log,
}

#[async_trait]
impl Handler for Inviter {
    async fn handle(&self, page: &[Recorded], tx: &mut PgConnection) -> Result<(), HandleError> {
        let mut requests = Page::read(page, tx).await?;
        let mut instrument = None;
        let mut invitations = BTreeMap::<StreamId, Vec<(&Recorded, Command)>>::new();
        for event in page {
            for (invitation, command) in self.follow(event, &mut requests, &mut instrument).await? {
                invitations.entry(invitation).or_default().push((event, command));
            }
        }
        let all = invitations.into_iter().map(|(id, commands)| self.execute_all(id, commands));
        let all: Vec<_> = all.collect();
        futures_stream::iter(all).buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
        Ok(requests.store(tx).await?)
    }
}

impl Inviter {
    /// Counts resolutions; says what is to be done to which invitation. `instrument` is the questionnaire, once anything
    /// in the page has asked for it.
    async fn follow(
        &self,
        event: &Recorded,
        requests: &mut Page,
        instrument: &mut Option<instrument::State>,
    ) -> Result<Vec<(StreamId, Command)>, HandleError> {
        if note(event, requests)? {
            return Ok(Vec::new());
        }
        match event.event() {
            "resolved" => {
                let Some(request) = requests.resolve(event.stream) else { return Ok(Vec::new()) };
                let invited = self.invite(event, request, instrument).await?;
                Ok(invited.map(|command| (latest(request), command)).into_iter().collect())
            }
            "reopened" => {
                let withdraw = Command::Withdraw(Withdraw { reason: WithdrawReason::Reopened });
                let request = requests.get(event.stream);
                Ok(request.map(|request| (latest(request), withdraw)).into_iter().collect())
            }
            "erased" => {
                let it: pb::RequestErased = message(event)?;
                let request = requests.get(event.stream);
                let erase = |resolution| {
                    let invitation = Invitation::stream(event.stream, resolution);
                    (invitation, Command::Erase(Erase { ground: it.ground.clone() }))
                };
                Ok((1..=request.map_or(0, |request| request.resolutions)).map(erase).collect())
            }
            "imported" | "held" | "due_date_stated" | "routed" | "reassigned"
            | "priority_changed" | "replied" | "paused" | "resumed" | "closed" | "cancelled" => {
                Ok(Vec::new())
            }
            unknown => {
                Err(HandleError::Poison(format!("request.{unknown} is not known here").into()))
            }
        }
    }

    /// Whoever is to be asked about a resolution, and when; `None` for nobody.
    async fn invite(
        &self,
        event: &Recorded,
        request: &Kept,
        instrument: &mut Option<instrument::State>,
    ) -> Result<Option<Command>, HandleError> {
        let it: pb::RequestResolved = message(event)?;
        let resolution = judged(request, &it, event);
        let respondent = match eligibility::respondent(&resolution) {
            Ok(respondent) => respondent.clone(),
            Err(reason) => {
                tracing::debug!(request = %event.stream, ?reason, "nobody is invited");
                return Ok(None);
            }
        };
        let Ok(id) = InstrumentId::try_new(TRANSACTIONAL) else { return Ok(None) };
        let instrument = match instrument {
            Some(instrument) => instrument,
            none => {
                let stream = Instrument::stream(&id);
                none.insert(eventlog::load::<Instrument>(&self.log, stream).await?.0)
            }
        };
        let Some((version, questionnaire)) = instrument::State::current(instrument) else {
            tracing::info!(request = %event.stream, "nobody is invited: no questionnaire is published");
            return Ok(None);
        };
        let send_at = event.occurred_at.saturating_add(questionnaire.settle);
        let scheduled = Scheduled {
            request: event.stream,
            resolution: request.resolutions,
            instrument: id,
            instrument_version: version,
            respondent,
            send_at: send_at.unwrap_or(event.occurred_at),
            team: it.team_id.parse().ok(),
            tier: request.tier.to_string().parse::<Tier>().ok(),
            school: request.school.parse().ok(),
        };
        Ok(Some(Command::Schedule(Schedule(scheduled))))
    }

    /// Executes the commands on one invitation, in order.
    async fn execute_all(
        &self,
        invitation: StreamId,
        commands: Vec<(&Recorded, Command)>,
    ) -> Result<(), HandleError> {
        for (event, command) in commands {
            let (log, mut call) = (&self.log, reaction_call(INVITE.name, event)?);
            if let Command::Erase(_) = command {
                // One erasure reaches several invitations: it is a command of its own to each.
                let reaction = format!("{}/{invitation}", INVITE.name);
                call.command_id = CommandId::of_reaction(&reaction, event.event_id);
            }
            match command {
                // Nothing is there yet, unless this page has been here before: then the log says so.
                Command::Schedule(_) => {
                    let none = Vec::new();
                    eventlog::execute_from::<Invitation>(log, call, invitation, none, command).await
                }
                _ => eventlog::execute::<Invitation>(log, call, invitation, command).await,
            }?;
        }
        Ok(())
    }
}

/// Keeps what is known of a request from its opening and its corrections; says whether the event was one of these.
fn note(event: &Recorded, requests: &mut Page) -> Result<bool, HandleError> {
    match event.event() {
        "opened" => {
            let it: pb::RequestOpened = message(event)?;
            if !it.imported {
                requests.open(event.stream, &it);
            }
        }
        "reclassified" => requests.reclassify(event.stream, message(event)?),
        "school_changed" => requests.change_school(event.stream, message(event)?),
        _ => return Ok(false),
    }
    Ok(true)
}

/// The invitation about a request's latest resolution.
fn latest(request: &Kept) -> StreamId {
    Invitation::stream(request.id(), request.resolutions)
}

fn message<M: Message + Default>(event: &Recorded) -> Result<M, HandleError> {
    M::decode(event.payload.as_slice()).map_err(|error| HandleError::Poison(error.into()))
}

/// What the rule of eligibility judges.
fn judged(request: &Kept, it: &pb::RequestResolved, event: &Recorded) -> Resolution {
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
