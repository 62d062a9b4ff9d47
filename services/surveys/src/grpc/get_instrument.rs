//! `GetInstrument`: a questionnaire as it is in use.

use chassis::{call::patience_of, fault::Fault, parse};
use surveys_domain::instrument::Instrument;
use tonic::Request;
use wire::schoolside::surveys::v1::{GetInstrumentRequest, GetInstrumentResponse};

use super::{publish_instrument::instrument_id, resource};
use crate::app::App;

pub(super) async fn get_instrument(
    app: &App,
    request: Request<GetInstrumentRequest>,
) -> Result<GetInstrumentResponse, Fault> {
    let patience = patience_of(&request);
    let GetInstrumentRequest { name, after } = request.into_inner();
    let id = instrument_id("name", &name)?;
    app.wait(&after, patience).await?;
    let (state, version) = eventlog::load::<Instrument>(&app.log, Instrument::stream(&id)).await?;
    let (number, questionnaire) =
        state.current().ok_or_else(|| Fault::not_found("schoolside/Instrument", name))?;
    let instrument = Some(resource::instrument(&id, number, questionnaire));
    Ok(GetInstrumentResponse { instrument, etag: parse::etag_of(version) })
}
