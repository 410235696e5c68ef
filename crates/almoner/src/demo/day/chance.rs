//! The dice of the demonstration: from a seed, and the same at every run.
//!
//! Refuses: to be used for anything that must not be guessed. Keys and tokens come from the vault.

/// Steele, Lea and Flood's SplitMix64: small, well mixed, and the same on every machine.
#[derive(Clone, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    /// A stream of its own for each purpose, so that one more draw here moves nothing there.
    pub(super) fn of(seed: u64, purpose: &[u64]) -> Self {
        let mut chance = Self(seed);
        for part in purpose {
            chance.0 = chance.next() ^ part.wrapping_mul(0xD6E8_FEB8_6659_FD93);
        }
        chance
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to just below 1.
    pub(super) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(super) fn happens(&mut self, share: f64) -> bool {
        self.share() < share
    }

    pub(super) fn between(&mut self, least: u32, most: u32) -> u32 {
        least + (self.share() * f64::from(most - least + 1)) as u32
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[(self.share() * from.len() as f64) as usize]
    }

    pub(super) fn weighted<'a, T>(&mut self, from: &'a [T], weight: impl Fn(&T) -> f64) -> &'a T {
        let mut left = self.share() * from.iter().map(&weight).sum::<f64>();
        let found = from.iter().position(|item| {
            left -= weight(item);
            left < 0.0
        });
        &from[found.unwrap_or(from.len() - 1)]
    }

    /// Twelve shares added up: near enough to the bell curve, and never far out.
    pub(super) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.share()).sum::<f64>() - 6.0
    }

    /// Log-normal with this mean and this coefficient of variation.
    pub(super) fn lognormal(&mut self, mean: f64, variation: f64) -> f64 {
        let variance = (1.0 + variation * variation).ln();
        mean * (self.normal() * variance.sqrt() - variance / 2.0).exp()
    }

    /// Knuth's product of shares, for small means.
    pub(super) fn poisson(&mut self, mean: f64) -> u32 {
        let (limit, mut product, mut count) = ((-mean).exp(), self.share(), 0);
        while product > limit {
            product *= self.share();
            count += 1;
        }
        count
    }
}
