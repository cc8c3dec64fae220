//! The conferences of a PBX: each is made by a call to the factory, and gone with its last guest.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::media::room::{Mixer, Seat};

/// Every conference by its name, which is the user part of its address.
#[derive(Debug, Default)]
pub(super) struct Rooms(Mutex<HashMap<String, Room>>);

#[derive(Debug, Default)]
struct Room {
    mixer: Arc<Mutex<Mixer>>,
    attendance: watch::Sender<Attendance>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Attendance {
    present: usize,
    /// Two were there at a time.
    met: bool,
}

/// A caller's place in a conference; it is given up with the value.
#[derive(Debug)]
pub(super) struct Guest {
    rooms: Arc<Rooms>,
    name: String,
    mixer: Arc<Mutex<Mixer>>,
    attendance: watch::Receiver<Attendance>,
}

impl Rooms {
    /// Makes a conference and enters it.
    pub(super) fn make(self: &Arc<Self>) -> Guest {
        let name = format!("conference-{:08x}", rand::random::<u32>());
        let mut rooms = self.rooms();
        let room = rooms.entry(name.clone()).or_default();
        self.guest(name, room)
    }

    /// Enters the conference of this name, if there is one.
    pub(super) fn enter(self: &Arc<Self>, name: &str) -> Option<Guest> {
        let mut rooms = self.rooms();
        let room = rooms.get_mut(name)?;
        Some(self.guest(name.to_owned(), room))
    }

    /// Whether there is a conference of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.rooms().contains_key(name)
    }

    fn guest(self: &Arc<Self>, name: String, room: &mut Room) -> Guest {
        room.attendance.send_modify(|attendance| {
            attendance.present += 1;
            attendance.met |= attendance.present > 1;
        });
        let (mixer, attendance) = (Arc::clone(&room.mixer), room.attendance.subscribe());
        Guest { rooms: Arc::clone(self), name, mixer, attendance }
    }

    fn leave(&self, name: &str) {
        let mut rooms = self.rooms();
        let Some(room) = rooms.get_mut(name) else { return };
        room.attendance.send_modify(|attendance| attendance.present -= 1);
        if room.attendance.borrow().present == 0 {
            rooms.remove(name);
        }
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<String, Room>> {
        // The map is whole after every statement, so a panic elsewhere spoils nothing.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guest {
    /// The user part of the conference's address.
    pub(super) fn conference(&self) -> &str {
        &self.name
    }

    /// A place in the mix.
    pub(super) fn seat(&self) -> Seat {
        Seat::take(&self.mixer)
    }

    /// Waits until all others have left.
    pub(super) async fn is_left_alone(&self) {
        let mut attendance = self.attendance.clone();
        let alone = |attendance: &Attendance| attendance.met && attendance.present < 2;
        // The room is there as long as this guest is, and with it the sender.
        _ = attendance.wait_for(alone).await;
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.rooms.leave(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_conference_is_there_until_its_last_guest_has_left() {
        let rooms = Arc::new(Rooms::default());
        assert!(rooms.enter("conference-0").is_none());
        let first = rooms.make();
        let name = first.conference().to_owned();
        let second = rooms.enter(&name).unwrap();
        assert_ne!(rooms.make().conference(), name);
        drop(first);
        let third = rooms.enter(&name).unwrap();
        drop(second);
        drop(third);
        assert!(rooms.enter(&name).is_none());
    }

    #[tokio::test]
    async fn the_first_guest_waits_for_others_and_the_last_does_not() {
        let rooms = Arc::new(Rooms::default());
        let first = rooms.make();
        let alone = first.is_left_alone();
        tokio::pin!(alone);
        assert!(futures_util::poll!(&mut alone).is_pending());
        let second = rooms.enter(first.conference()).unwrap();
        assert!(futures_util::poll!(&mut alone).is_pending());
        drop(second);
        alone.await;
    }
}
