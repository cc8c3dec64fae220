//! A telephone in a call of the switch: its dialog, whose media ends here.

use std::time::Duration;

use rsipstack::dialog::DialogId;
use rsipstack::dialog::dialog::{DialogState, DialogStateReceiver, TransactionHandle};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Header, Method, Request, StatusCode, StatusCodeKind, Transport};
use tokio::sync::{mpsc, watch};
use tracing::{debug, info};

use crate::media::dtmf::Digit;
use crate::pbx::exchange::Shared;
use crate::pbx::leg::{Media, digit_in};
use crate::pbx::locations::Flow;
use crate::pbx::outbound::{Caller, Outbound, answered, hang_up, sdp_headers};
use crate::pbx::registrar::Binding;
use crate::pbx::sdp::Direction;

/// Names a party of the switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PartyId(pub(super) u64);

/// What a telephone is to know: told by re-INVITE whenever it differs from what it was told last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Of its stream, seen from us.
    pub(super) direction: Direction,
    /// With whom it is.
    pub(super) with: String,
    /// Goes up to have it told again.
    pub(super) again: u32,
}

/// What a leg is told besides.
pub(super) enum Order {
    /// It rings at the other end.
    Ring,
    /// Somebody answered.
    Accept,
    /// Have the telephone answer, if it can be told to (`Event: talk`, as BroadSoft has it).
    Talk,
    /// It is over; where the call was not answered, for this reason.
    HangUp(StatusCode),
}

/// What becomes of a leg.
pub(super) enum Happening {
    Dialog(DialogId),
    Ringing,
    Answered,
    /// It cannot be told to answer.
    CannotBeTold,
    /// It was never answered.
    Failed(StatusCode),
    /// The telephone holds, or does no longer.
    Holds(bool),
    Key(Digit),
    Refer(Box<Request>, InviteDialog, TransactionHandle),
    /// The telephone hung up, or cannot be reached any more.
    Gone,
}

/// How the switch and its legs reach each other.
pub(super) struct Line {
    pub(super) party: PartyId,
    pub(super) wanted: watch::Receiver<Wanted>,
    pub(super) orders: mpsc::UnboundedReceiver<Order>,
    pub(super) keys: mpsc::UnboundedReceiver<Digit>,
    pub(super) happenings: mpsc::UnboundedSender<(PartyId, Happening)>,
}

impl Line {
    fn report(&self, happening: Happening) {
        if self.happenings.send((self.party, happening)).is_err() {
            debug!("the switch has ended before its leg");
        }
    }
}

/// Calls a telephone and serves it until its call ends.
pub(super) async fn call(
    exchange: Shared,
    mut line: Line,
    mut media: Media,
    binding: Binding<Flow>,
    caller: Caller,
) {
    let offer = media.offer().into_bytes();
    let mut outbound = match Outbound::start(&exchange, &binding, caller, offer) {
        Ok(outbound) => outbound,
        Err(error) => {
            debug!(%error, "a telephone cannot be reached");
            return line.report(Happening::Failed(StatusCode::TemporarilyUnavailable));
        }
    };
    let mut talks = false;
    let outcome = loop {
        tokio::select! {
            state = outbound.states.recv() => match state {
                Some(DialogState::Early(_, response)) => {
                    talks |= takes_talk(&response.headers);
                    line.report(Happening::Ringing);
                }
                Some(_) => {}
                None => break (&mut outbound.outcome).await,
            },
            outcome = &mut outbound.outcome => break outcome,
            order = line.orders.recv() => match order {
                Some(Order::Talk) => if !talks || !talk(&outbound.dialog).await {
                    line.report(Happening::CannotBeTold);
                },
                Some(Order::Ring | Order::Accept) => {}
                Some(Order::HangUp(_)) | None => return outbound.cancel().await,
            },
            () = exchange.stopping.cancelled() => return outbound.cancel().await,
        }
    };
    match answered(outcome) {
        Ok(response) => {
            let Outbound { dialog, states, .. } = outbound;
            if let Err(error) = media.answered(&response.body) {
                info!(%error, "a telephone answered with a description that cannot be taken");
                line.report(Happening::Failed(StatusCode::NotAcceptableHere));
                hang_up(&dialog).await;
            } else {
                line.report(Happening::Dialog(dialog.id()));
                line.report(Happening::Answered);
                let told = told_at_first(&line);
                let leg = Leg { dialog: dialog.clone(), states, media, told, confirmed: true };
                leg.stay(&exchange, line).await;
            }
            exchange.dialogs.remove_dialog(&dialog.id());
        }
        Err(status) => line.report(Happening::Failed(status)),
    }
}

