//! The sum itself.

use serde::Serialize;

use crate::scale::{MissingRule, SumScale};

/// A scored questionnaire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SumScore<'scale> {
    /// The sum of the items' points.
    pub total: u32,
    /// How many items were left out.
    pub missing: usize,
    /// The band the total lies in, if the scale has any.
    pub band: Option<&'scale str>,
}

/// Why a questionnaire has no score. Items are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotScorable {
    /// These are not the answers to this scale.
    #[error("the scale has {expected} items, not {got}")]
    ItemCount {
        /// Items of the scale.
        expected: usize,
        /// Answers given.
        got: usize,
    },
    /// An answer that the item does not offer.
    #[error("item {item} cannot be answered {answer}")]
    OutOfRange {
        /// Which.
        item: usize,
        /// The answer given.
        answer: u8,
    },
    /// More was left out than the instrument allows.
    #[error("{missing} items were left out; at most {missing_max} may be")]
    TooManyMissing {
        /// How many were left out.
        missing: usize,
        /// How many may be.
        missing_max: usize,
    },
}

/// Scores one completed questionnaire whose total is the sum of its items.
///
/// # Errors
///
/// What makes the answers impossible to score; an answer out of range is named before items left
/// out are counted.
///
/// ```
/// use measures::{Item, MissingRule, NotScorable, SumScale, score};
///
/// let rule = MissingRule::Prorate { missing_max: 1 };
/// let scale = SumScale::new(vec![Item::new(0, 4); 3], rule, vec![])?;
/// assert_eq!(score(&scale, &[Some(4), Some(3), None])?.total, 11); // 7 x 3 / 2, halves up
/// assert_eq!(
///     score(&scale, &[Some(4), None, None]),
///     Err(NotScorable::TooManyMissing { missing: 2, missing_max: 1 })
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn score<'scale>(
    scale: &'scale SumScale,
    answers: &[Option<u8>],
) -> Result<SumScore<'scale>, NotScorable> {
    let (expected, got) = (scale.items().len(), answers.len());
    if got != expected {
        return Err(NotScorable::ItemCount { expected, got });
    }
    let mut points = 0_u32;
    let mut lowest_of_missing = 0_u32;
    let mut missing = 0;
    for (index, (item, answer)) in scale.items().iter().zip(answers).enumerate() {
        match *answer {
            Some(answer) if !item.allows(answer) => {
                return Err(NotScorable::OutOfRange {
                    item: index,
                    answer,
                });
            }
            Some(answer) => points += u32::from(item.points(answer)),
            None => {
                missing += 1;
                lowest_of_missing += u32::from(item.lowest);
            }
        }
    }
    let missing_max = scale.missing().missing_max();
    if missing > missing_max {
        return Err(NotScorable::TooManyMissing {
            missing,
            missing_max,
        });
    }
    let total = match scale.missing() {
        MissingRule::Refuse => points,
        MissingRule::CountAsLowest { .. } => points + lowest_of_missing,
        MissingRule::Prorate { .. } => prorated(points, expected, expected - missing),
    };
    Ok(SumScore {
        total,
        missing,
        band: scale.band(total),
    })
}

/// `points x items / answered`, rounded to the nearest whole number, halves up.
///
/// At most 1,000 items of 255 points, so nothing can overflow, and a scale always has one answered
/// item left.
fn prorated(points: u32, items: usize, answered: usize) -> u32 {
    let small = |count: usize| u32::try_from(count).expect("a scale has at most 1,000 items");
    let (items, answered) = (small(items), small(answered));
    (2 * points * items + answered) / (2 * answered)
}
