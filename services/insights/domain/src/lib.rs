//! What the figures mean: case facts folded from events, judged as of an instant, and the statistics over them.
//!
//! - [`facts`]: what is known of one request, in parts by source, each a fold of one stream.
//! - [`judgement`]: a case as it stood at an instant, from times alone.
//! - [`figures`]: attainment in three definitions and durations with censoring, over any set of cases.
//! - [`survival`], [`proportion`], [`percentile`]: exact quantiles, honest intervals.
//!
//! Nothing here reads a clock or a database: the same facts and the same instant give the same figures.

pub mod facts;
pub mod figures;
pub mod judgement;
pub mod percentile;
pub mod proportion;
pub mod scorecard;
pub mod survival;

#[cfg(test)]
mod boston;
