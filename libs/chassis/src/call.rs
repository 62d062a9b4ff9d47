//! From a gRPC request to a command's call: who, under which id, on which version, in which trace.

use std::time::Duration;

use eventlog::{Call, EventMeta};
use prost::{Message, Name};
use sha2::{Digest, Sha256};
use tonic::Request;

use crate::{clock::Deadline, fault::Fault, identity::Caller, parse, telemetry};

/// How long to wait where no deadline is known.
const PATIENCE: Duration = Duration::from_secs(4);
/// What a handler needs after it has waited.
const MARGIN: Duration = Duration::from_millis(100);

/// Who calls, as the authentication layer found out.
///
/// # Errors
/// When the layer is missing: a fault of ours, and never an open door.
pub fn caller_of<T>(request: &Request<T>) -> Result<Caller, Fault> {
    request
        .extensions()
        .get::<Caller>()
        .cloned()
        .ok_or_else(|| Fault::bug("a call reached a handler without an identity"))
}

/// How long a handler may still take, in real time, with a little left for the answer: for waiting on a view.
#[must_use]
pub fn patience_of<T>(request: &Request<T>) -> Duration {
    let deadline = request.extensions().get::<Deadline>();
    deadline.map_or(PATIENCE, |deadline| deadline.remaining().saturating_sub(MARGIN))
}

/// The caller, and the call of a changing rpc: its id, the digest of what it asks, the version it has seen.
///
/// # Errors
/// When the command id or the etag is not one.
pub fn call_of<T: Message + Name>(
    request: &Request<T>,
    command_id: &str,
    etag: &str,
) -> Result<(Caller, Call), Fault> {
    let caller = caller_of(request)?;
    let command_id = parse::command_id(command_id)?;
    let mut digest = Sha256::new();
    digest.update(T::full_name());
    digest.update([0]);
    digest.update(caller.subject.as_bytes());
    digest.update([0]);
    digest.update(request.get_ref().encode_to_vec());
    let meta = EventMeta {
        actor: caller.subject.clone(),
        roles: caller.roles.iter().map(|role| role.as_str().to_owned()).collect(),
        correlation_id: command_id.to_string(),
        traceparent: telemetry::traceparent(),
        ..EventMeta::default()
    };
    let expected = parse::etag("etag", etag)?;
    Ok((caller, Call { command_id, request_hash: digest.finalize().into(), expected, meta }))
}

/// The most reactions that may follow from one another: loops end here.
pub const MAX_CAUSATION_DEPTH: i32 = 16;

/// The call of a reaction to an event: a deterministic id, the event as its cause, the same trace.
///
/// # Errors
/// When the chain of reactions is too long to be anything but a loop.
pub fn reaction_call(
    reaction: &str,
    event: &eventlog::Recorded,
) -> Result<Call, stream::HandleError> {
    let depth = event.meta.causation_depth + 1;
    if depth > MAX_CAUSATION_DEPTH {
        return Err(stream::HandleError::Poison(
            format!("{depth} reactions follow from one another: this is a loop").into(),
        ));
    }
    let command_id = kernel::CommandId::of_reaction(reaction, event.event_id);
    Ok(Call {
        command_id,
        request_hash: Sha256::digest(command_id.0.as_bytes()).into(),
        expected: None,
        meta: EventMeta {
            actor: format!("system/{reaction}"),
            roles: vec!["system".to_owned()],
            correlation_id: event.meta.correlation_id.clone(),
            causation_id: event.event_id.to_string(),
            traceparent: event.meta.traceparent.clone(),
            causation_depth: depth,
            following: 0,
        },
    })
}

/// The call of a timer: `key` names what is due, so that doing it twice is a duplicate.
#[must_use]
pub fn timer_call(timer: &str, key: &str) -> Call {
    let command_id = kernel::CommandId::of(&format!("{timer}/{key}"));
    Call {
        command_id,
        request_hash: Sha256::digest(command_id.0.as_bytes()).into(),
        expected: None,
        meta: EventMeta {
            actor: format!("system/{timer}"),
            roles: vec!["system".to_owned()],
            correlation_id: command_id.to_string(),
            traceparent: telemetry::traceparent(),
            ..EventMeta::default()
        },
    }
}
