//! A contact centre controls the calls: it says who is on hold, and the phone follows.

use crate::stand::{ALICE, Stand, TAB};
use sidetone_bridge::{
    Command, Controlled, Ending, FarEvent, FarLegId, LineSettings, Progress, Refusal, Shown,
};
use sidetone_protocol::{
    CallId, CallState, ClientMessage, Codec, Direction, EndReason, FailureCode, Party, TransferTarget,
};

fn controlled(held: bool) -> Option<Controlled> {
    Some(Controlled { held, ..Controlled::default() })
}

impl Stand {
    fn control(&mut self, call: CallId, control: Option<Controlled>) {
        self.bridge.set_controlled(self.now, ALICE, call, control);
    }

    fn explain(&mut self, call: CallId, ending: Ending) {
        self.bridge.explain_end(self.now, ALICE, call, Some(ending));
    }
}

fn is_hold(command: &Command) -> bool {
    matches!(command, Command::Hold { .. } | Command::Transfer { .. } | Command::TransferTo { .. })
}

fn connects(commands: &[Command], leg: FarLegId) -> bool {
    commands.iter().any(|command| matches!(command, Command::Connect { far, .. } if *far == leg))
}

/// A queue call that the contact centre controls.
fn queue_call(stand: &mut Stand) -> (FarLegId, CallId) {
    let leg = stand.incoming().expect("it rings");
    let call = stand.call_on(leg);
    stand.control(call, controlled(false));
    stand.ask(|request| ClientMessage::Answer { request, call }).expect("it can be answered");
    stand.far(leg, FarEvent::Confirmed { codec: Codec::Pcmu });
    stand.drain();
    (leg, call)
}

/// The contact centre calls Alice's phone for a call that she has asked for.
fn media_leg(stand: &mut Stand, progress: Progress, consults_for: Option<CallId>) -> (FarLegId, CallId) {
    let party = Some(Party { number: "2005".into(), name: None });
    let shown = Shown { direction: Some(Direction::Outbound), party, progress, consults_for, joined: vec![] };
    let caller = Party { number: "1001".into(), name: None };
    let control = Controlled { held: false, shown };
    let leg = stand.bridge.media_leg(stand.now, ALICE, caller, control).expect("alice is there");
    (leg, stand.call_on(leg))
}

#[test]
fn the_contact_centre_holds_and_the_phone_sends_nothing_of_its_own() {
    let mut stand = Stand::ready();
    let (leg, call) = queue_call(&mut stand);
    stand.control(call, controlled(true));
    let commands = stand.drain();
    assert!(commands.contains(&Command::Disconnect { leg }));
    assert!(!commands.iter().any(is_hold), "{commands:?}");
    assert!(stand.call(call).hold.by_user);

    stand.control(call, controlled(false));
    let commands = stand.drain();
    assert!(connects(&commands, leg));
    assert!(!commands.iter().any(is_hold));
    assert!(stand.call(call).is_active());
}

#[test]
fn the_hold_that_the_telephone_system_carries_out_is_shown_as_the_users_own() {
    let mut stand = Stand::ready();
    let (leg, call) = queue_call(&mut stand);
    stand.pass(10_000);
    // Its offer comes before the contact centre's word for it.
    stand.far(leg, FarEvent::PartyHold { held: true });
    assert!(!stand.call(call).hold.by_party);
    stand.control(call, controlled(true));
    stand.pass(60_000);
    let hold = stand.call(call).hold;
    assert!(hold.by_user && !hold.by_party);
    // And it ends after it.
    stand.control(call, controlled(false));
    assert!(!stand.call(call).hold.by_party);
    stand.far(leg, FarEvent::PartyHold { held: false });
    stand.pass(60_000);
    assert!(stand.call(call).is_active());
}

#[test]
fn a_customer_who_holds_an_agent_is_shown_after_a_moment() {
    let mut stand = Stand::ready();
    let (leg, call) = queue_call(&mut stand);
    stand.pass(10_000);
    stand.far(leg, FarEvent::PartyHold { held: true });
    stand.pass(2_000);
    assert!(stand.call(call).hold.by_party);
}