/// Whether a telephone says that it can be told to talk.
fn takes_talk(headers: &rsipstack::sip::Headers) -> bool {
    headers.iter().any(|header| match header {
        Header::Other(name, value) => {
            name.eq_ignore_ascii_case("Allow-Events") && value.split(',').any(|event| event.trim() == "talk")
        }
        _ => false,
    })
}

/// A telephone that wants to be told confirms so at once.
const CONFIRMED: Duration = Duration::from_secs(2);

/// Tells a telephone that rings to answer; says whether it takes that.
async fn talk(dialog: &InviteDialog) -> bool {
    // The stack sends requests within an early dialog for subscriptions only.
    let early = dialog.as_subscription();
    let headers = vec![Header::Event("talk".into()), Header::SubscriptionState("active".into())];
    let told = early.request(Method::Notify, Some(headers), None);
    match tokio::time::timeout(CONFIRMED, told).await {
        Ok(Ok(Some(response))) => response.status_code.kind() == StatusCodeKind::Successful,
        Ok(Ok(None) | Err(_)) | Err(_) => false,
    }
}

/// Serves a telephone that calls, until its call ends. `answer` is our description.
pub(super) async fn serve(
    exchange: Shared,
    mut line: Line,
    media: Media,
    dialog: InviteDialog,
    mut states: DialogStateReceiver,
    answer: Vec<u8>,
) {
    line.report(Happening::Dialog(dialog.id()));
    let accepted = loop {
        tokio::select! {
            state = states.recv() => if matches!(state, None | Some(DialogState::Terminated(..))) {
                return line.report(Happening::Gone);
            },
            order = line.orders.recv() => match order {
                Some(Order::Ring) => if let Err(error) = dialog.ringing(None, None) {
                    debug!(%error, "the caller does not hear it ring");
                },
                Some(Order::Talk) => {}
                Some(Order::Accept) => break dialog.accept(sdp_headers(), Some(answer)),
                Some(Order::HangUp(status)) => {
                    if let Err(error) = dialog.reject(Some(status), None) {
                        debug!(%error, "the caller is gone");
                    }
                    return;
                }
                None => return hang_up(&dialog).await,
            },
            () = exchange.stopping.cancelled() => return hang_up(&dialog).await,
        }
    };
    if let Err(error) = accepted {
        debug!(%error, "the caller is gone");
        return line.report(Happening::Gone);
    }
    let told = told_at_first(&line);
    let id = dialog.id();
    Leg { dialog, states, media, told, confirmed: false }.stay(&exchange, line).await;
    exchange.dialogs.remove_dialog(&id);
}

/// What an INVITE and its answer say.
fn told_at_first(line: &Line) -> Wanted {
    Wanted { direction: Direction::SendReceive, again: 0, with: line.wanted.borrow().with.clone() }
}

/// A telephone that is connected with us.
struct Leg {
    dialog: InviteDialog,
    states: DialogStateReceiver,
    media: Media,
    told: Wanted,
    /// The ACK is here, where we answered.
    confirmed: bool,
}

impl Leg {
    async fn stay(mut self, exchange: &Shared, mut line: Line) {
        loop {
            if self.confirmed {
                self.tell(exchange, &mut line).await;
            }
            tokio::select! {
                state = self.states.recv() => match state {
                    None | Some(DialogState::Terminated(..)) => return line.report(Happening::Gone),
                    Some(state) => self.happened(state, &line).await,
                },
                changed = line.wanted.changed() => if changed.is_err() {
                    return hang_up(&self.dialog).await;
                },
                key = line.keys.recv() => if let Some(key) = key {
                    line.report(Happening::Key(key));
                },
                order = line.orders.recv() => match order {
                    Some(Order::Ring | Order::Accept | Order::Talk) => {}
                    Some(Order::HangUp(_)) | None => return hang_up(&self.dialog).await,
                },
                () = exchange.stopping.cancelled() => return hang_up(&self.dialog).await,
            }
        }
    }

