//! Documents that others made, where this checkout lies beside the folder that has them.

use sidetone_finesse::notification::{Event, Notification, Payload};
use std::path::Path;

const HANDSHAKE: &str = "../../../shared/reference/vectors/strophe_ws_handshake.txt";

#[test]
fn the_event_that_strophe_showed_is_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(HANDSHAKE);
    let Ok(recorded) = std::fs::read_to_string(path) else {
        println!("skipped: shared/reference/vectors is not beside this checkout");
        return;
    };
    let texts: Vec<_> =
        recorded.lines().filter_map(|line| line.strip_prefix("EVENT textContent: ")).collect();
    assert!(!texts.is_empty());
    for text in texts {
        let notification = Notification::read("", text).unwrap();
        assert_eq!((notification.event, notification.payload), (Event::Put, Payload::Nothing));
    }
}
