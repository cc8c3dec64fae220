//! Calls that the PBX makes.

use std::time::Duration;

use rsipstack::dialog::dialog::DialogStateReceiver;
use rsipstack::dialog::invitation::{InviteAsyncResult, InviteOption};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::uri::ParamsExt as _;
use rsipstack::sip::{Header, Request, Response, StatusCode, StatusCodeKind, Transport, Uri};
use tokio::task::{JoinError, JoinHandle};
use tracing::debug;

use super::exchange::Exchange;
use super::locations::Flow;
use super::registrar::Binding;

/// An INVITE on its way.
pub(super) struct Outbound {
    pub(super) dialog: InviteDialog,
    pub(super) states: DialogStateReceiver,
    pub(super) outcome: JoinHandle<InviteAsyncResult>,
}

/// Who is shown as calling.
pub(super) struct Caller {
    pub(super) number: String,
    pub(super) display_name: Option<String>,
    /// Further headers of the INVITE.
    pub(super) headers: Vec<Header>,
}

/// A cancelled INVITE is waited for this long, since the answer may have crossed the CANCEL (RFC 3261 §9.1).
const AFTER_CANCEL: Duration = Duration::from_secs(5);

impl Outbound {
    /// Calls where `binding` says.
    pub(super) fn start(
        exchange: &Exchange,
        binding: &Binding<Flow>,
        caller: Caller,
        offer: Vec<u8>,
    ) -> Result<Self, Box<rsipstack::Error>> {
        let callee = Uri::try_from(binding.contact.as_str()).map_err(rsipstack::Error::from)?;
        let flow = binding.target.as_ref();
        let transport = flow.and_then(|flow| flow.r#type).or_else(|| callee.transport().copied());
        let transport = transport.unwrap_or(Transport::Udp);
        let options = InviteOption {
            caller_display_name: caller.display_name,
            contact: exchange.uri(&caller.number, transport),
            caller: exchange.uri(&caller.number, Transport::Udp),
            callee,
            destination: binding.target.clone(),
            content_type: Some(SDP.to_owned()),
            offer: Some(offer),
            headers: (!caller.headers.is_empty()).then_some(caller.headers),
            ..InviteOption::default()
        };
        let (sender, states) = exchange.dialogs.new_dialog_state_channel();
        let (dialog, outcome) = exchange.dialogs.do_invite_async(options, sender)?;
        Ok(Self { dialog, states, outcome })
    }

    /// Gives up a call that is not answered yet.
    pub(super) async fn cancel(mut self) {
        if let Err(error) = self.dialog.cancel().await {
            debug!(%error, "CANCEL was not accepted");
        }
        match tokio::time::timeout(AFTER_CANCEL, &mut self.outcome).await.map(answered) {
            // Answered before the CANCEL arrived. The stack ends what it saw cancelled; this is for what it did not.
            Ok(Ok(_)) => hang_up(&self.dialog).await,
            Ok(Err(_)) => {}
            Err(_) => self.outcome.abort(),
        }
    }
}

/// The 2xx of an INVITE, or the status that says why there is none.
pub(super) fn answered(outcome: Result<InviteAsyncResult, JoinError>) -> Result<Response, StatusCode> {
    match outcome {
        Ok(Ok((_, Some(response)))) if response.status_code.kind() == StatusCodeKind::Successful => {
            Ok(response)
        }
        Ok(Ok((_, Some(response)))) => Err(response.status_code),
        // Timer B ran out (RFC 3261 §17.1.1.2).
        Ok(Ok((_, None))) => Err(StatusCode::RequestTimeout),
        Ok(Err(error)) => {
            debug!(%error, "the called telephone cannot be reached");
            Err(StatusCode::TemporarilyUnavailable)
        }
        Err(error) => {
            debug!(%error, "the call was dropped");
            Err(StatusCode::ServerInternalError)
        }
    }
}

/// Ends a call in whatever way its state asks for.
pub(super) async fn hang_up(dialog: &InviteDialog) {
    let result = if dialog.state().can_cancel() {
        match dialog.role() {
            rsipstack::transaction::key::TransactionRole::Client => dialog.cancel().await,
            rsipstack::transaction::key::TransactionRole::Server => {
                dialog.reject(Some(StatusCode::ServiceUnavailable), None)
            }
        }
    } else {
        dialog.bye().await
    };
    if let Err(error) = result {
        debug!(%error, "the other side did not confirm the end of the call");
    }
}

/// The type of a session description.
pub(super) const SDP: &str = "application/sdp";

/// The headers of a body that is a session description.
pub(super) fn sdp_headers() -> Option<Vec<Header>> {
    Some(vec![Header::ContentType(SDP.into())])
}

/// The headers that say what the body of `request` is.
pub(super) fn content_headers<'a>(headers: impl Iterator<Item = &'a Header>) -> Option<Vec<Header>> {
    Some(headers.filter(|header| matches!(header, Header::ContentType(_))).cloned().collect())
}

/// The body of a request, if it has one.
pub(super) fn body(request: &Request) -> Option<Vec<u8>> {
    (!request.body.is_empty()).then(|| request.body.clone())
}
