//! What the request page offers: the places and kinds of work, and which are usual for the asker.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;
use trust::{
    identity::{
        caller::Caller,
        permit::{Scope, ScopeKind},
    },
    store::{
        error::StoreError,
        read::Reader,
        value::{Field, MINUTE, Moment, Value},
    },
};

use super::{
    Tasking,
    directory::Directory,
    error::TaskError,
    events::{BoardViewed, RequestTask, ViewBoard},
    model::LocationId,
    rows,
};

/// How far back a place counts as usual.
const LOOK_BACK: i64 = 24 * 60 * MINUTE;
/// The usual places are counted again this often.
const COUNT_EVERY: Duration = Duration::from_secs(60);

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
        let ways = self.usual.current(&mut reader).await?;
        let theirs: Vec<&UsualWay> = ways
            .iter()
            .filter(|way| reader.scope().covers(&way.places()))
            .collect();
        let usual_from = by_frequency(theirs.iter().map(|way| (way.from, way.count)));
        let usual_to = by_frequency(theirs.iter().filter_map(|way| Some((way.to?, way.count))));
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

/// How often a team's work of the last day went this way.
#[derive(Clone, Debug, PartialEq, Eq)]
struct UsualWay {
    team: i64,
    from: LocationId,
    to: Option<LocationId>,
    count: i64,
}

impl UsualWay {
    /// Whose it is, as of a task that goes this way.
    fn places(&self) -> Vec<(ScopeKind, i64)> {
        let mut places = vec![(ScopeKind::Team, self.team), (ScopeKind::Ward, self.from.0)];
        places.extend(self.to.map(|LocationId(id)| (ScopeKind::Ward, id)));
        places
    }
}

/// The ways that work went in the last day, counted once a minute for all who ask.
///
/// Only which places come first hangs on it, so a minute's age does no harm; counting a busy day's
/// tasks for every request would.
#[derive(Clone, Default)]
pub(crate) struct UsualWays(Arc<Mutex<Option<Counted>>>);

/// When they were counted, and what came of it.
type Counted = (Instant, Arc<[UsualWay]>);

impl UsualWays {
    async fn current(&self, reader: &mut Reader) -> Result<Arc<[UsualWay]>, StoreError> {
        let known = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some((counted_at, ways)) = known
            && counted_at.elapsed() < COUNT_EVERY
        {
            return Ok(ways);
        }
        let since = Moment(reader.now().0.saturating_sub(LOOK_BACK));
        let found = reader
            .query(rows::ways_since(), vec![since.to_value()])
            .await?;
        let ways: Arc<[UsualWay]> = found.iter().filter_map(|line| way_of(line)).collect();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((Instant::now(), ways.clone()));
        Ok(ways)
    }
}

fn way_of(line: &[Value]) -> Option<UsualWay> {
    let [
        Value::Int(Some(team)),
        Value::Int(Some(from)),
        Value::Int(to),
        Value::Int(Some(count)),
    ] = line
    else {
        return None;
    };
    Some(UsualWay {
        team: *team,
        from: LocationId(*from),
        to: to.map(LocationId),
        count: *count,
    })
}

/// Each place once, the most frequent first; equally frequent ones in the order of their numbers.
fn by_frequency(places: impl Iterator<Item = (LocationId, i64)>) -> Vec<LocationId> {
    let mut counts: HashMap<LocationId, i64> = HashMap::new();
    for (place, count) in places {
        *counts.entry(place).or_default() += count;
    }
    let mut found: Vec<_> = counts.into_iter().collect();
    found.sort_by_key(|(place, count)| (-count, *place));
    found.into_iter().map(|(place, _)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ward's most frequent destination stands first, so that it is one touch away.
    #[test]
    fn the_most_frequent_place_stands_first() {
        let went = [(3, 2), (1, 1), (2, 2), (3, 1)];
        let went = went.map(|(place, count)| (LocationId(place), count));
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
