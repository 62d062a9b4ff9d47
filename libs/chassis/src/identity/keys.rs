//! Signing and verifying tokens: Ed25519, one issuer, one audience, by real time.

use std::{
    collections::BTreeSet,
    fs::{self, DirBuilder, File},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    signature::{Ed25519KeyPair, KeyPair},
};
use http::HeaderMap;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{Caller, CallerRole};
use crate::fault::{Fault, Kind};

const ISSUER: &str = "schoolside";
const AUDIENCE: &str = "schoolside";
const SIGNING: &str = "signing.der";
const VERIFYING: &str = "verifying.der";

/// Finds out who calls. The seam for OIDC and mutual TLS.
#[async_trait]
pub trait Authenticate: Send + Sync + 'static {
    /// The caller of a call with these headers; `None` when they carry no identity at all.
    ///
    /// # Errors
    /// When they carry one that does not hold.
    async fn authenticate(&self, headers: &HeaderMap) -> Result<Option<Caller>, Fault>;
}

/// What a token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// The subject, e.g. `people/P-0101`.
    pub sub: String,
    /// The roles' words.
    pub roles: Vec<String>,
    /// Teams in scope.
    #[serde(default)]
    pub teams: Vec<String>,
    /// Schools in scope.
    #[serde(default)]
    pub schools: Vec<String>,
    /// Issued at, in seconds since 1970.
    pub iat: u64,
    /// Expires at, in seconds since 1970.
    pub exp: u64,
    /// The issuer.
    pub iss: String,
    /// The audience.
    pub aud: String,
}

impl Claims {
    /// Claims from now on, for so long, in real time.
    #[must_use]
    pub fn new(subject: &str, roles: &[CallerRole], lifetime: Duration) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "tokens go by real time, never by the domain's clock"
        )]
        let now = jiff::Timestamp::now().as_second().unsigned_abs();
        Self {
            sub: subject.to_owned(),
            roles: roles.iter().map(|role| role.as_str().to_owned()).collect(),
            teams: Vec::new(),
            schools: Vec::new(),
            iat: now,
            exp: now + lifetime.as_secs(),
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
        }
    }

    /// With teams in scope.
    #[must_use]
    pub fn with_teams<T: ToString>(self, teams: impl IntoIterator<Item = T>) -> Self {
        Self { teams: teams.into_iter().map(|team| team.to_string()).collect(), ..self }
    }

    /// With schools in scope.
    #[must_use]
    pub fn with_schools<T: ToString>(self, schools: impl IntoIterator<Item = T>) -> Self {
        Self { schools: schools.into_iter().map(|school| school.to_string()).collect(), ..self }
    }
}

/// Why keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A key file cannot be read or written.
    #[error("the key file {path} cannot be used")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A key could not be made, or is not one.
    #[error("{0} is not an Ed25519 key")]
    Malformed(PathBuf),
    /// A token could not be signed.
    #[error("the token could not be signed")]
    Sign(#[from] jsonwebtoken::errors::Error),
}

/// The signing key of a data directory.
pub struct Keys {
    signing: EncodingKey,
}

impl Keys {
    /// Opens the signing key in `directory`, making a pair if there is none. Files are for the owner alone.
    ///
    /// # Errors
    /// When files cannot be read or written, or are no keys.
    pub fn open_or_create(directory: &Path) -> Result<Self, KeyError> {
        if !directory.join(SIGNING).exists() || !directory.join(VERIFYING).exists() {
            create(directory)?;
        }
        Self::open(directory)
    }

    /// Opens the signing key in `directory`.
    ///
    /// # Errors
    /// When there is none, or it is no key.
    pub fn open(directory: &Path) -> Result<Self, KeyError> {
        let path = directory.join(SIGNING);
        let der =
            fs::read(&path).map_err(|source| KeyError::File { path: path.clone(), source })?;
        Ed25519KeyPair::from_pkcs8(&der).map_err(|_| KeyError::Malformed(path))?;
        Ok(Self { signing: EncodingKey::from_ed_der(&der) })
    }

    /// Signs a token.
    ///
    /// # Errors
    /// When the library cannot.
    pub fn mint(&self, claims: &Claims) -> Result<SecretString, KeyError> {
        let token = jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), claims, &self.signing)?;
        Ok(SecretString::from(token))
    }
}

/// Makes a pair. Of several processes that do so at once, the first one's key counts for all.
fn create(directory: &Path) -> Result<(), KeyError> {
    let (signing, verifying) = (directory.join(SIGNING), directory.join(VERIFYING));
    let failed = |source| KeyError::File { path: directory.to_owned(), source };
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(failed)?;
    let malformed = || KeyError::Malformed(signing.clone());
    let fresh = Ed25519KeyPair::generate().map_err(|_| malformed())?;
    let fresh = fresh.to_pkcs8().map_err(|_| malformed())?;
    write(&signing, fresh.as_ref(), |from, to| match fs::hard_link(from, to) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    })?;
    let stored = fs::read(&signing).map_err(failed)?;
    let pair = Ed25519KeyPair::from_pkcs8(&stored).map_err(|_| malformed())?;
    let public: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(|_| malformed())?;
    write(&verifying, public.as_ref(), |from, to| fs::rename(from, to))
}

