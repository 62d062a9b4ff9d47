//! What the rows refer to: found by their outside names, or created with ids made from them.

use std::collections::BTreeMap;

use kernel::CommandId;
use tonic::Code;
use wire::schoolside::{
    directory::v1::{
        DefineDistrictRequest, DefineNetworkRequest, DefineTeamRequest, GetDistrictRequest,
        ListNetworksRequest, ListSchoolsRequest, ListTeamsRequest, RegisterSchoolRequest, TeamKind,
        directory_service_client::DirectoryServiceClient,
    },
    requests::v1::{
        Confidentiality, DefineRequestTypeRequest, ListRequestTypesRequest, RequestType,
        catalogue_service_client::CatalogueServiceClient,
    },
};

use crate::{
    cli::words,
    connection::{Authorized, Connection},
    failure::Failure,
    import::{Mapping, Plan, Taken},
};

type Directory = DirectoryServiceClient<Authorized>;
type Catalogue = CatalogueServiceClient<Authorized>;

fn directory(connection: &Connection) -> Result<Directory, Failure> {
    Ok(DirectoryServiceClient::new(connection.service("directory")?))
}

fn catalogue(connection: &Connection) -> Result<Catalogue, Failure> {
    Ok(CatalogueServiceClient::new(connection.service("requests")?))
}

/// On an empty system the district takes its zone from the mapping.
pub async fn settle_zone(mapping: &Mapping, connection: &Connection) -> Result<(), Failure> {
    let mut directory = directory(connection)?;
    match directory.get_district(GetDistrictRequest::default()).await {
        Ok(_) => Ok(()),
        Err(status) if status.code() == Code::NotFound => {
            let request = DefineDistrictRequest {
                display_name: mapping.source_system.clone(),
                zone: mapping.zone.clone(),
                lea_id: String::new(),
                command_id: words::command_id(),
                etag: String::new(),
            };
            directory.define_district(request).await?;
            Ok(())
        }
        Err(status) => Err(status.into()),
    }
}

/// Reads all pages of a list: what each entry's outside name in this system is, and its id.
macro_rules! outside_names {
    ($client:expr, $list:ident, $request:ident, $entries:ident, $source:expr) => {{
        let mut names = BTreeMap::new();
        let mut page_token = String::new();
        loop {
            let request = $request { page_size: 500, page_token, ..Default::default() };
            let page = $client.$list(request).await?.into_inner();
            for entry in page.$entries {
                if let Some(outside) = entry.external_keys.get($source) {
                    names.insert(outside.clone(), words::id(&entry.name).to_owned());
                }
            }
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break names;
            }
        }
    }};
}

/// What exists already under the outside names of this system.
pub async fn taken(source: &str, connection: &Connection) -> Result<Taken, Failure> {
    let mut directory = directory(connection)?;
    let mut catalogue = catalogue(connection)?;
    Ok(Taken {
        schools: outside_names!(directory, list_schools, ListSchoolsRequest, schools, source),
        networks: outside_names!(directory, list_networks, ListNetworksRequest, networks, source),
        teams: outside_names!(directory, list_teams, ListTeamsRequest, teams, source),
        types: outside_names!(
            catalogue,
            list_request_types,
            ListRequestTypesRequest,
            request_types,
            source
        ),
    })
}

/// Creates what is missing, with the outside name kept as an external key. Safe to repeat.
pub async fn create(plan: &Plan, source: &str, connection: &Connection) -> Result<(), Failure> {
    let mut directory = directory(connection)?;
    let mut catalogue = catalogue(connection)?;
    let command =
        |kind: &str, id: &str| CommandId::of(&format!("import/{source}/{kind}/{id}")).to_string();
    let keys = |name: &str| BTreeMap::from([(source.to_owned(), name.to_owned())]);
    for (name, id) in plan.networks.iter() {
        let request = DefineNetworkRequest {
            name: words::resource("networks", id),
            display_name: name.to_owned(),
            external_keys: keys(name),
            command_id: command("network", id),
            etag: String::new(),
        };
        directory.define_network(request).await?;
    }
    for (name, id) in plan.schools.iter() {
        let request = RegisterSchoolRequest {
            name: words::resource("schools", id),
            display_name: name.to_owned(),
            external_keys: keys(name),
            command_id: command("school", id),
            ..Default::default()
        };
        directory.register_school(request).await?;
    }
    for (name, id) in plan.teams.iter() {
        let request = DefineTeamRequest {
            name: words::resource("teams", id),
            display_name: name.to_owned(),
            kind: TeamKind::NetworkTeam.into(),
            external_keys: keys(name),
            command_id: command("team", id),
            etag: String::new(),
        };
        directory.define_team(request).await?;
    }
    for (name, id) in plan.types.iter() {
        let request_type = RequestType {
            name: words::resource("requestTypes", id),
            display_name: name.to_owned(),
            category: plan.names.types.get(name).cloned().unwrap_or_default(),
            confidentiality: Confidentiality::None.into(),
            external_keys: keys(name),
            ..Default::default()
        };
        let request = DefineRequestTypeRequest {
            request_type: Some(request_type),
            command_id: command("type", id),
            etag: String::new(),
        };
        catalogue.define_request_type(request).await?;
    }
    Ok(())
}
