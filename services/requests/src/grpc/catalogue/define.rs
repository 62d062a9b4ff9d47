//! `DefineRequestType`: a type is entered, or defined anew.

use chassis::{call::call_of, fault::Fault};
use requests_domain::{
    RequestType as Aggregate,
    request_type::{self, Attribute, Command, Define, Definition},
    words::{AttributeKind, confidentiality_from_wire},
};
use tonic::Request;
use wire::schoolside::requests::v1::{
    self as pb, DefineRequestTypeRequest, DefineRequestTypeResponse, RequestType,
};

use crate::{app::App, grpc::parse, resource};

pub(super) async fn define(
    app: &App,
    request: Request<DefineRequestTypeRequest>,
) -> Result<DefineRequestTypeResponse, Fault> {
    let ask = request.get_ref();
    let (_, call) = call_of(&request, &ask.command_id, &ask.etag)?;
    let definition = definition(request.into_inner().request_type.unwrap_or_default())?;
    let stream = request_type::stream(&definition.id);
    let command = Command::Define(Box::new(Define { definition }));
    let executed = eventlog::execute::<Aggregate>(&app.log, call, stream, command).await?;
    Ok(DefineRequestTypeResponse {
        request_type: resource::request_type(&executed.state, executed.version.0),
        etag: resource::etag(executed.version.0),
        consistency: app.consistency(stream, &executed),
    })
}

fn definition(ask: RequestType) -> Result<Definition, Fault> {
    let confidentiality = confidentiality_from_wire(ask.confidentiality);
    let choices = ask.attributes.iter().flat_map(|attribute| &attribute.choices);
    let keys = ask.external_keys.iter().flat_map(|(system, key)| [system, key]);
    for text in choices.chain(keys).chain(&ask.category).chain([&ask.display_name]) {
        parse::text("request_type", text)?;
    }
    Ok(Definition {
        id: parse::required("request_type.name", "requestTypes", &ask.name)?,
        name: ask.display_name,
        category: ask.category,
        accountable_role: parse::optional_word(
            "request_type.accountable_role",
            &ask.accountable_role,
        )?,
        contributing: ask.contributing,
        default_priority: parse::optional_word(
            "request_type.default_priority",
            &ask.default_priority,
        )?,
        attributes: ask.attributes.into_iter().map(attribute).collect::<Result<_, _>>()?,
        confidentiality: parse::stated("request_type.confidentiality", confidentiality)?,
        external_keys: ask.external_keys,
    })
}

fn attribute(ask: pb::Attribute) -> Result<Attribute, Fault> {
    let kind = AttributeKind::from_wire(ask.kind);
    Ok(Attribute {
        name: ask.name,
        kind: parse::stated("request_type.attributes.kind", kind)?,
        required: ask.required,
        published: ask.published,
        choices: ask.choices,
    })
}