    /// Has the telephone know what it is to know.
    async fn tell(&mut self, exchange: &Shared, line: &mut Line) {
        let wanted = line.wanted.borrow_and_update().clone();
        if wanted == self.told {
            return;
        }
        let description = self.media.change(wanted.direction);
        let identity = format!("<{}>", exchange.uri(&wanted.with, Transport::Udp));
        let mut headers = sdp_headers().unwrap_or_default();
        headers.push(Header::PAssertedIdentity(identity.into()));
        let was_held = self.media.is_held;
        let wanted_both = wanted.direction == Direction::SendReceive;
        // A telephone that hangs up meanwhile says so by its BYE, which is looked at next.
        let told = self.dialog.reinvite_with_glare_retry(Some(headers), Some(description.into_bytes()), 3);
        match told.await {
            Ok(Some(response)) if response.status_code.kind() == StatusCodeKind::Successful => {
                if let Err(error) = self.media.answered(&response.body) {
                    info!(%error, "a telephone's description cannot be taken");
                }
            }
            Ok(Some(response)) => info!(status = response.status_code.code(), "a telephone refused a change"),
            Ok(None) => debug!("the call ended before its change"),
            Err(error) => info!(%error, "a telephone does not answer a change"),
        }
        self.told = wanted;
        // That it still holds is news where it was told to come back.
        if was_held != self.media.is_held || self.media.is_held && wanted_both {
            line.report(Happening::Holds(self.media.is_held));
        }
    }

    async fn happened(&mut self, state: DialogState, line: &Line) {
        let result = match state {
            DialogState::Confirmed(..) => {
                self.confirmed = true;
                if let Some(ack) = self.dialog.last_remote_ack()
                    && let Err(error) = self.media.answered(&ack.body)
                {
                    info!(%error, "the answer in the ACK cannot be taken");
                    hang_up(&self.dialog).await;
                }
                return;
            }
            DialogState::Updated(_, request, handle) => self.update(&request, handle, line).await,
            DialogState::Info(_, request, handle) => {
                if let Some(digit) = digit_in(&request.body) {
                    line.report(Happening::Key(digit));
                }
                handle.reply(StatusCode::OK).await
            }
            DialogState::Options(_, _, handle) => handle.reply(StatusCode::OK).await,
            DialogState::Refer(_, request, handle) => {
                line.report(Happening::Refer(Box::new(request), self.dialog.clone(), handle));
                return;
            }
            DialogState::Notify(_, _, handle)
            | DialogState::Message(_, _, handle)
            | DialogState::Publish(_, _, handle) => handle.reply(StatusCode::NotImplemented).await,
            DialogState::Calling(_)
            | DialogState::Trying(_)
            | DialogState::Early(..)
            | DialogState::WaitAck(..)
            | DialogState::Terminated(..) => return,
        };
        if result.is_err() {
            debug!("the call ended before a request was answered");
        }
    }

    /// A re-INVITE or an UPDATE of the telephone: hold, retrieve, a new address, or a mere sign of life.
    async fn update(
        &mut self,
        request: &Request,
        handle: TransactionHandle,
        line: &Line,
    ) -> crate::pbx::leg::Replied {
        if request.method == Method::Update && request.body.is_empty() {
            // An UPDATE without a description asks for none (RFC 3311 §5.2).
            return handle.respond(StatusCode::OK, None, None).await;
        }
        let was_held = self.media.is_held;
        let result = match self.media.describe(&request.body) {
            Ok(text) => handle.respond(StatusCode::OK, sdp_headers(), Some(text.into_bytes())).await,
            Err(error) => {
                debug!(%error, "a changed description was refused");
                handle.reply(StatusCode::NotAcceptableHere).await
            }
        };
        if was_held != self.media.is_held {
            line.report(Happening::Holds(self.media.is_held));
        }
        result
    }
}
