//! Any stream: the same frames come out however it is cut into pieces.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sidetone_sip::message::{Frame, Message, StreamBuffer};

fuzz_target!(|bytes: &[u8]| {
    let Some((&cut, stream)) = bytes.split_first() else { return };
    let whole = frames(stream, stream.len().max(1));
    let pieces = frames(stream, usize::from(cut % 17) + 1);
    assert_eq!(messages(&whole), messages(&pieces), "the cuts made a difference");
});

fn frames(stream: &[u8], size: usize) -> Vec<Frame> {
    let mut buffer = StreamBuffer::default();
    let mut frames = Vec::new();
    for piece in stream.chunks(size) {
        buffer.push(piece);
        while let Some(frame) = buffer.next_frame() {
            let ends = matches!(frame, Frame::Broken { .. });
            frames.push(frame);
            if ends {
                // The connection is closed.
                return frames;
            }
        }
    }
    frames
}

/// The messages, which are all parsed as well. Line ends between them may be pings or not by the way they come.
fn messages(frames: &[Frame]) -> Vec<&[u8]> {
    let mut messages = Vec::new();
    for frame in frames {
        if let Frame::Message(bytes) = frame {
            let _ = Message::parse(bytes);
            messages.push(bytes.as_slice());
        }
    }
    messages
}
