//! `RegisterPerson`: a person is entered, or described anew.

use chassis::{call::call_of, fault::Fault};
use directory_domain::{
    Person,
    person::{Command, Register},
};
use kernel::PersonId;
use tonic::Request;
use wire::schoolside::directory::v1::{RegisterPersonRequest, RegisterPersonResponse};

use super::parse;
use crate::app::App;

pub(super) async fn register_person(
    app: &App,
    request: Request<RegisterPersonRequest>,
) -> Result<RegisterPersonResponse, Fault> {
    let ask = request.get_ref();
    let (_, call) = call_of(&request, &ask.command_id, &ask.etag)?;
    let person: PersonId = parse::id("name", "people", &ask.name)?;
    let command = Register {
        person: person.clone(),
        display_name: ask.display_name.clone(),
        email: parse::short("email", &ask.email)?,
    };
    let done =
        app.execute::<Person>(call, Person::stream(&person), Command::Register(command)).await?;
    Ok(RegisterPersonResponse { etag: done.etag, consistency: done.consistency })
}
