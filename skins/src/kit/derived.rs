//! Values that follow others. Each kind of value is compiled once, however many there are of it: a pane that loads inside
//! somebody else's page has to be small, and every closure that reaches the framework as its own type is compiled anew.

use leptos::prelude::*;
use std::any::Any;
use std::hash::Hash;
use std::marker::PhantomData;
use std::sync::Arc;

/// A value that follows those it is made of, and tells its readers only of real changes.
pub fn memo<T>(value: impl Fn() -> T + Send + Sync + 'static) -> Part<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    fn of(value: Box<dyn Fn() -> Known + Send + Sync>) -> Memo<Known> {
        Memo::new(move |_| value())
    }
    let known = move || Known { value: Arc::new(value()), same: same::<T> };
    Part { known: of(Box::new(known)), of: PhantomData }
}

/// What [`memo()`] makes. The framework sees one type for all kinds of values, and no closure that reads one: each of them
/// would bring its code along.
pub struct Part<T> {
    known: Memo<Known>,
    of: PhantomData<fn() -> T>,
}

/// A value of some kind, and how to compare it with another of that kind.
#[derive(Clone)]
struct Known {
    value: Arc<dyn Any + Send + Sync>,
    same: fn(&dyn Any, &dyn Any) -> bool,
}

impl PartialEq for Known {
    fn eq(&self, other: &Self) -> bool {
        (self.same)(&*self.value, &*other.value)
    }
}

fn same<T: PartialEq + 'static>(one: &dyn Any, other: &dyn Any) -> bool {
    one.downcast_ref::<T>() == other.downcast_ref::<T>()
}

impl<T> Clone for Part<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Part<T> {}

impl<T: 'static> Part<T> {
    /// Reads it and follows it.
    pub fn with<U>(&self, read: impl FnOnce(&T) -> U) -> U {
        read_as(&self.known.get(), read)
    }

    /// Reads it as it is now.
    pub fn with_untracked<U>(&self, read: impl FnOnce(&T) -> U) -> U {
        read_as(&self.known.get_untracked(), read)
    }
}

impl<T: Clone + 'static> Part<T> {
    /// Takes a copy and follows it.
    #[must_use]
    pub fn get(&self) -> T {
        self.with(T::clone)
    }

    /// Takes a copy as it is now.
    #[must_use]
    pub fn get_untracked(&self) -> T {
        self.with_untracked(T::clone)
    }
}

#[expect(clippy::expect_used, reason = "`memo` makes no part of another kind than what is in it")]
fn read_as<T: 'static, U>(known: &Known, read: impl FnOnce(&T) -> U) -> U {
    read(known.value.downcast_ref().expect("a part holds a value of its kind"))
}

impl<T: Clone + Send + Sync + 'static> From<Part<T>> for Signal<T> {
    fn from(part: Part<T>) -> Self {
        derived(move || part.get())
    }
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

fn shown(holds: Part<bool>, children: ChildrenFn) -> AnyView {
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
