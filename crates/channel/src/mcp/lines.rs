//! Reads lines of a limited length: a program or a client may send one that never ends.

use tokio::io::{self, AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _};

/// A line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    Text(Vec<u8>),
    /// The beginning of a longer one, up to the limit; `skip` reads what is left of it.
    TooLong(Vec<u8>),
    /// There are no more lines.
    End,
}

/// The next line of at most `bytes_max` bytes. It ends with a line feed or with the input.
pub async fn next(input: &mut (impl AsyncBufRead + Unpin), bytes_max: usize) -> io::Result<Line> {
    let mut text = Vec::new();
    if input.take(bytes_max as u64 + 1).read_until(b'\n', &mut text).await? == 0 {
        return Ok(Line::End);
    }
    if text.ends_with(b"\n") {
        text.pop();
    } else if text.len() > bytes_max {
        text.truncate(bytes_max);
        return Ok(Line::TooLong(text));
    }
    Ok(Line::Text(text))
}

/// Reads and drops the rest of a line.
pub async fn skip(input: &mut (impl AsyncBufRead + Unpin)) -> io::Result<()> {
    loop {
        let bytes = input.fill_buf().await?;
        let (count, ends) = match bytes.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (bytes.len(), bytes.is_empty()),
        };
        input.consume(count);
        if ends {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_line_has_at_most_so_many_bytes() {
        let text = |text: &str| Line::Text(text.as_bytes().to_vec());
        let mut input = &b"abcd\nabcde\n\nend"[..];
        assert_eq!(next(&mut input, 4).await.unwrap(), text("abcd"));
        assert_eq!(next(&mut input, 4).await.unwrap(), Line::TooLong(b"abcd".to_vec()));
        skip(&mut input).await.unwrap();
        assert_eq!(next(&mut input, 4).await.unwrap(), text(""));
        assert_eq!(next(&mut input, 4).await.unwrap(), text("end"));
        assert_eq!(next(&mut input, 4).await.unwrap(), Line::End);
        skip(&mut input).await.unwrap();
    }
}
