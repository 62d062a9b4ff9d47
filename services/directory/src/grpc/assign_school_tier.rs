//! `AssignSchoolTier`: a school has a level of need from a day on.

use chassis::{call::call_of, fault::Fault};
use directory_domain::{
    School,
    school::{AssignTier, Command},
};
use kernel::SchoolId;
use tonic::Request;
use wire::schoolside::directory::v1::{AssignSchoolTierRequest, AssignSchoolTierResponse};

use super::parse;
use crate::app::App;

pub(super) async fn assign_school_tier(
    app: &App,
    request: Request<AssignSchoolTierRequest>,
) -> Result<AssignSchoolTierResponse, Fault> {
    let ask = request.get_ref();
    let (_, call) = call_of(&request, &ask.command_id, &ask.etag)?;
    let school: SchoolId = parse::id("name", "schools", &ask.name)?;
    let command = AssignTier {
        school: school.clone(),
        tier: parse::word("tier", &ask.tier.to_string())?,
        effective_from: parse::date("effective_from", &ask.effective_from)?,
    };
    let done =
        app.execute::<School>(call, School::stream(&school), Command::AssignTier(command)).await?;
    Ok(AssignSchoolTierResponse { etag: done.etag, consistency: done.consistency })
}
