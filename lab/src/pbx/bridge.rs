//! A call from one extension to another: two dialogs, whose descriptions pass from one to the other.

use rsipstack::dialog::dialog::{DialogState, TransactionHandle};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::prelude::HeadersExt as _;
use rsipstack::sip::{Header, Method, Request, StatusCode};
use tracing::{debug, info};

use super::exchange::Shared;
use super::outbound::{Caller, Outbound, answered, body, content_headers, hang_up};
use super::service::Incoming;

/// Connects `incoming` to the telephone of `callee` and stays until the call ends.
pub(super) async fn run(exchange: &Shared, incoming: Incoming, callee: &str) {
    let Some(binding) = exchange.locations.locate(callee) else {
        info!("the called extension is not registered");
        return refuse(&incoming.dialog, StatusCode::TemporarilyUnavailable);
    };
    let request = incoming.dialog.initial_request();
    let Some(offer) = body(&request) else {
        // The stack acknowledges the callee's 2xx at once, before the caller's answer could be known.
        info!("calls between extensions need the caller's offer in the INVITE");
        return refuse(&incoming.dialog, StatusCode::NotAcceptableHere);
    };
    let display_name = request
        .from_header()
        .ok()
        .and_then(|from| rsipstack::sip::prelude::ToTypedHeader::typed(from).ok())
        .and_then(|from| from.display_name);
    let caller = Caller { number: incoming.caller.clone(), display_name };
    match Outbound::start(exchange, &binding, caller, offer) {
        Ok(outbound) => ring(exchange, incoming, outbound).await,
        Err(error) => {
            debug!(%error, "the called telephone cannot be reached");
            refuse(&incoming.dialog, StatusCode::TemporarilyUnavailable);
        }
    }
}

fn refuse(dialog: &InviteDialog, status: StatusCode) {
    if let Err(error) = dialog.reject(Some(status), None) {
        debug!(%error, "the caller is gone");
    }
}

async fn ring(exchange: &Shared, mut incoming: Incoming, mut outbound: Outbound) {
    let outcome = loop {
        tokio::select! {
            state = incoming.states.recv() => if matches!(state, None | Some(DialogState::Terminated(..))) {
                info!("the caller gave up");
                return outbound.cancel().await;
            },
            () = exchange.stopping.cancelled() => {
                hang_up(&incoming.dialog).await;
                return outbound.cancel().await;
            },
            state = outbound.states.recv() => match state {
                Some(DialogState::Early(_, response)) => {
                    let body = (!response.body.is_empty()).then(|| response.body.clone());
                    let ringing = incoming.dialog.ringing(content_headers(response.headers.iter()), body);
                    if let Err(error) = ringing {
                        debug!(%error, "the caller does not hear it ring");
                    }
                }
                Some(_) => {}
                None => break (&mut outbound.outcome).await,
            },
            outcome = &mut outbound.outcome => break outcome,
        }
    };
    match answered(outcome) {
        Ok(response) => {
            info!("answered");
            let headers = content_headers(response.headers.iter());
            if let Err(error) = incoming.dialog.accept(headers, Some(response.body)) {
                debug!(%error, "the caller gave up as the callee answered");
                return hang_up(&outbound.dialog).await;
            }
            talk(exchange, incoming, outbound).await;
        }
        // The callee asks for a password: to the caller that is no question of his.
        Err(StatusCode::Unauthorized | StatusCode::ProxyAuthenticationRequired) => {
            refuse(&incoming.dialog, StatusCode::Forbidden);
        }
        Err(status) => {
            info!(status = status.code(), "not answered");
            refuse(&incoming.dialog, status);
        }
    }
}

