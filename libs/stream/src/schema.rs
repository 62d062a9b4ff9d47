//! The tables of a context's subscriptions.

use eventlog::InstallError;
use sqlx::{AssertSqlSafe, PgPool};

/// Installs the tables of a context's subscriptions in its schema, which [`eventlog::install`] or a migration
/// has made or which is made here. Safe to repeat.
///
/// # Errors
/// When the name is unfit or the database refuses.
#[expect(clippy::disallowed_methods, reason = "at start, before anybody calls")]
pub async fn install(pool: &PgPool, context: &'static str) -> Result<(), InstallError> {
    if !eventlog::is_context_name(context) {
        return Err(InstallError::Name(context));
    }
    let mut transaction = pool.begin().await?;
    let prelude = "set local client_min_messages = warning; \
                   select pg_advisory_xact_lock(hashtext('schoolside.install'))";
    sqlx::raw_sql(prelude).execute(&mut *transaction).await?;
    let tables = include_str!("schema.sql").replace("{context}", context);
    let sql = format!("create schema if not exists {context};\n{tables}");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *transaction).await?;
    Ok(transaction.commit().await?)
}
