//! Running a command through its rules: load ▸ decide ▸ append.

use kernel::{
    CommandId, Decider, DecodeError, EventCodec, Position, StreamId, Timestamp, Version,
    time::to_microsecond,
};
use wire::EventMeta;

use crate::{Append, AppendError, Appended, ExecuteError, LoadError, Log, NewEvent, Recorded};

/// How often a command is decided afresh because others changed its stream meanwhile.
const TRIES: u32 = 8;

/// What a caller brings beside the command itself.
#[derive(Debug, Clone)]
pub struct Call {
    /// The caller's name for the attempt.
    pub command_id: CommandId,
    /// A digest of the request.
    pub request_hash: [u8; 32],
    /// The version that the caller has seen (its etag); `None` when it does not care.
    pub expected: Option<Version>,
    /// Who does it and in which context.
    pub meta: EventMeta,
}

/// What a command led to.
#[derive(Debug, Clone)]
pub struct Executed<D: Decider> {
    /// The aggregate's state with the command's last event.
    pub state: D::State,
    /// The stream's version then.
    pub version: Version,
    /// The position of that event: what a view must have applied to show it. 0 for a stream without events.
    pub position: Position,
    /// Whether the command had been executed before; the outcome is that of then.
    pub duplicate: bool,
    /// How many events the command has; 0 when all that it asks for held already.
    pub events: usize,
}

/// Executes a command on a stream, by the log's clock.
///
/// Repeating a command returns its first outcome. Without an expected version, a change by others in between
/// is met by deciding afresh, up to eight times. The work goes on when the caller goes away.
///
/// # Errors
/// When a rule declines it, the caller's version is out of date, or the log fails.
pub async fn execute<D: Decider + 'static>(
    log: &Log,
    call: Call,
    stream: StreamId,
    command: D::Command,
) -> Result<Executed<D>, ExecuteError<D::Refusal>> {
    unbroken::<D>(log.clone(), call, stream, command, None).await
}

/// As [`execute`], beginning with a history that the caller has just loaded: it is loaded again only when others have
/// changed the stream since.
///
/// # Errors
/// As [`execute`].
pub async fn execute_from<D: Decider + 'static>(
    log: &Log,
    call: Call,
    stream: StreamId,
    history: Vec<Recorded>,
    command: D::Command,
) -> Result<Executed<D>, ExecuteError<D::Refusal>> {
    unbroken::<D>(log.clone(), call, stream, command, Some(Start::History(history))).await
}

/// As [`execute`], on a state that the caller has just loaded or knows to be the present one: `known` is not loaded
/// again. A change by others since then is [`ExecuteError::Stale`], because the command was made for that state.
///
/// # Errors
/// As [`execute`].
pub async fn execute_on<D: Decider + 'static>(
    log: &Log,
    call: Call,
    stream: StreamId,
    known: (D::State, Version),
    command: D::Command,
) -> Result<Executed<D>, ExecuteError<D::Refusal>> {
    let (state, version) = known;
    let call = Call { expected: Some(version), ..call };
    let known = Loaded { state, version, position: Position(0) };
    unbroken(log.clone(), call, stream, command, Some(Start::State(known))).await
}

/// What is known of a stream when a command begins.
enum Start<D: Decider> {
    History(Vec<Recorded>),
    State(Loaded<D>),
}

/// Runs the command in a task of its own, so that a caller who goes away does not cut it off midway.
async fn unbroken<D: Decider + 'static>(
    log: Log,
    call: Call,
    stream: StreamId,
    command: D::Command,
    start: Option<Start<D>>,
) -> Result<Executed<D>, ExecuteError<D::Refusal>> {
    #[expect(
        clippy::disallowed_methods,
        reason = "below the chassis; its outcome, a panic too, is passed on"
    )]
    let task = tokio::spawn(async move { attempt::<D>(&log, &call, stream, command, start).await });
    match task.await {
        Ok(outcome) => outcome,
        Err(failure) => match failure.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is shutting down around us.
            Err(_) => Err(ExecuteError::Append(AppendError::OutcomeUnknown)),
        },
    }
}

/// A stream's present state and version.
///
/// # Errors
/// When it cannot be read or understood.
pub async fn load<D: Decider>(
    log: &Log,
    stream: StreamId,
) -> Result<(D::State, Version), LoadError> {
    Ok(fold::<D>(&log.load(stream).await?)?)
}