/// Writes a file for the owner alone and puts it into its place, so that nobody ever sees half of it.
fn write(
    path: &Path,
    content: &[u8],
    place: impl FnOnce(&Path, &Path) -> io::Result<()>,
) -> Result<(), KeyError> {
    let fresh = path.with_extension(format!("{:016x}", rand::random::<u64>()));
    let outcome = (|| {
        let mut file = File::options().create_new(true).write(true).mode(0o600).open(&fresh)?;
        file.write_all(content)?;
        file.sync_all()?;
        place(&fresh, path)
    })();
    // Linked or failed, the name is of no more use; renamed, it is gone.
    let _ = fs::remove_file(&fresh);
    outcome.map_err(|source| KeyError::File { path: path.to_owned(), source })
}

/// Why a token does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenError {
    /// Its time is over.
    Expired,
    /// It is not a token of ours, or names an unknown role.
    Invalid,
}

/// Verifies tokens with the public key of a data directory.
pub struct Verifier {
    key: DecodingKey,
    validation: Validation,
}

impl Verifier {
    /// Opens the verifying key in `directory`.
    ///
    /// # Errors
    /// When there is none, or it is no key.
    pub fn open(directory: &Path) -> Result<Self, KeyError> {
        let path = directory.join(VERIFYING);
        let der =
            fs::read(&path).map_err(|source| KeyError::File { path: path.clone(), source })?;
        // The last 32 bytes of an Ed25519 SubjectPublicKeyInfo are the key itself (RFC 8410).
        let key = der.len().checked_sub(32).map(|start| &der[start..]);
        let key = key.ok_or(KeyError::Malformed(path))?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.leeway = 5;
        Ok(Self { key: DecodingKey::from_ed_der(key), validation })
    }

    /// The caller that a token names.
    ///
    /// # Errors
    /// When the token does not hold.
    pub fn verify(&self, token: &str) -> Result<Caller, TokenError> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.key, &self.validation)
            .map_err(|error| match error.kind() {
                ErrorKind::ExpiredSignature => TokenError::Expired,
                _ => TokenError::Invalid,
            })?
            .claims;
        let parse_all = || {
            Some(Caller {
                subject: claims.sub.clone(),
                roles: all(&claims.roles)?,
                teams: all(&claims.teams)?,
                schools: all(&claims.schools)?,
            })
        };
        parse_all().ok_or(TokenError::Invalid)
    }
}

fn all<T: std::str::FromStr + Ord>(words: &[String]) -> Option<BTreeSet<T>> {
    words.iter().map(|word| word.parse().ok()).collect()
}

#[async_trait]
impl Authenticate for Verifier {
    async fn authenticate(&self, headers: &HeaderMap) -> Result<Option<Caller>, Fault> {
        let Some(value) = headers.get(http::header::AUTHORIZATION) else { return Ok(None) };
        let token = value.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
        let invalid = || {
            Fault::of(
                Kind::TokenInvalid,
                "the token in `authorization: Bearer …` is not one of this system: get a new one",
            )
        };
        match token.map(|token| self.verify(token)) {
            Some(Ok(caller)) => Ok(Some(caller)),
            Some(Err(TokenError::Expired)) => {
                Err(Fault::of(Kind::TokenExpired, "the token has expired: get a new one"))
            }
            Some(Err(TokenError::Invalid)) | None => Err(invalid()),
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn pair() -> (tempfile::TempDir, Keys, Verifier) {
        let directory = tempfile::tempdir().unwrap();
        let keys = Keys::open_or_create(directory.path()).unwrap();
        let verifier = Verifier::open(directory.path()).unwrap();
        (directory, keys, verifier)
    }

    #[test]
    fn a_signed_token_names_its_caller() {
        let (_directory, keys, verifier) = pair();
        let claims =
            Claims::new("people/P-0101", &[CallerRole::Principal], HOUR).with_schools(["0101"]);
        let caller = verifier.verify(keys.mint(&claims).unwrap().expose_secret()).unwrap();
        assert_eq!(caller.person().unwrap().as_str(), "P-0101");
        assert!(
            caller.is(CallerRole::Principal)
                && caller.schools.iter().any(|id| id.as_str() == "0101")
        );
    }

    #[test]
    fn several_processes_at_first_start_agree_on_one_pair() {
        let directory = tempfile::tempdir().unwrap();
        let open = || Keys::open_or_create(directory.path()).unwrap();
        let keys: Vec<Keys> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let verifier = Verifier::open(directory.path()).unwrap();
        let claims = Claims::new("people/x", &[CallerRole::Lead], HOUR);
        for keys in keys {
            assert!(verifier.verify(keys.mint(&claims).unwrap().expose_secret()).is_ok());
        }
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_token_of_another_key_issuer_or_time_does_not_hold() {
        let (_directory, keys, verifier) = pair();
        let (_other, others, _) = pair();
        let claims = Claims::new("people/x", &[CallerRole::Lead], HOUR);
        let verify = |keys: &Keys, claims: &Claims| {
            verifier.verify(keys.mint(claims).unwrap().expose_secret()).map(|caller| caller.subject)
        };
        assert_eq!(verify(&others, &claims), Err(TokenError::Invalid));
        assert_eq!(
            verify(&keys, &Claims { iss: "x".into(), ..claims.clone() }),
            Err(TokenError::Invalid)
        );
        assert_eq!(
            verify(&keys, &Claims { aud: "x".into(), ..claims.clone() }),
            Err(TokenError::Invalid)
        );
        assert_eq!(verify(&keys, &Claims { exp: 1, ..claims.clone() }), Err(TokenError::Expired));
        assert_eq!(
            verify(&keys, &Claims { roles: vec!["god".into()], ..claims }),
            Err(TokenError::Invalid)
        );
    }
}
