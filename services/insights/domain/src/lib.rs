//! insights-domain.
