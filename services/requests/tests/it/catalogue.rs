//! The catalogue.

use tonic::Code;
use wire::schoolside::requests::v1::{
    DefineRequestTypeRequest, GetRequestTypeRequest, ListRequestTypesRequest,
};

use crate::support::{Desk, Who, a_type, command_id};

#[tokio::test]
async fn a_type_is_defined_read_listed_and_retired() {
    let desk = Desk::open().await;
    let ask = GetRequestTypeRequest { name: "requestTypes/FAC5".into(), after: desk.after() };
    let got = desk.catalogue(Who::Head).get_request_type(ask).await.unwrap().into_inner();
    let got = got.request_type.unwrap();
    assert_eq!(
        (got.accountable_role.as_str(), got.attributes.len(), got.retired),
        ("operations", 2, false)
    );
    desk.retire("FAC5").await;
    for (show_retired, expected) in [(true, 5), (false, 4)] {
        let ask =
            ListRequestTypesRequest { show_retired, after: desk.after(), ..Default::default() };
        let list = desk.catalogue(Who::Head).list_request_types(ask).await.unwrap().into_inner();
        assert_eq!(list.request_types.len(), expected);
    }
}

#[tokio::test]
async fn a_bad_definition_is_refused_and_only_some_may_define() {
    let desk = Desk::open().await;
    let mut request_type = a_type("BAD", "none");
    request_type.attributes[0].published = true;
    let ask = DefineRequestTypeRequest {
        request_type: Some(request_type),
        command_id: command_id(),
        ..Default::default()
    };
    let status = desk.catalogue(Who::Operator).define_request_type(ask.clone()).await.unwrap_err();
    assert_eq!(
        (status.code(), desk.reason(&status)),
        (Code::InvalidArgument, "REQUEST_TYPE_INVALID".into())
    );
    assert_eq!(desk.field(&status), "request_type.attributes[0]");
    let status = desk.catalogue(Who::Head).define_request_type(ask).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
}

#[test]
fn every_rpc_has_a_permission() {
    testkit::assert_every_rpc_has_a_permission(
        wire::DESCRIPTORS,
        &["schoolside.requests.v1"],
        &[requests::PERMISSIONS],
    );
}
