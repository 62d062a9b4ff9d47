//! What schools ask for: the rules of the catalogue and of a request's whole life, free of I/O.
//!
//! [`request_type`] is the catalogue, [`request`] one ask. [`access`] says who may read and do what,
//! [`mod@reference`] is the number said on the phone, [`words`] the closed vocabularies.

pub mod access;
mod proto;
pub mod reference;
pub mod request;
pub mod request_type;
pub mod words;

pub use reference::Reference;
pub use request::Request;
pub use request_type::RequestType;
