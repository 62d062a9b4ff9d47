//! `ErasePerson`: a person's name and address are destroyed.

use chassis::{call::call_of, fault::Fault};
use directory_domain::{
    Person,
    person::{Command, Erase},
};
use kernel::PersonId;
use tonic::Request;
use wire::schoolside::directory::v1::{ErasePersonRequest, ErasePersonResponse};

use super::parse;
use crate::app::App;

pub(super) async fn erase_person(
    app: &App,
    request: Request<ErasePersonRequest>,
) -> Result<ErasePersonResponse, Fault> {
    let ask = request.get_ref();
    let (_, call) = call_of(&request, &ask.command_id, &ask.etag)?;
    let person: PersonId = parse::id("name", "people", &ask.name)?;
    let command = Erase { person: person.clone() };
    let done =
        app.execute::<Person>(call, Person::stream(&person), Command::Erase(command)).await?;
    Ok(ErasePersonResponse { etag: done.etag, consistency: done.consistency })
}
