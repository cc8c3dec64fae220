//! Transfers: a party of a call asks that the other one be connected with somebody else (RFC 3515, RFC 5589).
//!
//! Neither of the two who talk afterwards learns of it by more than a new description: the PBX stays between them.

use std::sync::Arc;

use rsipstack::dialog::DialogId;
use rsipstack::dialog::dialog::{DialogState, TransactionHandle};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::event_packages::{ReferToTarget, parse_refer_to};
use rsipstack::sip::{Header, Request, Response, StatusCode, StatusCodeKind, Transport, Uri};
use tokio::sync::mpsc;
use tracing::{debug, info};

use super::exchange::Shared;
use super::outbound::{Caller, Outbound, answered, hang_up, sdp_headers};
use super::party::Party;

/// Connects `left` with whom `by` has named. Gives the two who talk from then on; none where the call is over.
pub(super) async fn run(
    exchange: &Shared,
    by: Party,
    left: Party,
    request: &Request,
    handle: TransactionHandle,
) -> Option<(Party, Party)> {
    let refer_to = request.headers.iter().find_map(|header| match header {
        Header::ReferTo(target) => Some(parse_refer_to(target.value())),
        _ => None,
    });
    let Some(target) = refer_to else {
        answer(&handle, StatusCode::BadRequest).await;
        return Some((by, left));
    };
    answer(&handle, StatusCode::Accepted).await;
    let news = News::open(exchange, by.dialog.clone());
    news.progress(StatusCode::Trying);
    match replaced(&target) {
        Some(dialog) => attended(exchange, (by, left), dialog, news).await,
        None => blind(exchange, (by, left), &target, news).await,
    }
}

async fn answer(handle: &TransactionHandle, status: StatusCode) {
    if handle.reply(status).await.is_err() {
        debug!("the call ended before the transfer was answered");
    }
}

/// Our side of the dialog that a Replaces names.
pub(super) fn replaced(target: &ReferToTarget) -> Option<DialogId> {
    let replaces = target.replaces.as_ref()?;
    let (call_id, params) = replaces.split_once(';')?;
    let tag = |name: &str| {
        params
            .split(';')
            .find_map(|param| Some(param.trim().strip_prefix(name)?.strip_prefix('=')?.to_owned()))
    };
    Some(DialogId {
        call_id: call_id.trim().to_owned(),
        local_tag: tag("to-tag")?,
        remote_tag: tag("from-tag")?,
    })
}

/// Connects `left` with the other party of another call.
async fn attended(
    exchange: &Shared,
    (by, left): (Party, Party),
    dialog: DialogId,
    news: News,
) -> Option<(Party, Party)> {
    let Some(other) = exchange.talks.take_over(dialog).await else {
        info!("not transferred: the other call is over");
        news.failure(StatusCode::CallTransactionDoesNotExist);
        return Some((by, left));
    };
    match join(exchange, &left, &other).await {
        Ok(()) => {
            info!("transferred");
            news.success();
            Some((left, other))
        }
        Err(status) => {
            news.failure(status);
            other.leave(exchange).await;
            Some((by, left))
        }
    }
}

/// Has both send to each other from now on.
async fn join(exchange: &Shared, left: &Party, other: &Party) -> Result<(), StatusCode> {
    let answer = describe(exchange, left, &other.number, other.description.clone()).await?;
    describe(exchange, other, &left.number, answer.body).await.map(drop)
}

/// Tells a party with whom it is now, and where to send.
async fn describe(
    exchange: &Shared,
    party: &Party,
    with: &str,
    description: Vec<u8>,
) -> Result<Response, StatusCode> {
    let mut headers = sdp_headers().unwrap_or_default();
    let identity = format!("<{}>", exchange.uri(with, Transport::Udp));
    headers.push(Header::PAssertedIdentity(identity.into()));
    match party.dialog.reinvite(Some(headers), Some(description)).await {
        Ok(Some(response)) if response.status_code.kind() == StatusCodeKind::Successful => Ok(response),
        Ok(Some(response)) => Err(response.status_code),
        Ok(None) => Err(StatusCode::CallTransactionDoesNotExist),
        Err(error) => {
            debug!(%error, "a party was not told of the transfer");
            Err(StatusCode::ServerInternalError)
        }
    }
}

/// Calls whom `left` is to talk to.
async fn blind(
    exchange: &Shared,
    (by, left): (Party, Party),
    target: &ReferToTarget,
    news: News,
) -> Option<(Party, Party)> {
    let number = Uri::try_from(target.uri.as_str()).ok().and_then(|uri| uri.user().map(str::to_owned));
    let number = number.filter(|number| exchange.is_extension(number));
    let Some(number) = number else {
        info!("not transferred: nobody has that number");
        news.failure(StatusCode::NotFound);
        return Some((by, left));
    };
    let caller = Caller { number: left.number.clone(), display_name: None, headers: Vec::new() };
    let outbound = match exchange.locations.locate(&number) {
        Some(binding) => Outbound::start(exchange, &binding, caller, left.description.clone()),
        None => {
            news.failure(StatusCode::TemporarilyUnavailable);
            return Some((by, left));
        }
    };
    match outbound {
        Ok(outbound) => ring(exchange, by, left, outbound, number, news).await,
        Err(error) => {
            debug!(%error, "the telephone that a call was transferred to cannot be reached");
            news.failure(StatusCode::TemporarilyUnavailable);
            Some((by, left))
        }
    }
}

