//! A database of a test's own.

use std::{str::FromStr, sync::mpsc, time::Duration};

use eventlog::guarded;
use sqlx::{
    AssertSqlSafe, Connection, Executor, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

const VARIABLE: &str = "SCHOOLSIDE_TEST_DATABASE_URL";

/// How long the end of a test waits for its database to be gone.
const PATIENCE: Duration = Duration::from_secs(2);

/// A new, empty database in the server that `SCHOOLSIDE_TEST_DATABASE_URL` names; dropped with this value.
#[derive(Debug)]
pub struct TestDatabase {
    server: String,
    name: String,
}

impl TestDatabase {
    /// Creates it.
    ///
    /// # Panics
    /// When the variable is not set, or the server cannot be reached.
    pub async fn create() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one setting of tests, which have no configuration"
        )]
        let server = std::env::var(VARIABLE).unwrap_or_else(|_| {
            panic!("{VARIABLE} is not set: run ./dev test, or set it to a Postgres server's URL")
        });
        let name = format!("test_{}", crate::command_id().replace('-', ""));
        // A template that nobody can be connected to: databases are created side by side.
        execute(&server, &format!("create database {name} template template0 strategy wal_log"))
            .await;
        Self { server, name }
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        with_database(&self.server, &self.name)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A pool of at most so many connections to it.
    ///
    /// # Panics
    /// When its URL is not one.
    #[must_use]
    pub fn pool(&self, connections: u32) -> PgPool {
        let options = PgConnectOptions::from_str(&self.url()).unwrap_or_else(|error| {
            panic!("{VARIABLE} is not the URL of a Postgres server: {error}")
        });
        guarded(PgPoolOptions::new().max_connections(connections)).connect_lazy_with(options)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let (done, dropped) = mpsc::channel::<()>();
        // The test's own runtime may be ending; and a test that fails must still leave nothing behind.
        std::thread::spawn(move || {
            let _done = done;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if let Ok(runtime) = runtime {
                runtime.block_on(execute(
                    &server,
                    &format!("drop database if exists {name} with (force)"),
                ));
            }
        });
        // A connection that this test was just opening holds the server up until the test's runtime, which waits for
        // us here, lets go of it. The statement is under way by then, and the server brings it to its end.
        let _ = dropped.recv_timeout(PATIENCE);
    }
}

async fn execute(server: &str, sql: &str) {
    let outcome = async {
        let mut connection = PgConnection::connect(server).await?;
        connection.execute(AssertSqlSafe(sql.to_owned())).await?;
        connection.close().await
    };
    if let Err(error) = outcome.await {
        panic!("the test server did not do {sql:?}: {error}");
    }
}

/// The URL with another database's name; what stands behind a question mark stays.
fn with_database(url: &str, name: &str) -> String {
    let (base, options) =
        url.split_once('?').map_or((url, None), |(base, options)| (base, Some(options)));
    let authority = base.find("://").map_or(0, |at| at + 3);
    let end = base[authority..].find('/').map_or(base.len(), |at| authority + at);
    let options = options.map(|options| format!("?{options}")).unwrap_or_default();
    format!("{}/{name}{options}", &base[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_of_the_database_keeps_host_and_options() {
        for (url, expected) in [
            ("postgres://p@h:1/postgres", "postgres://p@h:1/t"),
            ("postgres://p@h:1", "postgres://p@h:1/t"),
            ("postgres:///postgres?host=/tmp/socket", "postgres:///t?host=/tmp/socket"),
        ] {
            assert_eq!(with_database(url, "t"), expected);
        }
    }

    #[tokio::test]
    async fn a_database_is_there_for_its_test_and_gone_after_it() {
        let database = TestDatabase::create().await;
        let (server, name) = (database.server.clone(), database.name().to_owned());
        let pool = database.pool(2);
        let current: String =
            sqlx::query_scalar("select current_database()").fetch_one(&pool).await.unwrap();
        assert_eq!(current, name);
        drop(database);
        let mut connection = PgConnection::connect(&server).await.unwrap();
        let left: i64 = sqlx::query_scalar("select count(*) from pg_database where datname = $1")
            .bind(name)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(left, 0);
    }
}
