//! What goes into a session and what comes out of it.

use super::{Ask, Error};
use crate::model::{Dialog, DialogId, UnixMillis};
use crate::rest::Request;
use std::fmt;

/// Names an [`Ask`]; chosen by whoever asks.
pub type Tag = u64;

/// Names a request over HTTP; chosen by the session.
pub type HttpId = u64;

/// Names a WebSocket; chosen by the session.
pub type LinkId = u64;

/// What happens to a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Something is asked for.
    Ask {
        /// Names it in [`Command::Done`].
        tag: Tag,
        /// What.
        ask: Ask,
    },
    /// A request was answered, or was not. Each [`Command::Http`] is owed one; one that comes too late is ignored.
    HttpAnswer {
        /// Which.
        id: HttpId,
        /// The answer.
        result: Result<HttpAnswer, HttpError>,
    },
    /// The WebSocket is open.
    XmppOpened {
        /// Which.
        link: LinkId,
    },
    /// A text frame came.
    XmppReceived {
        /// From which WebSocket.
        link: LinkId,
        /// The frame.
        text: String,
    },
    /// The WebSocket could not be opened, or is closed.
    XmppClosed {
        /// Which.
        link: LinkId,
    },
}

/// An answer over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: String,
    /// The header `Date`, by which Finesse's clock is known where SystemInfo does not say.
    pub date: Option<UnixMillis>,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HttpError {
    /// There is no connection: refused, no route, no name.
    Unreachable,
    /// Nothing came within the time.
    TimedOut,
    /// The server is not who it should be, or there is no common encryption.
    Tls,
    /// The connection broke, or what came is no HTTP.
    Broken,
}

/// What is to be done. `Debug` hides what is said on a WebSocket: the password is among it.
#[derive(Clone, PartialEq, Eq)]
pub enum Command {
    /// Send a request to `https://host:port`, and hand in the answer.
    Http {
        /// Names it.
        id: HttpId,
        /// To whom.
        host: String,
        /// At which port.
        port: u16,
        /// What.
        request: Request,
        /// As whom.
        credentials: Credentials,
        /// How long to wait for the whole answer, in milliseconds.
        timeout_ms: u64,
    },
    /// Open `wss://host:port/path` with the sub-protocol `xmpp`.
    OpenXmpp {
        /// Names it. It is not used again.
        link: LinkId,
        /// To whom.
        host: String,
        /// At which port.
        port: u16,
        /// The path.
        path: String,
    },
    /// Send a text frame.
    SendXmpp {
        /// Where.
        link: LinkId,
        /// The frame.
        text: String,
    },
    /// Close the WebSocket. No [`Input::XmppClosed`] is owed.
    CloseXmpp {
        /// Which.
        link: LinkId,
    },
    /// What became of an [`Ask`].
    Done {
        /// Its tag.
        tag: Tag,
        /// What.
        result: Result<(), Error>,
    },
    /// The view has changed.
    Changed(Change),
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http { id, host, port, request, .. } => write!(f, "Http({id}, {host}:{port}, {request:?})"),
            Self::OpenXmpp { link, host, port, path } => write!(f, "OpenXmpp({link}, {host}:{port}{path})"),
            Self::SendXmpp { link, text } => write!(f, "SendXmpp({link}, {} bytes)", text.len()),
            Self::CloseXmpp { link } => write!(f, "CloseXmpp({link})"),
            Self::Done { tag, result } => write!(f, "Done({tag}, {result:?})"),
            Self::Changed(change) => f.debug_tuple("Changed").field(change).finish(),
        }
    }
}

/// What of the [`super::View`] has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// User, platform, service, presence, pending state, choices, or failure.
    Status,
    /// The reasons.
    Lists,
    /// A dialog is new or has changed.
    Dialog(DialogId),
    /// A dialog is gone.
    DialogRemoved(DialogId, Box<Dialog>),
    /// A team was opened or read anew, or was closed: then it is not in the view.
    Team(String),
    /// One member of a team.
    Member {
        /// The team's id.
        team: String,
        /// The member's.
        id: String,
    },
    /// A queue is new or has changed.
    Queue(String),
    /// A queue does not concern the agent any more.
    QueueRemoved(String),
    /// The messages.
    Messages,
    /// The phone books.
    Contacts,
}

/// As whom a request is sent. Never logged: `Debug` hides what is secret.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// Nobody in particular.
    None,
    /// HTTP Basic.
    Basic {
        /// The agent's id.
        id: String,
        /// The password.
        password: String,
    },
    /// `Authorization: Bearer`, in single sign-on.
    Bearer {
        /// The access token.
        token: String,
    },
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Basic { .. } => "Basic(…)",
            Self::Bearer { .. } => "Bearer(…)",
        })
    }
}
