//! `Reply`: somebody writes. As whom follows from who they are to the request.

use chassis::fault::Fault;
use requests_domain::{
    access::{self, Action},
    request::{Command, Reply},
};
use tonic::Request;
use wire::schoolside::requests::v1::{ReplyRequest, ReplyResponse};

use super::{act::Act, parse};
use crate::app::App;

pub(super) async fn reply(
    app: &App,
    request: Request<ReplyRequest>,
) -> Result<ReplyResponse, Fault> {
    let act = Act::begin(app, &request, Action::Reply).await?;
    let ask = request.into_inner();
    let reply = Reply {
        author: access::author(&act.reader, &act.state),
        public: !ask.internal,
        body: parse::text("body", &ask.body)?.unwrap_or_default(),
    };
    Ok(act.execute(app, Command::Reply(reply)).await?.into())
}
