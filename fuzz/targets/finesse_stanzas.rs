//! Whatever a server says on the connection for notifications: it is read or it ends the connection, and what is answered
//! is bounded by what came.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sidetone_finesse::notification::Notification;
use sidetone_finesse::xmpp::{Connection, Event, Login, Output, Transport};

/// What a connection says of itself, besides answers: it opens, signs in, and closes.
const OWN: usize = 12;

fuzz_target!(|bytes: &[u8]| {
    let Some((&kind, rest)) = bytes.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let frames: Vec<&str> = text.split('\u{1e}').collect();
    if kind % 2 == 0 { websocket(&frames, kind) } else { bosh(&frames) }
});

fn login() -> Login {
    Login {
        domain: "fin1.example".to_owned(),
        pubsub: "pubsub.fin1.example".to_owned(),
        user: "70123".to_owned(),
        password: "p".to_owned(),
        resource: "sidetone".to_owned(),
    }
}

fn websocket(frames: &[&str], kind: u8) {
    let mut connection = Connection::new(login(), Transport::WebSocket, 0);
    connection.opened(0);
    if kind & 4 != 0 {
        // Signed in already, so that what comes afterwards is reached more often.
        for frame in ["<features/>", "<success/>", "<features/>", "<iq type='result' id='s1'/>"] {
            connection.received(0, frame);
        }
        connection.subscribe(0, "/finesse/api/Team/81/Users");
    }
    let mut said = outputs(&mut connection);
    for frame in frames {
        connection.received(1, frame);
        said += outputs(&mut connection);
    }
    // One message can have many items, each of which is told.
    let items = frames.iter().map(|frame| frame.matches('<').count()).sum::<usize>();
    assert!(said <= 2 * frames.len() + items + OWN, "{said} for {} frames", frames.len());
}

fn bosh(frames: &[&str]) {
    let mut connection = Connection::new(login(), Transport::Bosh { rid: 1 }, 0);
    let mut now = 0;
    let mut open: Vec<u64> = posts(&mut connection);
    for frame in frames {
        if open.is_empty() {
            let Some(at) = connection.next_timeout() else { return };
            now = at.max(now);
            connection.handle_timeout(now);
            open = posts(&mut connection);
        }
        let Some(request) = open.pop() else { continue };
        connection.answered(now, request, Some((200, frame)));
        open.extend(posts(&mut connection));
        assert!(open.len() <= 6, "{} requests are open", open.len());
    }
}

fn posts(connection: &mut Connection) -> Vec<u64> {
    let mut posts = Vec::new();
    while let Some(output) = connection.next_output() {
        match output {
            Output::Post { request, .. } => posts.push(request),
            output => read(&output),
        }
    }
    posts
}

fn outputs(connection: &mut Connection) -> usize {
    let mut count = 0;
    while let Some(output) = connection.next_output() {
        read(&output);
        count += 1;
    }
    count
}

fn read(output: &Output) {
    if let Output::Event(Event::Notification { node, text }) = output {
        let _ = Notification::read(node, text);
    }
}
