//! routing-domain.
