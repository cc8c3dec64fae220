//! Weighted choice among servers (RFC 2782).

use crate::CryptoRng;

/// Puts servers of given priority and weight into the order in which to try them: lower priorities first, and
/// within a priority by chance, in proportion to the weights (RFC 2782, "Weight").
///
/// Both peers of a trunk and the SRV records of a host are ordered so.
#[must_use]
pub fn order<T>(servers: Vec<(u16, u16, T)>, rng: &mut dyn CryptoRng) -> Vec<T> {
    let mut left = servers;
    // Those of weight 0 go first, so that they have a small chance beside others.
    left.sort_by_key(|(priority, weight, _)| (*priority, *weight != 0));
    let mut ordered = Vec::with_capacity(left.len());
    while let Some(&(priority, ..)) = left.first() {
        let group = left.iter().take_while(|(of, ..)| *of == priority);
        let total: u64 = group.clone().map(|(_, weight, _)| u64::from(*weight)).sum();
        let point = u64::from(rng.next_u32()) % (total + 1);
        let mut sum = 0;
        let chosen = group.clone().position(|(_, weight, _)| {
            sum += u64::from(*weight);
            sum >= point
        });
        // The sum of all weights is not below the point: there is always one.
        ordered.push(left.remove(chosen.unwrap_or_default()).2);
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::order;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn lower_priorities_come_first_and_nothing_is_lost() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        for _ in 0..100 {
            let servers = vec![(20, 1, 'c'), (10, 5, 'a'), (10, 0, 'b'), (30, 0, 'd')];
            let ordered = order(servers, &mut rng);
            assert!(matches!(ordered.as_slice(), ['a', 'b', 'c', 'd'] | ['b', 'a', 'c', 'd']), "{ordered:?}");
        }
    }

    #[test]
    fn weights_are_the_odds_within_a_priority() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let mut first = [0_u32; 3];
        for _ in 0..10_000 {
            let servers = vec![(1, 60, 0_usize), (1, 20, 1), (1, 20, 2)];
            first[order(servers, &mut rng)[0]] += 1;
        }
        assert!((5_700..6_300).contains(&first[0]), "{first:?}");
        assert!((1_800..2_200).contains(&first[1]), "{first:?}");
    }

    #[test]
    fn servers_without_weight_are_all_tried() {
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        assert_eq!(order(vec![(0, 0, 1), (0, 0, 2)], &mut rng).len(), 2);
        assert!(order(Vec::<(u16, u16, u8)>::new(), &mut rng).is_empty());
    }
}
