//! How an event becomes bytes and is read back.

use crate::time::Timestamp;

/// An event as bytes: what is published, and what stays private.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The published protobuf message; never free text, never personal data.
    pub payload: Vec<u8>,
    /// The private part: whatever a person typed and whatever names a person. Deletable on request.
    pub private: Option<Vec<u8>>,
}

/// An aggregate's events, seen from the log.
pub trait EventCodec: Sized {
    /// The event's name within its aggregate, in snake case and the past tense: `opened`.
    fn name(&self) -> &'static str;

    /// The revision of the event's message; raised when its meaning changes, upcast in [`EventCodec::decode`].
    fn revision(&self) -> u16 {
        1
    }

    /// When it is said to have happened; `None` means when it is recorded.
    fn occurred_at(&self) -> Option<Timestamp> {
        None
    }

    /// Whether recording it destroys the private parts of the stream's earlier events.
    fn erases_private(&self) -> bool {
        false
    }

    /// The event as bytes.
    fn encode(&self) -> Encoded;

    /// Reads an event back. `private` is absent for readers outside the service, and after an erasure.
    ///
    /// # Errors
    /// When the name or revision is unknown or the bytes are not such an event.
    fn decode(
        name: &str,
        revision: u16,
        payload: &[u8],
        private: Option<&[u8]>,
    ) -> Result<Self, DecodeError>;
}

/// Why stored bytes are not an event of this aggregate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// No event of this name and revision is known to this build.
    #[error("unknown event {name} revision {revision}")]
    Unknown {
        /// The name met.
        name: String,
        /// The revision met.
        revision: u16,
    },
    /// The bytes are not the protobuf message they claim to be.
    #[error("malformed {name}: {detail}")]
    Malformed {
        /// The event's name.
        name: String,
        /// What protobuf said.
        detail: String,
    },
    /// The message is well formed, but a field it must carry is missing or out of range.
    #[error("{name} has an invalid {field}")]
    Invalid {
        /// The event's name.
        name: &'static str,
        /// The field.
        field: &'static str,
    },
}
