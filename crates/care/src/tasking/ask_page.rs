//! What the request page offers: the places and kinds of work, and which are usual for the asker.

use std::{collections::HashMap, sync::Arc};

use trust::{
    identity::{
        caller::Caller,
        permit::{Scope, ScopeKind},
    },
    store::value::{Field, MINUTE, Moment},
};

use super::{
    Tasking,
    directory::Directory,
    error::TaskError,
    events::{BoardViewed, RequestTask, ViewBoard},
    model::LocationId,
    rows::{self, TaskRecord},
    step::task_places,
};

/// How far back a place counts as usual.
const LOOK_BACK: i64 = 24 * 60 * MINUTE;

/// What can be asked for, and the usual places.
#[derive(Clone, Debug)]
pub struct AskChoices {
    /// The hospital's time.
    pub now: Moment,
    /// Places and kinds of work.
    pub directory: Arc<Directory>,
    /// The wards that the caller may ask for; `None`: all.
    pub wards: Option<Vec<LocationId>>,
    /// Where work of the last day began in the caller's scope, the most frequent first.
    pub usual_from: Vec<LocationId>,
    /// Where it ended, the most frequent first.
    pub usual_to: Vec<LocationId>,
}

impl Tasking {
    /// What the caller may ask for. Counting the usual places is a look at the board's tasks and is
    /// recorded as one.
    ///
    /// # Errors
    /// [`TaskError::Permit`] without the right to ask or to see the board, [`TaskError::Store`].
    pub async fn ask_choices(&self, caller: &Caller) -> Result<AskChoices, TaskError> {
        let own = wards(caller.permit(RequestTask).await?.scope());
        let permit = caller.permit(ViewBoard).await?;
        let mut reader = self.store.read(permit, BoardViewed { page: "ask" }).await?;
        let directory = self.directories.current(&mut reader).await?;
        let now = reader.now();
        let mut records = reader.find(rows::open_tasks(), vec![]).await?;
        let since = Moment(now.0.saturating_sub(LOOK_BACK));
        records.extend(
            reader
                .find(rows::finished_since(), vec![since.to_value()])
                .await?,
        );
        records.retain(|record| reader.scope().covers(&task_places(record)));
        let usual_from = by_frequency(records.iter().map(|record| record.from_place));
        let usual_to = by_frequency(
            records
                .iter()
                .filter_map(|record: &TaskRecord| record.to_place),
        );
        Ok(AskChoices {
            now,
            directory,
            wards: own,
            usual_from,
            usual_to,
        })
    }
}

/// The wards a right is limited to; a right over a team or a site names no ward.
fn wards(scope: &Scope) -> Option<Vec<LocationId>> {
    let ids = scope.ids(ScopeKind::Ward)?;
    (!ids.is_empty()).then(|| ids.into_iter().map(LocationId).collect())
}

/// Each place once, the most frequent first; equally frequent ones in the order of their numbers.
fn by_frequency(places: impl Iterator<Item = LocationId>) -> Vec<LocationId> {
    let mut counts: HashMap<LocationId, usize> = HashMap::new();
    for place in places {
        *counts.entry(place).or_default() += 1;
    }
    let mut found: Vec<_> = counts.into_iter().collect();
    found.sort_by_key(|(place, count)| (usize::MAX - count, *place));
    found.into_iter().map(|(place, _)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ward's most frequent destination stands first, so that it is one touch away.
    #[test]
    fn the_most_frequent_place_stands_first() {
        let went = [3, 1, 2, 2, 3, 3].map(LocationId);
        assert_eq!(by_frequency(went.into_iter()), [3, 2, 1].map(LocationId));
    }

    /// A right over a whole team names no ward, so no ward is put first.
    #[test]
    fn a_team_is_no_ward() {
        assert_eq!(wards(&Scope::Only(vec![(ScopeKind::Team, 1)])), None);
        let ward = Scope::Only(vec![(ScopeKind::Ward, 7)]);
        assert_eq!(wards(&ward), Some(vec![LocationId(7)]));
        assert_eq!(wards(&Scope::Everything), None);
    }
}
