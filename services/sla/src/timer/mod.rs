//! What happens here when time passes.

pub(crate) mod due;
