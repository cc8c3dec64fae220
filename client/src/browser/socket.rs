//! The WebSocket to the relay that served the page.

use super::Inbox;
use crate::phone::{ConnectionId, Input, SocketEvent};
use gloo::events::EventListener;
use sidetone_protocol::ClientFrame;
use sidetone_protocol::message::SIGNALLING_PATH;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{MessageEvent, WebSocket};

/// An open or opening WebSocket. Dropping it closes it, and nothing more comes from it.
pub(super) struct Socket {
    id: ConnectionId,
    socket: WebSocket,
    _listeners: [EventListener; 3],
}

impl Socket {
    pub(super) fn open(id: ConnectionId, inbox: &Inbox) -> Option<Self> {
        let post = {
            let inbox = Rc::clone(inbox);
            move |event| inbox(Input::Socket { connection: id, event })
        };
        // A browser that refuses the address refuses it for good; the core keeps trying, and says so.
        let Some(socket) = address().and_then(|address| WebSocket::new(&address).ok()) else {
            post(SocketEvent::Closed);
            return None;
        };
        let listeners = [
            EventListener::new(&socket, "open", {
                let post = post.clone();
                move |_| post(SocketEvent::Opened)
            }),
            EventListener::new(&socket, "message", {
                let post = post.clone();
                move |event| post(read(event))
            }),
            // An error is always followed by a close.
            EventListener::new(&socket, "close", move |_| post(SocketEvent::Closed)),
        ];
        Some(Self { id, socket, _listeners: listeners })
    }

    pub(super) fn id(&self) -> ConnectionId {
        self.id
    }

    pub(super) fn send(&self, frame: &ClientFrame) {
        let sent = serde_json::to_string(frame).ok().map(|text| self.socket.send_with_str(&text));
        if !matches!(sent, Some(Ok(()))) {
            // Only a socket that is closing refuses; its close event is on the way, and requests are repeated.
            leptos::logging::warn!("{:?} was not sent", frame.message);
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Fails only for a close code or a reason that is not allowed, and there is none.
        drop(self.socket.close());
    }
}

fn read(event: &web_sys::Event) -> SocketEvent {
    event
        .dyn_ref::<MessageEvent>()
        .and_then(|message| message.data().as_string())
        .and_then(|text| serde_json::from_str(&text).ok())
        .map_or(SocketEvent::Unreadable, |frame| SocketEvent::Received(Box::new(frame)))
}

fn address() -> Option<String> {
    let location = web_sys::window()?.location();
    let scheme = if location.protocol().ok()? == "http:" { "ws" } else { "wss" };
    Some(format!("{scheme}://{}{SIGNALLING_PATH}", location.host().ok()?))
}