async fn talk(exchange: &Shared, mut incoming: Incoming, mut outbound: Outbound) {
    let (caller, callee) = (incoming.dialog.clone(), outbound.dialog.clone());
    let remains = loop {
        tokio::select! {
            state = incoming.states.recv() => match state {
                None | Some(DialogState::Terminated(..)) => break Some(&callee),
                Some(state) => pass_on(exchange, state, &callee),
            },
            state = outbound.states.recv() => match state {
                None | Some(DialogState::Terminated(..)) => break Some(&caller),
                Some(state) => pass_on(exchange, state, &caller),
            },
            () = exchange.stopping.cancelled() => break None,
        }
    };
    match remains {
        Some(dialog) => hang_up(dialog).await,
        None => _ = tokio::join!(hang_up(&caller), hang_up(&callee)),
    }
    exchange.dialogs.remove_dialog(&callee.id());
    info!("ended");
}

/// Serves a request within one dialog by the same request within the other.
fn pass_on(exchange: &Shared, state: DialogState, other: &InviteDialog) {
    let (request, handle) = match state {
        DialogState::Updated(_, request, handle) | DialogState::Info(_, request, handle) => (request, handle),
        DialogState::Options(_, _, handle) => return reply(exchange, handle, StatusCode::OK),
        // The dialog that it is about is ours with the sender: the other side cannot know it.
        DialogState::Refer(_, request, handle) if names_a_dialog(&request) => {
            return reply(exchange, handle, StatusCode::NotImplemented);
        }
        DialogState::Refer(_, request, handle) | DialogState::Notify(_, request, handle) => (request, handle),
        DialogState::Message(_, _, handle) | DialogState::Publish(_, _, handle) => {
            return reply(exchange, handle, StatusCode::NotImplemented);
        }
        DialogState::Calling(_)
        | DialogState::Trying(_)
        | DialogState::Early(..)
        | DialogState::WaitAck(..)
        | DialogState::Confirmed(..)
        | DialogState::Terminated(..) => return,
    };
    let other = other.clone();
    // Not awaited: the other side may take its time, and either may hang up meanwhile.
    exchange.calls.spawn(async move {
        let answer = match repeat(&other, &request).await {
            Ok(Some(response)) => {
                let headers = content_headers(response.headers.iter());
                handle.respond(response.status_code, headers, Some(response.body)).await
            }
            // No answer at all: the call is over (RFC 3261 §12.2.1.2), and this tells the asking side.
            Ok(None) => handle.reply(StatusCode::RequestTimeout).await,
            Err(error) => {
                debug!(%error, "a request was not passed on");
                handle.reply(StatusCode::ServerInternalError).await
            }
        };
        if answer.is_err() {
            debug!("the call ended before the request was answered");
        }
    });
}

async fn repeat(
    other: &InviteDialog,
    request: &Request,
) -> rsipstack::Result<Option<rsipstack::sip::Response>> {
    let headers = Some(request.headers.iter().filter_map(passed_on).collect());
    match request.method {
        Method::Invite => other.reinvite(headers, body(request)).await,
        Method::Update => other.update(headers, body(request)).await,
        method => other.request(method, headers, body(request)).await,
    }
}

/// What the other side has to know of a request: what its body is, whom to call (RFC 3515 §2.1), and how that goes.
fn passed_on(header: &Header) -> Option<Header> {
    match header {
        Header::ContentType(_)
        | Header::ReferTo(_)
        | Header::ReferredBy(_)
        | Header::SubscriptionState(_) => Some(header.clone()),
        // An `id` is the number of the REFER in the dialog where it was sent (RFC 3515 §2.4.6).
        Header::Event(event) => {
            let package = event.value().split(';').next().unwrap_or_default().trim();
            Some(Header::Event(package.into()))
        }
        _ => None,
    }
}

/// Whether a REFER wants another dialog replaced (RFC 3891 §6).
fn names_a_dialog(refer: &Request) -> bool {
    refer.headers.iter().any(|header| match header {
        Header::ReferTo(target) => target.value().to_ascii_lowercase().contains("replaces="),
        _ => false,
    })
}

fn reply(exchange: &Shared, handle: TransactionHandle, status: StatusCode) {
    exchange.calls.spawn(async move {
        if handle.reply(status).await.is_err() {
            debug!("the call ended before the request was answered");
        }
    });
}
