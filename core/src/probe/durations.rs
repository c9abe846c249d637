//! How long passages through a timed function or range took: the summary that one instance reports.
//!
//! Plain data, one JSON form, made of counted buckets. Knows no clock and no passage. Invariant: a
//! bucket's middle lies within 0.4 % of every duration counted in it, unless the spread had to be
//! coarsened to be sent; count, sum, least and greatest are exact.

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// Bits of a duration that its bucket keeps behind the leading one: the histogram library's own
/// layout for two significant digits.
pub const SCALE_BITS: u32 = 7;
/// Durations of this many bits and more share the last bucket: 2^42 ns are 73 minutes.
const MAX_BITS: u32 = 42;
/// Buckets of a spread.
pub const BUCKETS: usize = ((MAX_BITS - SCALE_BITS + 1) as usize) << SCALE_BITS;
/// Buckets of a spread that are sent; with more the spread is coarsened. Keeps a status with the most
/// timed probes within the bounds of a message.
const MAX_SENT: usize = 512;
/// The greatest duration with a bucket of its own.
const MAX_NS: u64 = (1 << MAX_BITS) - 1;

/// The bucket of a duration, keeping `bits` bits behind the leading one. 1 ns.
#[inline]
pub fn bucket(ns: u64, bits: u32) -> usize {
    let ns = ns.min(MAX_NS);
    let shift = (63 - (ns | 1).leading_zeros()).saturating_sub(bits);
    ((u64::from(shift) << bits) + (ns >> shift)) as usize
}

/// The duration in the middle of such a bucket.
pub fn middle(bucket: usize, bits: u32) -> u64 {
    let bucket = bucket as u64;
    let shift = (bucket >> bits).saturating_sub(1);
    let least = (bucket - (shift << bits)) << shift;
    least + ((1 << shift) >> 1)
}

/// Durations, counted in buckets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Spread {
    /// How many.
    pub count: u64,
    /// The least, exactly.
    pub min_ns: u64,
    /// The greatest, exactly.
    pub max_ns: u64,
    /// Sum divided by count, exactly.
    pub mean_ns: u64,
    /// Half took less.
    pub p50_ns: u64,
    /// Nine of ten took less.
    pub p90_ns: u64,
    /// Ninety-nine of a hundred took less.
    pub p99_ns: u64,
    /// All of them together.
    pub sum_ns: u64,
    /// Middle of a bucket and how many lie in it, ascending: from these spreads can be added.
    pub buckets: Vec<(u64, u64)>,
}

impl Spread {
    /// The spread of counted buckets; `None` if there is nothing in them.
    pub fn of(buckets: Vec<(u64, u64)>, sum_ns: u64, min_ns: u64, max_ns: u64) -> Option<Self> {
        let mut histogram = Histogram::<u64>::new_with_bounds(1, MAX_NS, 2).ok()?;
        for (ns, count) in &buckets {
            histogram.saturating_record_n(*ns, *count);
        }
        let count = histogram.len();
        if count == 0 {
            return None;
        }
        let at = |share: f64| {
            let ns = histogram.median_equivalent(histogram.value_at_quantile(share));
            ns.min(max_ns).max(min_ns)
        };
        Some(Self {
            count,
            min_ns,
            max_ns,
            mean_ns: sum_ns / count,
            p50_ns: at(0.5),
            p90_ns: at(0.9),
            p99_ns: at(0.99),
            sum_ns,
            buckets: coarsened(buckets),
        })
    }

    /// All of these together.
    fn added<'a>(all: impl Iterator<Item = &'a Self>) -> Option<Self> {
        let mut buckets = std::collections::BTreeMap::<u64, u64>::new();
        let (mut sum_ns, mut min_ns, mut max_ns) = (0_u64, u64::MAX, 0);
        for spread in all.filter(|spread| spread.count > 0) {
            for (ns, count) in &spread.buckets {
                let kept = buckets.entry(*ns).or_default();
                *kept = kept.saturating_add(*count);
            }
            sum_ns = sum_ns.saturating_add(spread.sum_ns);
            (min_ns, max_ns) = (min_ns.min(spread.min_ns), max_ns.max(spread.max_ns));
        }
        Self::of(buckets.into_iter().collect(), sum_ns, min_ns.min(max_ns), max_ns)
    }
}

/// The same in fewer buckets, if there are too many to be sent.
fn coarsened(mut buckets: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    for bits in (0..SCALE_BITS).rev() {
        if buckets.len() <= MAX_SENT {
            break;
        }
        for (ns, _) in &mut buckets {
            *ns = middle(bucket(*ns, bits), bits);
        }
        buckets.dedup_by(|later, first| {
            let same = later.0 == first.0;
            first.1 += if same { later.1 } else { 0 };
            same
        });
    }
    buckets
}

/// How long a passage took, as a runtime measured it that remembers itself when it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measured {
    /// Nanoseconds of a passage that was never suspended.
    Running(u64),
    /// Nanoseconds from begin to end of one that may have been, where nobody knows for how long.
    Elapsed(u64),
}

/// What one instance, or all of them together, measured of one probe.
///
/// `captured = ended + open + lost`: each passage that was begun is in one of the three.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Durations {
    /// Passages measured to their end.
    pub ended: u64,
    /// Of these, left by an exception.
    pub exceptions: u64,
    /// Under way.
    pub open: u64,
    /// Begun, with an end nobody saw: a generator that was dropped, or hooks taken off meanwhile.
    pub lost: u64,
    /// From begin to end without the time between `yield` or `await` and going on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running: Option<Spread>,
    /// From begin to end with that time; only of passages that were suspended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elapsed: Option<Spread>,
}

