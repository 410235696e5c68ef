//! Moments as people read them: clock times and days in the wards' zone.

use jiff::{Timestamp, Zoned, civil::Time, tz::TimeZone};
use trust::store::value::{MINUTE, Moment};

/// Writes moments in one zone.
#[derive(Clone, Debug)]
pub struct Times {
    zone: TimeZone,
}

impl Times {
    /// Times in this zone.
    #[must_use]
    pub fn new(zone: TimeZone) -> Self {
        Self { zone }
    }

    fn zoned(&self, at: Moment) -> Zoned {
        let stamp = Timestamp::from_microsecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH);
        stamp.to_zoned(self.zone.clone())
    }

    /// The zone.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// "14:05".
    #[must_use]
    pub fn clock(&self, at: Moment) -> String {
        self.zoned(at).strftime("%H:%M").to_string()
    }

    /// "Mon 16 Nov".
    #[must_use]
    pub fn day(&self, at: Moment) -> String {
        self.zoned(at).strftime("%a %-d %b").to_string()
    }

    /// "Sunday 22 November".
    #[must_use]
    pub fn long_day(&self, at: Moment) -> String {
        self.zoned(at).strftime("%A %-d %B").to_string()
    }

    /// "16 November 2026".
    #[must_use]
    pub fn date(&self, at: Moment) -> String {
        self.zoned(at).strftime("%-d %B %Y").to_string()
    }

    /// "14:16, Sun 22 Nov 2026".
    #[must_use]
    pub fn full(&self, at: Moment) -> String {
        self.zoned(at).strftime("%H:%M, %a %-d %b %Y").to_string()
    }

    /// The next moment that reads `HH:MM` in the zone, within a day; `None` when it is no time.
    #[must_use]
    pub fn next_clock(&self, text: &str, now: Moment) -> Option<Moment> {
        let time = Time::strptime("%H:%M", text.trim()).ok()?;
        let today = self.zoned(now).date();
        let at = today.to_datetime(time).to_zoned(self.zone.clone()).ok()?;
        let moment = Moment(at.timestamp().as_microsecond());
        // Shortly past is past; long past means tomorrow.
        if moment.since(now) < -6 * 60 * MINUTE {
            let tomorrow = today
                .tomorrow()
                .ok()?
                .to_datetime(time)
                .to_zoned(self.zone.clone());
            return tomorrow
                .ok()
                .map(|at| Moment(at.timestamp().as_microsecond()));
        }
        Some(moment)
    }
}

/// "6 min", "2 h 14", "49 s".
#[must_use]
pub fn duration(micros: i64) -> String {
    let seconds = (micros / 1_000_000).max(0);
    match seconds {
        0..=59 => format!("{seconds} s"),
        60..=5_399 => format!("{} min", (seconds + 30) / 60),
        _ => format!("{} h {:02}", seconds / 3_600, seconds % 3_600 / 60),
    }
}
