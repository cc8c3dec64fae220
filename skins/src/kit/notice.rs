//! A message that something went wrong, with a way to try again.

use super::{Button, Glyph, Icon, Kind};
use crate::port::Port;
use crate::snapshot::Notice;
use crate::text::Text;
use leptos::prelude::*;

/// A notice. Announced when it appears.
#[component]
pub fn NoticeBar(
    /// The phone.
    port: Port,
    /// What it says, if anything.
    #[prop(into)]
    notice: Signal<Option<Notice>>,
    /// Called when the user has read it; without it, the notice goes with its reason.
    #[prop(optional, into)]
    on_close: Option<UnsyncCallback<()>>,
) -> impl IntoView {
    let locale = port.locale;
    let bar = move |notice: Notice| {
        let detail = notice.failure.detail.clone().map(|detail| {
            view! { <p class="notice-detail">{locale.fill(Text::NoticeDetail, "detail", &detail)}</p> }
        });
        let retry = notice.retry.clone().map(|intent| {
            let on_press = move |()| port.send(intent.clone());
            view! { <Button label=locale.text(Text::NoticeRetry) on_press=on_press /> }
        });
        let close = on_close.map(|on_close| {
            view! {
                <Button
                    label=locale.text(Text::NoticeDismiss)
                    glyph=Glyph::Close
                    kind=Kind::Quiet
                    compact=true
                    on_press=on_close
                />
            }
        });
        view! {
            <div class="notice">
                <Icon glyph=Glyph::Warning />
                <div class="notice-words">
                    <p>{locale.failure(&notice.failure)}</p>
                    {detail}
                    {retry}
                </div>
                {close}
            </div>
        }
    };
    view! { <div role="alert">{move || notice.get().map(bar)}</div> }
}
