//! Times that move: how long a task is open, how long until an answer is due, how late it is.
//!
//! The server writes the value of the moment, so the page is right without a script; `app.js`
//! moves it on by the server's clock, never by the device's. Clock times such as 14:05 come
//! ready-made, because only the caller knows the hospital's zone. No clock is drawn for a break.
//! Next: `web/js/clocks.js`, which follows the same rules.

use maud::{Markup, html};

use super::icons;

const SECOND: i64 = 1_000_000;

/// A clock that counts up from `since_micros`, both in UTC microseconds since 1970.
pub fn counting_up(since_micros: i64, now_micros: i64) -> Markup {
    html! {
        span.al-clock data-since=(since_micros) { (running(now_micros - since_micros)) }
    }
}

/// A clock that counts down to `until_micros` and then stands at 00:00.
pub fn counting_down(until_micros: i64, now_micros: i64) -> Markup {
    html! {
        span.al-clock data-until=(until_micros) { (running(until_micros - now_micros)) }
    }
}

/// “Late 6 min”, counted from the moment the task was due.
pub fn late(due_micros: i64, now_micros: i64) -> Markup {
    html! {
        span.al-late {
            (icons::ALARM_CLOCK)
            span data-late-since=(due_micros) { "Late " (duration(now_micros - due_micros)) }
        }
    }
}

/// A running clock: `03:12` below an hour, `1 h 04` from there on. Never negative.
pub fn running(micros: i64) -> String {
    let seconds = micros.max(0) / SECOND;
    if seconds < 3600 {
        return format!("{:02}:{:02}", seconds / 60, seconds % 60);
    }
    format!("{} h {:02}", seconds / 3600, seconds % 3600 / 60)
}

/// A duration in words: `under 1 min`, `6 min`, `2 h 14`, `3 d`.
pub fn duration(micros: i64) -> String {
    let minutes = micros.max(0) / SECOND / 60;
    match minutes {
        0 => String::from("under 1 min"),
        1..60 => format!("{minutes} min"),
        60..1440 => format!("{} h {:02}", minutes / 60, minutes % 60),
        _ => format!("{} d", minutes / 1440),
    }
}

/// A whole number with commas: `1,204,418`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut written = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60 * SECOND;

    /// A clock that has run past its end stands still; nobody is shown minutes below nothing.
    #[test]
    fn a_clock_never_runs_below_zero() {
        assert_eq!(running(-5 * MINUTE), "00:00");
        assert_eq!(duration(-5 * MINUTE), "under 1 min");
    }

    /// A nurse reads 26:40 for a wait under an hour, and hours and minutes above.
    #[test]
    fn a_wait_is_written_as_nurses_say_it() {
        assert_eq!(running(26 * MINUTE + 40 * SECOND), "26:40");
        assert_eq!(running(64 * MINUTE), "1 h 04");
        assert_eq!(duration(134 * MINUTE), "2 h 14");
        assert_eq!(duration(2 * 1440 * MINUTE), "2 d");
    }

    /// Large numbers carry commas, small ones do not.
    #[test]
    fn numbers_carry_commas() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_204_418), "1,204,418");
    }
}
