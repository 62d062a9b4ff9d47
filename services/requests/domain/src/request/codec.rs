//! The events of a request by their names: one line per event, each delegating to its file.

use kernel::{DecodeError, Encoded, EventCodec, Timestamp};

use super::{
    Cancelled, Closed, DueDateStated, Erased, Event, Held, Imported, Opened, Paused,
    PriorityChanged, Reassigned, Reclassified, Reopened, Replied, Resolved, Resumed, Routed,
    SchoolChanged,
};

impl EventCodec for Event {
    fn name(&self) -> &'static str {
        match self {
            Self::Opened(_) => "opened",
            Self::Imported(_) => "imported",
            Self::Held(_) => "held",
            Self::DueDateStated(_) => "due_date_stated",
            Self::Routed(_) => "routed",
            Self::Reassigned(_) => "reassigned",
            Self::Reclassified(_) => "reclassified",
            Self::PriorityChanged(_) => "priority_changed",
            Self::SchoolChanged(_) => "school_changed",
            Self::Replied(_) => "replied",
            Self::Paused(_) => "paused",
            Self::Resumed(_) => "resumed",
            Self::Resolved(_) => "resolved",
            Self::Reopened(_) => "reopened",
            Self::Closed(_) => "closed",
            Self::Cancelled(_) => "cancelled",
            Self::Erased(_) => "erased",
        }
    }

    fn occurred_at(&self) -> Option<Timestamp> {
        match self {
            Self::Opened(opened) => Some(opened.facts.opened_at),
            Self::Held(held) => Some(held.from),
            Self::DueDateStated(stated) => Some(stated.from),
            Self::Resolved(resolved) => Some(resolved.at),
            Self::Imported(_)
            | Self::Routed(_)
            | Self::Reassigned(_)
            | Self::Reclassified(_)
            | Self::PriorityChanged(_)
            | Self::SchoolChanged(_)
            | Self::Replied(_)
            | Self::Paused(_)
            | Self::Resumed(_)
            | Self::Reopened(_)
            | Self::Closed(_)
            | Self::Cancelled(_)
            | Self::Erased(_) => None,
        }
    }

    fn erases_private(&self) -> bool {
        matches!(self, Self::Erased(_))
    }

    fn encode(&self) -> Encoded {
        match self {
            Self::Opened(event) => event.encode(),
            Self::Imported(event) => event.encode(),
            Self::Held(event) => event.encode(),
            Self::DueDateStated(event) => event.encode(),
            Self::Routed(event) => event.encode(),
            Self::Reassigned(event) => event.encode(),
            Self::Reclassified(event) => event.encode(),
            Self::PriorityChanged(event) => event.encode(),
            Self::SchoolChanged(event) => event.encode(),
            Self::Replied(event) => event.encode(),
            Self::Paused(event) => event.encode(),
            Self::Resumed(event) => event.encode(),
            Self::Resolved(event) => event.encode(),
            Self::Reopened(event) => event.encode(),
            Self::Closed(event) => event.encode(),
            Self::Cancelled(event) => event.encode(),
            Self::Erased(event) => event.encode(),
        }
    }

    fn decode(
        name: &str,
        revision: u16,
        payload: &[u8],
        private: Option<&[u8]>,
    ) -> Result<Self, DecodeError> {
        match (name, revision) {
            ("opened", 1) => Opened::decode(payload, private).map(|it| Self::Opened(Box::new(it))),
            ("imported", 1) => Imported::decode(payload).map(Self::Imported),
            ("held", 1) => Held::decode(payload).map(Self::Held),
            ("due_date_stated", 1) => DueDateStated::decode(payload).map(Self::DueDateStated),
            ("routed", 1) => Routed::decode(payload).map(Self::Routed),
            ("reassigned", 1) => Reassigned::decode(payload, private).map(Self::Reassigned),
            ("reclassified", 1) => {
                Reclassified::decode(payload, private).map(|it| Self::Reclassified(Box::new(it)))
            }
            ("priority_changed", 1) => PriorityChanged::decode(payload).map(Self::PriorityChanged),
            ("school_changed", 1) => SchoolChanged::decode(payload).map(Self::SchoolChanged),
            ("replied", 1) => Replied::decode(payload, private).map(Self::Replied),
            ("paused", 1) => Paused::decode(payload, private).map(Self::Paused),
            ("resumed", 1) => Resumed::decode(payload).map(Self::Resumed),
            ("resolved", 1) => Resolved::decode(payload, private).map(Self::Resolved),
            ("reopened", 1) => Reopened::decode(payload, private).map(Self::Reopened),
            ("closed", 1) => Closed::decode(payload).map(Self::Closed),
            ("cancelled", 1) => Cancelled::decode(payload, private).map(Self::Cancelled),
            ("erased", 1) => Erased::decode(payload).map(Self::Erased),
            _ => Err(DecodeError::Unknown { name: name.to_owned(), revision }),
        }
    }
}
