//! Parses `multipart/form-data` (RFC 7578) for file uploads: splits a whole body at its boundary.

use crate::base::limits::FORM_PARTS_MAX;
use memchr::memmem;

/// One field of the form.
#[derive(Debug, PartialEq)]
pub struct Part<'a> {
    pub name: String,
    pub filename: Option<String>,
    /// The part's own content type.
    pub mime: Option<String>,
    pub body: &'a [u8],
}

/// The boundary in a `Content-Type`; RFC 2046 allows at most 70 characters.
pub fn boundary(content_type: &str) -> Option<String> {
    let (kind, rest) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let found = parameter(rest, "boundary")?;
    (1..=70).contains(&found.len()).then_some(found)
}

/// The parts of a body in order; the error says what is wrong.
pub fn parts<'a>(body: &'a [u8], boundary: &str) -> Result<Vec<Part<'a>>, &'static str> {
    let line = format!("--{boundary}");
    let between = format!("\r\n--{boundary}");
    let start = memmem::find(body, line.as_bytes()).filter(|at| *at == 0 || body[..*at].ends_with(b"\r\n"));
    let mut rest = &body[start.ok_or("the form does not begin with its boundary")? + line.len()..];
    let finder = memmem::Finder::new(between.as_bytes());
    let mut all = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Ok(all);
        }
        if all.len() == FORM_PARTS_MAX {
            return Err("the form has too many parts");
        }
        let inside = rest.strip_prefix(b"\r\n").ok_or("a boundary of the form does not end its line")?;
        let end = finder.find(inside).ok_or("the form ends before its last boundary")?;
        all.push(part(&inside[..end])?);
        rest = &inside[end + between.len()..];
    }
}

fn part(whole: &[u8]) -> Result<Part<'_>, &'static str> {
    let end = memmem::find(whole, b"\r\n\r\n").ok_or("a part of the form has no headers")?;
    let headers = std::str::from_utf8(&whole[..end]).map_err(|_| "the headers of a part are no text")?;
    let header = |wanted: &str| {
        let named = headers.split("\r\n").filter_map(|line| line.split_once(':'));
        named.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
    };
    let disposition = header("content-disposition").ok_or("a part of the form has no name")?;
    let (_, rest) = disposition.split_once(';').ok_or("a part of the form has no name")?;
    Ok(Part {
        name: parameter(rest, "name").ok_or("a part of the form has no name")?,
        filename: parameter(rest, "filename"),
        mime: header("content-type").map(|mime| mime.split(';').next().unwrap_or_default().trim().to_owned()),
        body: &whole[end + 4..],
    })
}

/// The value of `name="value"` or `name=value`; parameters are separated by semicolons. Inside quotes `\"` is a quote,
/// and `%22` stays as browsers write it.
fn parameter(text: &str, wanted: &str) -> Option<String> {
    let mut rest = text;
    loop {
        let (name, after) = rest.trim_start_matches([';', ' ', '\t']).split_once('=')?;
        let (value, behind) = match after.trim_start().strip_prefix('"') {
            Some(quoted) => {
                let mut value = String::new();
                let mut chars = quoted.char_indices();
                let end = loop {
                    match chars.next()? {
                        (_, '\\') => value.push(chars.next()?.1),
                        (at, '"') => break at,
                        (_, other) => value.push(other),
                    }
                };
                (value, &quoted[end + 1..])
            }
            None => {
                let (value, behind) = after.split_once(';').unwrap_or((after, ""));
                (value.trim().to_owned(), behind)
            }
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "--B7\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nimage/png\r\n--B7\r\n\
        Content-Disposition: form-data; name=\"file\"; filename=\"a \\\"b\\\".png\"\r\nContent-Type: image/png; x=1\r\n\r\n\
        \u{1}--B7 is inside\r\n--B\r\n--B7--\r\n";

    #[test]
    fn a_form_has_its_parts_in_their_order() {
        let found = parts(FORM.as_bytes(), "B7").unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].name.as_str(), found[0].body, &found[0].filename), ("type", &b"image/png"[..], &None));
        assert_eq!((found[1].filename.as_deref(), found[1].mime.as_deref()), (Some("a \"b\".png"), Some("image/png")));
        assert_eq!(found[1].body, b"\x01--B7 is inside\r\n--B");
    }

    #[test]
    fn what_is_no_form_is_refused() {
        for wrong in ["", "x", "--B7", "--B7\r\n", "--B7\r\nx\r\n--B7--", "--B7\r\nA: b\r\n\r\nx\r\n--B7--", "x--B7--"]
        {
            assert!(parts(wrong.as_bytes(), "B7").is_err(), "{wrong}");
        }
        assert_eq!(parts(b"--B7--\r\n", "B7"), Ok(vec![]));
        for cut in 0..FORM.len() - 4 {
            assert!(parts(&FORM.as_bytes()[..cut], "B7").is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn a_form_has_at_most_so_many_parts() {
        let one = "--B\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n";
        assert_eq!(
            parts(format!("{}--B--", one.repeat(FORM_PARTS_MAX)).as_bytes(), "B").unwrap().len(),
            FORM_PARTS_MAX
        );
        assert!(parts(format!("{}--B--", one.repeat(FORM_PARTS_MAX + 1)).as_bytes(), "B").is_err());
    }

    #[test]
    fn the_boundary_stands_in_the_content_type() {
        let found = |text: &str| boundary(text);
        assert_eq!(found("multipart/form-data; boundary=abc").as_deref(), Some("abc"));
        assert_eq!(found("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"").as_deref(), Some("a b"));
        let long = "x".repeat(71);
        for none in
            ["", "multipart/form-data", "text/plain; boundary=a", &format!("multipart/form-data; boundary={long}")]
        {
            assert_eq!(found(none), None, "{none}");
        }
    }
}
