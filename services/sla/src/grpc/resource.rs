//! Messages and the domain's words: what several rpcs share.

use chassis::{fault::Fault, parse};
use kernel::{PolicyId, Version};
use prost::Message;
use sla_domain::{
    case::{ClockKey, Unready},
    fault::Faults,
};
use stream::HandleError;
use wire::schoolside::sla::v1 as pb;

use crate::{app::App, projection::clock::Clock};

/// The most bytes of a calendar or policy file: what becomes of it must fit one event.
const MAX_FILE_BYTES: usize = 256 * 1024;

/// An id in a resource name.
pub(super) fn id<T>(field: &str, collection: &str, name: &str) -> Result<T, Fault>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let id = parse::resource(field, collection, name)?;
    id.parse().map_err(|error: T::Err| Fault::invalid(field, error.to_string()))
}

/// An id in a resource name; empty is none.
pub(super) fn optional_id<T>(field: &str, collection: &str, name: &str) -> Result<Option<T>, Fault>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    if name.is_empty() { Ok(None) } else { id(field, collection, name).map(Some) }
}

/// The text of a file.
pub(super) fn file(text: &str) -> Result<&str, Fault> {
    file_in("file", text)
}

/// The text of a file in this field.
pub(super) fn file_in<'a>(field: &str, text: &'a str) -> Result<&'a str, Fault> {
    let bytes = text.len();
    if bytes > MAX_FILE_BYTES {
        let problem = format!("has {bytes} bytes; at most {MAX_FILE_BYTES} are taken");
        return Err(Fault::invalid(field, problem));
    }
    if text.trim().is_empty() {
        return Err(Fault::invalid(field, "must not be empty: send the text of the file"));
    }
    Ok(text)
}

/// A refused file, with everything that is wrong with it, each with its path.
pub(super) fn flawed(refusal: &impl kernel::Refusal, faults: &Faults) -> Fault {
    flawed_in("file", refusal, faults)
}

/// As [`flawed`], for a file in this field.
pub(super) fn flawed_in(field: &str, refusal: &impl kernel::Refusal, faults: &Faults) -> Fault {
    let violations = faults.0.iter().map(|fault| {
        let field = format!("{field}.{}", fault.path).trim_end_matches('.').to_owned();
        (field, fault.to_string())
    });
    Fault::refused(refusal).with_violations(violations.collect::<Vec<_>>())
}

/// The id of a policy that is given and not published.
pub(super) fn draft_id() -> Result<PolicyId, Fault> {
    "draft".parse().map_err(Fault::bug)
}

/// Why a question cannot be answered: what it needs cannot be read.
pub(super) fn unread(error: HandleError) -> Fault {
    match error {
        HandleError::Transient(error) => {
            tracing::warn!(error = kernel::chain(&*error), "a question cannot be answered now");
            Fault::unavailable("the database is not available: try again shortly")
        }
        HandleError::Poison(error) => Fault::bug(error),
    }
}

/// Why a question cannot be answered yet: what it reckons with is on its way.
#[expect(clippy::needless_pass_by_value, reason = "it is mapped over")]
pub(super) fn unready(unready: Unready) -> Fault {
    Fault::unavailable(format!("{unready}: try again shortly"))
}

/// A version of a calendar, from its event.
pub(super) fn calendar(payload: &[u8]) -> Result<pb::Calendar, Fault> {
    let published = pb::CalendarPublished::decode(payload).map_err(Fault::bug)?;
    Ok(pb::Calendar {
        name: format!("calendars/{}", published.calendar_id),
        version: published.version,
        effective_from: published.effective_from,
        definition: published.definition,
    })
}

/// A version of a policy, from its event.
pub(super) fn policy(payload: &[u8]) -> Result<pb::PolicyPublished, Fault> {
    pb::PolicyPublished::decode(payload).map_err(Fault::bug)
}

/// The event by which a stream of publications came to a version; `None` if it never did.
pub(super) async fn published(
    app: &App,
    stream: kernel::StreamId,
    version: Option<Version>,
) -> Result<Option<(Vec<u8>, Version)>, Fault> {
    let events = app.log.load(stream).await?;
    let is_it =
        |event: &&eventlog::Recorded| version.is_none_or(|version| event.version == version);
    Ok(events.iter().rev().find(is_it).map(|event| (event.payload.clone(), event.version)))
}

/// Which cycle of which clock.
pub(super) fn clock_ref(key: ClockKey) -> pb::ClockRef {
    let metric = key.metric.to_string();
    let cycle = i32::try_from(key.cycle).unwrap_or(i32::MAX);
    pb::ClockRef { target: metric.clone(), metric, cycle }
}

/// A clock.
pub(super) fn clock(clock: Clock) -> pb::Clock {
    let at = |instant: Option<kernel::Timestamp>| instant.map(wire::time::to_proto);
    let metric = clock.metric.to_string();
    pb::Clock {
        request: format!("requests/{}", clock.request),
        clock: Some(pb::ClockRef { target: metric.clone(), metric, cycle: clock.cycle }),
        state: clock.state.into(),
        started_at: at(Some(clock.started_at)),
        due_at: at(clock.due_at),
        fulfilled_at: at(clock.fulfilled_at),
        breached_at: at(clock.breached_at),
        warned_percent: clock.warned_percent,
        basis: Some(clock.basis),
        snapshot: Some(clock.snapshot),
    }
}
