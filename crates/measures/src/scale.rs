//! What a sum scale is made of, and which scales cannot be.

use serde::{Deserialize, Serialize};

/// The most items one scale may have.
pub const ITEMS_MAX: usize = 1_000;

/// One question and the points its answers give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The smallest answer.
    pub lowest: u8,
    /// The largest answer.
    pub highest: u8,
    /// Whether a large answer gives few points: "I feel well" on a scale of distress.
    #[serde(default)]
    pub reversed: bool,
}

impl Item {
    /// An item answered from `lowest` to `highest`, whose points are the answer itself.
    ///
    /// ```
    /// assert_eq!(measures::Item::new(0, 4).points(3), 3);
    /// ```
    #[must_use]
    pub const fn new(lowest: u8, highest: u8) -> Self {
        Self {
            lowest,
            highest,
            reversed: false,
        }
    }

    /// The same item the other way round.
    ///
    /// ```
    /// assert_eq!(measures::Item::new(1, 5).reversed().points(5), 1);
    /// ```
    #[must_use]
    pub const fn reversed(self) -> Self {
        Self {
            reversed: true,
            ..self
        }
    }

    /// Whether the item can be answered so.
    #[must_use]
    pub const fn allows(&self, answer: u8) -> bool {
        self.lowest <= answer && answer <= self.highest
    }

    /// The points of an answer: itself, or `lowest + highest - answer` when reversed. An answer out
    /// of range counts as the nearest one in range; [`score`](crate::score) refuses it before.
    #[must_use]
    pub fn points(&self, answer: u8) -> u8 {
        // Not `clamp`, which panics when the item itself is back to front.
        let answer = answer.min(self.highest).max(self.lowest);
        if self.reversed {
            self.lowest + (self.highest.saturating_sub(answer))
        } else {
            answer
        }
    }
}

/// What happens to items that were left out. Which rule holds is the instrument's to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum MissingRule {
    /// Every item must be answered.
    Refuse,
    /// An item left out gives the fewest points it can.
    CountAsLowest {
        /// How many may be left out.
        missing_max: usize,
    },
    /// An item left out gives the mean points of those answered; the total is rounded to the
    /// nearest whole number, halves up. Sensible only where all items have the same range, and
    /// refused elsewhere.
    Prorate {
        /// How many may be left out.
        missing_max: usize,
    },
}

impl MissingRule {
    /// How many items may be left out.
    ///
    /// ```
    /// use measures::MissingRule;
    /// assert_eq!(MissingRule::Prorate { missing_max: 2 }.missing_max(), 2);
    /// ```
    #[must_use]
    pub const fn missing_max(self) -> usize {
        match self {
            Self::Refuse => 0,
            Self::CountAsLowest { missing_max } | Self::Prorate { missing_max } => missing_max,
        }
    }
}

/// A range of totals with a name, up to where the next band begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// The lowest total in the band.
    pub from: u32,
    /// What the instrument calls it.
    pub name: String,
}

impl Band {
    /// A band from a total on.
    ///
    /// ```
    /// assert_eq!(measures::Band::new(10, "raised").from, 10);
    /// ```
    #[must_use]
    pub fn new(from: u32, name: &str) -> Self {
        Self {
            from,
            name: name.to_owned(),
        }
    }
}

/// Why there is no such scale. Items and bands are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadScale {
    /// No items, or more than [`ITEMS_MAX`].
    #[error("a scale has from 1 to {ITEMS_MAX} items, not {items}")]
    ItemCount {
        /// How many there are.
        items: usize,
    },
    /// An item with one answer or none.
    #[error("item {item} leaves no choice of answers")]
    NoChoice {
        /// Which.
        item: usize,
    },
    /// All items could be left out, and there would be nothing to score.
    #[error("{missing_max} items may be left out, but there are only {items}")]
    AllMayBeMissing {
        /// How many may be left out.
        missing_max: usize,
        /// How many there are.
        items: usize,
    },
    /// Means are taken over items of different ranges.
    #[error("items left out cannot take the mean of items with other ranges")]
    UnevenRanges,
    /// A scale with bands must name every total: the first begins at the lowest possible total.
    #[error("the first band begins at {from}, but the lowest total is {lowest}")]
    FirstBand {
        /// Where the first band begins.
        from: u32,
        /// The lowest total of the scale.
        lowest: u32,
    },
    /// A band does not begin above the one before it.
    #[error("band {band} does not begin above the one before it")]
    BandOrder {
        /// Which.
        band: usize,
    },
    /// A band begins above the highest possible total.
    #[error("band {band} cannot be reached")]
    BandOutOfReach {
        /// Which.
        band: usize,
    },
}

