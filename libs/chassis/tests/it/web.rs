//! What a browser does, byte by byte: the pre-flight, and a call as gRPC-Web over HTTP/1.1 on the same port.

use std::net::SocketAddr;

use prost::Message;
use testkit::Who;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::demo::{read, serve};

/// Sends bytes and reads the answer to its end, in lower case.
pub async fn exchange(address: SocketAddr, request: &[u8]) -> String {
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).to_lowercase()
}

/// A gRPC-Web call with more headers.
pub fn call(path: &str, message: &impl Message, headers: &[(&str, &str)]) -> Vec<u8> {
    let body = message.encode_to_vec();
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
         content-type: application/grpc-web+proto\r\ncontent-length: {}\r\n",
        body.len() + 5
    );
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    let mut bytes = request.into_bytes();
    bytes.push(0);
    bytes.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
    bytes.extend(body);
    bytes
}

/// The status in an answer, wherever it stands: in the headers, or in the trailers that end the body.
pub fn status(answer: &str) -> Option<i32> {
    let (_, rest) = answer.split_once("grpc-status:")?;
    let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[tokio::test]
async fn a_browsers_preflight_is_answered_and_its_token_header_allowed() {
    let (server, _) = serve().await;
    let preflight = "OPTIONS /schoolside.routing.v1.RoutingService/GetRuleSet HTTP/1.1\r\nhost: localhost\r\n\
                     connection: close\r\norigin: http://example.org\r\naccess-control-request-method: POST\r\n\
                     access-control-request-headers: authorization,content-type,x-grpc-web\r\n\r\n";
    let answer = exchange(server.address(), preflight.as_bytes()).await;
    assert!(answer.starts_with("http/1.1 200"), "{answer}");
    assert!(answer.contains("access-control-allow-origin: *"), "{answer}");
    let allowed =
        answer.lines().find(|line| line.starts_with("access-control-allow-headers:")).unwrap();
    assert!(allowed.contains("authorization"), "{allowed}");
}

#[tokio::test]
async fn a_browser_calls_and_is_refused_like_everyone_else() {
    let (server, _) = serve().await;
    let path = "/schoolside.routing.v1.RoutingService/GetRuleSet";
    let token = format!("Bearer {}", server.token(&Who::operator()));
    let headers = [("origin", "http://example.org"), ("authorization", token.as_str())];
    let answer = exchange(server.address(), &call(path, &read(""), &headers)).await;
    assert_eq!(status(&answer), Some(0), "{answer}");
    let answer = exchange(server.address(), &call(path, &read(""), &headers[..1])).await;
    assert_eq!(status(&answer), Some(16), "{answer}");
    assert!(answer.contains("access-control-expose-headers"), "{answer}");
}
