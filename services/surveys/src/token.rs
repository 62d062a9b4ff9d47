//! The single-purpose token of an invitation: HMAC-SHA256 of its id under the service's own key.
//!
//! 256 bits, as base64 for addresses. It is derived, so the respondent's list can show it without its being
//! stored; what is stored is its SHA-256, by which it is found. Whoever reads the database can use neither.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use kernel::StreamId;
use sha2::{Digest, Sha256};
use surveys_domain::invitation::TokenHash;

/// The key's file in the directory of keys.
pub const KEY_FILE: &str = "surveys-token.key";
const KEY_BYTES: usize = 32;

/// The key under which tokens are made.
#[derive(Clone)]
pub struct TokenKey([u8; KEY_BYTES]);

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or made.
    #[error("the key file {path} cannot be used; its directory must be writable for this process")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The file holds something else.
    #[error(
        "{path} is no key of 32 bytes; restore it, or move it away (invitations sent before become unusable)"
    )]
    Malformed {
        /// The file.
        path: PathBuf,
    },
}

impl TokenKey {
    /// Takes the key from the directory, and makes one if there is none: readable by this user only.
    ///
    /// # Errors
    /// When the file cannot be read or made, or holds something else.
    pub fn in_directory(directory: &Path) -> Result<Self, KeyError> {
        let path = directory.join(KEY_FILE);
        let failed = |source| KeyError::File { path: path.clone(), source };
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create(directory, &path).map_err(failed)?;
                fs::read(&path).map_err(failed)?
            }
            read => read.map_err(failed)?,
        };
        bytes.try_into().map(Self).map_err(|_| KeyError::Malformed { path })
    }

    /// The token of an invitation.
    #[must_use]
    pub fn token(&self, invitation: StreamId) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(invitation).finalize().into_bytes())
    }

    /// The hash of an invitation's token.
    #[must_use]
    pub fn hash(&self, invitation: StreamId) -> TokenHash {
        hash_of(&self.token(invitation))
    }

    /// Whether a token is an invitation's, compared in constant time.
    #[must_use]
    pub fn opens(&self, token: &str, invitation: StreamId) -> bool {
        let bytes = URL_SAFE_NO_PAD.decode(token);
        bytes.is_ok_and(|bytes| self.mac(invitation).verify_slice(&bytes).is_ok())
    }

    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    fn mac(&self, invitation: StreamId) -> Hmac<Sha256> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of 32 bytes");
        mac.chain_update(b"schoolside survey invitation").chain_update(invitation.0)
    }
}

/// The hash by which a token is found.
#[must_use]
pub fn hash_of(token: &str) -> TokenHash {
    TokenHash(Sha256::digest(token).into())
}

/// Makes the key whole before it gets its name, so that a process beside this one never reads half of it.
fn create(directory: &Path, path: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let draft = directory.join(format!(".{KEY_FILE}.{}", std::process::id()));
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(&rand::random::<[u8; KEY_BYTES]>())?;
    file.sync_all()?;
    let linked = match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    };
    fs::remove_file(&draft)?;
    linked
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use uuid::Uuid;

    use super::*;

    fn id(n: u128) -> StreamId {
        StreamId(Uuid::from_u128(n))
    }

    #[test]
    fn the_key_is_made_once_and_only_for_this_user() {
        let directory = tempfile::tempdir().unwrap();
        let keys = directory.path().join("keys");
        let first = TokenKey::in_directory(&keys).unwrap();
        let again = TokenKey::in_directory(&keys).unwrap();
        assert_eq!(first.token(id(1)), again.token(id(1)));
        let mode = fs::metadata(keys.join(KEY_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(&keys).unwrap().count(), 1, "the draft is gone");
    }

    #[test]
    fn a_cut_key_is_refused_with_its_path() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(KEY_FILE), "short").unwrap();
        let Err(error) = TokenKey::in_directory(directory.path()) else { panic!("it was taken") };
        assert!(error.to_string().contains(KEY_FILE));
    }

    #[test]
    fn a_token_opens_its_own_invitation_only() {
        let key = TokenKey([3; KEY_BYTES]);
        let token = key.token(id(1));
        assert!(key.opens(&token, id(1)));
        assert!(!key.opens(&token, id(2)));
        assert!(!TokenKey([4; KEY_BYTES]).opens(&token, id(1)));
        assert!(!key.opens("", id(1)) && !key.opens(&token[1..], id(1)) && !key.opens("é", id(1)));
        assert_eq!(token.len(), 43, "256 bits in base64");
        assert_eq!(key.hash(id(1)), hash_of(&token));
    }
}
