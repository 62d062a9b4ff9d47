//! The cluster as it is really run: made, used, killed, adopted and stopped.

use std::os::unix::fs::{MetadataExt, PermissionsExt};

use nix::{sys::signal, unistd::Pid};
use sqlx::{Connection, PgConnection};

use super::*;

/// Nothing here must survive a crash of the machine, so nothing waits for the disk.
fn throw_away() -> Options {
    Options { durable: false, ..Options::default() }
}

async fn run(cluster: &PrivateCluster, statement: &'static str) {
    let mut connection = PgConnection::connect(&cluster.url()).await.unwrap();
    sqlx::query(statement).execute(&mut connection).await.unwrap();
}

async fn setting(cluster: &PrivateCluster, name: &str) -> String {
    let mut connection = PgConnection::connect(&cluster.url()).await.unwrap();
    sqlx::query_scalar("SELECT current_setting($1)")
        .bind(name)
        .fetch_one(&mut connection)
        .await
        .unwrap()
}

#[tokio::test]
async fn what_was_committed_is_there_after_a_stop_and_a_start() {
    let root = tempfile::tempdir().unwrap();
    let cluster = PrivateCluster::start(root.path(), throw_away()).await.unwrap();
    run(&cluster, "CREATE TABLE kept (id int)").await;
    let (url, port, pid) = (cluster.url(), cluster.port(), cluster.pid());
    cluster.stop().await.unwrap();
    assert!(!postmaster::serves(pid, &root.path().join("postgres")));
    assert!(PgConnection::connect(&url).await.is_err());

    let again = PrivateCluster::start(root.path(), Options { port: Some(port), ..throw_away() })
        .await
        .unwrap();
    assert_eq!(again.url(), url);
    run(&again, "DROP TABLE kept").await;
    again.stop().await.unwrap();
}

#[tokio::test]
async fn a_cluster_commits_to_disk_unless_told_otherwise() {
    let root = tempfile::tempdir().unwrap();
    let cluster = PrivateCluster::start(root.path(), Options::default()).await.unwrap();
    for (name, expected) in
        [("fsync", "on"), ("synchronous_commit", "on"), ("listen_addresses", "127.0.0.1")]
    {
        assert_eq!(setting(&cluster, name).await, expected, "{name}");
    }
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn those_on_this_machine_connect_through_a_socket_that_is_closed_to_others() {
    let root = tempfile::tempdir().unwrap();
    let cluster = PrivateCluster::start(root.path(), throw_away()).await.unwrap();
    let mut connection = PgConnection::connect_with(&cluster.connect_options()).await.unwrap();
    let over_tcp: bool = sqlx::query_scalar("SELECT inet_client_addr() IS NOT NULL")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert!(!over_tcp);
    let socket = postmaster::socket(&root.path().join("postgres"), cluster.port());
    assert_eq!(fs::metadata(socket).unwrap().permissions().mode() & 0o077, 0);
    let guess = cluster.connect_options().password("guess");
    assert!(PgConnection::connect_with(&guess).await.is_err());
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_left_over_server_is_adopted_and_can_be_stopped() {
    let root = tempfile::tempdir().unwrap();
    let first = PrivateCluster::start(root.path(), throw_away()).await.unwrap();
    let pid = first.pid();
    assert!(!first.adopted());
    first.detach();
    let adopted = PrivateCluster::start(root.path(), throw_away()).await.unwrap();
    assert!(adopted.adopted());
    assert_eq!(adopted.pid(), pid);
    run(&adopted, "SELECT 1").await;
    adopted.stop().await.unwrap();
    assert!(PrivateCluster::find(root.path()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_killed_server_is_noticed_and_starts_again_with_its_data() {
    let root = tempfile::tempdir().unwrap();
    let mut cluster = PrivateCluster::start(root.path(), throw_away()).await.unwrap();
    run(&cluster, "CREATE TABLE kept (id int)").await;
    let port = cluster.port();
    signal::kill(Pid::from_raw(cluster.pid()), signal::Signal::SIGKILL).unwrap();
    cluster.ended().await;
    let again = PrivateCluster::start(root.path(), Options { port: Some(port), ..throw_away() })
        .await
        .unwrap();
    assert!(!again.adopted());
    run(&again, "DROP TABLE kept").await;
    again.stop().await.unwrap();
}

#[tokio::test]
async fn a_lock_file_that_names_another_program_is_not_believed() {
    let root = tempfile::tempdir().unwrap();
    PrivateCluster::start(root.path(), throw_away()).await.unwrap().stop().await.unwrap();
    let stale = format!("{}\n{}\n0\n1\n\n127.0.0.1\n", std::process::id(), root.path().display());
    fs::write(root.path().join("postgres/postmaster.pid"), stale).unwrap();
    let cluster = PrivateCluster::start(root.path(), throw_away()).await.unwrap();
    assert!(!cluster.adopted());
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_half_made_cluster_is_made_anew() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("postgres.new/base")).unwrap();
    fs::write(root.path().join("postgres.new/PG_VERSION"), "15").unwrap();
    PrivateCluster::start(root.path(), throw_away()).await.unwrap().stop().await.unwrap();
    assert!(!root.path().join("postgres.new").exists());
}

#[tokio::test]
async fn another_password_is_refused_by_name() {
    let root = tempfile::tempdir().unwrap();
    PrivateCluster::start(root.path(), throw_away()).await.unwrap().stop().await.unwrap();
    fs::write(root.path().join("postgres.password"), "guess").unwrap();
    let refused = PrivateCluster::start(root.path(), throw_away()).await.unwrap_err().to_string();
    assert!(refused.contains("does not accept the password in"), "{refused}");
}

#[tokio::test]
async fn a_taken_port_is_said_plainly() {
    let root = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let options = Options { port: Some(port), patience: Duration::from_secs(5), ..throw_away() };
    let refused = PrivateCluster::start(root.path(), options).await.unwrap_err().to_string();
    assert!(refused.contains(&format!("port {port} is taken")), "{refused}");
}

#[tokio::test]
async fn a_dropped_cluster_stops_by_itself() {
    let root = tempfile::tempdir().unwrap();
    let cluster = PrivateCluster::start(root.path(), throw_away()).await.unwrap();
    let (pid, data) = (cluster.pid(), root.path().join("postgres"));
    drop(cluster);
    tokio::time::timeout(FAREWELL, async {
        while postmaster::serves(pid, &data) {
            sleep(LOOK).await;
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn as_root_the_database_runs_as_another_user_who_must_reach_it() {
    if !nix::unistd::Uid::effective().is_root() {
        return;
    }
    let root = tempfile::tempdir().unwrap();
    let closed = root.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    let refused = PrivateCluster::start(&closed.join("data"), throw_away()).await.unwrap_err();
    assert!(matches!(&refused, PostgresError::OutOfReach { .. }), "{refused}");

    let cluster = PrivateCluster::start(root.path(), throw_away()).await.unwrap();
    assert_ne!(fs::metadata(format!("/proc/{}", cluster.pid())).unwrap().uid(), 0);
    cluster.stop().await.unwrap();
}
