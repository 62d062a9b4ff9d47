//! `GetDistrict`: the district.

use chassis::{fault::Fault, parse::etag_of};
use kernel::Version;
use tonic::Request;
use wire::schoolside::directory::v1::{self as pb, GetDistrictRequest, GetDistrictResponse};

use crate::{app::App, projection::district};

pub(super) async fn get_district(
    app: &App,
    request: Request<GetDistrictRequest>,
) -> Result<GetDistrictResponse, Fault> {
    app.wait(&request.get_ref().after).await?;
    let row = district::get(&app.pool)
        .await?
        .ok_or_else(|| Fault::not_found("district", "the district"))?;
    let district = pb::District {
        display_name: row.display_name,
        zone: row.zone,
        lea_id: row.lea_id,
        etag: etag_of(Version(row.version)),
    };
    Ok(GetDistrictResponse { district: Some(district) })
}
