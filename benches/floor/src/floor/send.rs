//! Sends replies over a fixed set of keep-alive connections; a contact always uses the same one, which keeps the
//! order.

use crate::{Options, write::Writer};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, client::conn::http1::SendRequest};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    net::TcpStream,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

const CONNECTIONS: usize = 64;
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(100);

/// A message to send, from its row.
pub struct Reply {
    pub id: i64,
    pub to: String,
    pub text: String,
}

/// The queues of all connections.
#[derive(Clone)]
pub struct Senders {
    queues: Arc<Vec<UnboundedSender<Reply>>>,
    waiting: Arc<Mutex<Vec<UnboundedReceiver<Reply>>>>,
    options: Arc<Options>,
}

impl Senders {
    pub fn new(options: Arc<Options>) -> Senders {
        let (queues, waiting): (Vec<_>, Vec<_>) = (0..CONNECTIONS).map(|_| unbounded_channel()).unzip();
        Senders { queues: Arc::new(queues), waiting: Arc::new(Mutex::new(waiting)), options }
    }

    pub fn send(&self, reply: Reply) {
        let mut hasher = DefaultHasher::new();
        reply.to.hash(&mut hasher);
        let _ = self.queues[hasher.finish() as usize % CONNECTIONS].send(reply);
    }

    /// Starts the connections; `writer` gets the accepted messages.
    pub fn begin(&self, writer: Writer) {
        for queue in self.waiting.lock().expect("nobody panics with it").drain(..) {
            tokio::spawn(run(queue, self.options.clone(), writer.clone()));
        }
    }
}

async fn run(mut queue: UnboundedReceiver<Reply>, options: Arc<Options>, writer: Writer) {
    let uri = format!("/v24.0/{}/messages", options.phone_number_id);
    let mut connection = None;
    while let Some(reply) = queue.recv().await {
        let body = Bytes::from(
            serde_json::json!({
                "messaging_product": "whatsapp", "recipient_type": "individual", "to": reply.to, "type": "text",
                "text": {"body": reply.text}, "biz_opaque_callback_data": reply.id.to_string(),
            })
            .to_string(),
        );
        loop {
            if connection.is_none() {
                connection = connect(&options.provider).await;
            }
            let Some(open) = &mut connection else {
                tokio::time::sleep(PAUSE_AFTER_FAILURE).await;
                continue;
            };
            match post(open, &uri, &options.provider, body.clone()).await {
                Ok(Some(provider_id)) => {
                    writer.mark_sent(reply.id, provider_id);
                    break;
                }
                Ok(None) => tokio::time::sleep(PAUSE_AFTER_FAILURE).await,
                Err(_) => connection = None,
            }
        }
    }
}

async fn connect(provider: &str) -> Option<SendRequest<Full<Bytes>>> {
    let socket = TcpStream::connect(provider).await.ok()?;
    let _ = socket.set_nodelay(true);
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(socket)).await.ok()?;
    tokio::spawn(connection);
    Some(sender)
}

/// The provider's id of an accepted message; `None` if it was refused.
async fn post(
    open: &mut SendRequest<Full<Bytes>>,
    uri: &str,
    host: &str,
    body: Bytes,
) -> Result<Option<String>, hyper::Error> {
    open.ready().await?;
    let request = Request::post(uri)
        .header("host", host)
        .header("authorization", "Bearer bench-token")
        .header("content-type", "application/json")
        .body(Full::new(body))
        .expect("the parts are valid");
    let response = open.send_request(request).await?;
    let accepted = response.status().is_success();
    let body = response.into_body().collect().await?.to_bytes();
    if !accepted {
        return Ok(None);
    }
    Ok(serde_json::from_slice::<Accepted>(&body)
        .ok()
        .and_then(|accepted| Some(accepted.messages.into_iter().next()?.id)))
}

#[derive(Deserialize)]
struct Accepted {
    messages: Vec<AcceptedMessage>,
}

#[derive(Deserialize)]
struct AcceptedMessage {
    id: String,
}
