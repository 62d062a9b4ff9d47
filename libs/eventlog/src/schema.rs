//! The log's tables and functions in a context's schema.

use sqlx::{AssertSqlSafe, PgPool, Row};

/// Why a log could not be installed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The context's name cannot be a schema's.
    #[error(
        "{0:?} cannot name a log: use lower-case letters, digits and '_', beginning with a letter"
    )]
    Name(&'static str),
    /// Commits would be acknowledged before they are durable.
    #[error(
        "synchronous_commit is off: set it to on, or acknowledged commands can be lost in a crash"
    )]
    SynchronousCommitOff,
    /// The database refused or could not be reached.
    #[error("the log's tables could not be installed")]
    Database(#[from] sqlx::Error),
}

/// Installs the log of `context`: the schema of that name with its tables and functions. Safe to repeat, and
/// to run from several processes at once.
///
/// # Errors
/// When the name is unfit, the database commits asynchronously, or it refuses.
#[expect(clippy::disallowed_methods, reason = "at start, before anybody calls")]
pub async fn install(pool: &PgPool, context: &'static str) -> Result<(), InstallError> {
    if !is_word(context) {
        return Err(InstallError::Name(context));
    }
    let mut transaction = pool.begin().await?;
    sqlx::raw_sql(
        "set local client_min_messages = warning; select pg_advisory_xact_lock(hashtext('schoolside.install'))",
    )
    .execute(&mut *transaction)
    .await?;
    let sql = include_str!("schema.sql").replace("{context}", context);
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *transaction).await?;
    transaction.commit().await?;
    if commits_durably(pool).await? { Ok(()) } else { Err(InstallError::SynchronousCommitOff) }
}

/// Whether a commit is on disk before it is acknowledged.
pub(crate) async fn commits_durably(pool: &PgPool) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("select current_setting('synchronous_commit'), current_setting('fsync')")
        .fetch_one(pool)
        .await?;
    if row.try_get::<&str, _>(1)? == "off" {
        tracing::warn!("fsync is off: a crash of the machine can lose acknowledged commands");
    }
    Ok(row.try_get::<&str, _>(0)? != "off")
}

/// Whether a context's name can stand in SQL without quotes: a lower-case word.
#[must_use]
pub fn is_word(context: &str) -> bool {
    let mut bytes = context.bytes();
    context.len() <= 48
        && bytes.next().is_some_and(|b| b.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::is_word;

    #[test]
    fn only_plain_words_reach_the_sql() {
        assert!(is_word("requests"));
        for bad in ["", "Requests", "1a", "a-b", "a;b", "a.b", "a\"b", &"a".repeat(49)] {
            assert!(!is_word(bad), "{bad:?} was taken");
        }
    }
}
