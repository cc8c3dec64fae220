//! What happens to a request that arrives.

use std::sync::Arc;

use rsipstack::dialog::dialog::Dialog;
use rsipstack::sip::prelude::HeadersExt as _;
use rsipstack::sip::{Header, Method, StatusCode, Transport};
use rsipstack::transaction::TransactionReceiver;
use rsipstack::transaction::transaction::Transaction;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, debug, info, info_span};

use super::control::Control;
use super::dial_plan::{CONFERENCE_FACTORY, Service};
use super::digest::Verdict;
use super::exchange::Exchange;
use super::registrar::Update;
use super::rooms::Guest;
use super::{ALLOW, bridge, service};

/// Serves requests until the stack ends.
pub(super) async fn run(
    exchange: Arc<Exchange>,
    mut incoming: TransactionReceiver,
    stack: CancellationToken,
) {
    // The channel alone never ends: the exchange holds the stack, and with it the sender.
    while let Some(Some(transaction)) = stack.run_until_cancelled(incoming.recv()).await {
        let exchange = Arc::clone(&exchange);
        tokio::spawn(async move {
            if let Err(error) = route(&exchange, transaction).await {
                debug!(%error, "a request was not served to its end");
            }
        });
    }
}

async fn route(exchange: &Arc<Exchange>, mut transaction: Transaction) -> rsipstack::Result<()> {
    if transaction.original.to_header()?.tag()?.is_some() {
        return in_dialog(exchange, transaction).await;
    }
    match transaction.original.method {
        Method::Register => register(exchange, &mut transaction).await,
        Method::Options => transaction.reply_with(StatusCode::OK, vec![allow()], None).await,
        Method::Invite => invite(exchange, transaction).await,
        // The stack answers a CANCEL that fits no INVITE, and an ACK is never answered.
        Method::Cancel | Method::Ack => Ok(()),
        _ => transaction.reply_with(StatusCode::MethodNotAllowed, vec![allow()], None).await,
    }
}

fn allow() -> Header {
    Header::Allow(ALLOW.map(|method| method.to_string()).join(", ").into())
}

async fn in_dialog(exchange: &Exchange, mut transaction: Transaction) -> rsipstack::Result<()> {
    let is_ack = transaction.original.method == Method::Ack;
    match exchange.dialogs.match_dialog(&transaction) {
        Some(Dialog::Invite(mut dialog)) => {
            let result = dialog.handle(&mut transaction).await;
            // The stack passes over what does not fit the state of a dialog; its sender would ask again and again.
            if !is_ack && transaction.last_response.is_none() {
                transaction.reply(StatusCode::ServerInternalError).await?;
            }
            result
        }
        _ if is_ack => Ok(()),
        _ => refuse(transaction, StatusCode::CallTransactionDoesNotExist, Vec::new()).await,
    }
}

/// Answers finally; for an INVITE that lasts until the ACK.
async fn refuse(
    mut transaction: Transaction,
    status: StatusCode,
    headers: Vec<Header>,
) -> rsipstack::Result<()> {
    transaction.reply_with(status, headers, None).await?;
    if transaction.original.method == Method::Invite {
        while transaction.receive().await.is_some() {}
    }
    Ok(())
}

async fn register(exchange: &Exchange, transaction: &mut Transaction) -> rsipstack::Result<()> {
    let request = &transaction.original;
    let extension = match exchange.judge(request) {
        Verdict::Account(extension) => extension,
        verdict @ (Verdict::Missing | Verdict::Stale) => {
            let challenge = exchange.challenge(verdict == Verdict::Stale);
            let headers = vec![Header::WwwAuthenticate(challenge.into())];
            return transaction.reply_with(StatusCode::Unauthorized, headers, None).await;
        }
        Verdict::Wrong => {
            info!("registration refused: unknown extension or wrong password");
            return transaction.reply(StatusCode::Forbidden).await;
        }
    };
    // The address of record is in To (RFC 3261 §10.3, step 5); one may register only oneself.
    if request.to_header()?.uri()?.user() != Some(extension.as_str()) {
        return transaction.reply(StatusCode::Forbidden).await;
    }
    let contacts = request.headers.iter().filter_map(|header| match header {
        Header::Contact(contact) => Some(contact.value()),
        _ => None,
    });
    let expires = request.expires_header().and_then(|expires| expires.value().trim().parse().ok());
    let update = match Update::parse(contacts, expires) {
        Ok(update) => update,
        Err(error) => {
            debug!(%error, "registration refused");
            return transaction.reply(StatusCode::BadRequest).await;
        }
    };
    // Calls go to the contact, but back along a connection that the telephone has opened (RFC 5626): nobody else
    // can open one to it from behind a firewall.
    let connection = transaction.connection.as_ref().filter(|connection| connection.is_reliable());
    let source = connection.and_then(|connection| connection.get_remote_addr()).cloned();
    let bound = exchange.locations.register(&extension, update, &source);
    debug!(extension, bindings = bound.len(), "registered");
    let contacts = bound
        .into_iter()
        .map(|(contact, left)| Header::Contact(format!("<{contact}>;expires={left}").into()))
        .collect();
    transaction.reply_with(StatusCode::OK, contacts, None).await
}

