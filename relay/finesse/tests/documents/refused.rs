//! From a status and a body to what it means.

use sidetone_finesse::model::{AgentId, DialogId, User};
use sidetone_finesse::rest::{self, Error, ParticipantAction, Refusal, Request, SignIn, Unreadable};

const REFUSED: &str = "<ApiErrors><ApiError><ErrorType>Authorization Failure</ErrorType>\
    <ErrorMessage>UNAUTHORIZED</ErrorMessage><ErrorData>70123</ErrorData></ApiError></ApiErrors>";

#[test]
fn a_request_knows_what_its_refusal_means() {
    let agent = AgentId("70123".to_owned());
    let sign_in = Request::sign_in(&agent, &SignIn::default());
    let error = rest::accepted(401, REFUSED).unwrap_err();
    assert_eq!(error.refusal(sign_in.purpose), Refusal::AgentRejected);
    assert_eq!(error.detail(), "401 Authorization Failure: UNAUTHORIZED (70123)");
    let hold = Request::dialog_action(&DialogId("1".to_owned()), ParticipantAction::Hold, "6101");
    assert_eq!(rest::accepted(404, "").unwrap_err().refusal(hold.purpose), Refusal::NoSuchCall);
}

#[test]
fn any_2xx_accepts() {
    for status in [200, 202, 206, 207] {
        assert_eq!(rest::accepted(status, ""), Ok(()));
    }
    for status in [100, 302, 400, 416, 503] {
        assert!(rest::accepted(status, "").is_err(), "{status}");
    }
}

#[test]
fn an_outcome_is_an_object_a_refusal_or_unreadable() {
    let user = rest::outcome::<User>(200, "<User><loginId>70123</loginId></User>");
    assert_eq!(user.unwrap().id(), AgentId("70123".to_owned()));
    let Err(Error::Api(error)) = rest::outcome::<User>(401, REFUSED) else { panic!() };
    assert_eq!(error.status, Some(401));
    let unreadable = rest::outcome::<User>(200, "<html></html>");
    assert_eq!(unreadable, Err(Error::Unreadable(Unreadable::OtherRoot("User"))));
}
