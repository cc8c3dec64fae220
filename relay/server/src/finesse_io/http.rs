//! Requests to the servers of one site, over connections that are kept for the next one.

use super::dial::{DialError, Dialler};
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// How many requests of one site are under way at a time. A server of Finesse's size answers in milliseconds; what does not
/// fit waits its turn within its own time-out.
const AT_A_TIME: usize = 64;
/// How many idle connections to one server are kept.
const MOST_IDLE: usize = 32;
/// How long an idle connection is kept: less than the 20 s after which Tomcat closes it, so that no request meets the end.
const IDLE: Duration = Duration::from_secs(15);
/// The longest answer: a phone book of 6,000 entries has 2 MB.
const MOST_BYTES: usize = 8 * 1_024 * 1_024;
/// The longest head of an answer.
const MOST_HEAD_BYTES: usize = 64 * 1_024;

/// A request.
pub(crate) struct Ask {
    pub(crate) method: Method,
    /// With the query.
    pub(crate) path: String,
    /// Whoever adds credentials marks them as sensitive.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: String,
    /// The server holds its answer back until it has something to say: it takes no turn from others.
    pub(crate) waits: bool,
    pub(crate) timeout: Duration,
}

/// Its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// Why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AskError {
    /// No connection.
    Dial(DialError),
    /// Nothing within the time.
    TimedOut,
    /// The connection broke, or what came is no HTTP.
    Broken,
}

type Sender = SendRequest<Full<Bytes>>;

/// Host and port.
type Server = (String, u16);

/// A connection, and since when it waits.
type Idle = (Instant, Sender);

/// The client of one site.
pub(super) struct Http {
    dialler: Dialler,
    turns: Semaphore,
    idle: Mutex<HashMap<Server, Vec<Idle>>>,
}

impl Http {
    pub(super) fn new(dialler: Dialler) -> Self {
        Self { dialler, turns: Semaphore::new(AT_A_TIME), idle: Mutex::default() }
    }

    /// Asks and waits for the answer.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub(super) async fn ask(&self, host: &str, port: u16, ask: Ask) -> Result<Answer, AskError> {
        let within = ask.timeout;
        let waits = ask.waits;
        let exchange = async {
            // The semaphore is never closed.
            let _turn = match waits {
                true => None,
                false => Some(self.turns.acquire().await.map_err(|_| AskError::Broken)?),
            };
            let request = request(host, port, ask)?;
            self.exchange(host, port, request).await
        };
        timeout(within, exchange).await.unwrap_or(Err(AskError::TimedOut))
    }

    async fn exchange(
        &self,
        host: &str,
        port: u16,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Answer, AskError> {
        let key = (host.to_owned(), port);
        while let Some(mut sender) = self.idle_one(&key) {
            match sender.try_send_request(request).await {
                Ok(response) => return self.read(key, sender, response).await,
                // The server had closed it, and the request has not left.
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(AskError::Broken),
                },
            }
        }
        let mut sender = self.connect(host, port).await?;
        let response = sender.send_request(request).await.map_err(|_| AskError::Broken)?;
        self.read(key, sender, response).await
    }

    async fn connect(&self, host: &str, port: u16) -> Result<Sender, AskError> {
        let stream = self.dialler.dial(host, port).await.map_err(AskError::Dial)?;
        let mut builder = http1::Builder::new();
        builder.max_buf_size(MOST_HEAD_BYTES);
        let (sender, connection) =
            builder.handshake(TokioIo::new(stream)).await.map_err(|_| AskError::Broken)?;
        tokio::spawn(async move {
            // Whoever waits for an answer is told by the sender.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to a Finesse server has broken");
            }
        });
        Ok(sender)
    }

    async fn read(
        &self,
        key: Server,
        sender: Sender,
        response: axum::http::Response<Incoming>,
    ) -> Result<Answer, AskError> {
        let (head, body) = response.into_parts();
        let bytes = Limited::new(body, MOST_BYTES).collect().await.map_err(|_| AskError::Broken)?.to_bytes();
        self.keep(key, sender);
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }

    fn idle_one(&self, key: &Server) -> Option<Sender> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let list = idle.get_mut(key)?;
        // The one that was used last is the one that lives.
        let (since, sender) = list.pop()?;
        if since.elapsed() < IDLE && !sender.is_closed() {
            return Some(sender);
        }
        // Those below it are older.
        list.clear();
        None
    }

    fn keep(&self, key: Server, sender: Sender) {
        if sender.is_closed() {
            return;
        }
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let list = idle.entry(key).or_default();
        if list.len() < MOST_IDLE {
            list.push((Instant::now(), sender));
        }
    }
}

fn request(host: &str, port: u16, ask: Ask) -> Result<Request<Full<Bytes>>, AskError> {
    let authority = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
    let mut request = Request::builder()
        .method(ask.method)
        .uri(ask.path)
        .header(header::HOST, authority)
        .body(Full::new(Bytes::from(ask.body)))
        .map_err(|_| AskError::Broken)?;
    request.headers_mut().extend(ask.headers.into_iter().map(|(name, value)| (Some(name), value)));
    Ok(request)
}
