//! Whatever the order of children and the case of names, an object reads the same.

use crate::any;
use crate::written::{self, Node};
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sidetone_finesse::model::{Dialog, Queue, Team, User};
use sidetone_finesse::notification::{Notification, Payload};
use sidetone_finesse::rest;

/// Writes a document, its children shuffled.
fn document(node: &Node, seed: u64, case: fn(&str) -> String) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut shuffle = |children: &mut Vec<String>| {
        for last in (1..children.len()).rev() {
            children.swap(last, rng.next_u32() as usize % (last + 1));
        }
    };
    node.write(&mut shuffle, case)
}

fn cases() -> impl Strategy<Value = fn(&str) -> String> {
    let cases: [fn(&str) -> String; 3] = [str::to_owned, str::to_lowercase, str::to_uppercase];
    prop::sample::select(cases.to_vec())
}

proptest! {
    #[test]
    fn a_user(user in any::users(), seed: u64, case in cases()) {
        let text = document(&written::user(&user), seed, case);
        prop_assert_eq!(rest::read::<User>(&text), Ok(user), "{}", text);
    }

    #[test]
    fn a_dialog(dialog in any::dialogs(), seed: u64, case in cases()) {
        let text = document(&written::dialog(&dialog), seed, case);
        prop_assert_eq!(rest::read::<Dialog>(&text), Ok(dialog), "{}", text);
    }

    #[test]
    fn a_team(team in any::teams(), seed: u64, case in cases()) {
        let text = document(&written::team(&team), seed, case);
        prop_assert_eq!(rest::read::<Team>(&text), Ok(team), "{}", text);
    }

    #[test]
    fn a_queue(queue in any::queues(), seed: u64, case in cases()) {
        let text = document(&written::queue(&queue), seed, case);
        prop_assert_eq!(rest::read::<Queue>(&text), Ok(queue), "{}", text);
    }

    /// The object of an event is that of the answer.
    #[test]
    fn an_event(dialog in any::dialogs(), seed: u64, case in cases()) {
        let source = format!("/finesse/api/Dialog/{}", dialog.id.0);
        let update = Node::Inside("Update", vec![
            Node::Inside("data", vec![written::dialog(&dialog)]),
            written::text("event", "put"),
            written::text("requestId", "r-1"),
            written::text("source", &source),
        ]);
        let text = document(&update, seed, case);
        let notification = Notification::read("/finesse/api/User/70123/Dialogs", &text).unwrap();
        prop_assert_eq!(notification.payload, Payload::Dialog(Box::new(dialog)), "{}", text);
        prop_assert_eq!(notification.source.to_string(), source);
    }
}
