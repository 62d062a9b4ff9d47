//! `RegisterSchool`: a school is entered, or described anew.

use chassis::{call::call_of, fault::Fault};
use directory_domain::{
    School,
    school::{Command, Register},
};
use kernel::{SchoolId, SchoolLevel};
use tonic::Request;
use wire::schoolside::directory::v1::{self as pb, RegisterSchoolRequest, RegisterSchoolResponse};

use super::parse;
use crate::app::App;

pub(super) async fn register_school(
    app: &App,
    request: Request<RegisterSchoolRequest>,
) -> Result<RegisterSchoolResponse, Fault> {
    let ask = request.get_ref();
    let (_, call) = call_of(&request, &ask.command_id, &ask.etag)?;
    let school: SchoolId = parse::id("name", "schools", &ask.name)?;
    let command = Register {
        school: school.clone(),
        display_name: ask.display_name.clone(),
        nces_id: parse::short("nces_id", &ask.nces_id)?,
        level: level(ask.level)?,
        enrolment: ask.enrolment,
        effective_from: parse::optional_date("effective_from", &ask.effective_from)?,
        external_keys: parse::external_keys(&ask.external_keys)?,
    };
    let done =
        app.execute::<School>(call, School::stream(&school), Command::Register(command)).await?;
    Ok(RegisterSchoolResponse { etag: done.etag, consistency: done.consistency })
}

fn level(number: i32) -> Result<Option<SchoolLevel>, Fault> {
    let level = pb::SchoolLevel::try_from(number)
        .map_err(|_| Fault::invalid("level", "must be one of its values"))?;
    Ok(match level {
        pb::SchoolLevel::Unspecified => None,
        pb::SchoolLevel::Elementary => Some(SchoolLevel::Elementary),
        pb::SchoolLevel::K8 => Some(SchoolLevel::K8),
        pb::SchoolLevel::Middle => Some(SchoolLevel::Middle),
        pb::SchoolLevel::High => Some(SchoolLevel::High),
        pb::SchoolLevel::Alternative => Some(SchoolLevel::Alternative),
    })
}
