//! `Cancel`: the request is withdrawn.

use chassis::fault::Fault;
use requests_domain::{
    access::Action,
    request::{Cancel, Command},
};
use tonic::Request;
use wire::schoolside::requests::v1::{CancelRequest, CancelResponse};

use super::{act::Act, parse};
use crate::app::App;

pub(super) async fn cancel(
    app: &App,
    request: Request<CancelRequest>,
) -> Result<CancelResponse, Fault> {
    let act = Act::begin(app, &request, Action::Judge).await?;
    let ask = request.into_inner();
    let cancel = Cancel {
        reason: parse::word("reason", &ask.reason)?,
        note: parse::text("note", &ask.note)?,
    };
    Ok(act.execute(app, Command::Cancel(cancel)).await?.into())
}
