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
        let boundary = self.boundary();
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

    /// A line that stands nowhere in the file.
    fn boundary(&self) -> String {
        let mut boundary = "transom-part".to_owned();
        while contains(&self.bytes, boundary.as_bytes()) {
            boundary.push_str("-x");
        }
        boundary
    }
}

/// What becomes of a message whose file could not be uploaded: the message itself has surely not left.
pub fn not_uploaded(error: SendError) -> SendError {
    let next = match error.next {
        Next::Ambiguous => Next::Retry { after: None },
        other => other,
    };
    SendError { next, text: format!("its file could not be uploaded: {}", error.text), ..error }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// As browsers write it: nothing ends the name before its end.
fn quoted(name: &str) -> String {
    name.chars().map(|c| if c == '"' || c == '\\' || c.is_control() { '_' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_stands_whole_between_lines_that_are_not_in_it() {
        let inside = b"--transom-part\r\n--transom-part-x--".to_vec();
        let upload =
            Upload { name: "a\"\r\n.pdf".into(), mime: "application/pdf".into(), bytes: Arc::new(inside.clone()) };
        let Body::Parts { boundary, bytes } = upload.form(&[("messaging_product", "whatsapp")]) else { panic!() };
        assert_eq!(boundary, "transom-part-x-x");
        let wanted = format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n--{boundary}\r\n\
             content-disposition: form-data; name=\"file\"; filename=\"a___.pdf\"\r\ncontent-type: application/pdf\r\n\r\n\
             {}\r\n--{boundary}--\r\n",
            String::from_utf8(inside).unwrap()
        );
        assert_eq!(String::from_utf8(bytes).unwrap(), wanted);
    }
}
