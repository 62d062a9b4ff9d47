//! Traces reach a collector under the trace of whoever called, by the default settings of logs.

use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    trace::v1::Span,
};
use tokio::{net::TcpListener, sync::mpsc, task::block_in_place};
use tonic::{
    Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};

use crate::{
    networks::{Caller, Network},
    system::{Process, schoolside, scratch},
};

/// Passes on what is sent to it.
struct Collector(mpsc::UnboundedSender<Span>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let scopes = request.into_inner().resource_spans.into_iter().flat_map(|it| it.scope_spans);
        for span in scopes.flat_map(|scope| scope.spans) {
            self.0.send(span).unwrap();
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_reaches_the_collector_under_its_callers_trace() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (sender, mut spans) = mpsc::unbounded_channel();
    let collector = Server::builder().add_service(TraceServiceServer::new(Collector(sender)));
    chassis::task::spawn("collector", async {
        collector.serve_with_incoming(TcpIncoming::from(listener)).await.unwrap();
    });

    let directory = scratch();
    let mut command = schoolside(directory.path());
    command.args(["up", "--empty", "--headless", "--random-ports", "--json", "--otlp-endpoint"]);
    command.arg(endpoint).env_remove("SCHOOLSIDE_LOG");
    let mut up = block_in_place(|| Process::start(command));
    let caller = Caller::of(&up.said).await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let parent = "00f067aa0ba902b7";
    caller.define_within(&Network::new("N1"), &format!("00-{trace}-{parent}-01")).await;
    // What waits to be sent is sent when the system ends.
    assert!(block_in_place(|| up.stop()));

    let mut found = None;
    while let Ok(span) = spans.try_recv() {
        if span.name.ends_with("/DefineNetwork") {
            found = Some((hex::encode(span.trace_id), hex::encode(span.parent_span_id)));
        }
    }
    assert_eq!(found, Some((trace.to_owned(), parent.to_owned())));
}
