//! Whatever happens in whatever order: once everybody has gone and every leg has ended, nothing is left.

use crate::stand::{ALICE, OTHER_TAB, Stand, TAB};
use proptest::prelude::*;
use sidetone_bridge::{BrowserEvent, BrowserLegId, ClientId, Command, FarEvent, FarLegId, LegEnd};
use sidetone_protocol::{CallId, ClientMessage, Codec, FailureCode, LineState, MediaGeneration};
use std::collections::BTreeSet;

#[derive(Debug, Clone)]
enum Step {
    Attach(bool),
    Detach(bool),
    SignOut(bool),
    Offer(bool, bool),
    CloseMedia(bool),
    Dial(bool),
    Answer(bool),
    HangUp(bool),
    Incoming,
    MediaOpens,
    MediaConnects,
    MediaLost,
    FarAlerts(bool),
    FarAnswers,
    FarConfirms,
    FarEnds(bool),
    LineReady(bool),
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    use Step::*;
    prop_oneof![
        any::<bool>().prop_map(Attach),
        any::<bool>().prop_map(Detach),
        any::<bool>().prop_map(SignOut),
        (any::<bool>(), any::<bool>()).prop_map(|(tab, take)| Offer(tab, take)),
        any::<bool>().prop_map(CloseMedia),
        any::<bool>().prop_map(Dial),
        any::<bool>().prop_map(Answer),
        any::<bool>().prop_map(HangUp),
        Just(Incoming),
        Just(MediaOpens),
        Just(MediaConnects),
        Just(MediaLost),
        any::<bool>().prop_map(FarAlerts),
        Just(FarAnswers),
        Just(FarConfirms),
        any::<bool>().prop_map(FarEnds),
        any::<bool>().prop_map(LineReady),
        (0u64..70_000).prop_map(Pass),
    ]
}

/// What the shell keeps on the bridge's behalf.
#[derive(Default)]
struct Shell {
    browser: BTreeSet<BrowserLegId>,
    far: BTreeSet<FarLegId>,
    ending: BTreeSet<FarLegId>,
    lines: i32,
}

impl Shell {
    fn carry_out(&mut self, stand: &mut Stand) {
        for command in stand.drain() {
            match command {
                Command::OpenBrowserLeg { leg, .. } => assert!(self.browser.insert(leg)),
                Command::CloseBrowserLeg { leg } => assert!(self.browser.remove(&leg), "closed twice"),
                Command::Dial { leg, .. } => assert!(self.far.insert(leg)),
                Command::End { leg, .. } => {
                    assert!(self.far.contains(&leg), "ended a leg that is gone");
                    assert!(self.ending.insert(leg), "ended twice");
                }
                Command::Connect { browser, far } => {
                    assert!(self.browser.contains(&browser), "connected a closed browser");
                    assert!(self.far.contains(&far), "connected a leg that is gone");
                }
                Command::Alert { leg } | Command::Answer { leg } | Command::SendDtmf { leg, .. } => {
                    assert!(self.far.contains(&leg));
                }
                Command::BringUpLine { .. } => self.lines += 1,
                Command::TakeDownLine { .. } => self.lines -= 1,
                Command::Tell { .. } | Command::Forget { .. } => {}
            }
        }
    }

    fn end_far(&mut self, stand: &mut Stand, leg: FarLegId, end: LegEnd) {
        self.far.remove(&leg);
        self.ending.remove(&leg);
        stand.far(leg, FarEvent::Ended { end });
    }
}

fn tab(other: bool) -> ClientId {
    if other { OTHER_TAB } else { TAB }
}

fn newest_call(stand: &Stand) -> CallId {
    // Call and leg ids are counted together: a call's leg has the number after it.
    stand
        .done
        .iter()
        .rev()
        .find_map(|command| match command {
            Command::Dial { leg, .. } | Command::Alert { leg } => Some(CallId(leg.0 - 1)),
            _ => None,
        })
        .unwrap_or(CallId(0))
}

fn take(stand: &mut Stand, shell: &mut Shell, step: Step) {
    let far = shell.far.last().copied();
    let browser = shell.browser.last().copied();
    match step {
        Step::Attach(other) => {
            stand.attach(tab(other));
        }
        Step::Detach(other) => stand.bridge.detach(stand.now, tab(other)),
        Step::SignOut(other) => stand.say(tab(other), ClientMessage::SignOut),
        Step::Offer(other, take_over) => stand.offer(tab(other), 1, take_over),
        Step::CloseMedia(other) => {
            stand.say(tab(other), ClientMessage::MediaClosed { generation: MediaGeneration(1) });
        }
        Step::Dial(other) => {
            let request = stand.request();
            stand.say(tab(other), ClientMessage::Dial { request, target: "2002".parse().unwrap() });
        }
        Step::Answer(other) => {
            let (request, call) = (stand.request(), newest_call(stand));
            stand.say(tab(other), ClientMessage::Answer { request, call });
        }
        Step::HangUp(other) => {
            let (request, call) = (stand.request(), newest_call(stand));
            stand.say(tab(other), ClientMessage::HangUp { request, call });
        }
        Step::Incoming => {
            if let Ok(leg) = stand.incoming() {
                shell.far.insert(leg);
            }
        }
        Step::MediaOpens => {
            if let Some(leg) = browser {
                stand.bridge.browser_leg(stand.now, leg, BrowserEvent::Opened { answer: "answer".into() });
            }
        }
        Step::MediaConnects => {
            if let Some(leg) = browser {
                stand.bridge.browser_leg(stand.now, leg, BrowserEvent::Connected);
            }
        }
        Step::MediaLost => {
            if let Some(leg) = browser {
                stand.bridge.browser_leg(stand.now, leg, BrowserEvent::Lost);
            }
        }
        Step::FarAlerts(early) => {
            if let Some(leg) = far {
                stand.far(leg, FarEvent::Alerting { early_media: early.then_some(Codec::Pcmu) });
            }
        }
        Step::FarAnswers => {
            if let Some(leg) = far {
                stand.far(leg, FarEvent::Answered { codec: Codec::Pcmu });
            }
        }
        Step::FarConfirms => {
            if let Some(leg) = far {
                stand.far(leg, FarEvent::Confirmed { codec: Codec::Pcmu });
            }
        }
        Step::FarEnds(failed) => {
            if let Some(leg) = far {
                let end = if failed { LegEnd::Failed(FailureCode::Busy.into()) } else { LegEnd::Party };
                shell.end_far(stand, leg, end);
            }
        }
        Step::LineReady(ready) => {
            let line = if ready { LineState::Ready } else { LineState::Registering };
            stand.bridge.line_changed(ALICE, line);
        }
        Step::Pass(millis) => stand.pass(millis),
    }
    shell.carry_out(stand);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_leg_is_left_behind(steps in prop::collection::vec(step(), 1..80)) {
        let mut stand = Stand::new();
        let mut shell = Shell::default();
        for step in steps {
            take(&mut stand, &mut shell, step);
        }
        stand.bridge.detach(stand.now, TAB);
        stand.bridge.detach(stand.now, OTHER_TAB);
        stand.pass(400_000);
        shell.carry_out(&mut stand);
        for leg in shell.far.clone() {
            prop_assert!(shell.ending.contains(&leg), "leg {leg:?} was never ended");
            shell.end_far(&mut stand, leg, LegEnd::Party);
        }
        shell.carry_out(&mut stand);
        prop_assert_eq!(stand.bridge.legs(), (0, 0));
        prop_assert!(shell.browser.is_empty());
        prop_assert_eq!(shell.lines, 0);
        prop_assert_eq!(stand.bridge.next_timeout(), None);
    }
}
