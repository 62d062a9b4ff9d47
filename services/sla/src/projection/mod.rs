//! The tables: published terms, the catalogue's codes, the facts of requests, and the board.

pub(crate) mod change;
pub(crate) mod clock;
pub(crate) mod escalation;
pub(crate) mod history;
pub(crate) mod request_facts;
pub(crate) mod request_type;
pub(crate) mod term;

use sqlx::PgConnection;

/// The number of the lock that orders publications against looks, which `sla.terms_behind` shares: `S`, `L`, `A`.
const TERMS: i64 = 0x53_4C_41;

/// Held by whoever takes a publication in, to the end of its transaction.
pub(crate) async fn own_terms(tx: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("select pg_advisory_xact_lock($1)").bind(TERMS).execute(tx).await?;
    Ok(())
}
