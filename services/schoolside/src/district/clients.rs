//! The services that a district's facts are entered into, each by its public API.

use wire::schoolside::{
    directory::v1::directory_service_client::DirectoryServiceClient,
    requests::v1::catalogue_service_client::CatalogueServiceClient,
    routing::v1::routing_service_client::RoutingServiceClient,
    sla::v1::sla_service_client::SlaServiceClient,
    surveys::v1::survey_service_client::SurveyServiceClient,
};

use crate::{
    connection::{Authorized, Connection},
    failure::Failure,
};

/// A client per service; cheap to clone.
#[derive(Clone)]
pub struct Clients {
    pub(super) directory: DirectoryServiceClient<Authorized>,
    pub(super) catalogue: CatalogueServiceClient<Authorized>,
    pub(super) routing: RoutingServiceClient<Authorized>,
    pub(super) sla: SlaServiceClient<Authorized>,
    pub(super) surveys: SurveyServiceClient<Authorized>,
}

impl Clients {
    /// The clients on an open connection; it needs the token of an operator.
    ///
    /// # Errors
    /// When a service has no address.
    pub fn new(connection: &Connection) -> Result<Self, Failure> {
        Ok(Self {
            directory: DirectoryServiceClient::new(connection.service("directory")?),
            catalogue: CatalogueServiceClient::new(connection.service("requests")?),
            routing: RoutingServiceClient::new(connection.service("routing")?),
            sla: SlaServiceClient::new(connection.service("sla")?),
            surveys: SurveyServiceClient::new(connection.service("surveys")?),
        })
    }
}
