//! XMPP over TCP, without TLS (RFC 6120).

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;

use super::features;
use super::session::{After, Client};
use crate::finesse::hub::Out;
use crate::finesse::world::Shared;
use crate::finesse::xml::{Part, Stream, escaped};

/// Serves one connection to its end.
pub async fn serve<S: AsyncRead + AsyncWrite + Send + 'static>(shared: Shared, node: usize, stream: S) {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let mut client = Client::new(shared, node, sender.clone());
    let write = async {
        while let Some(out) = receiver.recv().await {
            match out {
                Out::Write(text, due) => {
                    if let Some(due) = due {
                        tokio::time::sleep_until(due).await;
                    }
                    if writer.write_all(text.as_bytes()).await.is_err() {
                        break;
                    }
                }
                Out::Close => {
                    let _ = writer.write_all(b"</stream:stream>").await;
                    break;
                }
            }
        }
        let _ = writer.shutdown().await;
    };
    let read = async {
        let (mut stream, mut buffer, mut pending) = (Stream::default(), vec![0; 16 * 1024], Vec::new());
        loop {
            let Ok(read @ 1..) = reader.read(&mut buffer).await else { return };
            pending.extend_from_slice(&buffer[..read]);
            // A letter may be cut in two.
            let whole = match std::str::from_utf8(&pending) {
                Ok(text) => text.len(),
                Err(error) => error.valid_up_to(),
            };
            stream.push(&String::from_utf8_lossy(&pending[..whole]));
            pending.drain(..whole);
            client.heard();
            loop {
                match stream.next_part() {
                    Ok(Some(Part::Opened(_))) => {
                        let header = format!(
                            "<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
                             xmlns:stream='{}' from='{}' id='s1' version='1.0'>{}",
                            super::STREAMS,
                            escaped(client.domain()),
                            features(client.signed_in()).write()
                        );
                        let _ = sender.send(Out::Write(header, None));
                    }
                    Ok(Some(Part::Stanza(stanza))) => {
                        if client.stanza(&stanza) == After::Close {
                            let _ = sender.send(Out::Close);
                        }
                    }
                    Ok(Some(Part::Closed)) | Err(_) => {
                        let _ = sender.send(Out::Close);
                        // What the writer has to say goes out first.
                        std::future::pending::<()>().await;
                    }
                    Ok(None) => break,
                }
            }
        }
    };
    tokio::select! {
        () = write => {}
        () = read => {}
    }
}
