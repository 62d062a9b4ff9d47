//! `Reclassify`: the request asks for something else than was thought.

use chassis::fault::Fault;
use kernel::RequestTypeId;
use requests_domain::{
    RequestType,
    access::{self, Action},
    request::{Command, Reclassify, Refusal},
    request_type,
};
use tonic::Request;
use wire::schoolside::requests::v1::{ReclassifyRequest, ReclassifyResponse};

use super::{act::Act, parse};
use crate::app::App;

pub(super) async fn reclassify(
    app: &App,
    request: Request<ReclassifyRequest>,
) -> Result<ReclassifyResponse, Fault> {
    let act = Act::begin(app, &request, Action::Work).await?;
    let ask = request.into_inner();
    if ask.lower_confidentiality && !access::may_lower(&act.reader, &act.state) {
        return Err(Fault::denied(
            "only a director, or a lead of the team that holds it, who can read its text makes a request less confidential",
        ));
    }
    let reclassify = command(app, ask).await?;
    Ok(act.execute(app, Command::Reclassify(Box::new(reclassify))).await?.into())
}

async fn command(app: &App, ask: ReclassifyRequest) -> Result<Reclassify, Fault> {
    let id: RequestTypeId = parse::required("request_type", "requestTypes", &ask.request_type)?;
    let stream = request_type::stream(&id);
    let (catalogue, _) = eventlog::load::<RequestType>(&app.log, stream).await?;
    let definition =
        catalogue.definition.ok_or_else(|| Fault::refused(&Refusal::UnknownType(id)))?;
    for text in ask.attributes.iter().flat_map(|(name, value)| [name, value]) {
        parse::text("attributes", text)?;
    }
    Ok(Reclassify {
        definition,
        retired: catalogue.retired,
        attributes: ask.attributes,
        priority: parse::optional_word("priority", &ask.priority)?,
        lower_confidentiality: ask.lower_confidentiality,
        reason: parse::word("reason", &ask.reason)?,
        note: parse::text("note", &ask.note)?,
    })
}
