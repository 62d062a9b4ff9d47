//! Making a new cluster: beside its final place, then renamed, so that a half-made one is never taken for whole.

use std::{
    fs::{self, File},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Stdio,
};

use super::{
    USER,
    account::Account,
    binaries::Binaries,
    error::PostgresError,
    place::Place,
    postmaster::{self, NO_SPACE},
};
use crate::datadir;
use crate::disk::DiskError;

/// Reads the cluster's password, or makes one up for a cluster that is to be made.
pub(super) fn password(place: &Place) -> Result<String, PostgresError> {
    let file = place.password_file();
    match fs::read_to_string(&file) {
        Ok(password) if !password.trim().is_empty() => return Ok(password.trim().to_owned()),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(PostgresError::io("reading", file, error)),
    }
    if place.cluster().exists() {
        return Err(place.wrong_password());
    }
    let password = hex::encode(rand::random::<[u8; 24]>());
    datadir::replace(&file, password.as_bytes())
        .map_err(|error| PostgresError::io("writing", &file, error))?;
    Ok(password)
}

/// Runs `initdb` as the account. `durable` also decides whether the new files are forced to disk.
pub(super) async fn initialise(
    place: &Place,
    binaries: &Binaries,
    account: Option<&Account>,
    password: &str,
    durable: bool,
) -> Result<(), PostgresError> {
    let unfinished = place.file("postgres.new");
    let password_copy = place.file("postgres.new.password");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)
            .map_err(|error| PostgresError::io("removing", &unfinished, error))?;
    }
    fs::create_dir(&unfinished)
        .map_err(|error| PostgresError::io("creating", &unfinished, error))?;
    fs::set_permissions(&unfinished, fs::Permissions::from_mode(0o700))
        .map_err(|error| PostgresError::io("closing to others", &unfinished, error))?;
    datadir::replace(&password_copy, password.as_bytes())
        .map_err(|error| PostgresError::io("writing", &password_copy, error))?;
    if let Some(account) = account {
        account.own(&unfinished)?;
        account.own(&password_copy)?;
    }
    let made = run(place, binaries, account, &unfinished, &password_copy, durable).await;
    let forgotten = fs::remove_file(&password_copy);
    made?;
    forgotten.map_err(|error| PostgresError::io("removing", &password_copy, error))?;
    let cluster = place.cluster();
    fs::rename(&unfinished, &cluster)
        .map_err(|error| PostgresError::io("renaming", &unfinished, error))?;
    File::open(&place.directory)
        .and_then(|directory| directory.sync_all())
        .map_err(|error| PostgresError::io("writing to disk", &place.directory, error))
}

async fn run(
    place: &Place,
    binaries: &Binaries,
    account: Option<&Account>,
    target: &Path,
    password: &Path,
    durable: bool,
) -> Result<(), PostgresError> {
    let initdb = binaries.initdb();
    let mut command = postmaster::command(&initdb, account);
    command.arg("--pgdata").arg(target).arg("--username").arg(USER).arg("--pwfile").arg(password);
    // The C locale orders text by its bytes: the same on every machine and after every upgrade of its libraries.
    command.args(["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"]);
    if !durable {
        command.arg("--no-sync");
    }
    let output = command
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| PostgresError::io("running", &initdb, error))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if said.contains(NO_SPACE) {
        return Err(DiskError::Full { directory: place.directory.clone() }.into());
    }
    Err(PostgresError::Initialise {
        directory: place.cluster(),
        detail: postmaster::last_words(&said),
    })
}
