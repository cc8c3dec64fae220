//! Keys that we send by INFO.

use crate::support::{Phone, respond};
use sidetone_sip::message::name;
use sidetone_sip::{Cause, Error, Event, LegId};

fn press(phone: &mut Phone, leg: LegId, digit: char) -> Result<(), Error> {
    let pressed = phone.ua.send_info(phone.now, &mut phone.rng, leg, digit);
    phone.drain();
    pressed
}

#[test]
fn keys_go_out_one_after_the_other() {
    let mut phone = Phone::registered();
    let (leg, _) = phone.talk_out(|headers| headers.push(name::ALLOW, "INVITE, ACK, INFO"));
    assert!(phone.ua.allows_info(leg));
    for digit in ['5', '#', 'd'] {
        press(&mut phone, leg, digit).expect("pressed");
    }
    for digit in ['5', '#', 'D'] {
        let info = phone.take_request("INFO");
        assert_eq!(info.headers.first(name::CONTENT_TYPE), Some("application/dtmf-relay"));
        assert_eq!(String::from_utf8_lossy(&info.body), format!("Signal={digit}\r\nDuration=160\r\n"));
        phone.assert_quiet();
        phone.receive(&respond(&info, 200, "", None));
    }
    phone.assert_quiet();
}

#[test]
fn a_key_that_is_not_taken_is_told_and_the_next_one_goes_out() {
    let mut phone = Phone::registered();
    let (leg, _) = phone.talk_out(|_| {});
    assert!(!phone.ua.allows_info(leg));
    press(&mut phone, leg, '1').expect("pressed");
    press(&mut phone, leg, '2').expect("pressed");
    let info = phone.take_request("INFO");
    phone.receive(&respond(&info, 415, "", None));
    let Event::DtmfRefused { digit: '1', cause: Cause::Status { code: 415, .. }, .. } = phone.take_event()
    else {
        panic!("not told")
    };
    let info = phone.take_request("INFO");
    assert!(String::from_utf8_lossy(&info.body).contains("Signal=2"));
    phone.receive(&respond(&info, 200, "", None));
    phone.assert_quiet();
}

#[test]
fn what_is_not_a_key_or_not_a_call_is_refused() {
    let mut phone = Phone::registered();
    let (leg, _) = phone.talk_out(|_| {});
    assert_eq!(press(&mut phone, leg, 'x'), Err(Error::BadDigit('x')));
    assert_eq!(press(&mut phone, LegId(99), '1'), Err(Error::UnknownLeg(LegId(99))));
    let ringing = phone.call("1003");
    assert_eq!(press(&mut phone, ringing, '1'), Err(Error::WrongState(ringing)));
}