#[test]
fn a_call_that_the_contact_centre_has_made_is_answered_by_itself_and_shown_as_dialled() {
    // Not even a line that takes no calls keeps it from that.
    let mut stand =
        Stand::ready_with(LineSettings { call_waiting: false, max_calls: 1, ..LineSettings::default() });
    stand.begin(|request| ClientMessage::SetDoNotDisturb { request, on: true });
    let (leg, call) = media_leg(&mut stand, Progress::Dialing, None);
    assert!(stand.drain().contains(&Command::Answer { leg }));
    stand.far(leg, FarEvent::Confirmed { codec: Codec::Pcmu });
    assert!(connects(&stand.drain(), leg));
    let shown = stand.call(call);
    assert_eq!((shown.direction, shown.party.number.as_str()), (Direction::Outbound, "2005"));
    assert_eq!((shown.state, shown.answered_at_ms), (CallState::Dialing, None));

    stand.pass(5_000);
    stand.control(call, controlled(false));
    let now = stand.now;
    let shown = stand.call(call);
    assert_eq!((shown.state, shown.answered_at_ms), (CallState::Connected, Some(now)));
}

#[test]
fn nobody_is_called_back_who_is_not_there() {
    let mut stand = Stand::new();
    let caller = Party { number: "1001".into(), name: None };
    let refused = stand.bridge.media_leg(stand.now, ALICE, caller, Controlled::default());
    assert_eq!(refused, Err(Refusal::Unavailable));
}

#[test]
fn a_ringing_call_that_turns_out_to_be_the_sound_of_an_own_one_is_answered() {
    let mut stand = Stand::ready();
    let leg = stand.incoming().expect("it rings");
    let call = stand.call_on(leg);
    let party = Some(Party { number: "2005".into(), name: None });
    let control = Controlled { shown: Shown { party, ..Shown::default() }, ..Controlled::default() };
    stand.bridge.answer_media_leg(stand.now, ALICE, call, control.clone());
    assert!(stand.drain().contains(&Command::Answer { leg }));
    stand.control(call, None);
    let shown = stand.call(call);
    assert_eq!((shown.direction, shown.party.number.as_str()), (Direction::Outbound, "2005"));
    stand.bridge.answer_media_leg(stand.now, ALICE, call, control);
    assert!(!stand.drain().contains(&Command::Answer { leg }));
}

#[test]
fn consult_and_swap_follow_the_contact_centre() {
    let mut stand = Stand::ready();
    let (first_leg, first) = queue_call(&mut stand);
    stand.control(first, controlled(true));
    let (second_leg, second) = media_leg(&mut stand, Progress::Answered, Some(first));
    stand.far(second_leg, FarEvent::Confirmed { codec: Codec::Pcmu });
    assert_eq!(stand.call(second).consults_for, Some(first));
    assert!(stand.call(second).is_active());
    stand.drain();

    // The order of the two notifications is not fixed.
    stand.control(first, controlled(false));
    let commands = stand.drain();
    assert!(connects(&commands, first_leg) && commands.contains(&Command::Disconnect { leg: second_leg }));
    stand.control(second, controlled(true));
    assert!(stand.call(first).is_active());
    assert!(stand.call(second).hold.by_user);
    assert!(!stand.done.iter().any(is_hold));
}

#[test]
fn the_call_that_the_contact_centre_says_is_talked_in_comes_to_the_fore_when_another_ends() {
    let mut stand = Stand::ready();
    let (leg, call) = queue_call(&mut stand);
    let other = stand.answered_call();
    assert!(stand.call(call).hold.by_user, "it is not heard");
    stand.drain();
    stand.far_hangs_up(other);
    assert!(connects(&stand.drain(), leg));
    assert!(stand.call(call).is_active());
}

#[test]
fn what_the_contact_centre_says_of_the_end_is_shown() {
    let failure = FailureCode::Busy.into();
    for (ending, reason) in [
        (Ending::User, EndReason::User),
        (Ending::Transferred, EndReason::Transferred),
        (Ending::Failed(failure), EndReason::Failed { failure: FailureCode::Busy.into() }),
    ] {
        for told_before in [true, false] {
            let mut stand = Stand::ready();
            let (leg, call) = queue_call(&mut stand);
            if told_before {
                stand.explain(call, ending.clone());
            }
            stand.far_hangs_up(leg);
            if !told_before {
                stand.explain(call, ending.clone());
            }
            assert_eq!(stand.the_call().state, CallState::Ended { reason: reason.clone() });
        }
    }
}

#[test]
fn an_explanation_is_taken_back_when_what_was_asked_for_has_failed() {
    let mut stand = Stand::ready();
    let (leg, call) = queue_call(&mut stand);
    stand.explain(call, Ending::Transferred);
    stand.bridge.explain_end(stand.now, ALICE, call, None);
    stand.far_hangs_up(leg);
    assert_eq!(stand.the_call().state, CallState::Ended { reason: EndReason::Party });
}