impl Durations {
    /// All of these together, as if one instance had measured them; `None` of none.
    pub fn added<'a>(all: impl Iterator<Item = &'a Self> + Clone) -> Option<Self> {
        all.clone().next()?;
        let sum = |of: fn(&Self) -> u64| all.clone().map(of).fold(0_u64, u64::saturating_add);
        Some(Self {
            ended: sum(|one| one.ended),
            exceptions: sum(|one| one.exceptions),
            open: sum(|one| one.open),
            lost: sum(|one| one.lost),
            running: Spread::added(all.clone().filter_map(|one| one.running.as_ref())),
            elapsed: Spread::added(all.clone().filter_map(|one| one.elapsed.as_ref())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spread(durations: &[u64]) -> Spread {
        let mut counts = vec![0; BUCKETS];
        durations.iter().for_each(|ns| counts[bucket(*ns, SCALE_BITS)] += 1);
        let filled = counts.iter().enumerate().filter(|(_, count)| **count > 0);
        let buckets = filled.map(|(at, count)| (middle(at, SCALE_BITS), *count)).collect();
        let (min, max) = (durations.iter().min(), durations.iter().max());
        let (min, max) = (min.copied().unwrap_or(0), max.copied().unwrap_or(0));
        Spread::of(buckets, durations.iter().sum(), min, max).expect("there is something in it")
    }

    #[test]
    fn known_durations_have_known_percentiles() {
        // 1 µs to 1 ms in steps of 1 µs.
        let durations: Vec<u64> = (1..=1_000).map(|step| step * 1_000).collect();
        let spread = spread(&durations);
        assert_eq!((spread.count, spread.min_ns, spread.max_ns), (1_000, 1_000, 1_000_000));
        assert_eq!((spread.mean_ns, spread.sum_ns), (500_500, 500_500_000));
        for (found, exact) in
            [(spread.p50_ns, 500_000), (spread.p90_ns, 900_000), (spread.p99_ns, 990_000)]
        {
            assert!(u64::abs_diff(found, exact) <= exact / 100, "{found} is not {exact}");
        }
    }

    #[test]
    fn one_duration_is_every_percentile() {
        let spread = spread(&[123_456_789]);
        assert_eq!((spread.p50_ns, spread.p99_ns), (123_456_789, 123_456_789));
        assert_eq!(Spread::of(Vec::new(), 0, 0, 0), None);
    }

    #[test]
    fn beyond_the_last_bucket_count_and_extremes_stay_exact() {
        let day = 86_400_000_000_000;
        let spread = spread(&[day, 10, 0]);
        assert_eq!((spread.count, spread.min_ns, spread.max_ns), (3, 0, day));
        assert_eq!(spread.mean_ns, (day + 10) / 3);
    }

    #[test]
    fn a_wide_spread_is_sent_coarser_and_loses_none() {
        let durations: Vec<u64> = (0..40_000).map(|step| 1 << (step / 1_000)).collect();
        let many: Vec<u64> =
            (0..60_000_u64).map(|step| step.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 23).collect();
        for durations in [durations, many] {
            let spread = spread(&durations);
            assert!(spread.buckets.len() <= MAX_SENT, "{}", spread.buckets.len());
            let sent: u64 = spread.buckets.iter().map(|(_, count)| count).sum();
            assert_eq!(sent, durations.len() as u64);
            assert!(spread.buckets.is_sorted_by(|a, b| a.0 < b.0));
        }
    }

    #[test]
    fn instances_add_up_as_if_they_were_one() {
        let (left, right): (Vec<u64>, Vec<u64>) =
            ((1..500).map(|step| step * 70).collect(), (1..900).map(|step| step * 9_000).collect());
        let all: Vec<u64> = left.iter().chain(&right).copied().collect();
        let of = |durations: &[u64], open| Durations {
            ended: durations.len() as u64,
            open,
            running: Some(spread(durations)),
            ..Durations::default()
        };
        let parts = [of(&left, 1), of(&right, 2), Durations::default()];
        let added = Durations::added(parts.iter()).expect("of three");
        assert_eq!((added.ended, added.open), (all.len() as u64, 3));
        assert_eq!(added.running, Some(spread(&all)));
        assert_eq!(added.elapsed, None);
        assert_eq!(Durations::added([].iter()), None);
    }

    proptest! {
        #[test]
        fn a_bucket_is_within_half_a_percent(ns in 0_u64..=MAX_NS) {
            let at = bucket(ns, SCALE_BITS);
            prop_assert!(at < BUCKETS);
            let middle = middle(at, SCALE_BITS);
            prop_assert_eq!(bucket(middle, SCALE_BITS), at);
            prop_assert!(u64::abs_diff(middle, ns) * 250 <= ns, "{} of {}", middle, ns);
        }

        #[test]
        fn percentiles_are_those_of_the_sorted_list(
            durations in prop::collection::vec(0_u64..10_000_000_000, 1..300),
        ) {
            let spread = spread(&durations);
            let mut sorted = durations.clone();
            sorted.sort_unstable();
            for (share, found) in [(0.5, spread.p50_ns), (0.9, spread.p90_ns), (0.99, spread.p99_ns)]
            {
                let rank = ((share * sorted.len() as f64).ceil() as usize).max(1) - 1;
                let exact = sorted[rank];
                let off = u64::abs_diff(found, exact);
                prop_assert!(off * 100 <= exact, "{} is not {}", found, exact);
            }
        }
    }
}
