//! How long it takes to walk from anywhere to anywhere.
//!
//! Built once from the estate's walking edges, then only read. Lifts and stairs are part of an
//! edge's seconds. One-way doors are allowed; what cannot be reached has no time at all, rather
//! than a large one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::model::{Place, Seconds};

/// The most places one estate may have; the matrix then takes 64 MiB.
pub const PLACES_MAX: usize = 4_096;

/// The longest duration believed anywhere in a problem: seven days. Anything longer is a mistake
/// in the data, and the limit keeps every sum far from overflow.
pub const DURATION_MAX: Seconds = 7 * 24 * 3_600;

/// No way from here to there.
const UNREACHABLE: u32 = u32::MAX;

/// A walk between two places without another place in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Where it begins.
    pub from: Place,
    /// Where it ends.
    pub to: Place,
    /// How long it takes an unladen adult.
    pub seconds: Seconds,
    /// Passable in this direction only.
    pub one_way: bool,
}

impl Edge {
    /// A walk that takes the same time in both directions.
    ///
    /// ```
    /// use dispatch::{Edge, Place};
    /// assert!(!Edge::both_ways(Place(0), Place(1), 30).one_way);
    /// ```
    #[must_use]
    pub const fn both_ways(from: Place, to: Place, seconds: Seconds) -> Self {
        Self {
            from,
            to,
            seconds,
            one_way: false,
        }
    }

    /// A walk through a door that opens in one direction only.
    ///
    /// ```
    /// use dispatch::{Edge, Place};
    /// assert!(Edge::one_way(Place(0), Place(1), 30).one_way);
    /// ```
    #[must_use]
    pub const fn one_way(from: Place, to: Place, seconds: Seconds) -> Self {
        Self {
            from,
            to,
            seconds,
            one_way: true,
        }
    }
}

/// Why no travel times could be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TravelError {
    /// The estate is larger than one matrix may be.
    #[error("{places} places are more than the {PLACES_MAX} that one estate may have")]
    TooManyPlaces {
        /// How many were asked for.
        places: usize,
    },
    /// An edge begins or ends nowhere.
    #[error("walking edge {edge} names place {}, which does not exist", place.0)]
    UnknownPlace {
        /// The edge's position in the list, counted from 0.
        edge: usize,
        /// The place it names.
        place: Place,
    },
    /// An edge takes less than no time, or longer than [`DURATION_MAX`].
    #[error("walking edge {edge} takes {seconds} seconds, which cannot be")]
    BadDuration {
        /// The edge's position in the list, counted from 0.
        edge: usize,
        /// The seconds it names.
        seconds: Seconds,
    },
}

/// The shortest walk between every two places, in seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TravelTimes {
    places: usize,
    /// Row by row: the time from place `row` to place `column`.
    seconds: Vec<u32>,
}

impl TravelTimes {
    /// Finds the shortest walks over `edges` between `places` places (Dijkstra from each).
    ///
    /// # Errors
    ///
    /// The first edge that names an unknown place or an impossible time, or too many places.
    ///
    /// ```
    /// use dispatch::{Edge, Place, TravelTimes};
    ///
    /// let out_only = [Edge::one_way(Place(0), Place(1), 40)];
    /// let travel = TravelTimes::from_edges(2, &out_only)?;
    /// assert_eq!(travel.between(Place(0), Place(1)), Some(40));
    /// assert_eq!(travel.between(Place(1), Place(0)), None);
    /// # Ok::<(), dispatch::TravelError>(())
    /// ```
    pub fn from_edges(places: usize, edges: &[Edge]) -> Result<Self, TravelError> {
        if places > PLACES_MAX {
            return Err(TravelError::TooManyPlaces { places });
        }
        let mut ways: Vec<Vec<(usize, u32)>> = vec![Vec::new(); places];
        for (index, edge) in edges.iter().enumerate() {
            for place in [edge.from, edge.to] {
                if place.0 as usize >= places {
                    return Err(TravelError::UnknownPlace { edge: index, place });
                }
            }
            let bad = TravelError::BadDuration {
                edge: index,
                seconds: edge.seconds,
            };
            if edge.seconds > DURATION_MAX {
                return Err(bad);
            }
            let seconds = u32::try_from(edge.seconds).map_err(|_| bad)?;
            let (from, to) = (edge.from.0 as usize, edge.to.0 as usize);
            ways[from].push((to, seconds));
            if !edge.one_way {
                ways[to].push((from, seconds));
            }
        }
        let seconds = (0..places)
            .flat_map(|start| shortest_from(start, &ways))
            .collect();
        Ok(Self { places, seconds })
    }

    /// How many places there are; they are numbered from 0.
    #[must_use]
    pub const fn places(&self) -> usize {
        self.places
    }

    /// Whether there is such a place.
    #[must_use]
    pub const fn knows(&self, place: Place) -> bool {
        (place.0 as usize) < self.places
    }

    /// The walk from one place to another in seconds; `None` when there is no way, or no such
    /// place.
    #[must_use]
    pub fn between(&self, from: Place, to: Place) -> Option<Seconds> {
        if !self.knows(from) || !self.knows(to) {
            return None;
        }
        match self.seconds[from.0 as usize * self.places + to.0 as usize] {
            UNREACHABLE => None,
            seconds => Some(Seconds::from(seconds)),
        }
    }
}

/// Dijkstra's algorithm from one place; a way longer than [`DURATION_MAX`] counts as none.
fn shortest_from(start: usize, ways: &[Vec<(usize, u32)>]) -> Vec<u32> {
    let longest = u32::try_from(DURATION_MAX).expect("seven days fit 32 bits");
    let mut best = vec![UNREACHABLE; ways.len()];
    let mut open = BinaryHeap::from([Reverse((0_u32, start))]);
    best[start] = 0;
    while let Some(Reverse((so_far, here))) = open.pop() {
        if so_far > best[here] {
            continue;
        }
        for &(there, seconds) in &ways[here] {
            // Both are at most seven days, so the sum fits easily.
            let total = so_far + seconds;
            if total <= longest && total < best[there] {
                best[there] = total;
                open.push(Reverse((total, there)));
            }
        }
    }
    best
}

/// When somebody who has accepted a task will arrive: the seconds until then, for the ward's
/// "arrives in".
///
/// `from` is where the person is, or will be once `free_in` seconds have passed. `None` when there
/// is no way, or no such place; a negative `free_in` counts as "now".
///
/// ```
/// use dispatch::{Edge, Place, TravelTimes, estimate};
///
/// let travel = TravelTimes::from_edges(2, &[Edge::both_ways(Place(0), Place(1), 90)])?;
/// assert_eq!(estimate(&travel, Place(0), 30, Place(1)), Some(120));
/// # Ok::<(), dispatch::TravelError>(())
/// ```
#[must_use]
pub fn estimate(
    travel: &TravelTimes,
    from: Place,
    free_in: Seconds,
    pickup: Place,
) -> Option<Seconds> {
    travel
        .between(from, pickup)
        .map(|walk| free_in.max(0).saturating_add(walk))
}
