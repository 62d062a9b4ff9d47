//! The rules of surveys, free of I/O: questionnaires, who is invited, and what may be answered until when.
//!
//! Two aggregates: [`instrument`] (the published versions of a questionnaire) and [`invitation`] (one invitation
//! with its one response). Who is invited after a resolution is the pure rule [`eligibility`].

pub mod eligibility;
pub mod instrument;
pub mod invitation;

/// The questionnaire that asks about one resolved request.
pub const TRANSACTIONAL: &str = "transactional";
