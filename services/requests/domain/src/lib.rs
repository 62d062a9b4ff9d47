//! requests-domain.
