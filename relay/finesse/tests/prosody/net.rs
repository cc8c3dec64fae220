//! As much of WebSocket and HTTP as the test needs, on plain sockets.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

pub(crate) struct WebSocket {
    stream: TcpStream,
    received: Vec<u8>,
}

impl WebSocket {
    pub(crate) fn open(port: u16) -> Self {
        let mut stream = connect(port);
        let request = format!(
            "GET /xmpp-websocket HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).expect("the request is sent");
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).expect("an answer");
            head.push(byte[0]);
        }
        assert!(String::from_utf8_lossy(&head).contains(" 101 "), "{}", String::from_utf8_lossy(&head));
        stream.set_read_timeout(Some(Duration::from_millis(20))).expect("a time-out");
        Self { stream, received: Vec::new() }
    }

    pub(crate) fn send(&mut self, text: &str) {
        self.write(1, text.as_bytes());
    }

    fn write(&mut self, opcode: u8, payload: &[u8]) {
        let mut frame = vec![0x80 | opcode];
        match u16::try_from(payload.len()) {
            Ok(length @ 0..=125) => frame.push(0x80 | length.to_be_bytes()[1]),
            Ok(length) => {
                frame.push(0x80 | 126);
                frame.extend(length.to_be_bytes());
            }
            Err(_) => panic!("longer than the test needs"),
        }
        // Masked by zeros, which changes nothing and is a mask.
        frame.extend([0; 4]);
        frame.extend(payload);
        // Where the server has closed meanwhile, what was said is lost, and that is what the test looks at.
        let _ = self.stream.write_all(&frame);
    }

    /// A text frame, if one is there within a moment.
    pub(crate) fn receive(&mut self) -> Option<String> {
        loop {
            if let Some((opcode, payload)) = self.take() {
                match opcode {
                    1 => return Some(String::from_utf8(payload).expect("text")),
                    9 => self.write(10, &payload),
                    _ => {}
                }
                continue;
            }
            let mut buffer = [0; 8_192];
            match self.stream.read(&mut buffer) {
                Ok(0) | Err(_) => return None,
                Ok(length) => self.received.extend(&buffer[..length]),
            }
        }
    }

    fn take(&mut self) -> Option<(u8, Vec<u8>)> {
        let (first, second) = (*self.received.first()?, *self.received.get(1)?);
        let (length, head) = match second & 0x7f {
            126 => (usize::from(u16::from_be_bytes([*self.received.get(2)?, *self.received.get(3)?])), 4),
            127 => panic!("longer than the test needs"),
            length => (usize::from(length), 2),
        };
        if self.received.len() < head + length {
            return None;
        }
        let payload = self.received[head..head + length].to_vec();
        self.received.drain(..head + length);
        Some((first & 0x0f, payload))
    }
}

/// Requests, each with a thread and a connection of its own.
pub(crate) struct Http {
    port: u16,
    sender: Sender<(u64, u16, String)>,
    receiver: Receiver<(u64, u16, String)>,
}

impl Http {
    pub(crate) fn new(port: u16) -> Self {
        let (sender, receiver) = channel();
        Self { port, sender, receiver }
    }

    pub(crate) fn post(&self, request: u64, body: &str) {
        let (port, sender, body) = (self.port, self.sender.clone(), body.to_owned());
        std::thread::spawn(move || {
            let mut stream = connect(port);
            let text = format!(
                "POST /http-bind HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: text/xml; charset=utf-8\r\n\
                 Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            let mut answer = String::new();
            let sent = stream.write_all(text.as_bytes()).and_then(|()| stream.read_to_string(&mut answer));
            if sent.is_err() {
                return;
            }
            let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
            let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
            // The test may be over.
            let _ = sender.send((request, status, body));
        });
    }

    /// What was answered meanwhile.
    pub(crate) fn answers(&self) -> Vec<(u64, u16, String)> {
        let first = self.receiver.recv_timeout(Duration::from_millis(10)).ok();
        first.into_iter().chain(self.receiver.try_iter()).collect()
    }
}

fn connect(port: u16) -> TcpStream {
    TcpStream::connect(("127.0.0.1", port)).expect("a connection")
}
