//! Scoring of questionnaires.
//!
//! A pure engine: a scale and the answers in, a score or the reason why there is none out. Same
//! scale and answers, same score: on every machine, in every year.
//!
//! One kind of scale so far, the [`SumScale`]: points of all items added up, with reversed items, a
//! rule for items left out, and bands with names. There are no subscales, norms or measures of
//! change yet. **No instrument is shipped**: neither the wording nor the bands of any published
//! questionnaire are here, and a score means only what the instrument's own manual says it does.
//!
//! What it refuses: to guess. Too few, too many or impossible answers are not scored at all, rather
//! than a little wrongly.
//!
//! Read on in `scale.rs` (what a scale is, and which cannot be) and `score.rs` (the sum).
//!
//! ```
//! use measures::{Band, Item, MissingRule, SumScale, score};
//!
//! let scale = SumScale::new(
//!     vec![Item::new(0, 3), Item::new(0, 3), Item::new(0, 3).reversed()],
//!     MissingRule::Refuse,
//!     vec![Band::new(0, "low"), Band::new(5, "high")],
//! )?;
//! let result = score(&scale, &[Some(3), Some(2), Some(1)])?;
//! assert_eq!((result.total, result.band), (7, Some("high")));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod scale;
mod score;

pub use scale::{BadScale, Band, ITEMS_MAX, Item, MissingRule, SumScale};
pub use score::{NotScorable, SumScore, score};
