//! The home of the clock: nowhere else in the workspace is the time read.
//!
//! An instance has two times. *Wall* time stamps the log and ends sessions. The *day* is what the
//! hospital lives in: normally the same, in the demo faster, in tests wherever the test puts it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use crate::store::value::Moment;

/// Tells the time.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    /// The machine's clock.
    System,
    /// The machine's clock for the log; a day that began at `day_start` and runs `speed` times.
    Fast {
        wall_start: Moment,
        day_start: Moment,
        speed: u32,
    },
    /// A clock that only a test moves.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A day that begins now at `day_start` and runs `speed` times as fast as the machine's clock.
    #[must_use]
    pub fn fast(day_start: Moment, speed: u32) -> Self {
        Self(Source::Fast {
            wall_start: machine_time(),
            day_start,
            speed: speed.max(1),
        })
    }

    /// A clock that stands at `start` until [`Clock::advance`] moves it.
    #[must_use]
    pub fn manual(start: Moment) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(start.0))))
    }

    /// Moves a manual clock; does nothing to the others, which nobody can move.
    pub fn advance(&self, micros: i64) {
        if let Source::Manual(at) = &self.0 {
            at.fetch_add(micros, Ordering::SeqCst);
        }
    }

    /// The time for log, sessions and limits.
    #[must_use]
    pub fn wall(&self) -> Moment {
        match &self.0 {
            Source::System | Source::Fast { .. } => machine_time(),
            Source::Manual(at) => Moment(at.load(Ordering::SeqCst)),
        }
    }

    /// The time the hospital lives in.
    #[must_use]
    pub fn day(&self) -> Moment {
        match &self.0 {
            Source::Fast {
                wall_start,
                day_start,
                speed,
            } => {
                let passed = machine_time().since(*wall_start);
                day_start.after(passed.saturating_mul(i64::from(*speed)))
            }
            Source::System | Source::Manual(_) => self.wall(),
        }
    }

    /// How many times faster than the machine's clock the day runs.
    #[must_use]
    pub fn speed(&self) -> u32 {
        match &self.0 {
            Source::Fast { speed, .. } => *speed,
            Source::System | Source::Manual(_) => 1,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the home of the clock")]
fn machine_time() -> Moment {
    // A machine set before 1970 reads as 1970: wrong, but it does not stop the ward.
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Moment(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
