//! Who calls and what they may: signed tokens, roles, permissions. The same code in development and production.
//!
//! A [`Caller`] comes only from the server's authentication layer, through an [`Authenticate`]. Today that is
//! [`Verifier`]: Ed25519 tokens with pinned algorithm, issuer and audience. OIDC and mutual TLS are further
//! implementations of the same trait. There is no "auth off".

mod caller;
mod keys;
mod permission;

pub use caller::{Caller, CallerRole};
pub use keys::{Authenticate, Claims, KeyError, Keys, TokenError, Verifier};
pub use permission::{Permission, PermissionTable, permissions_of};
