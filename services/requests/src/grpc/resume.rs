//! `Resume`: a wait ends because somebody says so.

use chassis::fault::Fault;
use requests_domain::{
    access::Action,
    request::{Command, Resume},
};
use tonic::Request;
use wire::schoolside::requests::v1::{ResumeRequest, ResumeResponse};

use super::act::Act;
use crate::app::App;

pub(super) async fn resume(
    app: &App,
    request: Request<ResumeRequest>,
) -> Result<ResumeResponse, Fault> {
    let act = Act::begin(app, &request, Action::Work).await?;
    Ok(act.execute(app, Command::Resume(Resume)).await?.into())
}
