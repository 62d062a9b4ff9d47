//! `AcknowledgeEscalation`: somebody who was told takes notice.

use chassis::{call::call_of, fault::Fault};
use kernel::StreamId;
use sla_domain::case::{Acknowledge, Case, ClockKey, Command};
use tonic::Request;
use wire::schoolside::sla::v1::{AcknowledgeEscalationRequest, AcknowledgeEscalationResponse};

use super::{list_clocks, resource};
use crate::{
    access,
    app::App,
    projection::{
        escalation::{self, Place},
        request_facts,
    },
};

pub(super) async fn acknowledge_escalation(
    app: &App,
    request: Request<AcknowledgeEscalationRequest>,
) -> Result<AcknowledgeEscalationResponse, Fault> {
    let ask = request.get_ref();
    let (caller, call) = call_of(&request, &ask.command_id, "")?;
    let place = place(ask)?;
    // Requesters are told nothing of the office's ladder, and what lies outside the scope does not exist.
    let scope = access::scope(&caller);
    let known = request_facts::by_id(&app.pool, place.request).await?;
    known
        .filter(|known| scope.all || scope.teams.iter().any(|team| team == known.team()))
        .ok_or_else(|| Fault::not_found("request", &ask.request))?;

    let (clock, step) = (place.clock, place.step.cast_unsigned());
    let command = Command::Acknowledge(Acknowledge { clock, step, by: caller.subject });
    let executed = eventlog::execute::<Case>(&app.log, call, place.request, command).await?;
    // By the record: it may have been somebody else, before this call.
    let told = executed.state.clocks.get(&clock).and_then(|record| record.escalated.get(&step));
    if let Some(noticed) = told.and_then(|told| told.acknowledged.as_ref()) {
        escalation::acknowledge(&app.pool, place, noticed).await?;
    }
    Ok(AcknowledgeEscalationResponse {
        acknowledged: executed.events > 0,
        consistency: app.consistency(place.request, &executed),
    })
}

fn place(ask: &AcknowledgeEscalationRequest) -> Result<Place, Fault> {
    let request: StreamId = resource::id("request", "requests", &ask.request)?;
    let metric = list_clocks::metric("target", &ask.target)?;
    let number = |field: &str, number: i32| {
        u32::try_from(number).map_err(|_| Fault::invalid(field, "must not be negative"))
    };
    let cycle = number("cycle", ask.cycle)?.max(1);
    if ask.step < 1 {
        return Err(Fault::invalid("step", "must be the number of a step, from 1"));
    }
    Ok(Place { request, clock: ClockKey { metric, cycle }, step: ask.step })
}
