//! How an incoming call is announced.

use crate::support::{OFFER, Phone, invite_with};
use sidetone_sip::{Alert, Caller, Event};
use std::time::Duration;

fn incoming(phone: &mut Phone, call_id: &str, headers: &str) -> (Alert, Option<Caller>) {
    phone.receive(&invite_with(call_id, Some(OFFER), headers));
    match phone.take_event() {
        Event::Incoming { alert, diverted_by, .. } => (alert, diverted_by),
        other => panic!("a call was expected, not {other:?}"),
    }
}

#[test]
fn a_call_may_want_to_be_answered_by_itself() {
    let cases = [
        ("", None),
        ("Call-Info: <sip:pbx>;answer-after=0\r\n", Some(0)),
        ("Call-Info: <urn:x-cisco-remotecc:callinfo>;x=1, <sip:pbx>;answer-after=5\r\n", Some(5)),
        ("Call-Info: <sip:pbx>;answer-after=never\r\n", None),
        ("Alert-Info: <http://pbx>;info=alert-autoanswer;delay=3\r\n", Some(3)),
        ("Alert-Info: info=alert-autoanswer\r\n", Some(0)),
        ("Alert-Info: Auto Answer\r\n", Some(0)),
        ("Alert-Info: <http://pbx>;info=alert-group\r\n", None),
        ("Answer-Mode: Auto;require\r\n", Some(0)),
        ("Answer-Mode: Manual\r\n", None),
        ("Priv-Answer-Mode: auto\r\n", Some(0)),
    ];
    let mut phone = Phone::registered();
    for (number, (headers, seconds)) in cases.into_iter().enumerate() {
        let (alert, _) = incoming(&mut phone, &format!("in-{number}"), headers);
        assert_eq!(alert.auto_answer, seconds.map(Duration::from_secs), "{headers}");
    }
}

#[test]
fn a_call_may_name_its_tone() {
    let cases = [
        ("", None),
        ("Alert-Info: <http://pbx>;info=alert-external;x=y\r\n", Some("alert-external")),
        ("Alert-Info: <http://pbx>;info=\"Ring 1\"\r\n", Some("Ring 1")),
        ("Alert-Info: ;info=alert-group\r\n", Some("alert-group")),
        ("Alert-Info: info=Classic-2\r\n", Some("Classic-2")),
        ("Alert-Info: <urn:alert:source:internal>\r\n", Some("urn:alert:source:internal")),
        ("Alert-Info: <Bellcore-dr3>\r\n", Some("Bellcore-dr3")),
        (
            "Alert-Info: <a>;info=alert-autoanswer, <urn:alert:priority:high>\r\n",
            Some("urn:alert:priority:high"),
        ),
        ("Alert-Info: <>;;;\r\n", None),
    ];
    let mut phone = Phone::registered();
    for (number, (headers, ring)) in cases.into_iter().enumerate() {
        let (alert, _) = incoming(&mut phone, &format!("in-{number}"), headers);
        assert_eq!(alert.ring.as_deref(), ring, "{headers}");
    }
}

#[test]
fn who_has_sent_the_call_on_is_told() {
    let by = |number: &str, name: &str| Caller { number: number.into(), display_name: Some(name.into()) };
    let mut phone = Phone::registered();
    let diversion = "Diversion: \"Last\" <sip:1005@pbx>;reason=no-answer, <sip:1004@pbx>;reason=busy\r\n";
    assert_eq!(incoming(&mut phone, "a", diversion).1, Some(by("1005", "Last")));
    let history = "History-Info: <sip:1003@pbx>;index=1, \"Before\" <sip:1004@pbx?Reason=SIP%3Bcause%3D302>;index=1.1\r\n\
        History-Info: <sip:1001@pbx>;index=1.1.1\r\n";
    assert_eq!(incoming(&mut phone, "b", history).1, Some(by("1004", "Before")));
    assert_eq!(incoming(&mut phone, "c", "History-Info: <sip:1001@pbx>;index=1\r\n").1, None);
    assert_eq!(incoming(&mut phone, "d", "").1, None);
}