/// A scale whose total is the sum of its items' points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Draft", into = "Draft")]
pub struct SumScale {
    items: Vec<Item>,
    missing: MissingRule,
    bands: Vec<Band>,
}

/// A scale as it is written down, not yet checked.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    items: Vec<Item>,
    missing: MissingRule,
    #[serde(default)]
    bands: Vec<Band>,
}

impl TryFrom<Draft> for SumScale {
    type Error = BadScale;

    fn try_from(draft: Draft) -> Result<Self, BadScale> {
        Self::new(draft.items, draft.missing, draft.bands)
    }
}

impl From<SumScale> for Draft {
    fn from(scale: SumScale) -> Self {
        Self {
            items: scale.items,
            missing: scale.missing,
            bands: scale.bands,
        }
    }
}

impl SumScale {
    /// Makes a scale; bands are in ascending order, or none at all.
    ///
    /// # Errors
    ///
    /// The first thing that cannot be, see [`BadScale`].
    ///
    /// ```
    /// use measures::{BadScale, Item, MissingRule, SumScale};
    ///
    /// let odd = SumScale::new(vec![Item::new(3, 3)], MissingRule::Refuse, vec![]);
    /// assert_eq!(odd, Err(BadScale::NoChoice { item: 0 }));
    /// ```
    pub fn new(items: Vec<Item>, missing: MissingRule, bands: Vec<Band>) -> Result<Self, BadScale> {
        if items.is_empty() || items.len() > ITEMS_MAX {
            return Err(BadScale::ItemCount { items: items.len() });
        }
        if let Some(item) = items.iter().position(|item| item.lowest >= item.highest) {
            return Err(BadScale::NoChoice { item });
        }
        let missing_max = missing.missing_max();
        if missing_max >= items.len() {
            return Err(BadScale::AllMayBeMissing {
                missing_max,
                items: items.len(),
            });
        }
        let range = |item: &Item| (item.lowest, item.highest);
        let uneven = items.iter().any(|item| range(item) != range(&items[0]));
        if uneven && matches!(missing, MissingRule::Prorate { .. }) {
            return Err(BadScale::UnevenRanges);
        }
        let scale = Self {
            items,
            missing,
            bands,
        };
        scale.inspect_bands()?;
        Ok(scale)
    }

    fn inspect_bands(&self) -> Result<(), BadScale> {
        let Some(first) = self.bands.first() else {
            return Ok(());
        };
        if first.from != self.lowest() {
            return Err(BadScale::FirstBand {
                from: first.from,
                lowest: self.lowest(),
            });
        }
        if let Some(before) = self
            .bands
            .windows(2)
            .position(|pair| pair[0].from >= pair[1].from)
        {
            return Err(BadScale::BandOrder { band: before + 1 });
        }
        match self
            .bands
            .iter()
            .position(|band| band.from > self.highest())
        {
            Some(band) => Err(BadScale::BandOutOfReach { band }),
            None => Ok(()),
        }
    }

    /// The items, in the order of the answers.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// What happens to items left out.
    #[must_use]
    pub const fn missing(&self) -> MissingRule {
        self.missing
    }

    /// The lowest possible total.
    #[must_use]
    pub fn lowest(&self) -> u32 {
        self.items.iter().map(|item| u32::from(item.lowest)).sum()
    }

    /// The highest possible total.
    #[must_use]
    pub fn highest(&self) -> u32 {
        self.items.iter().map(|item| u32::from(item.highest)).sum()
    }

    /// The name of the band that a total lies in; `None` for a scale without bands, or a total
    /// below all of them.
    ///
    /// ```
    /// use measures::{Band, Item, MissingRule, SumScale};
    ///
    /// let bands = vec![Band::new(0, "low"), Band::new(2, "high")];
    /// let scale = SumScale::new(vec![Item::new(0, 3)], MissingRule::Refuse, bands)?;
    /// assert_eq!(scale.band(1), Some("low"));
    /// assert_eq!(scale.band(2), Some("high"));
    /// # Ok::<(), measures::BadScale>(())
    /// ```
    #[must_use]
    pub fn band(&self, total: u32) -> Option<&str> {
        let band = self.bands.iter().rev().find(|band| band.from <= total)?;
        Some(&band.name)
    }
}
