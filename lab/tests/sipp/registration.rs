//! Who may register and call.

use super::peer::{Telephone, sipp_is_here};
use super::{pbx, steps};

#[tokio::test]
async fn a_telephone_registers_with_its_password_over_udp_and_tcp() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, _) = pbx().await;
    for transport in ["u1", "t1"] {
        let telephone = Telephone { transport, contact: 4_321, ..Telephone::new(pbx.address()) };
        telephone
            .play("none", steps().register().expect_matching(200, "sip:1001@127.0.0.1:4321;.*expires=60"))
            .await;
    }
    pbx.shutdown().await;
}

#[tokio::test]
async fn a_telephone_whose_connection_closed_is_not_rung() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, _) = pbx().await;
    let gone =
        Telephone { user: "1002", password: "demo-1002", transport: "t1", ..Telephone::new(pbx.address()) };
    // The connection is SIPp's, and ends with it.
    gone.play("none", steps().register().expect(200)).await;
    Telephone::new(pbx.address()).play("1002", steps().invite().expect(480).ack_refusal()).await;
    pbx.shutdown().await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_extension_are_refused() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, _) = pbx().await;
    for (user, password) in [("1001", "demo-1002"), ("1009", "demo-1009")] {
        let telephone = Telephone { user, password, ..Telephone::new(pbx.address()) };
        telephone.play("none", steps().register().expect(403)).await;
        telephone.play("600", steps().invite().expect(403).ack_refusal()).await;
    }
    pbx.shutdown().await;
}
