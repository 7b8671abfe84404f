//! Builds the upload of a file to a platform that stores files and sends them by id.

use super::{Body, Next, SendError};
use std::sync::Arc;

/// A whole file in memory. Clones share its bytes.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The file name that a recipient of a document sees.
    pub name: String,
    pub mime: String,
    pub bytes: Arc<Vec<u8>>,
}

impl Upload {
    /// A multipart form: `fields`, then the file as `name`.
    pub fn form(&self, name: &str, fields: &[(&str, &str)]) -> Body {
        let boundary = boundary();
        let mut bytes = Vec::with_capacity(self.bytes.len() + 1024);
        for (field, value) in fields {
            let part = format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
            bytes.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"{}\"\r\ncontent-type: {}\r\n\r\n",
            quoted(&self.name),
            self.mime
        );
        bytes.extend_from_slice(head.as_bytes());
        bytes.extend_from_slice(&self.bytes);
        bytes.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        Body::Parts { boundary, bytes }
    }
}

/// A boundary that no file can contain on purpose: 128 random bits. So the file need not be searched for it, a search
/// that a malicious file could make quadratic.
fn boundary() -> String {
    let mut random = [0; 16];
    getrandom::fill(&mut random).expect("the system's random numbers were there when the daemon made its keys");
    let hex: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("transom-{hex}")
}

/// The result of a message whose file could not be uploaded: the message itself was certainly not sent.
pub fn not_uploaded(error: SendError) -> SendError {
    let next = match error.next {
        Next::Ambiguous => Next::Retry { after: None },
        other => other,
    };
    SendError { next, text: format!("its file could not be uploaded: {}", error.text), ..error }
}

/// Replaces the characters that could end the quoted name.
fn quoted(name: &str) -> String {
    name.chars().map(|c| if c == '"' || c == '\\' || c.is_control() { '_' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(upload: &Upload) -> (String, String) {
        let Body::Parts { boundary, bytes } = upload.form("file", &[("messaging_product", "whatsapp")]) else {
            panic!()
        };
        (boundary, String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn a_file_stands_whole_between_two_boundaries() {
        let inside = "--transom-part\r\n--transom-part-x--";
        let upload = Upload {
            name: "a\"\r\n.pdf".into(),
            mime: "application/pdf".into(),
            bytes: Arc::new(inside.as_bytes().to_vec()),
        };
        let (boundary, written) = parts(&upload);
        let wanted = format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n--{boundary}\r\n\
             content-disposition: form-data; name=\"file\"; filename=\"a___.pdf\"\r\ncontent-type: application/pdf\r\n\r\n\
             {inside}\r\n--{boundary}--\r\n"
        );
        assert_eq!(written, wanted);
    }

    #[test]
    fn nobody_knows_a_boundary_before() {
        let upload = Upload { name: "a.png".into(), mime: "image/png".into(), bytes: Arc::new(vec![1]) };
        let Body::Parts { boundary: one, .. } = upload.form("file", &[]) else { panic!() };
        let Body::Parts { boundary: two, .. } = upload.form("file", &[]) else { panic!() };
        assert_ne!(one, two);
        // RFC 2046 allows at most 70 characters.
        assert!(one.len() <= 70 && one.len() >= 32, "{one}");
    }
}
