//! Puts the parts together: the only file that knows all of them.

use std::{marker::PhantomData, sync::Arc};

use chassis::{
    identity::{Permission, PermissionTable},
    service::{AssembleError, Deps, Service},
};
use insights_domain::facts::{ClockFacts, RequestFacts};
use stream::{OnPoison, Subscription};
use wire::schoolside::insights::v1::insights_service_server::InsightsServiceServer;

use crate::{
    grpc::{Edge, Insights},
    projection::{
        calendars::CalendarsView, case_facts::CaseFacts, directory::Directory, surveys::Surveys,
    },
};

const CONTEXT: &str = "insights";

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// Who may do what.
pub const PERMISSIONS: PermissionTable = &[
    ("/schoolside.insights.v1.InsightsService/GetFigures", Permission::FiguresRead),
    ("/schoolside.insights.v1.InsightsService/GetScorecard", Permission::FiguresRead),
];
