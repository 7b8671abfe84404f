//! A file of ours on its way to a platform that keeps it and sends it by its id.

use super::{Body, Next, SendError};
use std::sync::Arc;

/// A whole file. Clones share its bytes.
#[derive(Debug, Clone)]
pub struct Upload {
    /// What a recipient of a document sees.
    pub name: String,
    pub mime: String,
    pub bytes: Arc<Vec<u8>>,
}

impl Upload {
    /// As a form of several parts: `fields`, then the file under `file`.
    pub fn form(&self, fields: &[(&str, &str)]) -> Body {
        let boundary = boundary();
        let mut bytes = Vec::with_capacity(self.bytes.len() + 1024);
        for (name, value) in fields {
            let part = format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            bytes.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{}\"\r\ncontent-type: {}\r\n\r\n",
            quoted(&self.name),
            self.mime
        );
        bytes.extend_from_slice(head.as_bytes());
        bytes.extend_from_slice(&self.bytes);
        bytes.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        Body::Parts { boundary, bytes }
    }
}

/// A line that nobody can have written into a file before: 128 random bits. The file need not be searched for it, which
/// a file made for that purpose could turn into quadratic work.
fn boundary() -> String {
    let mut random = [0; 16];
    getrandom::fill(&mut random).expect("the system's random numbers were there when the daemon made its keys");
    let hex: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("transom-{hex}")
}

/// What becomes of a message whose file could not be uploaded: the message itself has surely not left.
pub fn not_uploaded(error: SendError) -> SendError {
    let next = match error.next {
        Next::Ambiguous => Next::Retry { after: None },
        other => other,
    };
    SendError { next, text: format!("its file could not be uploaded: {}", error.text), ..error }
}

/// As browsers write it: nothing ends the name before its end.
fn quoted(name: &str) -> String {
    name.chars().map(|c| if c == '"' || c == '\\' || c.is_control() { '_' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(upload: &Upload) -> (String, String) {
        let Body::Parts { boundary, bytes } = upload.form(&[("messaging_product", "whatsapp")]) else { panic!() };
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
        let Body::Parts { boundary: one, .. } = upload.form(&[]) else { panic!() };
        let Body::Parts { boundary: two, .. } = upload.form(&[]) else { panic!() };
        assert_ne!(one, two);
        // RFC 2046 allows at most 70 characters.
        assert!(one.len() <= 70 && one.len() >= 32, "{one}");
    }
}
