//! What happens here when time passes.

pub(crate) mod auto_close;
