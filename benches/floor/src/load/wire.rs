//! Implements the necessary part of HTTP/1.1 by hand, because this process shares the cores with the measured one.

use std::io::{Error, ErrorKind, Result};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    net::TcpStream,
};

const READ_BYTES: usize = 16 * 1024;

/// Received bytes that are not parsed yet.
#[derive(Default)]
pub struct Inbox {
    bytes: Vec<u8>,
}

/// A message's first line and the length of head and body in the inbox.
pub struct Frame {
    pub head: usize,
    pub total: usize,
}

impl Inbox {
    /// Reads until one whole message is there.
    pub async fn read(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> Result<Frame> {
        loop {
            if let Some(frame) = frame(&self.bytes)? {
                return Ok(frame);
            }
            self.bytes.reserve(READ_BYTES);
            if stream.read_buf(&mut self.bytes).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    pub fn head(&self, frame: &Frame) -> &[u8] {
        &self.bytes[..frame.head]
    }

    pub fn body(&self, frame: &Frame) -> &[u8] {
        &self.bytes[frame.head..frame.total]
    }

    pub fn done(&mut self, frame: &Frame) {
        self.bytes.drain(..frame.total);
    }
}

pub async fn connect(target: &str) -> Result<TcpStream> {
    let socket = TcpStream::connect(target).await?;
    socket.set_nodelay(true)?;
    Ok(socket)
}

/// The status code of a response's head.
pub fn status(head: &[u8]) -> u16 {
    let code = head.get(9..12).and_then(|code| std::str::from_utf8(code).ok());
    code.and_then(|code| code.parse().ok()).unwrap_or(0)
}

/// The value of a header, if it is there.
pub fn header<'a>(head: &'a [u8], name: &str) -> Option<&'a str> {
    let lines = head.split(|byte| *byte == b'\n').skip(1);
    lines
        .filter_map(|line| std::str::from_utf8(line).ok()?.split_once(':'))
        .find_map(|(key, value)| key.eq_ignore_ascii_case(name).then(|| value.trim()))
}

fn frame(bytes: &[u8]) -> Result<Option<Frame>> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let head = end + 4;
    if header(&bytes[..head], "transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        // Only answers to webhooks may come so, and nobody reads their body: the last chunk ends them.
        let last = bytes[head..].windows(5).position(|window| window == b"0\r\n\r\n");
        return Ok(last.map(|last| Frame { head, total: head + last + 5 }));
    }
    let length = match header(&bytes[..head], "content-length") {
        Some(value) => value.parse::<usize>().map_err(|_| Error::from(ErrorKind::InvalidData))?,
        None => 0,
    };
    Ok((bytes.len() >= head + length).then_some(Frame { head, total: head + length }))
}
