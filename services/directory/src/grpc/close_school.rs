//! `CloseSchool`: a school ends with a day.

use chassis::{call::call_of, fault::Fault};
use directory_domain::{
    Reference, School,
    school::{Close, Command},
};
use kernel::SchoolId;
use tonic::Request;
use wire::schoolside::directory::v1::{CloseSchoolRequest, CloseSchoolResponse};

use super::parse;
use crate::app::App;

pub(super) async fn close_school(
    app: &App,
    request: Request<CloseSchoolRequest>,
) -> Result<CloseSchoolResponse, Fault> {
    let ask = request.get_ref();
    let (_, call) = call_of(&request, &ask.command_id, &ask.etag)?;
    let school: SchoolId = parse::id("name", "schools", &ask.name)?;
    let merged_into =
        match parse::optional_id::<SchoolId>("merged_into", "schools", &ask.merged_into)? {
            None => None,
            Some(into) => {
                let known = app.exists::<School>(School::stream(&into)).await?;
                Some(Reference::looked_up(into, known))
            }
        };
    let command = Close {
        school: school.clone(),
        effective_on: parse::date("effective_on", &ask.effective_on)?,
        merged_into,
    };
    let done =
        app.execute::<School>(call, School::stream(&school), Command::Close(command)).await?;
    Ok(CloseSchoolResponse { etag: done.etag, consistency: done.consistency })
}
