//! surveys.
