//! `PublishInstrument`: puts a version of a questionnaire in use.

use chassis::{call::call_of, fault::Fault, parse};
use kernel::InstrumentId;
use surveys_domain::instrument::{Command, Instrument, Publish};
use tonic::Request;
use wire::schoolside::surveys::v1::{PublishInstrumentRequest, PublishInstrumentResponse};

use super::resource;
use crate::app::App;

pub(super) async fn publish_instrument(
    app: &App,
    request: Request<PublishInstrumentRequest>,
) -> Result<PublishInstrumentResponse, Fault> {
    let ask = request.get_ref();
    let (_, call) = call_of(&request, &ask.command_id, &ask.etag)?;
    let wanted = request.into_inner().instrument;
    let wanted = wanted.ok_or_else(|| Fault::invalid("instrument", "must be given"))?;
    let id = instrument_id("instrument.name", &wanted.name)?;
    let stream = Instrument::stream(&id);
    let questionnaire = resource::questionnaire(wanted);
    let command = Command::Publish(Publish { instrument: id.clone(), questionnaire });
    let executed = eventlog::execute::<Instrument>(&app.log, call, stream, command).await?;
    let current = executed.state.current();
    Ok(PublishInstrumentResponse {
        instrument: current.map(|(version, it)| resource::instrument(&id, version, it)),
        etag: parse::etag_of(executed.version),
        consistency: app.consistency(stream, &executed),
    })
}

/// The id in `instruments/{id}`.
pub(super) fn instrument_id(field: &str, name: &str) -> Result<InstrumentId, Fault> {
    let id = parse::resource(field, "instruments", name)?;
    id.parse().map_err(|error: kernel::id::InvalidId| Fault::invalid(field, error.to_string()))
}
