//! Runs the baseline, the least work of a durable bot: verifies a signed webhook, records it with its contact and its
//! reply in one group commit, acknowledges it after the commit, and sends the reply through hyper.

mod hook;
mod send;
mod write;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, Response, StatusCode, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{convert::Infallible, sync::Arc};
use tokio::net::TcpListener;

/// The command-line options.
pub struct Options {
    listen: String,
    database: String,
    /// `full` or `normal`.
    synchronous: String,
    /// `host:port` of the provider's mock.
    provider: String,
    secret: String,
    phone_number_id: String,
    /// The largest number of messages in a commit; 1 shows the benefit of group commit.
    group: usize,
}

struct Floor {
    secret: Vec<u8>,
    writer: write::Writer,
}

#[tokio::main]
async fn main() {
    let options = Arc::new(options());
    let listener = TcpListener::bind(&options.listen).await.expect("the port is free");
    let senders = send::Senders::new(options.clone());
    let writer = write::start(&options, senders.clone());
    senders.begin(writer.clone());
    let floor = Arc::new(Floor { secret: options.secret.clone().into_bytes(), writer });
    loop {
        let Ok((socket, _)) = listener.accept().await else { continue };
        let _ = socket.set_nodelay(true);
        let floor = floor.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(floor.clone(), request));
            let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
        });
    }
}

async fn answer(floor: Arc<Floor>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let status = match (request.method(), request.uri().path()) {
        (&Method::GET, "/readyz") => StatusCode::OK,
        (&Method::POST, "/webhooks/meta") => receive(&floor, request).await,
        _ => StatusCode::NOT_FOUND,
    };
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    Ok(response)
}

async fn receive(floor: &Floor, request: Request<Incoming>) -> StatusCode {
    let signature = request.headers().get("x-hub-signature-256").cloned();
    let Ok(body) = request.into_body().collect().await else { return StatusCode::BAD_REQUEST };
    let body = body.to_bytes();
    if !signature.is_some_and(|value| hook::verify(&floor.secret, &body, value.as_bytes())) {
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(messages) = hook::messages(&body) else { return StatusCode::BAD_REQUEST };
    for message in messages {
        if !floor.writer.record(message).await {
            return StatusCode::SERVICE_UNAVAILABLE;
        }
    }
    StatusCode::OK
}

fn options() -> Options {
    let mut options = Options {
        listen: "127.0.0.1:8080".into(),
        database: "floor.db".into(),
        synchronous: "full".into(),
        provider: "127.0.0.1:8081".into(),
        secret: String::new(),
        phone_number_id: String::new(),
        group: 256,
    };
    let mut arguments = std::env::args().skip(1);
    while let (Some(name), Some(value)) = (arguments.next(), arguments.next()) {
        match name.as_str() {
            "--listen" => options.listen = value,
            "--database" => options.database = value,
            "--synchronous" => options.synchronous = value,
            "--provider" => options.provider = value,
            "--secret" => options.secret = value,
            "--phone-number-id" => options.phone_number_id = value,
            "--group" => options.group = value.parse().expect("`--group` is a number"),
            other => panic!("`{other}` is no option of the floor"),
        }
    }
    options
}
