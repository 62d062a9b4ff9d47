//! The guard before every handler: trace, identity, permission, time limit; and the last word on bare errors.
//!
//! Permission is decided by the rpc's path alone, so it is asked before anything about an object is revealed.

use std::{
    collections::HashMap,
    convert::Infallible,
    panic::AssertUnwindSafe,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures::{FutureExt, future::BoxFuture};
use http::{HeaderMap, Request, Response};
use tonic::{Code, Status, body::Body};
use tower::{Layer, Service};
use tracing::{Instrument, Span};

use super::time_limit;
use crate::{
    clock::Deadline,
    fault::{Fault, Kind},
    identity::{Authenticate, Permission},
    service::TimeLimit,
    telemetry,
};

/// Puts the guard before a service.
#[derive(Clone)]
pub struct GuardLayer {
    rules: Arc<Rules>,
}

struct Rules {
    permissions: HashMap<&'static str, Permission>,
    time_limits: HashMap<&'static str, TimeLimit>,
    authenticate: Arc<dyn Authenticate>,
}

impl GuardLayer {
    pub(super) fn new(
        permissions: HashMap<&'static str, Permission>,
        time_limits: HashMap<&'static str, TimeLimit>,
        authenticate: Arc<dyn Authenticate>,
    ) -> Self {
        Self { rules: Arc::new(Rules { permissions, time_limits, authenticate }) }
    }
}

impl<S> Layer<S> for GuardLayer {
    type Service = Guard<S>;
    fn layer(&self, inner: S) -> Guard<S> {
        Guard { inner, rules: self.rules.clone() }
    }
}

/// A guarded service.
#[derive(Clone)]
pub struct Guard<S> {
    inner: S,
    rules: Arc<Rules>,
}

impl<S> Service<Request<Body>> for Guard<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        let rules = self.rules.clone();
        let span = span_of(&request);
        let call = async move {
            let limit = match rules.admit(&mut request).await {
                Ok(limit) => limit,
                Err(fault) => return Ok(Status::from(fault).into_http()),
            };
            let handled = AssertUnwindSafe(inner.call(request)).catch_unwind();
            let handled = match limit {
                None => handled.await,
                Some(limit) => match tokio::time::timeout(limit, handled).await {
                    Ok(handled) => handled,
                    Err(_) => return Ok(Status::from(Fault::deadline()).into_http()),
                },
            };
            let answer = match handled {
                Ok(answer) => answer?,
                // The hook has written the panic itself; the caller gets an answer instead of a torn stream.
                Err(_) => return Ok(Status::from(Fault::bug("a handler panicked")).into_http()),
            };
            Ok(with_reason(answer))
        };
        Box::pin(call.instrument(span))
    }
}

fn span_of(request: &Request<Body>) -> Span {
    let path = request.uri().path();
    // At the level of errors, so that whatever is logged at all is logged with the call's trace.
    let span = tracing::error_span!(
        "rpc",
        otel.name = path,
        otel.kind = "server",
        rpc.system = "grpc",
        rpc.method = path,
        trace_id = tracing::field::Empty
    );
    let header = request.headers().get("traceparent").and_then(|value| value.to_str().ok());
    telemetry::continue_trace(&span, header.unwrap_or_default());
    telemetry::name_trace(&span);
    span
}

impl Rules {
    /// Lets a call in, with its identity and deadline in its extensions; gives its time limit.
    async fn admit(&self, request: &mut Request<Body>) -> Result<Option<Duration>, Fault> {
        let path = request.uri().path();
        let permission = self.permissions.get(path).copied();
        let limit = limit(path, request.headers(), &self.time_limits)?;
        let caller = self.authenticate.authenticate(request.headers()).await;
        match (permission, caller) {
            // A stale token does not shut anyone out of what is open to everyone.
            (Some(Permission::Public), caller) => {
                if let Ok(Some(caller)) = caller {
                    request.extensions_mut().insert(caller);
                }
            }
            (_, Err(fault)) => return Err(fault),
            (_, Ok(None)) => {
                return Err(Fault::of(
                    Kind::TokenMissing,
                    "send a token as metadata `authorization: Bearer …`",
                ));
            }
            (None, Ok(Some(_))) => return Err(Fault::unknown_rpc(path)),
            (Some(permission), Ok(Some(caller))) => {
                if !caller.may(permission) {
                    return Err(Fault::permission_missing(&format!("{permission:?}")));
                }
                request.extensions_mut().insert(caller);
            }
        }
        if let Some(limit) = limit {
            request.extensions_mut().insert(Deadline::after(limit));
        }
        Ok(limit)
    }
}

fn limit(
    path: &str,
    headers: &HeaderMap,
    declared: &HashMap<&'static str, TimeLimit>,
) -> Result<Option<Duration>, Fault> {
    let cap = time_limit::cap(path, declared);
    match time_limit::wish(headers) {
        None => Ok(cap),
        Some(None) => Err(Fault::invalid(
            "grpc-timeout",
            "must be up to eight digits and a unit of H, M, S, m, u, n",
        )),
        Some(Some(Duration::ZERO)) => Err(Fault::deadline()),
        Some(Some(wish)) => Ok(cap.map(|cap| cap.min(wish))),
    }
}

/// What the transport itself refuses carries no reason yet: it gets one here.
fn with_reason(answer: Response<Body>) -> Response<Body> {
    let headers = answer.headers();
    if !headers.contains_key("grpc-status") || headers.contains_key("grpc-status-details-bin") {
        return answer;
    }
    let Some(status) = Status::from_header_map(headers) else { return answer };
    let kind = match status.code() {
        Code::OutOfRange => Kind::MessageTooLarge,
        Code::Internal | Code::InvalidArgument => Kind::MessageMalformed,
        Code::Unimplemented => Kind::EncodingUnknown,
        _ => return answer,
    };
    Status::from(Fault::of(kind, status.message())).into_http()
}
