//! The sockets towards Finesse: requests over HTTPS, and WebSockets for notifications.
//!
//! What is sent and what it means is `sidetone-finesse`'s business. Everything that waits runs in a task of its own and
//! comes back to the event loop as an input.

mod dial;
mod http;
mod tls;
mod websocket;

pub(crate) use dial::DialError;
pub(crate) use http::{Answer, Ask, AskError};
pub(crate) use websocket::{Link, LinkEvent, Target};

use crate::config::Finesse;
use anyhow::{Context, Result};
use dial::Dialler;
use http::Http;
use std::sync::Arc;

/// The sockets towards the servers of one site.
#[derive(Clone)]
pub(crate) struct FinesseSite {
    dialler: Dialler,
    http: Arc<Http>,
}

impl FinesseSite {
    /// By the configuration. Nothing is connected yet.
    ///
    /// # Errors
    ///
    /// If the certificates to trust cannot be read; the text names the site.
    pub(crate) fn new(site: &Finesse) -> Result<Self> {
        let tls = tls::connector(site.ca.as_deref()).with_context(|| {
            format!("the contact centre '{}' cannot be reached as it is configured", site.name)
        })?;
        let dialler = Dialler::new(tls);
        Ok(Self { http: Arc::new(Http::new(dialler.clone())), dialler })
    }

    /// Asks, and hands the answer to `tell`.
    pub(crate) fn ask<T, F>(&self, host: String, port: u16, ask: Ask, tell: T)
    where
        T: FnOnce(Result<Answer, AskError>) -> F + Send + 'static,
        F: Future<Output = ()> + Send,
    {
        let http = Arc::clone(&self.http);
        tokio::spawn(async move {
            let answer = http.ask(&host, port, ask).await;
            tell(answer).await;
        });
    }

    /// Opens a WebSocket. What it tells goes to `tell`, which says whether anybody still listens.
    pub(crate) fn open<T, F>(&self, target: Target, tell: T) -> Link
    where
        T: Fn(LinkEvent) -> F + Send + Sync + 'static,
        F: Future<Output = bool> + Send,
    {
        Link::open(self.dialler.clone(), target, tell)
    }
}

#[cfg(test)]
mod tests;
