//! What happens here when another context's event arrives.

pub(crate) mod request;
