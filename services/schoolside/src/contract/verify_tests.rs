//! Records with one fault each, and what is said of it.

use std::{fs, path::PathBuf};

use rstest::rstest;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;

fn golden() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden")
}

/// The sample of a routed request, with its bytes in it.
fn routed() -> Value {
    sample("schoolside.requests.request.v1/schoolside.requests.request.routed.v1/r1.json")
}

fn sample(path: &str) -> Value {
    let text = fs::read(golden().join(path)).unwrap();
    let mut record: Value = serde_json::from_slice(&text).unwrap();
    let bytes = fs::read(golden().join(path).with_extension("bin")).unwrap();
    record["value_base64"] = encoded(&bytes);
    record
}

fn encoded(bytes: &[u8]) -> Value {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes).into()
}

/// What is said of some records, in files a.json, b.json …
fn said(records: &[Value]) -> Vec<String> {
    let folder = TempDir::new().unwrap();
    for (record, name) in records.iter().zip('a'..) {
        fs::write(folder.path().join(format!("{name}.json")), record.to_string()).unwrap();
    }
    let verdict = verify(folder.path()).unwrap();
    assert_eq!(verdict.records, records.len());
    verdict.faults.into_iter().map(|fault| format!("{}: {}", fault.file, fault.says)).collect()
}

#[test]
fn the_samples_keep_the_contract() {
    let verdict = verify(&golden()).unwrap();
    assert_eq!(verdict.faults, []);
    assert!(verdict.records > 50, "{}", verdict.records);
}

#[test]
fn a_cluster_may_have_a_prefix_of_its_own_and_headers_may_be_added() {
    let mut record = routed();
    record["topic"] = "alder-bay.schoolside.requests.request.v1".into();
    record["headers"]["__value_schema_id"] = "7".into();
    assert_eq!(said(&[record]), Vec::<String>::new());
}

#[rstest]
#[case("ce_id", "7", r#"a.json: ce_id: "7" is not a UUID in small letters with hyphens"#)]
#[case(
    "ce_time",
    "yesterday",
    r#"a.json: ce_time: "yesterday" is not an instant in RFC 3339, in UTC with `Z`"#
)]
#[case(
    "ce_sequence",
    "5",
    r#"a.json: ce_sequence: "5" is not a whole number from 1, as twenty digits"#
)]
#[case(
    "content-type",
    "application/json",
    r#"a.json: content-type: "application/json" is not `application/protobuf`"#
)]
#[case(
    "ce_type",
    "schoolside.requests.request.baked.v1",
    "a.json: ce_type: schoolside.requests.request.baked.v1 is no event type of schoolside.requests.request.v1"
)]
#[case(
    "ce_source",
    "/schoolside/sla",
    "a.json: ce_source: it is /schoolside/sla, and by topic, key and type it is /schoolside/requests"
)]
fn a_header_that_is_wrong_is_named(
    #[case] header: &str,
    #[case] value: &str,
    #[case] expected: &str,
) {
    let mut record = routed();
    record["headers"][header] = value.into();
    assert_eq!(said(&[record]), [expected]);
}

#[test]
fn a_header_that_is_missing_is_named() {
    let mut record = routed();
    record["headers"].as_object_mut().unwrap().remove("ce_recordedtime");
    record["headers"].as_object_mut().unwrap().remove("ce_actor");
    assert_eq!(said(&[record]), ["a.json: ce_recordedtime: it is missing"]);
}

#[rstest]
#[case(json!(""), "a.json: value: it is empty, which Kafka reads as a deletion")]
#[case(json!("CgE="), "a.json: value: it is no schoolside.requests.v1.RequestRouted: ")]
#[case(encoded(&[0x0a, 0x02, b'T', b'9']), "a.json: value: the bytes and the JSON differ")]
#[case(json!("?"), "a.json: value_base64: ")]
#[case(Value::Null, "a.json: no value: neither value_base64 nor a file a.bin beside it")]
fn a_value_that_is_wrong_is_told(#[case] bytes: Value, #[case] expected: &str) {
    let mut record = routed();
    record["value_base64"] = bytes;
    let said = said(&[record]);
    assert!(said.len() == 1 && said[0].starts_with(expected), "{said:?}");
}

#[test]
fn fields_that_no_schema_has_are_named_and_the_filler_is_not() {
    let mut record =
        sample("schoolside.surveys.invitation.v1/schoolside.surveys.invitation.expired.v1/r1.json");
    assert_eq!(said(&[record.clone()]), Vec::<String>::new());
    record["value_base64"] = encoded(&[0x98, 0x06, 0x01]);
    assert_eq!(
        said(&[record]),
        ["a.json: value: schoolside.surveys.v1.InvitationExpired has no field 99"]
    );
}

#[test]
fn json_with_an_unknown_field_is_told() {
    let mut record = routed();
    record["value"]["team"] = "T1".into();
    let said = said(&[record]);
    assert!(
        said[0].starts_with("a.json: value: its JSON is no schoolside.requests.v1.RequestRouted"),
        "{said:?}"
    );
}

#[test]
fn what_is_no_record_and_a_topic_that_is_none_are_told() {
    let mut stranger = routed();
    stranger["topic"] = "schoolside.requests.wish.v1".into();
    let said = said(&[json!({ "topic": 1 }), stranger]);
    assert!(said[0].starts_with("a.json: it is not a record: "), "{said:?}");
    assert_eq!(said[1], "b.json: topic: there is no topic schoolside.requests.wish.v1");
}

#[test]
fn repeats_are_no_fault_and_holes_are() {
    let at = |sequence: i64, id: &str| {
        let mut record = routed();
        record["headers"]["ce_sequence"] = format!("{sequence:020}").into();
        record["headers"]["ce_id"] = format!("00000000-0000-4000-8000-00000000000{id}").into();
        record
    };
    assert_eq!(said(&[at(5, "5"), at(6, "6"), at(5, "5"), at(7, "7")]), Vec::<String>::new());
    let key = routed()["key"].as_str().unwrap().to_owned();
    let hole = format!(
        "b.json: ce_sequence: 8 comes after 6 on schoolside.requests.request.v1 for the key {key}, so records are missing"
    );
    assert_eq!(said(&[at(6, "6"), at(8, "8")]), [hole]);
    let two = "b.json: ce_sequence: a.json holds another event with the same key and sequence";
    assert_eq!(said(&[at(6, "6"), at(6, "7")]), [two]);
}
