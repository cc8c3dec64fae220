//! The path of a packet takes no memory.
#![expect(unsafe_code, reason = "an allocator that counts can only be had by implementing the unsafe trait")]

use super::{telephone::Telephone, *};
use crate::{
    MixId,
    signal::{FRAME, RATE, tests::tone},
    transcode::{Encoder, MAX_ENCODED},
};
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
        let mut from_sip = [&head[..], &[0xff; 160]].concat();
        world.now += Duration::from_millis(20);
        let before = ALLOCATIONS.get();
        world.engine.handle_browser_datagram(world.now, browser.address, &mut from_browser, &mut world.out);
        world.engine.handle_rtp_datagram(world.now, slot, address(FAR_END), &mut from_sip, &mut world.out);
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

#[test]
fn an_encrypted_packet_each_way_allocates_nothing() {
    for profile in [Profile::AeadAes128Gcm, Profile::Aes128CmHmacSha1_80] {
        let (mut world, mut browser, slot) = World::call();
        let mut telephone = Telephone::new(slot, FAR_END, profile, 1);
        telephone.agree(&mut world);
        let mut turn = |world: &mut World| {
            let mut from_browser = browser.speak(0, &[0xff; 160]);
            let mut from_sip = telephone.speak(0, &[0xff; 160]);
            world.now += Duration::from_millis(20);
            let before = ALLOCATIONS.get();
            world.engine.handle_browser_datagram(
                world.now,
                browser.address,
                &mut from_browser,
                &mut world.out,
            );
            world.engine.handle_rtp_datagram(
                world.now,
                slot,
                address(FAR_END),
                &mut from_sip,
                &mut world.out,
            );
            world.engine.handle_timeout(world.now, &mut world.out);
            let allocated = ALLOCATIONS.get() - before;
            assert!(world.out.datagrams().len() >= 2);
            world.out.clear();
            allocated
        };
        for _ in 0..500 {
            turn(&mut world);
        }
        assert_eq!((0..1000).map(|_| turn(&mut world)).sum::<usize>(), 0, "{profile:?}");
    }
}

#[test]
fn a_conference_in_every_codec_allocates_nothing() {
    let mut world = World::new();
    let mut browser = world.connected_browser(1, "203.0.113.9:50000");
    let mix = MixId::new(WorkerId(0), 1);
    world.engine.open_mix(mix);
    world.engine.mix_join(world.now, mix, leg(1), Some(Codec::Opus));
    let mut far_ends = Vec::new();
    for (number, codec) in [(2_u8, Codec::Pcmu), (3, Codec::Pcma), (4, Codec::G722), (5, Codec::Opus)] {
        let id = leg(u64::from(number));
        let slot = world.engine.open_rtp_leg(world.now, id).unwrap();
        let parameters = RtpParameters {
            codec,
            payload_type_send: 97,
            payload_type_receive: 97,
            telephone_event: None,
            ..pcmu()
        };
        world.engine.set_rtp_remote(world.now, id, parameters);
        world.engine.mix_join(world.now, mix, id, None);
        far_ends.push((
            slot,
            codec,
            Encoder::new(codec).unwrap(),
            tone(100.0 * f64::from(number), RATE, FRAME),
        ));
    }
    let mut turn = |n: u16, world: &mut World| {
        let mut from_browser = browser.speak(0, &[0x9a; 160]);
        let mut from_sip = Vec::new();
        for (slot, codec, encoder, tone) in &mut far_ends {
            let mut payload = [0; MAX_ENCODED];
            let len = encoder.encode(tone[..].try_into().unwrap(), &mut payload).unwrap();
            let mut head = [0; HEADER_LEN];
            header(97, n, u32::from(n) * (codec.clock_rate() / 50)).write(&mut head);
            from_sip.push((*slot, [&head[..], &payload[..len]].concat()));
        }
        world.now += Duration::from_millis(20);
        let before = ALLOCATIONS.get();
        world.engine.handle_browser_datagram(world.now, browser.address, &mut from_browser, &mut world.out);
        for (slot, packet) in &mut from_sip {
            // One packet in forty of each is lost, and made up for.
            if (usize::from(n) + 7 * *slot) % 40 != 0 {
                world.engine.handle_rtp_datagram(world.now, *slot, address(FAR_END), packet, &mut world.out);
            }
        }
        world.engine.handle_timeout(world.now, &mut world.out);
        let allocated = ALLOCATIONS.get() - before;
        assert!(world.out.datagrams().len() >= 5);
        world.out.clear();
        allocated
    };
    for n in 0..300 {
        turn(n, &mut world);
    }
    assert_eq!((300..800).map(|n| turn(n, &mut world)).sum::<usize>(), 0);
}
