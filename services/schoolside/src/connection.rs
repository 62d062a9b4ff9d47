//! Finding a running system and its token: by data directory, environment or address.

use std::{collections::BTreeMap, fs, path::PathBuf};

use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use tonic::{
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Channel, Endpoint},
};

use crate::{
    datadir::{self, Endpoints},
    failure::Failure,
};

/// Where the system is, and as whom to speak to it.
#[derive(Debug, Clone, Args)]
pub struct ConnectionArgs {
    /// The data directory of the system, which says where it answers and holds tokens.
    #[arg(long, global = true, env = "SCHOOLSIDE_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Where the system answers: URL for everything, or SERVICE=URL for one service; may be repeated.
    #[arg(
        long,
        global = true,
        env = "SCHOOLSIDE_ENDPOINT",
        value_name = "[SERVICE=]URL",
        value_delimiter = ','
    )]
    pub endpoint: Vec<String>,
    /// Speak with the token of this role from the data directory, e.g. `lead`.
    // Its id must not be that of a command's own `--role`.
    #[arg(id = "as", long = "as", global = true, value_name = "ROLE")]
    pub role: Option<String>,
    /// Speak with the token in this file.
    #[arg(long, global = true, env = "SCHOOLSIDE_TOKEN_FILE", value_name = "FILE")]
    pub token_file: Option<PathBuf>,
}

impl ConnectionArgs {
    /// The data directory, given or default.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.data_dir.clone().unwrap_or_else(datadir::default_path)
    }

    /// Opens a connection, speaking as `role` unless the user chose otherwise. Calls connect when they are made.
    ///
    /// # Errors
    /// When no system or no token is found, or an address is not one.
    pub fn open(&self, role: &str) -> Result<Connection, Failure> {
        let role = self.role.as_deref().unwrap_or(role);
        let found = Endpoints::read(&self.data_dir()).map_err(Failure::usage)?;
        let mut channels = BTreeMap::new();
        for endpoint in &self.endpoint {
            let (service, url) = match endpoint.split_once('=') {
                Some((service, url)) => (service, url),
                None => ("", endpoint.as_str()),
            };
            channels.insert(service.to_owned(), channel(url)?);
        }
        if channels.is_empty() && found.is_none() {
            for (service, url) in datadir::service_endpoints(&self.data_dir()) {
                channels.insert(service, channel(&url)?);
            }
        }
        if channels.is_empty() {
            let found = found.as_ref().ok_or_else(|| {
                Failure::Unavailable(format!(
                    "no running system in {}: start one with `./dev up`, or name it with --data-dir, --endpoint or SCHOOLSIDE_DATA_DIR",
                    self.data_dir().display()
                ))
            })?;
            channels.insert(String::new(), channel(&found.grpc)?);
        }
        Ok(Connection { channels, bearer: self.bearer(role, found.as_ref())? })
    }

    fn bearer(&self, role: &str, found: Option<&Endpoints>) -> Result<Bearer, Failure> {
        let listed = found.and_then(|found| found.tokens.get(role).cloned());
        let file = self
            .token_file
            .clone()
            .or(listed)
            .unwrap_or_else(|| self.data_dir().join("tokens").join(role));
        let token = fs::read_to_string(&file).map_err(|error| {
            Failure::Usage(format!(
                "no token for {role} in {}: {error}; name one with --as ROLE or --token-file FILE, or make one with `schoolside token mint`",
                file.display()
            ))
        })?;
        Bearer::new(&SecretString::from(token.trim()))
    }
}

fn channel(url: &str) -> Result<Channel, Failure> {
    let endpoint = Endpoint::from_shared(url.to_owned())
        .ok()
        .filter(|endpoint| endpoint.uri().scheme().is_some())
        .ok_or_else(|| {
            Failure::Usage(format!("{url:?} is not an address such as http://127.0.0.1:50051"))
        })?;
    Ok(endpoint.connect_lazy())
}

/// An open connection to all services.
#[derive(Clone)]
pub struct Connection {
    channels: BTreeMap<String, Channel>,
    bearer: Bearer,
}

/// What a generated client is made of.
pub type Authorized = InterceptedService<Channel, Bearer>;

impl Connection {
    /// A connection to one address with one token, for whoever runs inside the system's process.
    ///
    /// # Errors
    /// When the address is not one.
    pub fn to(url: &str, token: &SecretString) -> Result<Self, Failure> {
        let channels = BTreeMap::from([(String::new(), channel(url)?)]);
        Ok(Self { channels, bearer: Bearer::new(token)? })
    }

    /// The same way with another token.
    ///
    /// # Errors
    /// When the token cannot be sent.
    pub fn with_token(&self, token: &SecretString) -> Result<Self, Failure> {
        Ok(Self { channels: self.channels.clone(), bearer: Bearer::new(token)? })
    }

    /// The way to a service, to make its client from.
    ///
    /// # Errors
    /// When only other services' addresses were given.
    pub fn service(&self, service: &str) -> Result<Authorized, Failure> {
        let channel =
            self.channels.get(service).or_else(|| self.channels.get("")).ok_or_else(|| {
                Failure::Usage(format!(
                    "no address for the {service} service: add --endpoint {service}=URL"
                ))
            })?;
        Ok(InterceptedService::new(channel.clone(), self.bearer.clone()))
    }
}

/// Puts the token on every call.
#[derive(Clone)]
pub struct Bearer(MetadataValue<Ascii>);

impl Bearer {
    fn new(token: &SecretString) -> Result<Self, Failure> {
        let mut value: MetadataValue<Ascii> =
            format!("Bearer {}", token.expose_secret()).parse().map_err(|_| {
                Failure::Usage("the token has characters that cannot be sent".to_owned())
            })?;
        value.set_sensitive(true);
        Ok(Self(value))
    }
}

impl Interceptor for Bearer {
    fn call(
        &mut self,
        mut request: tonic::Request<()>,
    ) -> Result<tonic::Request<()>, tonic::Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}
