//! Who runs the database: ourselves, or, since Postgres refuses root, an unprivileged user who can reach the data.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use nix::unistd::{Gid, Uid, User};

use super::error::PostgresError;

/// The user that Debian's package creates; tried first.
const USUAL: &str = "postgres";
/// A user that every Unix has; taken when the first is missing.
const FALLBACK: &str = "nobody";

/// The user that the server's processes are started as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
}

/// `None` when we are not root: the database then runs as ourselves.
///
/// Data that exists already keeps its owner, whoever that is.
pub(super) fn choose(cluster: &Path) -> Result<Option<Account>, PostgresError> {
    if !Uid::effective().is_root() {
        return Ok(None);
    }
    let owner = fs::metadata(cluster).ok().map(|data| data.uid()).filter(|uid| *uid != 0);
    let user = match owner {
        Some(uid) => User::from_uid(Uid::from_raw(uid)).ok().flatten(),
        None => [USUAL, FALLBACK].iter().find_map(|name| User::from_name(name).ok().flatten()),
    };
    let user = user.ok_or_else(|| PostgresError::NoAccount {
        name: owner.map_or_else(|| USUAL.to_owned(), |uid| uid.to_string()),
    })?;
    Ok(Some(Account { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw() }))
}

impl Account {
    /// Gives the user a file or directory.
    pub fn own(&self, path: &Path) -> Result<(), PostgresError> {
        nix::unistd::chown(path, Some(Uid::from_raw(self.uid)), Some(Gid::from_raw(self.gid)))
            .map_err(|errno| PostgresError::io("changing the owner of", path, errno.into()))
    }

    /// Checks that the user may enter every directory from the root down to `directory`.
    pub fn reach(&self, directory: &Path) -> Result<(), PostgresError> {
        let whole = fs::canonicalize(directory)
            .map_err(|error| PostgresError::io("opening", directory, error))?;
        let mut ancestors: Vec<PathBuf> = whole.ancestors().map(Path::to_owned).collect();
        ancestors.reverse();
        for ancestor in ancestors {
            let data = fs::metadata(&ancestor)
                .map_err(|error| PostgresError::io("opening", &ancestor, error))?;
            if !self.may_enter(data.uid(), data.gid(), data.mode()) {
                return Err(PostgresError::OutOfReach {
                    user: self.name.clone(),
                    directory: directory.to_owned(),
                    ancestor,
                    mode: data.mode() & 0o7777,
                });
            }
        }
        Ok(())
    }

    /// The kernel's rule: the first of owner, group and others that applies decides alone.
    fn may_enter(&self, owner: u32, group: u32, mode: u32) -> bool {
        let bit = if owner == self.uid {
            0o100
        } else if group == self.gid {
            0o010
        } else {
            0o001
        };
        mode & bit != 0
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn somebody() -> Account {
        Account { name: "somebody".to_owned(), uid: 4_000_000, gid: 4_000_000 }
    }

    #[test]
    fn a_closed_directory_on_the_way_is_named() {
        let closed = tempfile::tempdir().unwrap();
        let inner = closed.path().join("inner");
        fs::create_dir(&inner).unwrap();
        fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let refused = somebody().reach(&inner).unwrap_err().to_string();
        let expected =
            format!("\"somebody\", who may not enter {} (mode 0700)", closed.path().display());
        assert!(refused.contains(&expected), "{refused}");
    }

    #[test]
    fn passing_through_needs_no_right_to_list() {
        let open = tempfile::tempdir().unwrap();
        fs::set_permissions(open.path(), fs::Permissions::from_mode(0o711)).unwrap();
        somebody().reach(open.path()).unwrap();
    }

    #[test]
    fn the_owners_bit_decides_for_the_owner() {
        let account = somebody();
        assert!(account.may_enter(account.uid, 0, 0o700));
        assert!(!account.may_enter(account.uid, 0, 0o077));
        assert!(account.may_enter(0, account.gid, 0o010));
        assert!(!account.may_enter(0, 0, 0o770));
    }
}
