//! What every verb on an existing request does alike: find it, see whether the caller may, execute, answer.

use chassis::{call::call_of, fault::Fault};
use eventlog::{Call, Executed, Recorded};
use kernel::{CommandId, Decider, StreamId};
use prost::{Message, Name};
use requests_domain::{
    Request,
    access::{self, Action, Reader, Visibility},
    request::{Command, Event, State},
};
use wire::schoolside::requests::v1 as pb;

use super::parse;
use crate::{access as scope, app::App, resource};

/// A message that asks for something to be done to a request.
pub(super) trait Ask: Message + Name {
    fn name(&self) -> &str;
    fn command_id(&self) -> &str;
    fn etag(&self) -> &str;
}

/// What a verb changed, for its reply.
pub(super) struct Changed {
    request: pb::Request,
    etag: String,
    consistency: String,
}

macro_rules! verbs {
    ($($ask:ident => $answer:ident),+ $(,)?) => {
        $(impl Ask for pb::$ask {
            fn name(&self) -> &str { &self.name }
            fn command_id(&self) -> &str { &self.command_id }
            fn etag(&self) -> &str { &self.etag }
        }
        answers!($answer);)+
    };
}
macro_rules! answers {
    ($answer:ident) => {
        impl From<Changed> for pb::$answer {
            fn from(Changed { request, etag, consistency }: Changed) -> Self {
                Self { request: Some(request), etag, consistency }
            }
        }
    };
}
answers!(OpenResponse);
verbs! {
    ReplyRequest => ReplyResponse,
    PauseRequest => PauseResponse,
    ResumeRequest => ResumeResponse,
    ReassignRequest => ReassignResponse,
    ReclassifyRequest => ReclassifyResponse,
    ChangePriorityRequest => ChangePriorityResponse,
    ChangeSchoolRequest => ChangeSchoolResponse,
    MarkDuplicateRequest => MarkDuplicateResponse,
    ResolveRequest => ResolveResponse,
    ReopenRequest => ReopenResponse,
    CloseRequest => CloseResponse,
    CancelRequest => CancelResponse,
    EraseRequest => EraseResponse,
}

/// A caller about to do something to a request.
pub(super) struct Act {
    call: Call,
    pub(super) stream: StreamId,
    pub(super) reader: Reader,
    pub(super) state: State,
    history: Vec<Recorded>,
    seen: Visibility,
}

impl Act {
    /// Finds the request and sees whether the caller may. What the caller may not know of is missing.
    pub(super) async fn begin<T: Ask>(
        app: &App,
        request: &tonic::Request<T>,
        action: Action,
    ) -> Result<Self, Fault> {
        let ask = request.get_ref();
        let (caller, call) = call_of(request, ask.command_id(), ask.etag())?;
        let stream = parse::request(app, ask.name()).await?;
        let history = app.log.load(stream).await?;
        let state = state_before(call.command_id, &history)?;
        let reader = scope::reader(app, &caller).await?;
        let seen = access::may_read(&reader, &state);
        if seen == Visibility::None {
            return Err(parse::no_request(ask.name()));
        }
        if !access::may_act(&reader, &state, action) {
            return Err(Fault::denied("this is for others to do with this request"));
        }
        Ok(Self { call, stream, reader, state, history, seen })
    }

    /// Executes, and answers with the request as its caller knew it: who hands a request over is told what became of it.
    pub(super) async fn execute(self, app: &App, command: Command) -> Result<Changed, Fault> {
        let Self { call, stream, history, seen, .. } = self;
        let executed =
            eventlog::execute_from::<Request>(&app.log, call, stream, history, command).await?;
        Ok(Changed::by(app, stream, &executed, seen))
    }
}

impl Changed {
    /// What a command led to, as far as its caller may see it.
    pub(super) fn by(
        app: &App,
        stream: StreamId,
        executed: &Executed<Request>,
        seen: Visibility,
    ) -> Self {
        Self {
            request: resource::request(stream, &executed.state, seen),
            etag: resource::etag(executed.version.0),
            consistency: app.consistency(stream, executed),
        }
    }
}

/// The state before a command, had it been executed already: a repeated hand-over is judged as the first was,
/// although the request lies outside the caller's scope by now.
fn state_before(command: CommandId, events: &[Recorded]) -> Result<State, Fault> {
    let before = events.iter().take_while(|event| event.command_id != command);
    let mut state = State::default();
    for recorded in before {
        let event = recorded.decode::<Event>().map_err(Fault::bug)?;
        state = Request::evolve(state, &event);
    }
    Ok(state)
}
