//! The registrar as the tasks of a PBX share it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use rsipstack::transaction::endpoint::TransportEventInspector;
use rsipstack::transport::{SipAddr, TransportEvent};
use tokio::time::Instant;

use super::registrar::{Binding, Registrar, Update};

/// How to call a telephone: along the connection from this address, or else at its contact.
pub(super) type Flow = Option<SipAddr>;

pub(super) struct Locations {
    registrar: Mutex<Registrar<Flow>>,
    started: Instant,
}

impl Locations {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { registrar: Mutex::new(Registrar::new()), started: Instant::now() })
    }

    pub(super) fn register(&self, extension: &str, update: Update, flow: &Flow) -> Vec<(String, u64)> {
        self.registrar().update(extension, update, flow, self.started.elapsed())
    }

    pub(super) fn locate(&self, extension: &str) -> Option<Binding<Flow>> {
        self.registrar().locate(extension, self.started.elapsed()).cloned()
    }

    fn registrar(&self) -> MutexGuard<'_, Registrar<Flow>> {
        // Bindings are whole after every statement of the registrar, so a panic elsewhere spoils nothing.
        self.registrar.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Watches connections close: who was reached along one is not there any more (RFC 5626 §5.3), and a caller should
/// hear so at once instead of waiting for timers.
pub(super) struct Watch(pub(super) Arc<Locations>);

#[async_trait]
impl TransportEventInspector for Watch {
    async fn handle(&self, event: TransportEvent) -> Option<TransportEvent> {
        if let TransportEvent::Closed(connection) = &event
            && let Some(remote) = connection.get_remote_addr()
        {
            self.0.registrar().forget(&Some(remote.clone()));
        }
        Some(event)
    }
}
