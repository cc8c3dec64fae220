//! Whatever a notifier does, nothing of a subscription is left once its account is gone.

use crate::support::notifier::{Notifier, challenge, dialog, dialog_info};
use crate::support::{LINE, Phone, respond_with};
use proptest::prelude::*;
use sidetone_sip::message::{Request, name};
use std::time::Duration;

/// What happens around a subscription.
#[derive(Debug, Clone)]
enum Deed {
    Watch,
    Unwatch,
    /// The notifier answers the last SUBSCRIBE.
    Answer(u16),
    Challenge,
    Notify(&'static str, usize),
    Wait(u64),
    Restore,
}

fn deed() -> impl Strategy<Value = Deed> {
    let states = vec![
        "active",
        "active;expires=60",
        "pending;expires=5",
        "terminated",
        "terminated;reason=deactivated",
        "terminated;reason=probation;retry-after=4000000000",
        "terminated;reason=rejected",
        "nonsense",
    ];
    prop_oneof![
        2 => Just(Deed::Watch),
        1 => Just(Deed::Unwatch),
        4 => prop::sample::select(vec![200_u16, 202, 403, 404, 408, 423, 481, 489, 500, 503]).prop_map(Deed::Answer),
        1 => Just(Deed::Challenge),
        4 => (prop::sample::select(states), 0..5_usize).prop_map(|(state, body)| Deed::Notify(state, body)),
        3 => (0..900_u64).prop_map(Deed::Wait),
        1 => Just(Deed::Restore),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_notifier_does_the_end_of_the_account_leaves_nothing(
        deeds in prop::collection::vec(deed(), 1..40),
    ) {
        let bodies = [
            String::new(),
            dialog_info(1, "full", &dialog("a", "early")),
            dialog_info(3, "partial", &dialog("b", "confirmed")),
            dialog_info(u32::MAX, "partial", &dialog("a", "terminated")),
            "<dialog-info".to_owned(),
        ];
        let mut phone = Phone::registered();
        let mut last: Option<(Request, Notifier)> = None;
        for deed in deeds {
            match (deed, &mut last) {
                (Deed::Watch, _) => phone.watch("1002"),
                (Deed::Unwatch, _) => phone.unwatch("1002"),
                (Deed::Answer(status), Some((subscribe, notifier))) if status < 300 => {
                    phone.receive(&notifier.accept(subscribe, 600));
                }
                (Deed::Answer(status), Some((subscribe, _))) => {
                    phone.receive(&respond_with(subscribe, status, "n", None, |headers| {
                        headers.push(name::MIN_EXPIRES, "5000");
                        headers.push(name::RETRY_AFTER, "20");
                    }));
                }
                (Deed::Challenge, Some((subscribe, _))) => phone.receive(&challenge(subscribe)),
                (Deed::Notify(state, body), Some((_, notifier))) => {
                    phone.receive(&notifier.notify(state, &bodies[body]));
                }
                (Deed::Answer(_) | Deed::Challenge | Deed::Notify(..), None) => {}
                (Deed::Wait(seconds), _) => phone.advance(Duration::from_secs(seconds)),
                (Deed::Restore, _) => phone = phone.restored(),
            }
            prop_assert!(phone.ua.counts().subscriptions <= 3, "one that is wanted, and those that are ending");
            prop_assert!(phone.sent.len() < 2_000, "no storm");
            let mut subscribes = phone.sent.drain(..).filter(|sent| sent.label() == "SUBSCRIBE");
            if let Some(subscribe) = subscribes.next_back().map(|sent| sent.request()) {
                let known = last.as_ref().map(|(_, notifier)| notifier.call_id.clone());
                let same = subscribe.headers.first(name::CALL_ID) == known.as_deref();
                let notifier = match last.take() {
                    Some((_, notifier)) if same => notifier,
                    _ => Notifier::of(&subscribe),
                };
                last = Some((subscribe, notifier));
            }
        }
        phone.ua.remove_account(phone.now, &mut phone.rng, LINE).expect("removed");
        phone.advance(Duration::from_secs(100));
        let left = phone.ua.counts();
        prop_assert_eq!((left.subscriptions, left.accounts), (0, 0));
        prop_assert_eq!((left.client_transactions, left.server_transactions), (0, 0));
        prop_assert_eq!(phone.ua.next_timeout(), None);
    }
}