#[test]
fn of_two_calls_that_become_one_a_single_card_is_left() {
    for told_before in [true, false] {
        let mut stand = Stand::ready();
        let (_, first) = queue_call(&mut stand);
        stand.control(first, controlled(true));
        let (leg, second) = media_leg(&mut stand, Progress::Answered, Some(first));
        stand.far(leg, FarEvent::Confirmed { codec: Codec::Pcmu });
        if told_before {
            stand.explain(second, Ending::Joined);
        }
        stand.far_hangs_up(leg);
        if !told_before {
            stand.explain(second, Ending::Joined);
        }
        let joined = vec![Party { number: "2005".into(), name: None }];
        let shown = Shown { joined: joined.clone(), ..Shown::default() };
        stand.control(first, Some(Controlled { held: false, shown }));
        let call = stand.the_call();
        assert_eq!((call.id, call.pbx_conference.map(|conference| conference.joined)), (first, Some(joined)));
    }
}

#[test]
fn a_held_call_whose_control_is_lost_stays_held_and_is_resumed_by_sip() {
    let mut stand = Stand::ready();
    let (leg, call) = queue_call(&mut stand);
    stand.control(call, controlled(true));
    stand.far(leg, FarEvent::PartyHold { held: true });
    stand.drain();
    stand.control(call, None);
    assert!(!stand.drain().iter().any(is_hold));
    let hold = stand.call(call).hold;
    assert!(hold.by_user && !hold.by_party);

    let request = stand.hold(call, false);
    stand.agrees(leg, false);
    stand.far(leg, FarEvent::PartyHold { held: false });
    assert_eq!(stand.answer_to(request), Some(Ok(Some(call))));
    assert!(stand.call(call).is_active());
}

#[test]
fn a_call_that_is_talked_in_goes_on_when_its_control_is_lost() {
    let mut stand = Stand::ready();
    let (leg, call) = queue_call(&mut stand);
    stand.control(call, None);
    assert_eq!(stand.drain(), []);
    assert!(stand.call(call).is_active());
    stand.hold(call, true);
    assert!(stand.drain().contains(&Command::Hold { leg, held: true }));
}

#[test]
fn a_hold_by_sip_is_ended_by_sip_when_the_contact_centre_says_that_the_call_is_up() {
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    let call = stand.call_on(leg);
    stand.hold(call, true);
    stand.agrees(leg, true);
    stand.control(call, controlled(true));
    assert!(!stand.drain().contains(&Command::Hold { leg, held: false }));
    stand.control(call, controlled(false));
    assert!(stand.drain().contains(&Command::Hold { leg, held: false }));
    // It is not asked for ever.
    stand.far(leg, FarEvent::HoldRefused { held: false, failure: FailureCode::HoldRefused.into() });
    assert!(!stand.drain().iter().any(is_hold));
    assert!(stand.call(call).hold.by_user);
}

#[test]
fn what_only_the_contact_centre_can_do_is_refused_here() {
    let mut stand = Stand::ready();
    let (_, call) = queue_call(&mut stand);
    let other = stand.answered_call();
    let with = stand.call_on(other);
    let held = stand.ask(|request| ClientMessage::SetHeld { request, call, held: true });
    assert_eq!(held, Err(FailureCode::NotAllowedNow));
    let joined = stand.ask(|request| ClientMessage::Join { request, call, with });
    assert_eq!(joined, Err(FailureCode::NotAllowedNow));
}

#[test]
fn a_transfer_that_the_contact_centre_does_not_offer_goes_by_sip() {
    let mut stand = Stand::ready();
    let (leg, call) = queue_call(&mut stand);
    let to = TransferTarget::Person("2009".parse().unwrap());
    assert_eq!(stand.ask(|request| ClientMessage::Transfer { request, call, to }), Ok(Some(call)));
    stand.agrees(leg, true);
    assert!(stand.done.iter().any(|command| matches!(command, Command::Transfer { .. })));
    stand.far(leg, FarEvent::TransferDone);
    assert_eq!(stand.calls(TAB)[0].state, CallState::Ended { reason: EndReason::Transferred });
}

#[test]
fn calls_that_the_relay_mixes_stay_mixed_when_the_contact_centre_is_back() {
    let mut stand = Stand::ready();
    let first = stand.connected_call();
    let second = stand.answered_call();
    stand.agrees(first, true);
    let (call, with) = (stand.call_on(first), stand.call_on(second));
    stand.begin(|request| ClientMessage::Join { request, call, with });
    stand.agrees(first, false);
    stand.control(call, controlled(true));
    stand.control(with, controlled(false));
    assert!(!stand.drain().iter().any(is_hold));
    assert!(stand.call(call).is_active() && stand.call(with).is_active());
}
