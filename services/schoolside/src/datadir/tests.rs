//! The data directory as a second start, another process and another version see it.

use super::*;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn fresh() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn a_second_start_finds_what_the_first_decided() {
    let root = fresh();
    let path = root.path().join("a/b");
    drop(DataDir::open(&path, Some(ClockKind::Demo), NOW).unwrap());
    let again = DataDir::open(&path, None, NOW + jiff::SignedDuration::from_hours(1)).unwrap();
    assert_eq!(*again.manifest(), Manifest { format: 1, clock: ClockKind::Demo, created_at: NOW });
}

#[test]
fn the_kind_of_clock_stays() {
    let root = fresh();
    drop(DataDir::open(root.path(), Some(ClockKind::System), NOW).unwrap());
    let refused = DataDir::open(root.path(), Some(ClockKind::Demo), NOW).unwrap_err().to_string();
    assert!(refused.contains("the real clock: start it with --empty"), "{refused}");
}

#[test]
fn in_use_names_the_process() {
    let root = fresh();
    let held = DataDir::open(root.path(), None, NOW).unwrap();
    let refused = DataDir::open(root.path(), None, NOW).unwrap_err().to_string();
    let expected = format!("is in use by process {}: stop that first", std::process::id());
    assert!(refused.contains(&expected), "{refused}");
    assert_eq!(holder(root.path()), Some(format!("process {}", std::process::id())));
    drop(held);
    assert_eq!(holder(root.path()), None);
}

#[test]
fn services_share_a_directory_that_one_process_alone_cannot_get() {
    let root = fresh();
    let one = DataDir::open_shared(root.path(), None, NOW).unwrap();
    let two = DataDir::open_shared(root.path(), None, NOW).unwrap();
    assert!(matches!(DataDir::open(root.path(), None, NOW), Err(DataDirError::InUse { .. })));
    drop((one, two));
    DataDir::open(root.path(), None, NOW).unwrap();
}

#[test]
fn another_format_is_refused_and_untouched() {
    let root = fresh();
    let manifest = root.path().join(MANIFEST);
    let theirs = r#"{"format":7,"clocks":["sundial"]}"#;
    fs::write(&manifest, theirs).unwrap();
    let refused = DataDir::open(root.path(), None, NOW).unwrap_err().to_string();
    assert!(
        refused.contains("has format 7, and this build reads format 1: start it with the version"),
        "{refused}"
    );
    assert_eq!(fs::read_to_string(manifest).unwrap(), theirs);
}

#[test]
fn a_damaged_manifest_is_named() {
    let root = fresh();
    fs::write(root.path().join(MANIFEST), r#"{"format":1,"clock"#).unwrap();
    let refused = DataDir::open(root.path(), None, NOW).unwrap_err().to_string();
    assert!(refused.contains("schoolside.json is damaged"), "{refused}");
}

#[test]
fn a_file_is_not_a_directory() {
    let root = fresh();
    let file = root.path().join("file");
    fs::write(&file, "").unwrap();
    for path in [file.clone(), file.join("below")] {
        let refused = DataDir::open(&path, None, NOW).unwrap_err();
        assert!(matches!(refused, DataDirError::NotADirectory { .. }), "{refused:?}");
    }
}

#[test]
fn a_directory_of_someone_elses_is_not_writable() {
    let path = Path::new("/proc/schoolside");
    let refused = DataDir::open(path, None, NOW).unwrap_err();
    assert!(refused.to_string().contains("/proc/schoolside can"), "{refused}");
}

#[test]
fn secrets_are_for_the_owner_alone() {
    let root = fresh();
    let data = DataDir::open(&root.path().join("data"), None, NOW).unwrap();
    let token = data.tokens().unwrap().join("operator");
    write_private(&token, b"secret").unwrap();
    assert_eq!(fs::read(&token).unwrap(), b"secret");
    assert_eq!(
        (mode(&data.keys().unwrap()), mode(&data.tokens().unwrap()), mode(&token)),
        (0o700, 0o700, 0o600)
    );
    let open_to_others = if nix::unistd::Uid::effective().is_root() { 0o711 } else { 0o700 };
    assert_eq!(mode(data.path()), open_to_others);
}

#[test]
fn endpoints_have_the_shape_that_scripts_read() {
    let root = fresh();
    let data = DataDir::open(root.path(), None, NOW).unwrap();
    assert_eq!(Endpoints::read(root.path()).unwrap(), None);
    let endpoints = Endpoints {
        grpc: "http://127.0.0.1:7000".to_owned(),
        tokens: [("operator".to_owned(), PathBuf::from("/data/tokens/operator"))].into(),
        state: RunState::Playing,
        pid: 4711,
    };
    data.write_endpoints(&endpoints).unwrap();
    let written = fs::read_to_string(root.path().join("endpoints.json")).unwrap();
    let expected = r#"{"grpc":"http://127.0.0.1:7000","tokens":{"operator":"/data/tokens/operator"},"state":"playing","pid":4711}"#;
    assert_eq!(written.trim_end(), expected);
    assert_eq!(Endpoints::read(root.path()).unwrap(), Some(endpoints));
    data.remove_endpoints().unwrap();
    data.remove_endpoints().unwrap();
    assert_eq!(Endpoints::read(root.path()).unwrap(), None);
}
