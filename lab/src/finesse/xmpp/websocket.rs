//! XMPP over WebSocket (RFC 7395): one element in each message, `<open/>` and `<close/>` around.

use axum::extract::ws::{Message, WebSocket};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::sync::mpsc;

use super::features;
use super::session::{After, Client};
use crate::finesse::hub::Out;
use crate::finesse::world::Shared;
use crate::finesse::xml::Element;

const FRAMING: &str = "urn:ietf:params:xml:ns:xmpp-framing";

/// Serves one connection to its end.
pub async fn serve(shared: Shared, node: usize, socket: WebSocket) {
    let (mut writer, mut reader) = socket.split();
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let mut client = Client::new(shared, node, sender.clone());
    let write = async {
        while let Some(out) = receiver.recv().await {
            match out {
                Out::Write(text, due) => {
                    if let Some(due) = due {
                        tokio::time::sleep_until(due).await;
                    }
                    if writer.send(Message::text(text)).await.is_err() {
                        break;
                    }
                }
                Out::Close => {
                    let close = Element::new("close").attribute("xmlns", FRAMING).write();
                    let _ = writer.send(Message::text(close)).await;
                    let _ = writer.send(Message::Close(None)).await;
                    break;
                }
            }
        }
    };
    let read = async {
        while let Some(Ok(message)) = reader.next().await {
            let Message::Text(text) = message else { continue };
            if text.trim().is_empty() {
                client.heard();
                continue;
            }
            let after = match Element::parse(&text) {
                Err(_) => After::Close,
                Ok(element) if element.local() == "open" => {
                    let open = Element::new("open")
                        .attribute("xmlns", FRAMING)
                        .attribute("from", client.domain())
                        .attribute("id", "s1")
                        .attribute("version", "1.0")
                        .attribute("xml:lang", "en");
                    let _ = sender.send(Out::Write(open.write(), None));
                    let _ = sender.send(Out::Write(features(client.signed_in()).write(), None));
                    After::Nothing
                }
                Ok(element) if element.local() == "close" => After::Close,
                Ok(element) => client.stanza(&element),
            };
            if after == After::Close {
                let _ = sender.send(Out::Close);
                // What the writer has to say goes out first.
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = write => {}
        () = read => {}
    }
}
