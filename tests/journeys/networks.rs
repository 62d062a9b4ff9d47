//! A caller that defines networks with command ids of its own, and repeats what was refused, as the manual says.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use schoolside::connection::{Authorized, Connection};
use secrecy::SecretString;
use serde_json::Value;
use testkit::{command_id, reason_of};
use tonic::{Code, Status, transport::Endpoint};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tonic_types::StatusExt;
use wire::schoolside::directory::v1::{
    DefineDistrictRequest, DefineNetworkRequest, DefineNetworkResponse, ListNetworksRequest,
    directory_service_client::DirectoryServiceClient,
};

use crate::system::run;

/// Long enough for a laptop that does something else.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// How long a changing rpc may take.
const COMMAND: Duration = Duration::from_secs(2);

/// Someone who may define networks.
#[derive(Clone)]
pub struct Caller {
    url: String,
    directory: DirectoryServiceClient<Authorized>,
    /// How often [`Caller::persist`] was refused.
    pub refusals: Arc<AtomicUsize>,
}

/// A network that was or is to be defined.
#[derive(Clone)]
pub struct Network(DefineNetworkRequest);

impl Network {
    /// A network under an id of its own.
    pub fn new(id: &str) -> Self {
        let request = DefineNetworkRequest {
            name: format!("networks/{id}"),
            display_name: format!("Network {id}"),
            command_id: command_id(),
            ..DefineNetworkRequest::default()
        };
        Self(request)
    }
}

impl Caller {
    /// The operator of a system that said where it answers; the district is defined.
    pub async fn of(said: &Value) -> Self {
        let url = said["grpc"].as_str().unwrap().to_owned();
        let token = std::fs::read_to_string(said["tokens"]["operator"].as_str().unwrap()).unwrap();
        let connection = Connection::to(&url, &SecretString::from(token.trim())).unwrap();
        let mut directory = DirectoryServiceClient::new(connection.service("directory").unwrap());
        let district = DefineDistrictRequest {
            display_name: "Alder Bay".to_owned(),
            zone: "America/New_York".to_owned(),
            command_id: command_id(),
            ..DefineDistrictRequest::default()
        };
        directory.define_district(district).await.unwrap();
        Self { url, directory, refusals: Arc::default() }
    }

    /// Defines a network, or repeats that.
    pub async fn define(&self, network: &Network) -> Result<DefineNetworkResponse, Status> {
        let answer = self.directory.clone().define_network(network.0.clone()).await;
        answer.map(tonic::Response::into_inner)
    }

    /// Defines a network as part of a caller's trace, in the form of the W3C.
    pub async fn define_within(&self, network: &Network, traceparent: &str) {
        let mut request = tonic::Request::new(network.0.clone());
        request.metadata_mut().insert("traceparent", traceparent.parse().unwrap());
        self.directory.clone().define_network(request).await.unwrap();
    }

    /// Defines a network however often it takes; gives the reasons why it was refused before.
    pub async fn persist(&self, network: &Network) -> (DefineNetworkResponse, Vec<String>) {
        let (begun, mut reasons) = (Instant::now(), Vec::new());
        loop {
            match self.define(network).await {
                Ok(defined) => return (defined, reasons),
                Err(refused) => {
                    assert_eq!(refused.code(), Code::Unavailable, "{refused}");
                    assert!(begun.elapsed() < PATIENCE, "still refused: {refused}");
                    reasons.push(reason_of(&refused));
                    self.refusals.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }

    /// Asserts that defining a network is refused in time, as something to be repeated; gives the refusal.
    pub async fn refused(&self, network: &Network) -> Status {
        let begun = Instant::now();
        let refused = self.define(network).await.unwrap_err();
        assert!(begun.elapsed() < COMMAND + Duration::from_millis(500), "{:?}", begun.elapsed());
        assert_eq!(refused.code(), Code::Unavailable, "{refused}");
        assert!(refused.get_error_details().retry_info().is_some(), "{refused}");
        refused
    }

    /// The networks that can be seen, once those of `after` are among them.
    pub async fn list(&self, after: &str) -> Result<Vec<String>, Status> {
        let mut names = Vec::new();
        let mut ask = ListNetworksRequest {
            page_size: 500,
            after: after.to_owned(),
            ..ListNetworksRequest::default()
        };
        loop {
            let page = self.directory.clone().list_networks(ask.clone()).await?.into_inner();
            names.extend(page.networks.into_iter().map(|network| network.name));
            if page.next_page_token.is_empty() {
                return Ok(names);
            }
            ask.page_token = page.next_page_token;
        }
    }

    /// As [`Caller::list`], asked until the view has caught up.
    pub async fn caught_up(&self, after: &str) -> Vec<String> {
        let begun = Instant::now();
        loop {
            match self.list(after).await {
                Ok(names) => return names,
                Err(refused) => assert!(begun.elapsed() < PATIENCE, "still behind: {refused}"),
            }
        }
    }

    /// Whether the process says that it serves.
    pub async fn is_serving(&self) -> bool {
        let endpoint = Endpoint::from_shared(self.url.clone()).unwrap();
        let mut health = HealthClient::new(endpoint.connect_lazy());
        let answer = health.check(HealthCheckRequest::default()).await.unwrap().into_inner();
        answer.status() == ServingStatus::Serving
    }
}

/// How many events the published history has of each network, by stream.
pub fn published(data_dir: &Path) -> BTreeMap<String, usize> {
    let topic = "schoolside.directory.network.v1";
    let told = run(data_dir, &["events", "tail", topic, "--from", "0", "--no-follow"]);
    let mut events = BTreeMap::new();
    for line in String::from_utf8(told.stdout).unwrap().lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        *events.entry(event["key"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    events
}
