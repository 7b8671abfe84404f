//! Compresses JSON for clients that take it: a list is a sixth of its size then, and a page opens sooner on a phone.
//!
//! A secret beside text of an attacker could be guessed by the length of compressed answers. No page of another site can
//! make these requests: keys stand in a header, and the cookie is `SameSite=Strict`.

use crate::base::limits;
use axum::{
    body::{Body, HttpBody as _},
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use flate2::{Compression, write::GzEncoder};
use std::io::Write as _;

/// True if the client takes a body in this form.
pub fn takes(headers: &HeaderMap, form: &str) -> bool {
    let taken = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    taken.flat_map(|text| text.split(',')).any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|weight| weight.parse() == Ok(0.0_f32));
        name.trim().eq_ignore_ascii_case(form) && !refused
    })
}

/// The answer with its JSON in gzip; any other answer, and a short one, stays as it is.
pub async fn compressed(response: Response) -> Response {
    let headers = response.headers();
    let is_json = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().ends_with(b"json"));
    let length = response.body().size_hint().exact().and_then(|bytes| usize::try_from(bytes).ok());
    let Some(length) = length.filter(|bytes| *bytes >= limits::COMPRESSED_JSON_BYTES_MIN) else { return response };
    if !is_json || headers.contains_key(header::CONTENT_ENCODING) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // A body of known length is in memory already.
    let plain = axum::body::to_bytes(body, length).await.expect("a body in memory can be read to its end");
    let mut packed = GzEncoder::new(Vec::with_capacity(length / 4), Compression::fast());
    packed.write_all(&plain).expect("a vector can be written to");
    let packed = packed.finish().expect("a vector can be written to");
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    Response::from_parts(parts, Body::from(packed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse as _;
    use flate2::read::GzDecoder;
    use std::io::Read as _;

    const KIND: &str = "application/json";

    async fn sent(kind: &'static str, text: String) -> (Option<String>, Vec<u8>) {
        let response = compressed(([(header::CONTENT_TYPE, kind)], text).into_response()).await;
        let form = response.headers().get(header::CONTENT_ENCODING).map(|form| form.to_str().unwrap().to_owned());
        (form, axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec())
    }

    #[test]
    fn a_form_is_taken_by_name_and_weight() {
        let takes_it = |text: &str, form: &str| {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, text.parse().unwrap())]);
            takes(&headers, form)
        };
        assert!(takes_it("gzip", "gzip") && takes_it("br, GZIP;q=0.5", "gzip") && takes_it("deflate,gzip", "gzip"));
        assert!(!takes_it("br", "gzip") && !takes_it("gzip;q=0", "gzip") && !takes_it("", "gzip"));
        assert!(takes_it("gzip, deflate, br, zstd", "br") && !takes_it("gzip, brr", "br"));
        assert!(!takes(&HeaderMap::new(), "gzip"));
    }

    #[tokio::test]
    async fn json_of_some_length_is_compressed_and_reads_the_same() {
        let text = format!("\"{}\"", "a".repeat(limits::COMPRESSED_JSON_BYTES_MIN - 2));
        for kind in [KIND, "application/problem+json"] {
            let (form, bytes) = sent(kind, text.clone()).await;
            assert_eq!(form.as_deref(), Some("gzip"));
            let mut plain = String::new();
            GzDecoder::new(bytes.as_slice()).read_to_string(&mut plain).unwrap();
            assert_eq!(plain, text);
            assert!(bytes.len() * 10 < text.len());
        }
    }

    #[tokio::test]
    async fn a_shorter_answer_and_what_is_no_json_stay() {
        let text = "a".repeat(limits::COMPRESSED_JSON_BYTES_MIN);
        for (kind, text) in [(KIND, text[1..].to_owned()), ("image/png", text)] {
            assert_eq!(sent(kind, text.clone()).await, (None, text.into_bytes()));
        }
    }

    #[tokio::test]
    async fn a_compressed_answer_is_not_compressed_again() {
        let body = "a".repeat(limits::COMPRESSED_JSON_BYTES_MIN);
        let kinds = [(header::CONTENT_TYPE, KIND), (header::CONTENT_ENCODING, "br")];
        let response = compressed((kinds, body.clone()).into_response()).await;
        assert_eq!(response.headers()[header::CONTENT_ENCODING], "br");
        assert_eq!(axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap(), body);
    }
}
