//! Any datagram: what is read can be written and read again, and a user agent with a line and a call lives on.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use sidetone_sip::message::Message;
use sidetone_sip::{Account, AccountId, FlowId, Input, Secret, Settings, Time, UserAgent};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(message) = Message::parse(bytes) {
        let written = match &message {
            Message::Request(request) => {
                let _ = request.head();
                request.to_bytes()
            }
            Message::Response(response) => {
                let _ = response.head();
                response.to_bytes()
            }
        };
        assert!(Message::parse(&written).is_ok(), "what was written cannot be read");
    }
    meet(bytes);
});

/// A user agent in the middle of its work gets the datagram twice, and then time passes.
fn meet(bytes: &[u8]) {
    let local = SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), 5060));
    let remote = SocketAddr::from((Ipv4Addr::new(192, 0, 2, 9), 5060));
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut settings = Settings::new("fuzz");
    settings.udp = Some(local);
    let mut ua = UserAgent::new(settings);
    let account = Account {
        expires: Duration::from_secs(60),
        message_summary: true,
        ..Account::line("sip:user@example.com", "sip:192.0.2.9", Secret::new("secret"))
    };
    ua.add_account(Time(0), &mut rng, AccountId(1), account).expect("the account is good");
    ua.invite(Time(0), &mut rng, AccountId(1), "1", "v=0\r\n".into()).expect("the target is good");
    for _ in 0..2 {
        let input = Input::Datagram { flow: FlowId::UDP, local, remote, bytes: bytes.to_vec() };
        ua.handle_input(Time(1), &mut rng, input);
    }
    for _ in 0..40 {
        while ua.next_command().is_some() {}
        let Some(due) = ua.next_timeout() else { break };
        ua.handle_timeout(due, &mut rng);
    }
}
