//! Name and password.

use super::Brand;
use crate::intent::{Intent, Password};
use crate::kit::{Button, Field, Kind, NoticeBar, derived, focus};
use crate::port::Port;
use crate::snapshot::Notice;
use crate::text::Text;
use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;

#[component]
pub(super) fn SignInPage(port: Port) -> impl IntoView {
    let locale = port.locale;
    let user = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let incomplete = RwSignal::new(false);
    let user_field = NodeRef::<Input>::new();
    let password_field = NodeRef::<Input>::new();
    let sign_in = port.select(|snapshot| snapshot.sign_in.clone());
    let pending = derived(move || sign_in.with(|sign_in| sign_in.pending));
    let notice = derived(move || {
        let failure = sign_in.with(|sign_in| sign_in.failure.clone());
        failure.map(|failure| Notice { failure, retry: None })
    });
    let missing = move |value: RwSignal<String>| {
        derived(move || {
            let empty = incomplete.get() && value.with(|value| value.trim().is_empty());
            empty.then(|| locale.text(Text::SignInEmpty).to_owned())
        })
    };

    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        let name = user.with_untracked(|user| user.trim().to_owned());
        let secret = password.get_untracked();
        incomplete.set(name.is_empty() || secret.is_empty());
        if name.is_empty() {
            focus(user_field);
        } else if secret.is_empty() {
            focus(password_field);
        } else {
            port.send(Intent::SignIn { user: name, password: Password(secret) });
        }
    };

    view! {
        <main class="mini-card mini-center">
            <Brand port=port />
            <p class="mini-claim">{locale.text(Text::AppClaim)}</p>
            <form class="sign-in" aria-label=locale.text(Text::SignInTitle) novalidate on:submit=submit>
                <h1 class="mini-title">{locale.text(Text::SignInTitle)}</h1>
                <NoticeBar port=port notice=notice />
                <Field
                    id="user"
                    label=locale.text(Text::SignInUser)
                    value=user
                    autocomplete="username"
                    error=missing(user)
                    node=user_field
                />
                <Field
                    id="password"
                    label=locale.text(Text::SignInPassword)
                    value=password
                    kind="password"
                    autocomplete="current-password"
                    error=missing(password)
                    node=password_field
                />
                <Button
                    label=derived(move || {
                        let text = if pending.get() { Text::SignInPending } else { Text::SignInButton };
                        locale.text(text).to_owned()
                    })
                    kind=Kind::Primary
                    submit=true
                    disabled=pending
                />
            </form>
        </main>
    }
}
