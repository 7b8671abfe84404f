//! Hands the W3C `traceparent` of a call to the clients that put it into their requests.
//!
//! The header says to a server of the business under which span of ours its own spans hang. Only requests of `http`
//! steps and of MCP tools look for it: a messaging platform or the provider of a model is told nothing of our traces.
//! Source: w3.org/TR/trace-context, version 00.

use reqwest::header::HeaderValue;

/// The name of the header.
pub const TRACEPARENT: &str = "traceparent";

tokio::task_local! {
    static CARRIED: String;
}

/// Requests to servers of the business that `work` makes carry this header; `None`: none.
pub async fn carrying<W: Future>(header: Option<String>, work: W) -> W::Output {
    match header {
        Some(header) => CARRIED.scope(header, work).await,
        None => work.await,
    }
}

/// The header of the current task's call.
pub(crate) fn carried() -> Option<HeaderValue> {
    CARRIED.try_with(|header| HeaderValue::try_from(header).ok()).ok().flatten()
}
