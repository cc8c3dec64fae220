//! What can happen, at random: requests, events of the legs, and time.

use proptest::prelude::*;
use proptest::sample::Index;
use sidetone_protocol::{CallId, ClientMessage, Forward, RequestId, TransferTarget};

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Attach(bool),
    Detach(bool),
    SignOut(bool),
    Offer(bool, bool),
    CloseMedia(bool),
    Ask(bool, Ask, Index, Index),
    AskAgain(bool),
    Incoming(Option<u32>),
    Replaced(Index),
    /// What a contact centre says of a call: that it is held or not, or that it is not controlled.
    Control(Option<bool>, Index),
    /// A contact centre calls Alice's own phone for a call that she asked it for.
    MediaLeg,
    AnswersMediaLeg(Index),
    /// Why a call ends; as none it is another's.
    Explain(bool, Index),
    MediaOpens,
    MediaConnects,
    MediaLost,
    Far(Far, Index),
    LineReady(bool),
    /// Alice's first tab is where it was at the beginning.
    Recover,
    Pass(u64),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Ask {
    Dial,
    Answer,
    Reject,
    HangUp,
    Hold(bool),
    Consult,
    Transfer,
    TransferTo,
    Join,
    Split,
    Park,
    PickUp,
    Mute(bool),
    Dtmf,
    Dismiss,
    DoNotDisturb(bool),
    Forward(bool),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Far {
    Alerts(bool),
    Answers,
    AnswersAsFocus,
    Focus(bool),
    Confirms,
    HangsUp(bool),
    Ends,
    Hold(bool),
    HoldUnasked(bool),
    PartyHolds(bool),
    TransferRings,
    Transfer(bool),
    TransferUnasked,
    AsksForTransfer,
}

fn ask() -> impl Strategy<Value = Ask> {
    use Ask::*;
    prop_oneof![
        4 => Just(Dial),
        6 => Just(Answer),
        1 => Just(Reject),
        1 => Just(HangUp),
        5 => prop::bool::weighted(0.3).prop_map(Hold),
        2 => Just(Consult),
        2 => Just(Transfer),
        4 => Just(TransferTo),
        6 => Just(Join),
        1 => Just(Split),
        1 => Just(Park),
        1 => Just(PickUp),
        1 => any::<bool>().prop_map(Mute),
        1 => Just(Dtmf),
        1 => Just(Dismiss),
        1 => prop::bool::weighted(0.2).prop_map(DoNotDisturb),
        1 => any::<bool>().prop_map(Forward),
    ]
}

fn far() -> impl Strategy<Value = Far> {
    use Far::*;
    prop_oneof![
        2 => any::<bool>().prop_map(Alerts),
        3 => Just(Answers),
        3 => Just(AnswersAsFocus),
        1 => any::<bool>().prop_map(Focus),
        3 => Just(Confirms),
        1 => any::<bool>().prop_map(HangsUp),
        3 => Just(Ends),
        6 => prop::bool::weighted(0.75).prop_map(Hold),
        1 => any::<bool>().prop_map(HoldUnasked),
        1 => any::<bool>().prop_map(PartyHolds),
        1 => Just(TransferRings),
        3 => any::<bool>().prop_map(Transfer),
        1 => Just(TransferUnasked),
        1 => Just(AsksForTransfer),
    ]
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    use Step::*;
    let other_tab = || prop::bool::weighted(0.1);
    prop_oneof![
        4 => other_tab().prop_map(Attach),
        1 => other_tab().prop_map(Detach),
        1 => prop::bool::weighted(0.9).prop_map(SignOut),
        2 => (other_tab(), any::<bool>()).prop_map(|(tab, take)| Offer(tab, take)),
        1 => other_tab().prop_map(CloseMedia),
        30 => (other_tab(), ask(), any::<Index>(), any::<Index>())
            .prop_map(|(tab, ask, call, other)| Ask(tab, ask, call, other)),
        1 => other_tab().prop_map(AskAgain),
        4 => prop::option::weighted(0.2, 0u32..3_000).prop_map(Incoming),
        1 => any::<Index>().prop_map(Replaced),
        16 => (prop::option::weighted(0.8, any::<bool>()), any::<Index>()).prop_map(|(held, call)| Control(held, call)),
        1 => Just(MediaLeg),
        1 => any::<Index>().prop_map(AnswersMediaLeg),
        1 => (any::<bool>(), any::<Index>()).prop_map(|(user, call)| Explain(user, call)),
        3 => Just(MediaOpens),
        4 => Just(MediaConnects),
        1 => Just(MediaLost),
        30 => (far(), any::<Index>()).prop_map(|(far, leg)| Far(far, leg)),
        1 => prop::bool::weighted(0.9).prop_map(LineReady),
        4 => Just(Recover),
        2 => prop_oneof![9 => 0u64..5_000, 1 => 0u64..70_000].prop_map(Pass),
    ]
}

/// What a tab says to ask that.
pub(crate) fn request(ask: Ask, request: RequestId, call: CallId, other: CallId) -> ClientMessage {
    let target = "2002".parse().unwrap();
    match ask {
        Ask::Dial => ClientMessage::Dial { request, target },
        Ask::Answer => ClientMessage::Answer { request, call },
        Ask::Reject => ClientMessage::Reject { request, call },
        Ask::HangUp => ClientMessage::HangUp { request, call },
        Ask::Hold(held) => ClientMessage::SetHeld { request, call, held },
        Ask::Consult => ClientMessage::Consult { request, call, target },
        Ask::Transfer => ClientMessage::Transfer { request, call, to: TransferTarget::Person(target) },
        Ask::TransferTo => ClientMessage::Transfer { request, call, to: TransferTarget::Call(other) },
        Ask::Join => ClientMessage::Join { request, call, with: other },
        Ask::Split => ClientMessage::Split { request, call },
        Ask::Park => ClientMessage::Park { request, call },
        Ask::PickUp => ClientMessage::PickUp { request, number: Some(target) },
        Ask::Mute(muted) => ClientMessage::SetMuted { request, call, muted },
        Ask::Dtmf => ClientMessage::SendDtmf { request, call, digits: "1".parse().unwrap() },
        Ask::Dismiss => ClientMessage::Dismiss { request, call },
        Ask::DoNotDisturb(on) => ClientMessage::SetDoNotDisturb { request, on },
        Ask::Forward(on) => {
            let no_answer = on.then_some(target);
            let forward = Forward { no_answer, no_answer_s: 5, ..Forward::default() };
            ClientMessage::SetForward { request, forward }
        }
    }
}
