//! A PBX under a contact centre: what a telephone is asked to do.

use std::time::Duration;

use sidetone_lab::cti::{CallControl as _, CallId, Cause, Command, Event};
use sidetone_lab::pbx::control::Control;
use sidetone_lab::pbx::{Pbx, Settings};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::peer::{Telephone, free_port, sipp_is_here};
use super::{started, steps};

const CALL: CallId = CallId(1);

/// A PBX, what controls it, what it reports, and a telephone that is registered there.
async fn controlled() -> (Pbx, Control, UnboundedReceiver<Event>, Telephone) {
    let (pbx, _) = started(Settings { controlled: true, ..Settings::default() }).await;
    let control = pbx.control().unwrap();
    let (sender, events) = unbounded_channel();
    control.subscribe(sender);
    let telephone = Telephone {
        user: "1002",
        password: "demo-1002",
        contact: free_port().await,
        ..Telephone::new(pbx.address())
    };
    telephone.play("none", steps().register().expect(200)).await;
    (pbx, control, events, telephone)
}

/// Waits for an event; others before it are passed over.
async fn reported(events: &mut UnboundedReceiver<Event>, wanted: &Event) {
    let found = async { while events.recv().await.expect("the switch goes on") != *wanted {} };
    tokio::time::timeout(Duration::from_secs(10), found).await.expect("it is reported within 10 s");
}

/// Has somebody outside call the telephone.
fn call_from_outside(control: &Control) {
    control.command(Command::CallFromOutside { call: CALL, from: "0301000001".into(), to: "1002".into() });
}

fn delivered() -> Event {
    Event::Delivered { call: CALL, from: "0301000001".into(), to: "1002".into() }
}

#[tokio::test]
async fn a_telephone_that_is_to_call_is_asked_to_answer_at_once() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, control, mut events, telephone) = controlled().await;
    let called = steps()
        .expect_request_matching("INVITE", "Call-Info: &lt;sip:[^&gt;]*&gt;;answer-after=0")
        .reply_with_description("200 OK")
        .expect_request("ACK")
        .pause(300)
        .bye_of_callee();
    let waiting = telephone.await_call(&called);
    control.command(Command::MakeCall { call: CALL, from: "1002".into(), to: "601".into() });
    reported(&mut events, &Event::Originated { call: CALL, from: "1002".into(), to: "601".into() }).await;
    reported(&mut events, &Event::Answered { call: CALL, by: "601".into() }).await;
    reported(&mut events, &Event::Ended { call: CALL }).await;
    waiting.finish().await;
    pbx.shutdown().await;
}

#[tokio::test]
async fn a_telephone_that_can_be_told_to_talk_answers_when_told() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, control, mut events, telephone) = controlled().await;
    let told = steps()
        .expect_request("INVITE")
        .reply_with("180 Ringing", "Allow-Events: talk, hold")
        .expect_request_matching("NOTIFY", "Event: talk")
        .reply_within("200 OK")
        .answer_late()
        .expect_request("ACK")
        .pause(300)
        .bye_of_callee();
    let waiting = telephone.await_call(&told);
    call_from_outside(&control);
    reported(&mut events, &delivered()).await;
    control.command(Command::Answer { call: CALL, device: "1002".into() });
    reported(&mut events, &Event::Answered { call: CALL, by: "1002".into() }).await;
    waiting.finish().await;
    pbx.shutdown().await;
}

#[tokio::test]
async fn a_telephone_that_cannot_be_told_is_left_to_its_user() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, control, mut events, telephone) = controlled().await;
    let waiting = telephone.await_call(&steps().expect_request("INVITE").reply("180 Ringing").cancelled());
    call_from_outside(&control);
    reported(&mut events, &delivered()).await;
    let device = "1002".to_owned();
    control.command(Command::Answer { call: CALL, device: device.clone() });
    reported(&mut events, &Event::Refused { call: CALL, device, cause: Cause::NotSupported }).await;
    control.command(Command::End { call: CALL });
    reported(&mut events, &Event::Ended { call: CALL }).await;
    waiting.finish().await;
    pbx.shutdown().await;
}
