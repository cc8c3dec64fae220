//! The connections that others have opened to us, so that nobody opens more than a telephone system would.

use sidetone_sip::FlowId;
use std::collections::HashMap;
use std::net::IpAddr;

/// So many connections are open to us at most.
const MOST: usize = 2_048;
/// So many from one address.
const MOST_OF_ONE: usize = 256;

/// Who is connected to us.
#[derive(Debug, Default)]
pub(super) struct Guests {
    by_flow: HashMap<FlowId, IpAddr>,
}

impl Guests {
    /// Lets a connection in, unless there are too many.
    pub(super) fn admit(&mut self, flow: FlowId, from: IpAddr) -> bool {
        let of_one = self.by_flow.values().filter(|known| **known == from).count();
        let admitted = self.by_flow.len() < MOST && of_one < MOST_OF_ONE;
        if admitted {
            self.by_flow.insert(flow, from);
        }
        admitted
    }

    /// A connection has ended; it may have been one of ours.
    pub(super) fn leave(&mut self, flow: FlowId) {
        self.by_flow.remove(&flow);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_takes_all_the_room_and_who_leaves_makes_some() {
        let mut guests = Guests::default();
        let flows = || (1..).map(FlowId);
        let host = |last: u8| IpAddr::from([192, 0, 2, last]);
        assert!(flows().take(MOST_OF_ONE).all(|flow| guests.admit(flow, host(1))));
        assert!(!guests.admit(FlowId(5_000), host(1)));
        assert!(guests.admit(FlowId(5_000), host(2)));
        guests.leave(FlowId(7));
        assert!(guests.admit(FlowId(5_001), host(1)));
        assert!(!guests.admit(FlowId(5_002), host(1)));
        let others = (0..).map(|n: usize| host(u8::try_from(3 + n / MOST_OF_ONE).unwrap()));
        let further = (6_000..).map(FlowId).zip(others);
        let admitted = further.take(3_000).filter(|(flow, from)| guests.admit(*flow, *from)).count();
        assert_eq!(admitted, MOST - MOST_OF_ONE - 1);
        assert_eq!(guests.by_flow.len(), MOST);
    }
}
