//! insights.
