//! The numbers that answer.

use std::time::Duration;

use rsipstack::dialog::dialog::{DialogState, DialogStateReceiver};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Header, StatusCode, Uri};
use tracing::{debug, info};

use super::dial_plan::{ANNOUNCEMENT, CALL_BACK_AFTER, Service};
use super::exchange::Shared;
use super::leg::{Leg, Media, Waited};
use super::outbound::{Caller, Outbound, answered, hang_up, sdp_headers};
use super::rooms::Guest;
use crate::media::player::Segment;
use crate::media::ports::PortError;
use crate::media::stage::Role;

/// A call that has arrived.
pub(super) struct Incoming {
    pub(super) dialog: InviteDialog,
    pub(super) states: DialogStateReceiver,
    /// The extension that calls, as its password proved.
    pub(super) caller: String,
    /// Our address in the call.
    pub(super) contact: Uri,
}

/// Says that keys are awaited.
const BEEP: (f64, Duration) = (880.0, Duration::from_millis(300));
/// Says that a call back will follow.
const SHORT_TONE: (f64, Duration) = (660.0, Duration::from_secs(1));
/// The announcement before the answer; unlike any tone after it.
const ANNOUNCEMENT_HZ: f64 = 620.0;
/// A call back rings for as long.
const RING: Duration = Duration::from_secs(30);

/// Serves `incoming` until it ends.
pub(super) async fn run(exchange: &Shared, incoming: Incoming, service: Service) {
    info!(service = service.name(), "called");
    let tone = [Segment::endless_tone(exchange.tone_hz)];
    match service {
        Service::Busy => refuse(&incoming.dialog, StatusCode::BusyHere),
        Service::NoAnswer => ring(exchange, incoming).await,
        Service::Echo => {
            if let Some(mut leg) = answer(exchange, incoming, Role::Echo).await {
                leg.stay(exchange).await;
            }
        }
        Service::Tone => {
            if let Some(mut leg) = answer(exchange, incoming, Role::Play).await {
                leg.media.session.play(tone);
                leg.stay(exchange).await;
            }
        }
        Service::RepeatDigits => {
            if let Some(mut leg) = answer(exchange, incoming, Role::RepeatDigits).await {
                leg.media.session.play([Segment::tone(BEEP.0, BEEP.1)]);
                leg.stay(exchange).await;
            }
        }
        Service::CallBack => {
            let caller = incoming.caller.clone();
            if let Some(mut leg) = answer(exchange, incoming, Role::Play).await {
                leg.media.session.play([Segment::tone(SHORT_TONE.0, SHORT_TONE.1)]);
                if leg.wait(exchange, SHORT_TONE.1).await == Waited::Time {
                    hang_up(&leg.dialog).await;
                }
                drop(leg);
                call_back(exchange, caller).await;
            }
        }
        Service::EarlyMedia => announce(exchange, incoming).await,
    }
}

fn refuse(dialog: &InviteDialog, status: StatusCode) {
    if let Err(error) = dialog.reject(Some(status), None) {
        debug!(%error, "the caller is gone");
    }
}

/// Rings until the caller gives up.
async fn ring(exchange: &Shared, mut incoming: Incoming) {
    if let Err(error) = incoming.dialog.ringing(None, None) {
        debug!(%error, "the caller is gone");
        return;
    }
    loop {
        tokio::select! {
            state = incoming.states.recv() => if matches!(state, None | Some(DialogState::Terminated(..))) {
                return;
            },
            () = exchange.stopping.cancelled() => return hang_up(&incoming.dialog).await,
        }
    }
}

/// Media for `incoming` and our description of it; refuses the call where there can be none.
async fn prepare(exchange: &Shared, incoming: &Incoming, role: Role) -> Option<(Media, Vec<u8>)> {
    let media = Media::open(exchange, role).await;
    describe(incoming, media)
}

fn describe(incoming: &Incoming, media: Result<Media, PortError>) -> Option<(Media, Vec<u8>)> {
    let mut media = match media {
        Ok(media) => media,
        Err(error) => {
            info!(%error, "no media for a call");
            refuse(&incoming.dialog, StatusCode::ServiceUnavailable);
            return None;
        }
    };
    match media.describe(&incoming.dialog.initial_request().body) {
        Ok(description) => Some((media, description.into_bytes())),
        Err(error) => {
            info!(%error, "call refused");
            refuse(&incoming.dialog, StatusCode::NotAcceptableHere);
            None
        }
    }
}

