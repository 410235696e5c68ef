//! The ids of the tasking tables: whole numbers that cannot be mixed up with one another.
//!
//! Refuses: zero and negative numbers when read from text, so that a broken link fails at the door.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that should have been an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id is a whole number above zero")]
pub struct NotAnId;

fn positive(text: &str) -> Result<i64, NotAnId> {
    match text.parse::<i64>() {
        // "+7" parses too, but two spellings of one link are one too many.
        Ok(number) if number > 0 && !text.starts_with('+') => Ok(number),
        _ => Err(NotAnId),
    }
}

macro_rules! ids {
    ( $( $(#[$about:meta])* $name:ident ),+ $(,)? ) => { $(
        $(#[$about])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(out)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                positive(text).map(Self)
            }
        }
    )+ };
}

ids! {
    /// One piece of work, from request to completion.
    TaskId,
    /// A kind of work, such as "Patient to X-ray".
    TaskTypeId,
    /// One question to one person: "can you take this?"
    OfferId,
    /// A member of staff who handles tasks.
    WorkerId,
    /// A group of staff with one kind of work, such as Portering.
    TeamId,
    /// Something a person is trained for.
    SkillId,
    /// One person's working time.
    ShiftId,
    /// A pause within a shift that belongs to the person.
    BreakId,
    /// A hospital or a campus.
    SiteId,
    /// A building of a site.
    BuildingId,
    /// One level of a building.
    FloorId,
    /// A ward, a room or a junction: where a walk can begin or end.
    LocationId,
    /// A walk between two neighbouring locations.
    EdgeId,
    /// The person who is moved. What is known of them lies sealed elsewhere; a task keeps the
    /// number.
    PatientRef,
}
