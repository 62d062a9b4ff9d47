//! Logs and traces: JSON lines with trace ids, W3C trace context in and out of events, OTLP when configured.

use std::collections::HashMap;

use opentelemetry::{
    Context, global,
    propagation::{Extractor, TextMapPropagator},
    trace::{TraceContextExt, TraceId, TracerProvider},
};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{SdkTracerProvider, TracerProviderBuilder},
};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Layer, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// For people.
    Plain,
}

/// Keeps the exporter alive; flushes it when dropped.
pub struct Telemetry(SdkTracerProvider);

impl Drop for Telemetry {
    fn drop(&mut self) {
        // Nothing can be done about spans that the collector does not take at the very end.
        let _ = self.0.shutdown();
    }
}

/// Why telemetry could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is not one.
    #[error("the log filter {0:?} is not one, e.g. info,sla=debug")]
    Filter(String),
    /// The exporter could not be built.
    #[error("traces cannot be exported to OTEL_EXPORTER_OTLP_ENDPOINT")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
}

/// Sets up logs on standard error, and traces; exports them when `endpoint` is given. Once per process.
///
/// # Errors
/// When the filter is not one, or the exporter cannot be built.
pub fn init(
    format: LogFormat,
    filter: &str,
    endpoint: Option<&str>,
) -> Result<Telemetry, TelemetryError> {
    let filter: Targets = filter.parse().map_err(|_| TelemetryError::Filter(filter.to_owned()))?;
    let resource = Resource::builder().with_service_name("schoolside").build();
    let mut provider: TracerProviderBuilder = SdkTracerProvider::builder().with_resource(resource);
    if let Some(endpoint) = endpoint {
        use opentelemetry_otlp::WithExportConfig;
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_tonic()
            .with_endpoint(endpoint)
            .build()?;
        provider = provider.with_batch_exporter(exporter);
    }
    let provider = provider.build();
    global::set_text_map_propagator(TraceContextPropagator::new());
    // Nothing that is done whenever a span is entered or left: that is at every poll of a call, of every row it reads.
    let traces = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("schoolside"))
        .with_context_activation(false)
        .with_tracked_inactivity(false);
    let logs = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let logs = match format {
        LogFormat::Json => {
            logs.json().flatten_event(true).with_current_span(false).with_span_list(true).boxed()
        }
        LogFormat::Plain => logs.boxed(),
    };
    // A second set-up in one process (tests) leaves the first in place.
    let _ = tracing_subscriber::registry().with(filter).with(traces).with(logs).try_init();
    Ok(Telemetry(provider))
}

/// The trace id of the current span, for logs and for callers; zeros without one.
#[must_use]
pub fn trace_id() -> String {
    Span::current().context().span().span_context().trace_id().to_string()
}

/// The W3C trace context of the current span; empty without one.
#[must_use]
pub fn traceparent() -> String {
    let mut carrier = HashMap::new();
    TraceContextPropagator::new().inject_context(&Span::current().context(), &mut carrier);
    carrier.remove("traceparent").unwrap_or_default()
}

/// Writes the span's trace id into its field `trace_id`, so that every log line in it carries the id.
pub fn name_trace(span: &Span) {
    let context = span.context();
    let trace = context.span().span_context().trace_id();
    if trace != TraceId::INVALID {
        span.record("trace_id", trace.to_string());
    }
}

/// Makes the span a child of the trace context, if it is one.
pub fn continue_trace(span: &Span, traceparent: &str) {
    if !traceparent.is_empty() {
        // A span that nobody records cannot have a parent; nothing is lost then.
        let _ = span.set_parent(extract(traceparent));
    }
}

fn extract(traceparent: &str) -> Context {
    TraceContextPropagator::new().extract(&Carrier(traceparent))
}

struct Carrier<'a>(&'a str);

impl Extractor for Carrier<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        (key == "traceparent").then_some(self.0)
    }

    fn keys(&self) -> Vec<&str> {
        vec!["traceparent"]
    }
}
