//! Which RTP ports are free. They rotate, so that the late packets of one call do not meet the next.

use std::ops::RangeInclusive;

/// One worker's share of the configured range: pairs of an even port and the next.
#[derive(Debug)]
pub(crate) struct Ports {
    first: u16,
    in_use: Vec<bool>,
    next: usize,
}

impl Ports {
    /// The share of worker `index` of `count`. The shares are disjoint, since workers share nothing.
    pub(crate) fn share(range: &RangeInclusive<u16>, index: u16, count: u16) -> Self {
        let first = u32::from(*range.start()).next_multiple_of(2);
        let pairs = (u32::from(*range.end()) + 1).saturating_sub(first) / 2;
        let from = pairs * u32::from(index) / u32::from(count.max(1));
        let to = pairs * (u32::from(index) + 1) / u32::from(count.max(1));
        let first = u16::try_from(first + 2 * from).unwrap_or(u16::MAX);
        Self { first, in_use: vec![false; usize::try_from(to - from).unwrap_or(0)], next: 0 }
    }

    /// How many pairs there are.
    pub(crate) fn len(&self) -> usize {
        self.in_use.len()
    }

    /// Takes the next free pair; returns its even port.
    pub(crate) fn take(&mut self) -> Option<u16> {
        let pairs = self.in_use.len();
        let index = (0..pairs).map(|step| (self.next + step) % pairs).find(|index| !self.in_use[*index])?;
        self.in_use[index] = true;
        self.next = index + 1;
        u16::try_from(usize::from(self.first) + 2 * index).ok()
    }

    /// Gives a pair back.
    pub(crate) fn free(&mut self, port: u16) {
        let index = usize::from(port.saturating_sub(self.first)) / 2;
        if let Some(in_use) = self.in_use.get_mut(index) {
            *in_use = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_even_rotate_and_run_out() {
        let mut ports = Ports::share(&(20_101..=20_107), 0, 1);
        assert_eq!([ports.take(), ports.take()], [Some(20_102), Some(20_104)]);
        ports.free(20_102);
        assert_eq!([ports.take(), ports.take(), ports.take()], [Some(20_106), Some(20_102), None]);
    }

    #[test]
    fn workers_have_disjoint_shares_of_the_whole_range() {
        let range = 20_100..=20_199;
        let mut all: Vec<u16> = (0..3)
            .flat_map(|worker| {
                let mut share = Ports::share(&range, worker, 3);
                std::iter::from_fn(move || share.take())
            })
            .collect();
        all.sort_unstable();
        assert_eq!(all, (20_100..20_200).step_by(2).collect::<Vec<u16>>());
    }

    #[test]
    fn a_range_without_a_pair_has_none() {
        assert_eq!(Ports::share(&(20_101..=20_102), 0, 1).len(), 0);
        assert_eq!(Ports::share(&(65_535..=65_535), 0, 1).take(), None);
        assert_eq!(Ports::share(&(65_534..=65_535), 0, 1).take(), Some(65_534));
    }
}
