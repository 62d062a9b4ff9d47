//! The tables: published terms, the catalogue's codes, the facts of requests, and the board.

pub(crate) mod clock;
pub(crate) mod request_facts;
pub(crate) mod request_type;
pub(crate) mod term;

use sqlx::PgConnection;

/// The number of the lock that orders publications against looks: `S`, `L`, `A`.
const TERMS: i64 = 0x53_4C_41;

/// Held by whoever looks at clocks, to the end of its transaction.
///
/// INVARIANT: a look sees either all of a publication or leaves rows that the publication finds. Without the lock a
/// request that is taken in beside a publication could miss its first policy for ever.
pub(crate) async fn share_terms(tx: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("select pg_advisory_xact_lock_shared($1)").bind(TERMS).execute(tx).await?;
    Ok(())
}

/// Held by whoever takes a publication in.
pub(crate) async fn own_terms(tx: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("select pg_advisory_xact_lock($1)").bind(TERMS).execute(tx).await?;
    Ok(())
}
