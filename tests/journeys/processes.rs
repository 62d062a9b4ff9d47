//! Six services in six processes on one database: the same figures as in one.

use std::path::Path;

use testkit::TestDatabase;

use crate::{
    history::{assert_figures, import},
    system::{Process, schoolside, scratch},
};

fn serve(data_dir: &Path, service: &str, url: &str) -> Process {
    let mut command = schoolside(data_dir);
    command.args(["serve", service, "--database-url", url, "--listen", "127.0.0.1:0", "--json"]);
    Process::start(command)
}

#[tokio::test(flavor = "multi_thread")]
async fn six_processes_have_the_figures_of_one() {
    let database = TestDatabase::create().await;
    let directory = scratch();
    let mut services: Vec<_> = ["insights", "surveys", "sla", "routing", "requests", "directory"]
        .map(|service| (service, serve(directory.path(), service, &database.url())))
        .into();
    assert_eq!(import(directory.path())["accepted"], 3_000);
    assert_figures(directory.path());

    // One after the other fails and comes back; nothing is lost, nothing counted twice.
    for (service, process) in &mut services {
        process.kill();
        *process = serve(directory.path(), service, &database.url());
    }
    assert_eq!(import(directory.path())["unchanged"], 3_000);
    assert_figures(directory.path());
}
