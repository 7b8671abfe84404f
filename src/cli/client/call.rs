//! Sends the requests of commands to a running daemon, or to the Graph API (`doctor`).

use super::daemon::DaemonFile;
use crate::{
    base::{limits::COMMAND_TIMEOUT, secret::Secret},
    channel::own_peer::tls_to_own,
    cli::Failure,
    runtime::certificate::fingerprint,
};
use reqwest::{Method, StatusCode, header::CONTENT_TYPE};
use serde_json::Value as Json;
use std::{error::Error, io};

/// A server, and the key for it.
pub struct Api {
    client: reqwest::Client,
    base: String,
    key: Option<Secret>,
    /// True if the command takes the address by `--url`.
    takes_url: bool,
}

/// The response, with any status.
pub struct Response {
    pub status: StatusCode,
    pub body: String,
}

impl Api {
    /// The daemon that wrote this file, at the address that it says.
    pub fn of_daemon(base: impl Into<String>, file: &DaemonFile, key: Option<Secret>) -> Result<Self, Failure> {
        Api::trusting(base, key, file.certificate.clone())
    }

    pub fn new(base: impl Into<String>, key: Option<Secret>) -> Result<Self, Failure> {
        Api::trusting(base, key, None)
    }

    /// `known`: the fingerprint of a certificate that counts at any address.
    fn trusting(base: impl Into<String>, key: Option<Secret>, known: Option<String>) -> Result<Self, Failure> {
        let is_known = move |certificate: &[u8]| known.as_ref().is_some_and(|known| *known == fingerprint(certificate));
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls_to_own(is_known, None))
            .timeout(COMMAND_TIMEOUT.to_std())
            .connect_timeout(COMMAND_TIMEOUT.to_std())
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| Failure::Failed(format!("no HTTP client can be made: {error}")))?;
        Ok(Api { client, base: base.into().trim_end_matches('/').to_owned(), key, takes_url: false })
    }

    /// The same server, for a command with the option `--url`.
    pub fn found_by_url(self) -> Self {
        Api { takes_url: true, ..self }
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    pub async fn get(&self, path: &str) -> Result<Response, Failure> {
        self.request(Method::GET, path, &[], None).await
    }

    /// All items of a list, over all its pages.
    pub async fn pages(&self, path: &str) -> Result<Vec<Json>, Failure> {
        let mut all = Vec::new();
        let mut cursor = String::new();
        loop {
            let mut page = self.get(&format!("{path}?limit=100{cursor}")).await?.ok()?;
            if let Some(data) = page["data"].as_array_mut() {
                all.append(data);
            }
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(all),
            }
        }
    }

    pub async fn post(&self, path: &str, body: &Json) -> Result<Response, Failure> {
        self.request(Method::POST, path, &[], Some(body.to_string().into_bytes())).await
    }

    pub async fn delete(&self, path: &str) -> Result<Response, Failure> {
        self.request(Method::DELETE, path, &[], None).await
    }

    /// Sends a request with these headers and exactly these bytes, over which the signature is computed.
    pub async fn request(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, String)],
        body: Option<Vec<u8>>,
    ) -> Result<Response, Failure> {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(key) = &self.key {
            request = request.bearer_auth(key.expose());
        }
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        let body = response.text().await.map_err(|error| self.unreachable(&error))?;
        Ok(Response { status, body })
    }

    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let why = if error.is_timeout() {
            "it does not answer in time"
        } else if let Some(why) = untrusted(error) {
            return Failure::Failed(format!("{} cannot be trusted: {why}", self.base));
        } else if error.is_connect() && self.takes_url {
            "nobody listens there; start the daemon by `transom serve`, or say where it is by `--url`"
        } else if error.is_connect() {
            "nobody listens there; start the daemon by `transom serve`"
        } else {
            "the connection broke"
        };
        Failure::Failed(format!("{} cannot be reached: {why}", self.base))
    }
}

/// The reason why TLS failed; `None`: it did not.
fn untrusted(error: &reqwest::Error) -> Option<String> {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Some(match tls {
                rustls::Error::InvalidMessage(_) => "it does not speak TLS; ask with `http://`".to_owned(),
                other => other.to_string(),
            });
        }
        // An `io::Error` is silent about the error within it: its `source` is the one after that.
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = inner.map(|inner| inner as &(dyn Error + 'static)).or_else(|| error.source());
    }
    None
}

impl Response {
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap_or(Json::Null)
    }

    /// The body of a 2xx response, else the error in the server's words.
    pub fn ok(self) -> Result<Json, Failure> {
        if self.status.is_success() {
            return Ok(self.json());
        }
        Err(Failure::Failed(self.refusal()))
    }

    /// The error in a response: the `detail` of a problem document, or the `error` or `message` of another product's
    /// API.
    pub fn refusal(&self) -> String {
        let json = self.json();
        let words = ["detail", "error", "message"].iter().find_map(|key| json[*key].as_str());
        match words {
            Some(words) => format!("{words} ({})", self.status.as_u16()),
            None => format!("the daemon answered {}", self.status),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_a_command_with_the_option_advises_url() {
        // Nobody listens at port 1.
        let api = || Api::new("http://127.0.0.1:1", None).unwrap();
        for (api, advises) in [(api(), false), (api().found_by_url(), true)] {
            let Err(Failure::Failed(why)) = api.get("/healthz").await else { panic!("somebody answers") };
            assert!(why.contains("`transom serve`") && why.contains("`--url`") == advises, "{why}");
        }
    }
}
