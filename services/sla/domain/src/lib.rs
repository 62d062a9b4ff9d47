//! sla-domain.
