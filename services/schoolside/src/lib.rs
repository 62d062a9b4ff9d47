//! schoolside.