/// The state and version that a stream's events lead to.
///
/// # Errors
/// When one of them cannot be understood.
pub fn fold<D: Decider>(history: &[Recorded]) -> Result<(D::State, Version), DecodeError> {
    let loaded = Loaded::<D>::of(history)?;
    Ok((loaded.state, loaded.version))
}

struct Loaded<D: Decider> {
    state: D::State,
    version: Version,
    position: Position,
}

impl<D: Decider> Loaded<D> {
    fn of(events: &[Recorded]) -> Result<Self, DecodeError> {
        let mut loaded =
            Self { state: D::State::default(), version: Version(0), position: Position(0) };
        for recorded in events {
            let event = recorded.decode::<D::Event>()?;
            loaded.state = D::evolve(loaded.state, &event);
            loaded.version = recorded.version;
            loaded.position = recorded.position;
        }
        Ok(loaded)
    }
}

async fn attempt<D: Decider>(
    log: &Log,
    call: &Call,
    stream: StreamId,
    command: D::Command,
    mut start: Option<Start<D>>,
) -> Result<Executed<D>, ExecuteError<D::Refusal>> {
    let mut current = Version(0);
    for _ in 0..TRIES {
        let loaded = match start.take() {
            Some(Start::State(known)) => known,
            start => {
                let history = match start {
                    Some(Start::History(history)) => history,
                    _ => log.load(stream).await?,
                };
                if let Some(executed) = earlier::<D>(log, call, &history).await? {
                    return Ok(executed);
                }
                Loaded::<D>::of(&history)?
            }
        };
        current = loaded.version;
        if call.expected.is_some_and(|seen| seen != current) {
            return Err(ExecuteError::Stale { current });
        }
        let now = to_microsecond(log.clock().now());
        let events =
            D::decide(&loaded.state, command.clone(), now).map_err(ExecuteError::Refused)?;
        if events.is_empty() {
            return Ok(unchanged(loaded));
        }
        let append = to_append::<D>(call, stream, current, &events, now);
        match log.append(append).await {
            Ok(Appended { duplicate: true, .. }) | Err(AppendError::Conflict { .. }) => {}
            Ok(appended) => {
                let state = events.iter().fold(loaded.state, D::evolve);
                let Appended { version, position, duplicate } = appended;
                return Ok(Executed { state, version, position, duplicate, events: events.len() });
            }
            Err(failure) => return Err(ExecuteError::Append(failure)),
        }
    }
    Err(ExecuteError::Append(AppendError::Conflict { current }))
}

/// The outcome of this command when the stream has its events already.
async fn earlier<D: Decider>(
    log: &Log,
    call: &Call,
    history: &[Recorded],
) -> Result<Option<Executed<D>>, ExecuteError<D::Refusal>> {
    let Some(last) = history.iter().rposition(|event| event.command_id == call.command_id) else {
        return Ok(None);
    };
    // Once the id itself is forgotten, the events still tell that it was executed.
    let known = log.request_hash(call.command_id).await?;
    if known.is_some_and(|hash| hash != call.request_hash) {
        return Err(ExecuteError::Append(AppendError::CommandIdReused));
    }
    let Loaded { state, version, position } = Loaded::<D>::of(&history[..=last])?;
    let events = history.iter().filter(|event| event.command_id == call.command_id).count();
    Ok(Some(Executed { state, version, position, duplicate: true, events }))
}

fn unchanged<D: Decider>(loaded: Loaded<D>) -> Executed<D> {
    let Loaded { state, version, position } = loaded;
    Executed { state, version, position, duplicate: false, events: 0 }
}

fn to_append<D: Decider>(
    call: &Call,
    stream: StreamId,
    expected: Version,
    events: &[D::Event],
    now: Timestamp,
) -> Append {
    let erase_private = events.iter().any(EventCodec::erases_private);
    let events = events.iter().map(|event| {
        let encoded = event.encode();
        NewEvent {
            name: format!("{}.{}", D::KIND, event.name()),
            revision: event.revision(),
            occurred_at: event.occurred_at().map_or(now, to_microsecond),
            payload: encoded.payload,
            private: encoded.private,
        }
    });
    Append {
        command_id: call.command_id,
        stream,
        kind: D::KIND,
        expected,
        request_hash: call.request_hash,
        events: events.collect(),
        meta: call.meta.clone(),
        recorded_at: now,
        erase_private,
    }
}
