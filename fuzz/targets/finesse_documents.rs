//! Any document from Finesse: an answer, a refusal, a token or an event. It reads as something or as an error, and what is
//! made of it for the next request is a request of one line without control characters.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sidetone_finesse::model::{
    AgentId, Contact, Device, Dialog, PhoneBook, Queue, ReasonCode, SystemInfo, Team, TeamMessage, User,
    WrapUpReason,
};
use sidetone_finesse::notification::{Notification, Payload, Source};
use sidetone_finesse::rest::{
    self, ApiError, CallData, ObjectRange, ParticipantAction, Purpose, Request, SignIn, Tokens, WrapUp,
};

const NODES: [&str; 3] =
    ["/finesse/api/Team/81/Users", "/finesse/api/User/70123/Dialogs", "/finesse/api/SystemInfo"];

fuzz_target!(|bytes: &[u8]| {
    let Some((&kind, rest)) = bytes.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    match kind % 5 {
        0 => answers(&text),
        1 => refusal(&text),
        2 => {
            let _ = Tokens::read(&text).map(|tokens| sane(&Request::sso_refresh("kim", &tokens.access, "r")));
        }
        3 => event(&text),
        _ => requests(&text),
    }
});

fn answers(text: &str) {
    let _ = rest::read::<Vec<User>>(text);
    let _ = rest::read::<Team>(text);
    let _ = rest::read::<Vec<Queue>>(text);
    let _ = rest::read::<SystemInfo>(text).map(|info| info.alternate_host().map(str::to_owned));
    let _ = rest::read::<Vec<ReasonCode>>(text);
    let _ = rest::read::<Vec<WrapUpReason>>(text);
    let _ = rest::read::<Vec<Contact>>(text);
    let _ = rest::read::<Vec<Device>>(text);
    let _ = rest::read::<Vec<TeamMessage>>(text);
    if let Ok(user) = rest::read::<User>(text) {
        sane(&Request::dialogs(&user.id()));
    }
    for dialog in rest::read::<Vec<Dialog>>(text).unwrap_or_default() {
        sane(&Request::dialog_action(&dialog.id, ParticipantAction::Hold, &dialog.to_address));
    }
    for book in rest::read::<Vec<PhoneBook>>(text).unwrap_or_default() {
        sane(&Request::contacts(&book, ObjectRange::ALL));
    }
}

fn refusal(text: &str) {
    for status in [400, 401, 404, 500] {
        let error = ApiError::read(status, text);
        assert!(error.detail().chars().count() < 1_024);
        for purpose in [Purpose::SignIn, Purpose::State, Purpose::Dialog, Purpose::Monitor, Purpose::Other] {
            let _ = error.refusal(purpose);
        }
    }
}

fn event(text: &str) {
    for node in NODES {
        let Ok(notification) = Notification::read(node, text) else { continue };
        assert_eq!(Source::parse(&notification.source.to_string()), notification.source);
        if let Payload::Errors(errors) = notification.payload {
            assert!(errors.iter().all(|error| error.status.is_none()));
        }
    }
}

fn requests(text: &str) {
    let agent = AgentId(text.to_owned());
    sane(&Request::sign_in(&agent, &SignIn { extension: text.to_owned(), ..SignIn::default() }));
    sane(&Request::team(text, None));
    let data = CallData {
        wrap_up: Some(WrapUp::Reason(text.to_owned())),
        variables: vec![("user.x".to_owned(), text.to_owned())],
    };
    if let Ok(request) = Request::update_call_data(&sidetone_finesse::model::DialogId(text.to_owned()), &data)
    {
        sane(&request);
    }
}

/// A request that no header or second request can be smuggled into.
fn sane(request: &Request) {
    assert!(request.path.starts_with('/') && request.path.bytes().all(|byte| byte.is_ascii_graphic()));
    assert!(request.headers.iter().all(|(_, value)| !value.contains(['\r', '\n'])));
}
