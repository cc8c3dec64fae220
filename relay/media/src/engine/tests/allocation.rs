//! The path of a packet takes no memory.
#![expect(unsafe_code, reason = "an allocator that counts can only be had by implementing the unsafe trait")]

use super::*;
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

/// Counts what each thread asks for.
struct Counting;

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract of the trait.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of the trait.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[test]
fn a_packet_each_way_allocates_nothing() {
    let (mut world, mut browser, slot) = World::call();
    let mut turn = |n: u16, world: &mut World| {
        let mut from_browser = browser.speak(0, &[0xff; 160]);
        let mut head = [0; HEADER_LEN];
        header(0, n, u32::from(n) * 160).write(&mut head);
        let from_sip = [&head[..], &[0xff; 160]].concat();
        world.now += Duration::from_millis(20);
        let before = ALLOCATIONS.get();
        world.engine.handle_browser_datagram(world.now, browser.address, &mut from_browser, &mut world.out);
        world.engine.handle_rtp_datagram(world.now, slot, address(FAR_END), &from_sip, &mut world.out);
        world.engine.handle_timeout(world.now, &mut world.out);
        let allocated = ALLOCATIONS.get() - before;
        assert!(world.out.datagrams().len() >= 2);
        world.out.clear();
        allocated
    };
    // Ten seconds: reports and silence timers have their turns too.
    for n in 0..500 {
        turn(n, &mut world);
    }
    assert_eq!((500..1500).map(|n| turn(n, &mut world)).sum::<usize>(), 0);
}
