//! surveys-domain.
