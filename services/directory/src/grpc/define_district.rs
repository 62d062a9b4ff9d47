//! `DefineDistrict`: the district gets a name and a zone.

use chassis::{call::call_of, fault::Fault};
use directory_domain::{
    District,
    district::{Command, Define},
};
use tonic::Request;
use wire::schoolside::directory::v1::{DefineDistrictRequest, DefineDistrictResponse};

use super::parse;
use crate::app::App;

pub(super) async fn define_district(
    app: &App,
    request: Request<DefineDistrictRequest>,
) -> Result<DefineDistrictResponse, Fault> {
    let ask = request.get_ref();
    let (_, call) = call_of(&request, &ask.command_id, &ask.etag)?;
    let command = Define {
        display_name: ask.display_name.clone(),
        zone: parse::short("zone", &ask.zone)?,
        lea_id: parse::short("lea_id", &ask.lea_id)?,
    };
    let done = app.execute::<District>(call, District::stream(), Command::Define(command)).await?;
    Ok(DefineDistrictResponse { etag: done.etag, consistency: done.consistency })
}