/// Where an INVITE goes.
enum Destination {
    Service(Service),
    Conference(Guest),
    Extension(String),
    /// Whoever has that number in the switch.
    Switch(Control, String),
}

async fn invite(exchange: &Arc<Exchange>, mut transaction: Transaction) -> rsipstack::Result<()> {
    let request = &transaction.original;
    let required = request.headers.iter().find_map(|header| match header {
        Header::Require(value) => Some(value.value().to_owned()),
        Header::ProxyRequire(value) => Some(value.value().to_owned()),
        _ => None,
    });
    if let Some(required) = required {
        let unsupported = vec![Header::Unsupported(required.into())];
        return refuse(transaction, StatusCode::BadExtension, unsupported).await;
    }
    let caller = match exchange.judge(request) {
        Verdict::Account(extension) => extension,
        verdict @ (Verdict::Missing | Verdict::Stale) => {
            let challenge = exchange.challenge(verdict == Verdict::Stale);
            let headers = vec![Header::ProxyAuthenticate(challenge.into())];
            return refuse(transaction, StatusCode::ProxyAuthenticationRequired, headers).await;
        }
        Verdict::Wrong => {
            info!("call refused: unknown extension or wrong password");
            return refuse(transaction, StatusCode::Forbidden, Vec::new()).await;
        }
    };
    let number = request.uri.user().unwrap_or_default();
    let switched = exchange.control.get().filter(|_| {
        let own = matches!(
            Service::at(number),
            Some(Service::RepeatDigits | Service::CallBack | Service::EarlyMedia)
        );
        !own && number != CONFERENCE_FACTORY && !exchange.rooms.has(number)
    });
    let destination = if let Some(control) = switched {
        Destination::Switch(control.clone(), number.to_owned())
    } else if exchange.is_extension(number) {
        Destination::Extension(number.to_owned())
    } else if let Some(service) = Service::at(number) {
        Destination::Service(service)
    } else if number == CONFERENCE_FACTORY {
        Destination::Conference(exchange.rooms.make())
    } else if let Some(guest) = exchange.rooms.enter(number) {
        Destination::Conference(guest)
    } else {
        return refuse(transaction, StatusCode::NotFound, Vec::new()).await;
    };

    let transport =
        transaction.connection.as_ref().map_or(Transport::Udp, |connection| connection.transport());
    let user = match &destination {
        Destination::Conference(guest) => guest.conference(),
        Destination::Service(_) | Destination::Extension(_) | Destination::Switch(..) => number,
    };
    let contact = exchange.uri(user, transport);
    let (sender, states) = exchange.dialogs.new_dialog_state_channel();
    let mut dialog =
        exchange.dialogs.get_or_create_server_invite(&transaction, sender, None, Some(contact.clone()))?;

    let call = exchange.next_call();
    let incoming = service::Incoming { dialog: dialog.clone(), states, caller, contact };
    let id = dialog.id();
    let task = {
        let exchange = Arc::clone(exchange);
        async move {
            match destination {
                Destination::Service(service) => service::run(&exchange, incoming, service).await,
                Destination::Conference(guest) => service::confer(&exchange, incoming, guest).await,
                Destination::Extension(callee) => bridge::run(&exchange, incoming, &callee).await,
                // Its leg forgets the dialog when it is over.
                Destination::Switch(control, number) => {
                    return control.arrive(&exchange, incoming, number).await;
                }
            }
            exchange.dialogs.remove_dialog(&id);
        }
    };
    exchange.calls.spawn(task.instrument(info_span!("call", call.id = call)));
    // Drives the INVITE: what the call answers, CANCEL, retransmissions, ACK.
    dialog.handle(&mut transaction).await
}
