//! Resolves the address of a customer's file, and decides which host gets our credentials.

use super::{Auth, question::QuestionError};
use crate::base::limits::URL_CHARS_MAX;
use reqwest::Url;

/// The file as a webhook describes it.
#[derive(Debug, Clone, Copy)]
pub struct FileReference<'a> {
    /// The platform's id of the file.
    pub id: Option<&'a str>,
    pub url: Option<&'a str>,
}

/// An address that can be read now.
#[derive(Debug, Clone)]
pub struct FileUrl {
    pub url: String,
    /// For the first request only: a redirect to another host gets no credentials.
    pub auth: Auth,
}

impl FileUrl {
    /// The address from the webhook. A forged webhook could contain any address, so credentials go only to the
    /// platform's own host.
    pub fn told(file: FileReference<'_>, api_base: &str, auth: Auth) -> Result<FileUrl, QuestionError> {
        let url = file.url.filter(|url| !url.is_empty() && url.len() <= URL_CHARS_MAX).ok_or_else(no_address)?;
        let ours = same_host(url, api_base);
        Ok(FileUrl { url: url.to_owned(), auth: if ours { auth } else { Auth::None } })
    }
}

pub(super) fn no_address() -> QuestionError {
    QuestionError { kind: "not_found", text: "the platform told no address of the file".into() }
}

/// True if scheme, host and port are the same.
pub(super) fn same_host(one: &str, other: &str) -> bool {
    let origin = |url: &str| Url::parse(url).ok().map(|url| url.origin()).filter(|origin| origin.is_tuple());
    origin(one).is_some_and(|one| origin(other).is_some_and(|other| one == other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::secret::Secret;

    #[test]
    fn credentials_go_to_the_platforms_own_host_alone() {
        let shown = |url: &str| {
            let file = FileReference { id: None, url: Some(url) };
            let auth = Auth::Bearer(Secret::new("tok"));
            !matches!(FileUrl::told(file, "https://api.example/v1", auth).unwrap().auth, Auth::None)
        };
        assert!(shown("https://api.example/files/1"));
        for other in ["http://api.example/1", "https://api.example:8443/1", "https://api.example.evil/1", "data:x", "x"]
        {
            assert!(!shown(other), "{other}");
        }
        for file in [FileReference { id: Some("1"), url: None }, FileReference { id: None, url: Some("") }] {
            assert_eq!(FileUrl::told(file, "https://api.example", Auth::None).unwrap_err().kind, "not_found");
        }
    }
}
