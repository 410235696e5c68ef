//! What changes rarely and every page needs: places, walks, teams, kinds of work.
//!
//! Read once and kept until an entry of the log touches one of its tables.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use dispatch::{Edge, Place, TravelTimes};
use tokio::sync::broadcast;
use trust::store::{Store, error::StoreError, health::Notice, read::Reader};

use super::{
    model::{LocationId, SiteId, TaskTypeId, TeamId},
    rows::{self, Location, Site, TaskType, Team, Walk},
};

/// The tables a directory is made of.
const TABLES: [&str; 5] = ["site", "location", "walk", "team", "task_type"];

/// Places, walks, teams and kinds of work at one moment.
#[derive(Debug)]
pub struct Directory {
    /// Hospitals and campuses.
    pub sites: Vec<Site>,
    /// Places by name.
    pub locations: Vec<Location>,
    /// Walks between neighbours.
    pub walks: Vec<Walk>,
    /// Teams.
    pub teams: Vec<Team>,
    /// Kinds of work by name.
    pub task_types: Vec<TaskType>,
    /// Walking times between all places.
    pub travel: TravelTimes,
    places: HashMap<LocationId, usize>,
    kinds: HashMap<TaskTypeId, usize>,
}

impl Directory {
    async fn read(reader: &mut Reader) -> Result<Self, StoreError> {
        let sites = reader.find(rows::sites(), vec![]).await?;
        let locations = reader.find(rows::locations(), vec![]).await?;
        let walks = reader.find(rows::walks(), vec![]).await?;
        let teams = reader.find(rows::teams(), vec![]).await?;
        let task_types = reader.find(rows::task_types(), vec![]).await?;
        let places: HashMap<_, _> = locations
            .iter()
            .enumerate()
            .map(|(at, location)| (location.id, at))
            .collect();
        let kinds = task_types
            .iter()
            .enumerate()
            .map(|(at, kind)| (kind.id, at))
            .collect();
        let travel = travel(locations.len(), &walks, &places);
        Ok(Self {
            sites,
            locations,
            walks,
            teams,
            task_types,
            travel,
            places,
            kinds,
        })
    }

    /// A place by its number.
    #[must_use]
    pub fn location(&self, id: LocationId) -> Option<&Location> {
        self.places.get(&id).map(|at| &self.locations[*at])
    }

    /// A place's name, or its number if it is not there any more.
    #[must_use]
    pub fn place_name(&self, id: LocationId) -> String {
        self.location(id)
            .map_or_else(|| format!("place {id}"), |at| at.name.clone())
    }

    /// A kind of work by its number.
    #[must_use]
    pub fn kind(&self, id: TaskTypeId) -> Option<&TaskType> {
        self.kinds.get(&id).map(|at| &self.task_types[*at])
    }

    /// Whether work of this kind can be asked for: it is in use, and so is its team.
    #[must_use]
    pub fn is_offered(&self, kind: &TaskType) -> bool {
        let team = self.team(kind.team);
        kind.active && team.is_some_and(|team| team.closed_at.is_none())
    }

    /// A team by its number.
    #[must_use]
    pub fn team(&self, id: TeamId) -> Option<&Team> {
        self.teams.iter().find(|team| team.id == id)
    }

    /// A site by its number.
    #[must_use]
    pub fn site(&self, id: SiteId) -> Option<&Site> {
        self.sites.iter().find(|site| site.id == id)
    }

    /// The engine's number of a place.
    #[must_use]
    pub fn node(&self, id: LocationId) -> Option<Place> {
        self.places
            .get(&id)
            .and_then(|at| u32::try_from(*at).ok())
            .map(Place)
    }

    /// Walking seconds from one place to another without a load.
    #[must_use]
    pub fn walk_seconds(&self, from: LocationId, to: LocationId) -> Option<i64> {
        self.travel.between(self.node(from)?, self.node(to)?)
    }
}

fn travel(count: usize, walks: &[Walk], places: &HashMap<LocationId, usize>) -> TravelTimes {
    let node = |id| {
        places
            .get(&id)
            .and_then(|at| u32::try_from(*at).ok())
            .map(Place)
    };
    let edges: Vec<Edge> = walks
        .iter()
        .filter_map(|walk| {
            let (from, to) = (node(walk.from_place)?, node(walk.to_place)?);
            Some(Edge {
                from,
                to,
                seconds: walk.seconds,
                one_way: walk.one_way,
            })
        })
        .collect();
    TravelTimes::from_edges(count, &edges).unwrap_or_else(|error| {
        // The database's rules keep such walks out; if one is there, nobody is sent by guess.
        tracing::error!(%error, "walks cannot be used");
        TravelTimes::from_edges(0, &[]).expect("no places and no walks are fine")
    })
}

/// Keeps the directory until it changes.
#[derive(Clone)]
pub(crate) struct Directories {
    held: Arc<Mutex<Option<Arc<Directory>>>>,
    notices: Arc<Mutex<broadcast::Receiver<Arc<[Notice]>>>>,
}

impl Directories {
    pub fn new(store: &Store) -> Self {
        Self {
            held: Arc::default(),
            notices: Arc::new(Mutex::new(store.notices())),
        }
    }

    /// The directory as it is in this view, or as it was if nothing changed since.
    pub async fn current(&self, reader: &mut Reader) -> Result<Arc<Directory>, StoreError> {
        if self.has_changed() {
            *self.held.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        let held = self
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(held) = held {
            return Ok(held);
        }
        let read = Arc::new(Directory::read(reader).await?);
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(read.clone());
        Ok(read)
    }

    fn has_changed(&self) -> bool {
        use broadcast::error::TryRecvError;
        let mut notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = false;
        loop {
            match notices.try_recv() {
                Ok(batch) => changed |= batch.iter().any(|notice| notice.touches(&TABLES)),
                // Too many to remember: something may have changed.
                Err(TryRecvError::Lagged(_)) => changed = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => return changed,
            }
        }
    }
}
