//! What surveys keeps to be asked for, one read model per file.

pub(crate) mod invitation;
pub(crate) mod request;
