//! No rpc without a permission: what every service asserts of its table.

use std::collections::BTreeMap;

use chassis::identity::PermissionTable;
use prost::Message;
use prost_types::FileDescriptorSet;

/// Asserts that the tables name every rpc of the packages, each once, and nothing else.
///
/// `descriptors` is an encoded descriptor set, e.g. [`wire::DESCRIPTORS`].
///
/// # Panics
/// When they do not, naming every rpc at fault.
#[track_caller]
pub fn assert_every_rpc_has_a_permission(
    descriptors: &[u8],
    packages: &[&str],
    tables: &[PermissionTable],
) {
    let faults = faults(&rpcs(descriptors, packages), tables);
    assert!(faults.is_empty(), "permissions are not right:\n{}", faults.join("\n"));
}

/// The paths of the packages' rpcs.
fn rpcs(descriptors: &[u8], packages: &[&str]) -> Vec<String> {
    let set = match FileDescriptorSet::decode(descriptors) {
        Ok(set) => set,
        Err(error) => panic!("not a descriptor set: {error}"),
    };
    let files = set.file.iter().filter(|file| packages.contains(&file.package()));
    files
        .flat_map(|file| {
            file.service.iter().flat_map(|service| {
                service.method.iter().map(|method| {
                    format!("/{}.{}/{}", file.package(), service.name(), method.name())
                })
            })
        })
        .collect()
}

fn faults(rpcs: &[String], tables: &[PermissionTable]) -> Vec<String> {
    let mut declared = BTreeMap::<&str, usize>::new();
    for (path, _) in tables.iter().copied().flatten() {
        *declared.entry(path).or_default() += 1;
    }
    let missing = rpcs
        .iter()
        .filter(|path| !declared.contains_key(path.as_str()))
        .map(|path| format!("{path} has no permission"));
    let wrong = declared.iter().filter_map(|(path, times)| {
        if !rpcs.iter().any(|rpc| rpc == path) {
            Some(format!("{path} is no rpc"))
        } else if *times > 1 {
            Some(format!("{path} stands there {times} times"))
        } else {
            None
        }
    });
    missing.chain(wrong).collect()
}

#[cfg(test)]
mod tests {
    use chassis::identity::Permission;

    use super::*;

    const READ: &str = "/schoolside.common.v1.EventFeedService/Read";
    const LIST: &str = "/schoolside.common.v1.EventFeedService/ListTopics";

    #[test]
    fn a_missing_a_doubled_and_an_invented_rpc_are_each_named() {
        const READ_ENTRY: (&str, Permission) = (READ, Permission::EventsRead);
        const PLANTED: PermissionTable = &[READ_ENTRY, READ_ENTRY, ("/a.B/C", Permission::Public)];
        const RIGHT: PermissionTable = &[READ_ENTRY, (LIST, Permission::EventsRead)];
        let rpcs = rpcs(wire::DESCRIPTORS, &["schoolside.common.v1"]);
        let (rpcs, others) = rpcs.split_at(2);
        assert_eq!(rpcs, [READ, LIST]);
        assert!(others.iter().all(|rpc| !rpc.contains("EventFeed")));
        assert_eq!(
            faults(rpcs, &[PLANTED]),
            [
                format!("{LIST} has no permission"),
                "/a.B/C is no rpc".to_owned(),
                format!("{READ} stands there 2 times"),
            ]
        );
        assert!(faults(rpcs, &[RIGHT]).is_empty());
    }
}