async fn answer(exchange: &Shared, incoming: Incoming, role: Role) -> Option<Leg> {
    let (media, description) = prepare(exchange, &incoming, role).await?;
    let Incoming { dialog, states, .. } = incoming;
    if let Err(error) = dialog.accept(sdp_headers(), Some(description)) {
        debug!(%error, "the caller is gone");
        return None;
    }
    Some(Leg { dialog, states, media, contact: None })
}

/// Lets the caller talk with all others in the conference, until none of them is left.
pub(super) async fn confer(exchange: &Shared, incoming: Incoming, guest: Guest) {
    info!("called into a conference");
    let media = Media::open_in(exchange, guest.seat()).await;
    let Some((media, description)) = describe(&incoming, media) else { return };
    let Incoming { dialog, states, contact, .. } = incoming;
    // RFC 4579 §4: so a focus says that it is one, and this is where others can be sent.
    let contact = Header::Contact(format!("<{contact}>;isfocus").into());
    let headers = sdp_headers().into_iter().flatten().chain([contact.clone()]).collect();
    if let Err(error) = dialog.accept(Some(headers), Some(description)) {
        debug!(%error, "the caller is gone");
        return;
    }
    let mut leg = Leg { dialog, states, media, contact: Some(contact) };
    let left_alone = tokio::select! {
        () = leg.stay(exchange) => false,
        () = guest.is_left_alone() => true,
    };
    if left_alone {
        info!("all others have left the conference");
        hang_up(&leg.dialog).await;
    }
}

/// Speaks before it answers.
async fn announce(exchange: &Shared, incoming: Incoming) {
    let Some((media, description)) = prepare(exchange, &incoming, Role::Play).await else { return };
    let Incoming { dialog, states, .. } = incoming;
    let mut leg = Leg { dialog, states, media, contact: None };
    leg.media.session.play([Segment::endless_tone(ANNOUNCEMENT_HZ)]);
    if let Err(error) = leg.dialog.ringing(sdp_headers(), Some(description.clone())) {
        debug!(%error, "the caller is gone");
        return;
    }
    if leg.wait(exchange, ANNOUNCEMENT).await == Waited::Ended {
        return;
    }
    // The same description again: the first reliable answer is this one (RFC 3261 §13.2.1).
    if let Err(error) = leg.dialog.accept(sdp_headers(), Some(description)) {
        debug!(%error, "the caller is gone");
        return;
    }
    leg.media.session.play([Segment::endless_tone(exchange.tone_hz)]);
    leg.stay(exchange).await;
}

/// Calls `extension` after a pause and plays a tone.
async fn call_back(exchange: &Shared, extension: String) {
    tokio::select! {
        () = tokio::time::sleep(CALL_BACK_AFTER) => {}
        () = exchange.stopping.cancelled() => return,
    }
    let Some(binding) = exchange.locations.locate(&extension) else {
        info!("no call back: the caller is not registered any more");
        return;
    };
    let mut media = match Media::open(exchange, Role::Play).await {
        Ok(media) => media,
        Err(error) => {
            info!(%error, "no call back: no media");
            return;
        }
    };
    let caller =
        Caller { number: "603".to_owned(), display_name: Some("Call back".to_owned()), headers: Vec::new() };
    let offer = media.offer().into_bytes();
    let mut outbound = match Outbound::start(exchange, &binding, caller, offer) {
        Ok(outbound) => outbound,
        Err(error) => {
            debug!(%error, "no call back: the telephone cannot be reached");
            return;
        }
    };
    let outcome = tokio::select! {
        outcome = &mut outbound.outcome => outcome,
        () = tokio::time::sleep(RING) => {
            info!("call back not answered");
            return outbound.cancel().await;
        }
        () = exchange.stopping.cancelled() => return outbound.cancel().await,
    };
    let response = match answered(outcome) {
        Ok(response) => response,
        Err(status) => {
            info!(status = status.code(), "call back not answered");
            return;
        }
    };
    let Outbound { dialog, states, .. } = outbound;
    if let Err(error) = media.answered(&response.body) {
        info!(%error, "call back ended");
        hang_up(&dialog).await;
    } else {
        media.session.play([Segment::endless_tone(exchange.tone_hz)]);
        let mut leg = Leg { dialog: dialog.clone(), states, media, contact: None };
        leg.stay(exchange).await;
    }
    exchange.dialogs.remove_dialog(&dialog.id());
}