async fn ring(
    exchange: &Shared,
    by: Party,
    mut left: Party,
    mut outbound: Outbound,
    number: String,
    news: News,
) -> Option<(Party, Party)> {
    let mut by = Some(by);
    let outcome = loop {
        tokio::select! {
            over = ended(by.as_mut()) => if over && let Some(by) = by.take() {
                by.forget(exchange);
            },
            over = ended(Some(&mut left)) => if over {
                outbound.cancel().await;
                left.forget(exchange);
                leave(exchange, by).await;
                return None;
            },
            () = exchange.stopping.cancelled() => {
                outbound.cancel().await;
                left.leave(exchange).await;
                leave(exchange, by).await;
                return None;
            }
            state = outbound.states.recv() => match state {
                Some(DialogState::Early(..)) => news.progress(StatusCode::Ringing),
                Some(_) => {}
                None => break (&mut outbound.outcome).await,
            },
            outcome = &mut outbound.outcome => break outcome,
        }
    };
    let connected = match answered(outcome) {
        Ok(response) => {
            describe(exchange, &left, &number, response.body.clone()).await.map(|_| response.body)
        }
        Err(status) => Err(status),
    };
    match connected {
        Ok(description) => {
            info!("transferred");
            news.success();
            let Outbound { dialog, states, .. } = outbound;
            Some((left, Party { dialog, states, number, description }))
        }
        Err(status) => {
            info!(status = status.code(), "not transferred");
            news.failure(status);
            hang_up(&outbound.dialog).await;
            exchange.dialogs.remove_dialog(&outbound.dialog.id());
            match by {
                Some(by) => Some((by, left)),
                None => {
                    left.leave(exchange).await;
                    None
                }
            }
        }
    }
}

/// Waits for something of a party, and says whether it was its end. What it asks for has to wait.
async fn ended(party: Option<&mut Party>) -> bool {
    let Some(party) = party else { return std::future::pending().await };
    match party.states.recv().await {
        None | Some(DialogState::Terminated(..)) => true,
        Some(
            DialogState::Updated(_, _, handle)
            | DialogState::Info(_, _, handle)
            | DialogState::Options(_, _, handle)
            | DialogState::Refer(_, _, handle)
            | DialogState::Notify(_, _, handle)
            | DialogState::Message(_, _, handle)
            | DialogState::Publish(_, _, handle),
        ) => {
            answer(&handle, StatusCode::RequestPending).await;
            false
        }
        Some(
            DialogState::Calling(_)
            | DialogState::Trying(_)
            | DialogState::Early(..)
            | DialogState::WaitAck(..)
            | DialogState::Confirmed(..),
        ) => false,
    }
}

async fn leave(exchange: &Shared, party: Option<Party>) {
    if let Some(party) = party {
        party.leave(exchange).await;
    }
}

/// Tells the party that asked how its transfer goes, one NOTIFY after the other.
struct News {
    queue: mpsc::UnboundedSender<Told>,
}

enum Told {
    Progress(StatusCode),
    Failure(StatusCode),
    Success,
}

/// The state of the subscription that a REFER makes, after the last news.
const OVER: &str = "terminated;reason=noresource";
const GOES_ON: &str = "active;expires=60";

impl News {
    fn open(exchange: &Shared, to: InviteDialog) -> Self {
        let (queue, mut waiting) = mpsc::unbounded_channel();
        let dialogs = Arc::clone(&exchange.dialogs);
        exchange.calls.spawn(async move {
            while let Some(told) = waiting.recv().await {
                let (status, state) = match &told {
                    Told::Progress(status) => (status.clone(), GOES_ON),
                    Told::Failure(status) => (status.clone(), OVER),
                    Told::Success => (StatusCode::OK, OVER),
                };
                if let Err(error) = to.notify_refer(status, state).await {
                    debug!(%error, "who asked for a transfer was not told how it goes");
                }
                if matches!(told, Told::Success) {
                    hang_up(&to).await;
                    dialogs.remove_dialog(&to.id());
                }
            }
        });
        Self { queue }
    }

    fn progress(&self, status: StatusCode) {
        self.tell(Told::Progress(status));
    }

    fn failure(&self, status: StatusCode) {
        self.tell(Told::Failure(status));
    }

    /// The one who asked is out of the call.
    fn success(&self) {
        self.tell(Told::Success);
    }

    fn tell(&self, told: Told) {
        if self.queue.send(told).is_err() {
            debug!("who asked for a transfer is gone");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dialog_to_be_replaced_is_ours() {
        let target =
            parse_refer_to("<sip:1002@192.0.2.1?Replaces=a%40b%3Bto-tag%3Dours%3Bfrom-tag%3Dtheirs>");
        let id = replaced(&target).map(|id| (id.call_id, id.local_tag, id.remote_tag));
        assert_eq!(id, Some(("a@b".into(), "ours".into(), "theirs".into())));
        assert!(replaced(&parse_refer_to("<sip:1002@192.0.2.1>")).is_none());
        assert!(replaced(&parse_refer_to("<sip:1002@192.0.2.1?Replaces=a%40b%3Bto-tag%3Dours>")).is_none());
    }
}
