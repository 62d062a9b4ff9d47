//! What every command is given beside its own arguments: where the system is, and how to print.

use crate::{connection::ConnectionArgs, out};

/// What every command is given beside its own arguments.
pub struct Context {
    /// Where the system is.
    pub connection: ConnectionArgs,
    /// Whether to print JSON.
    pub json: bool,
}

impl Context {
    /// Prints a message: as JSON, or as the text for people.
    pub fn print<M: prost::Message + prost::Name>(
        &self,
        message: &M,
        text: impl FnOnce(&M) -> String,
    ) {
        if self.json { out::json(&out::to_json(message)) } else { out::line(text(message)) }
    }
}
