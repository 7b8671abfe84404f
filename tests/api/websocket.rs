//! Speaks the WebSocket protocol (RFC 6455) as a browser does, as far as the tests need it.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

pub struct Socket {
    stream: TcpStream,
}

/// A message from the server.
#[derive(Debug, PartialEq)]
pub enum Heard {
    Text(String),
    /// The server closes, with this code; 1006: the connection broke.
    Closed(u16),
}

impl Socket {
    /// Opens a connection; the error is the whole answer to the request.
    pub async fn open(base: &str, path: &str, headers: &[(&str, &str)]) -> Result<Socket, String> {
        let host = base.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).await.unwrap();
        let mut request = format!(
            "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        );
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        stream.write_all(format!("{request}\r\n").as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        if head.starts_with("HTTP/1.1 101 ") {
            // The sum of RFC 6455, section 1.3, for the key above.
            assert!(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
            return Ok(Socket { stream });
        }
        let length = head.to_lowercase();
        let length = length.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        stream.read_exact(&mut body).await.unwrap();
        Err(head + &String::from_utf8(body).unwrap())
    }

    pub async fn say(&mut self, text: &str) {
        self.send(0x1, text.as_bytes()).await;
    }

    /// Sends a frame; the server may have closed.
    pub async fn send(&mut self, kind: u8, payload: &[u8]) {
        let mut frame = vec![0x80 | kind];
        match payload.len() {
            length @ 0..126 => frame.push(0x80 | u8::try_from(length).unwrap()),
            length @ 126..=0xffff => {
                frame.push(0x80 | 126);
                frame.extend(u16::try_from(length).unwrap().to_be_bytes());
            }
            length => {
                frame.push(0x80 | 127);
                frame.extend((length as u64).to_be_bytes());
            }
        }
        let mask = [0x12, 0x34, 0x56, 0x78];
        frame.extend(mask);
        frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        let _ = self.stream.write_all(&frame).await;
    }

    /// The next message; signs of life are answered.
    pub async fn hear(&mut self) -> Heard {
        loop {
            let Some((kind, payload)) = self.frame().await else { return Heard::Closed(1006) };
            match kind {
                0x1 => return Heard::Text(String::from_utf8(payload).unwrap()),
                0x8 => return Heard::Closed(u16::from_be_bytes([payload[0], payload[1]])),
                0x9 => self.send(0xa, &payload).await,
                _ => {}
            }
        }
    }

    /// False once the server has closed the connection.
    pub async fn can_write(&mut self) -> bool {
        self.stream.write_all(&[0x8a, 0x80, 0, 0, 0, 0]).await.is_ok()
    }

    /// Reads up to the end without an answer to signs of life; gives the code of the end.
    pub async fn hear_silently(&mut self) -> u16 {
        loop {
            match self.frame().await {
                Some((0x8, payload)) => return u16::from_be_bytes([payload[0], payload[1]]),
                Some(_) => {}
                None => return 1006,
            }
        }
    }

    async fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let kind = self.stream.read_u8().await.ok()?;
        assert!(kind & 0x80 != 0, "the server sends whole messages");
        let length = match self.stream.read_u8().await.ok()? {
            126 => usize::from(self.stream.read_u16().await.ok()?),
            127 => usize::try_from(self.stream.read_u64().await.ok()?).unwrap(),
            length => usize::from(length),
        };
        let mut payload = vec![0; length];
        self.stream.read_exact(&mut payload).await.ok()?;
        Some((kind & 0xf, payload))
    }
}
