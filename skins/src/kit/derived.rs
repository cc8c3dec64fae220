//! Values that follow others. Each kind of value is compiled once, however many there are of it: a pane that loads inside
//! somebody else's page has to be small, and every closure that reaches the framework as its own type is compiled anew.

use leptos::prelude::*;
use std::hash::Hash;
use std::sync::Arc;

/// A value that follows those it is made of, and tells its readers only of real changes.
pub fn memo<T>(value: impl Fn() -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    fn of<T: PartialEq + Send + Sync + 'static>(value: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T> {
        Memo::new(move |_| value())
    }
    of(Box::new(value))
}

/// A value that is worked out anew each time it is read.
pub fn derived<T>(value: impl Fn() -> T + Send + Sync + 'static) -> Signal<T>
where
    T: Send + Sync + 'static,
{
    fn of<T: Send + Sync + 'static>(value: Box<dyn Fn() -> T + Send + Sync>) -> Signal<T> {
        Signal::derive(value)
    }
    of(Box::new(value))
}

/// Shows its children while a condition holds.
#[component]
pub fn When<W>(
    /// The condition.
    holds: W,
    /// What is shown.
    children: ChildrenFn,
) -> impl IntoView
where
    W: Fn() -> bool + Send + Sync + 'static,
{
    shown(memo(holds), children)
}

fn shown(holds: Memo<bool>, children: ChildrenFn) -> AnyView {
    (move || holds.get().then(|| children())).into_any()
}

/// A view for each key of a list. The view of a key that stays is kept, wherever it moves to.
pub fn each<K>(
    keys: impl Into<Signal<Vec<K>>>,
    view: impl Fn(K) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
{
    fn of<K: Clone + Eq + Hash + Send + Sync + 'static>(
        keys: Signal<Vec<K>>,
        view: Arc<dyn Fn(K) -> AnyView + Send + Sync>,
    ) -> AnyView {
        view! { <For each=move || keys.get() key=Clone::clone children=move |key| view(key) /> }.into_any()
    }
    of(keys.into(), Arc::new(view))
}
