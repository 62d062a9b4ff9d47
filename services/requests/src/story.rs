//! A request's events as the API shows them: what is published, and the free text for those who may read it.

use chassis::fault::Fault;
use eventlog::Recorded;
use prost::Message;
use requests_domain::access::{Side, Visibility};
use wire::{
    schoolside::requests::v1::{
        self as pb, TextState,
        request_event::{Detail, Text},
    },
    time::to_proto,
};

/// How a story is told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Telling {
    /// Whether free text is shown.
    pub(crate) seen: Visibility,
    /// On which side the reader stands.
    pub(crate) side: Side,
    /// The version of the last erasure; 0 if there was none.
    pub(crate) erased_at: i32,
}

/// One event of the story; `None` when it is internal and the reader asked for the request.
pub(crate) fn tell(
    recorded: &Recorded,
    telling: Telling,
) -> Result<Option<pb::RequestEvent>, Fault> {
    let (detail, text) = parts(recorded).map_err(Fault::bug)?;
    let staff = telling.side == Side::Staff;
    if !staff && matches!(&detail, Detail::Replied(replied) if !replied.public) {
        return Ok(None);
    }
    // A note with a hand-over or a reclassification is between colleagues.
    let internal = !staff && matches!(detail, Detail::Reassigned(_) | Detail::Reclassified(_));
    let shown = telling.seen == Visibility::Full && !internal;
    let text_state = match (&text, shown) {
        (Some(_), true) => TextState::Shown,
        (Some(_), false) => TextState::Withheld,
        (None, _) if recorded.version.0 < telling.erased_at && may_have_text(&detail) => {
            TextState::Destroyed
        }
        (None, _) => TextState::Unspecified,
    };
    Ok(Some(pb::RequestEvent {
        event_id: recorded.event_id.to_string(),
        r#type: recorded.name.clone(),
        version: recorded.version.0,
        occurred_at: Some(to_proto(recorded.occurred_at)),
        recorded_at: Some(to_proto(recorded.recorded_at)),
        actor: recorded.meta.actor.clone(),
        text_state: text_state.into(),
        detail: Some(detail),
        text: text.filter(|_| shown),
    }))
}

fn may_have_text(detail: &Detail) -> bool {
    match detail {
        Detail::Opened(opened) => !opened.imported,
        Detail::Reassigned(_)
        | Detail::Reclassified(_)
        | Detail::Replied(_)
        | Detail::Paused(_)
        | Detail::Resolved(_)
        | Detail::Reopened(_)
        | Detail::Cancelled(_) => true,
        Detail::Imported(_)
        | Detail::Held(_)
        | Detail::DueDateStated(_)
        | Detail::Routed(_)
        | Detail::PriorityChanged(_)
        | Detail::SchoolChanged(_)
        | Detail::Resumed(_)
        | Detail::Closed(_)
        | Detail::Erased(_) => false,
    }
}

/// The published message of an event and its free text, both as stored.
fn parts(recorded: &Recorded) -> Result<(Detail, Option<Text>), prost::DecodeError> {
    let public = recorded.payload.as_slice();
    let private = recorded.private.as_deref();
    macro_rules! with_text {
        ($detail:ident($message:ident), $text:ident($private:ident)) => {{
            let text =
                private.map(|bytes| pb::$private::decode(bytes).map(Text::$text)).transpose()?;
            (Detail::$detail(pb::$message::decode(public)?), text)
        }};
    }
    macro_rules! plain {
        ($detail:ident($message:ident)) => {
            (Detail::$detail(pb::$message::decode(public)?), None)
        };
    }
    Ok(match recorded.event() {
        "opened" => with_text!(Opened(RequestOpened), OpenedText(RequestOpenedPrivate)),
        "imported" => plain!(Imported(RequestImported)),
        "held" => plain!(Held(RequestHeld)),
        "due_date_stated" => plain!(DueDateStated(RequestDueDateStated)),
        "routed" => plain!(Routed(RequestRouted)),
        "reassigned" => {
            with_text!(Reassigned(RequestReassigned), ReassignedText(RequestReassignedPrivate))
        }
        "reclassified" => with_text!(
            Reclassified(RequestReclassified),
            ReclassifiedText(RequestReclassifiedPrivate)
        ),
        "priority_changed" => plain!(PriorityChanged(RequestPriorityChanged)),
        "school_changed" => plain!(SchoolChanged(RequestSchoolChanged)),
        "replied" => with_text!(Replied(RequestReplied), RepliedText(RequestRepliedPrivate)),
        "paused" => with_text!(Paused(RequestPaused), PausedText(RequestPausedPrivate)),
        "resumed" => plain!(Resumed(RequestResumed)),
        "resolved" => with_text!(Resolved(RequestResolved), ResolvedText(RequestResolvedPrivate)),
        "reopened" => with_text!(Reopened(RequestReopened), ReopenedText(RequestReopenedPrivate)),
        "closed" => plain!(Closed(RequestClosed)),
        "cancelled" => {
            with_text!(Cancelled(RequestCancelled), CancelledText(RequestCancelledPrivate))
        }
        // The domain has decoded the stream before, and it knows no other event.
        _ => plain!(Erased(RequestErased)),
    })
}
