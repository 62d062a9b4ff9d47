//! The rpcs open to everyone by declaration: health and reflection tell nothing of the district.

use crate::identity::{Permission, PermissionTable};

/// The rpcs open to everyone.
pub const OPEN_RPCS: PermissionTable = &[
    ("/grpc.health.v1.Health/Check", Permission::Public),
    ("/grpc.health.v1.Health/Watch", Permission::Public),
    ("/grpc.health.v1.Health/List", Permission::Public),
    ("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Permission::Public),
    ("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", Permission::Public),
];
