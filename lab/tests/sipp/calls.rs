//! Calls and how they come to their end.

use super::peer::{Telephone, free_port, sipp_is_here};
use super::{pbx, steps};

#[tokio::test]
async fn busy_and_unknown_and_absent_are_told_apart() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, _) = pbx().await;
    let telephone = Telephone::new(pbx.address());
    for (number, status) in [("605", 486), ("604", 404), ("1002", 480)] {
        telephone.play(number, steps().invite().expect(status).ack_refusal()).await;
    }
    pbx.shutdown().await;
}

#[tokio::test]
async fn a_caller_can_give_up_while_it_rings() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, _) = pbx().await;
    let given_up = steps().invite().expect(180).pause(200).cancel().expect(200).expect(487).ack_refusal();
    Telephone::new(pbx.address()).play("606", given_up).await;
    pbx.shutdown().await;
}

#[tokio::test]
async fn extensions_call_each_other_and_either_may_hang_up() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, _) = pbx().await;
    let callee = Telephone {
        user: "1002",
        password: "demo-1002",
        media: 5_678,
        contact: free_port().await,
        ..Telephone::new(pbx.address())
    };
    callee.play("none", steps().register().expect(200)).await;
    let caller = Telephone { media: 4_567, ..Telephone::new(pbx.address()) };
    let dialled = || steps().invite().expect(180).expect_matching(200, "m=audio 5678 RTP/AVP 0 101").ack();
    let answered = || {
        steps()
            .expect_request("INVITE")
            .reply("180 Ringing")
            .reply_with_description("200 OK")
            .expect_request("ACK")
    };

    // The first call is put on hold, which the PBX passes on as it came.
    let held = answered().expect_request("INVITE").reply_with_description("200 OK").expect_request("ACK");
    let waiting = callee.await_call(&held.expect_request("BYE").reply("200 OK"));
    let hold = dialled().reinvite("sendonly").expect_matching(200, "m=audio 5678 RTP/AVP 0 101").ack();
    caller.play("1002", hold.pause(200).bye()).await;
    waiting.finish().await;

    let waiting = callee.await_call(&answered().pause(200).bye_of_callee());
    caller.play("1002", dialled().expect_request("BYE").reply("200 OK")).await;
    waiting.finish().await;
    pbx.shutdown().await;
}

#[tokio::test]
async fn a_callee_may_refuse_and_a_caller_may_give_up() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, _) = pbx().await;
    let callee = Telephone {
        user: "1002",
        password: "demo-1002",
        contact: free_port().await,
        ..Telephone::new(pbx.address())
    };
    callee.play("none", steps().register().expect(200)).await;
    let caller = Telephone::new(pbx.address());

    let waiting =
        callee.await_call(&steps().expect_request("INVITE").reply("603 Decline").expect_request("ACK"));
    caller.play("1002", steps().invite().expect(603).ack_refusal()).await;
    waiting.finish().await;

    let given_up = steps().invite().expect(180).pause(200).cancel().expect(200).expect(487).ack_refusal();
    let waiting = callee.await_call(&steps().expect_request("INVITE").reply("180 Ringing").cancelled());
    caller.play("1002", given_up).await;
    waiting.finish().await;
    pbx.shutdown().await;
}
