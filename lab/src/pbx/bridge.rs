//! A call from one extension to another: two dialogs, whose descriptions pass from one to the other.

use rsipstack::dialog::dialog::{DialogState, DialogStateReceiver, TransactionHandle};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::event_packages::parse_refer_to;
use rsipstack::sip::prelude::HeadersExt as _;
use rsipstack::sip::{Header, Method, Request, StatusCode, Uri};
use tracing::{debug, info};

use super::exchange::Shared;
use super::outbound::{Caller, Outbound, answered, body, content_headers, hang_up};
use super::party::Party;
use super::service::Incoming;
use super::transfer;

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
    let caller = Caller { number: incoming.caller.clone(), display_name, headers: Vec::new() };
    match Outbound::start(exchange, &binding, caller, offer.clone()) {
        Ok(outbound) => ring(exchange, incoming, outbound, callee, offer).await,
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

async fn ring(
    exchange: &Shared,
    mut incoming: Incoming,
    mut outbound: Outbound,
    callee: &str,
    offer: Vec<u8>,
) {
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
            let description = response.body;
            if let Err(error) = incoming.dialog.accept(headers, Some(description.clone())) {
                debug!(%error, "the caller gave up as the callee answered");
                return hang_up(&outbound.dialog).await;
            }
            let Outbound { dialog, states, .. } = outbound;
            let callee = Party { dialog, states, number: callee.to_owned(), description };
            let Incoming { dialog, states, caller, .. } = incoming;
            let caller = Party { dialog, states, number: caller, description: offer };
            talk(exchange, (caller, callee)).await;
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

/// What ends the talk of two parties, or makes it that of two others.
enum Turn {
    HungUp,
    Refer(Box<Request>, TransactionHandle),
}

async fn talk(exchange: &Shared, mut parties: (Party, Party)) {
    while let Some(next) = turn(exchange, parties).await {
        parties = next;
    }
    info!("ended");
}

/// Serves a call until its parties are others. None: it is over.
async fn turn(exchange: &Shared, (mut one, mut other): (Party, Party)) -> Option<(Party, Party)> {
    let (first, second) = (one.dialog.clone(), other.dialog.clone());
    let mut talk = exchange.talks.enter([first.id(), second.id()]);
    let (by, left, turn) = tokio::select! {
        turn = next_turn(exchange, &mut one.states, &second) => (one, other, turn),
        turn = next_turn(exchange, &mut other.states, &first) => (other, one, turn),
        Some(takeover) = talk.takeovers.recv() => {
            let (out, taken) = if takeover.dialog == first.id() { (one, other) } else { (other, one) };
            if let Err(taken) = takeover.party.send(taken) {
                taken.leave(exchange).await;
            }
            out.leave(exchange).await;
            return None;
        }
        () = exchange.stopping.cancelled() => {
            tokio::join!(one.leave(exchange), other.leave(exchange));
            return None;
        }
    };
    drop(talk);
    match turn {
        Turn::HungUp => {
            by.forget(exchange);
            left.leave(exchange).await;
            None
        }
        Turn::Refer(request, handle) => transfer::run(exchange, by, left, &request, handle).await,
    }
}

/// Serves the requests of one party until it hangs up or wants the call to be another one.
async fn next_turn(exchange: &Shared, states: &mut DialogStateReceiver, other: &InviteDialog) -> Turn {
    loop {
        match states.recv().await {
            None | Some(DialogState::Terminated(..)) => return Turn::HungUp,
            Some(DialogState::Refer(_, request, handle)) if !names_a_conference(exchange, &request) => {
                return Turn::Refer(Box::new(request), handle);
            }
            Some(state) => pass_on(exchange, state, other),
        }
    }
}

/// Serves a request within one dialog by the same request within the other.
fn pass_on(exchange: &Shared, state: DialogState, other: &InviteDialog) {
    let (request, handle) = match state {
        DialogState::Updated(_, request, handle) | DialogState::Info(_, request, handle) => (request, handle),
        DialogState::Options(_, _, handle) => return reply(exchange, handle, StatusCode::OK),
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

/// Whether a REFER sends somebody to a conference: the telephone calls there by itself (RFC 4579 §5.6).
fn names_a_conference(exchange: &Shared, refer: &Request) -> bool {
    refer.headers.iter().any(|header| match header {
        Header::ReferTo(target) => {
            let uri = Uri::try_from(parse_refer_to(target.value()).uri.as_str()).ok();
            uri.is_some_and(|uri| uri.user().is_some_and(|name| exchange.rooms.has(name)))
        }
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
