//! Teams: made, renamed, closed and opened again by whoever sets the house up.
//!
//! A team is never removed, because work that it did stays on record. Refused: closing a team whose
//! people are at work or which has work to do; a name that two teams would share; a right that is
//! limited to a place, because teams belong to the whole house.

use trust::{
    identity::{
        caller::Caller,
        permit::{Action, Permit},
    },
    store::{
        change::Change,
        error::StoreError,
        read::Reader,
        row::Stored,
        value::{Field, Moment},
    },
    tail,
};

use super::{
    Tasking,
    error::TaskError,
    events::{CloseTeam, SaveTeam, TeamClosed, TeamSaved, TeamsViewed, ViewTeams},
    model::{LocationId, TeamId},
    rows::{self, Location, TaskRecord, Team},
    seen::Seen,
    worker::WorkerState,
};

/// Characters a team's name may have.
pub const NAME_MAX: usize = 60;

/// A team as it is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamWish {
    /// What people call it.
    pub name: String,
    /// Where its people begin their shift.
    pub base: Option<LocationId>,
}

/// A team and what depends on it.
#[derive(Clone, Debug)]
pub struct TeamLine {
    /// The team.
    pub team: Team,
    /// For "someone was quicker".
    pub version: i64,
    /// How many people belong to it.
    pub people: usize,
    /// How many kinds of work are its own.
    pub kinds: usize,
}

/// Why a team was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TeamError {
    /// The board shows it.
    #[error("a team's name has 1 to {NAME_MAX} characters")]
    Name,
    /// Two teams of one name could not be told apart.
    #[error("there is a team with this name already")]
    NameTaken,
    /// Nobody may be left with work of a team that is no more.
    #[error("this team still has open tasks or people on shift")]
    InUse,
}

impl Tasking {
    /// The teams with what depends on them, by name.
    ///
    /// # Errors
    /// [`TaskError::Permit`], [`TaskError::Store`].
    pub async fn teams(&self, caller: &Caller) -> Result<Vec<TeamLine>, TaskError> {
        let permit = caller.permit(ViewTeams).await?;
        let mut reader = self.store.read(permit, TeamsViewed {}).await?;
        Ok(lines(&mut reader).await?)
    }

    /// Makes a team, or changes one that is still what was seen. A closed team that is saved is
    /// open again. Its code is the name it was made with, and never changes.
    ///
    /// # Errors
    /// [`TaskError::Team`], [`TaskError::Places`], [`StoreError::Quicker`].
    pub async fn save_team(
        &self,
        caller: &Caller,
        team: Option<(TeamId, Seen)>,
        wish: &TeamWish,
    ) -> Result<TeamId, TaskError> {
        let name = wish.name.trim();
        if name.is_empty() || name.chars().count() > NAME_MAX {
            return Err(TaskError::Team(TeamError::Name));
        }
        let mut tx = self.store.begin(whole(caller, SaveTeam).await?).await?;
        if let Some(base) = wish.base {
            let place = tx.lock::<Location>(base).await?;
            place.filter(|at| at.active).ok_or(TaskError::Places)?;
        }
        let all = tx.find(rows::teams(), vec![]).await?;
        let is_taken = |other: &Team| {
            let same = |text: &str| text.to_lowercase() == name.to_lowercase();
            Some(other.id) != team.map(|(id, _)| id) && (same(&other.name) || same(&other.code))
        };
        if all.iter().any(is_taken) {
            return Err(TaskError::Team(TeamError::NameTaken));
        }
        let (id, code) = match team {
            None => (TeamId(tx.new_key::<Team>().await?), name.to_owned()),
            Some((id, seen)) => (id, locked(&mut tx, id, seen).await?.code),
        };
        tx.save(&Team {
            id,
            code,
            name: name.to_owned(),
            base: wish.base,
            closed_at: None,
        });
        tx.commit(TeamSaved { team: id }).await?;
        Ok(id)
    }

    /// Closes a team: nobody can ask for its work and nobody joins it until it is opened again.
    ///
    /// # Errors
    /// [`TeamError::InUse`] in [`TaskError::Team`], [`StoreError::Quicker`].
    pub async fn close_team(
        &self,
        caller: &Caller,
        team: TeamId,
        seen: Seen,
    ) -> Result<(), TaskError> {
        let mut tx = self.store.begin(whole(caller, CloseTeam).await?).await?;
        let mut row = locked(&mut tx, team, seen).await?;
        if is_in_use(&mut tx, team).await? {
            return Err(TaskError::Team(TeamError::InUse));
        }
        row.closed_at = Some(row.closed_at.unwrap_or_else(|| tx.now()));
        tx.save(&row);
        tx.commit(TeamClosed { team }).await?;
        Ok(())
    }
}

/// A permit of somebody whose right holds everywhere.
async fn whole<A: Action>(caller: &Caller, action: A) -> Result<Permit<A>, TaskError> {
    let permit = caller.permit(action).await?;
    caller.everywhere(&permit).await?;
    Ok(permit)
}

/// A team that is still what was seen.
async fn locked<A: Action>(
    tx: &mut Change<A>,
    team: TeamId,
    seen: Seen,
) -> Result<Team, TaskError> {
    let found = tx.lock_stored::<Team>(team).await?;
    let found = found.ok_or(TaskError::NotFound)?;
    if !seen.is_still(found.version) {
        return Err(TaskError::Store(StoreError::Quicker));
    }
    Ok(found.row)
}

async fn lines(reader: &mut Reader) -> Result<Vec<TeamLine>, StoreError> {
    let teams = reader.find_stored(rows::teams(), vec![]).await?;
    let people = reader.find(rows::workers(), vec![]).await?;
    let kinds = reader.find(rows::task_types(), vec![]).await?;
    let line = |Stored { row, version }: Stored<Team>| TeamLine {
        version,
        people: people.iter().filter(|one| one.team == row.id).count(),
        kinds: kinds.iter().filter(|kind| kind.team == row.id).count(),
        team: row,
    };
    let mut found: Vec<TeamLine> = teams.into_iter().map(line).collect();
    found.sort_by(|one, other| one.team.name.cmp(&other.team.name));
    Ok(found)
}

async fn is_in_use<A: Action>(tx: &mut Change<A>, team: TeamId) -> Result<bool, StoreError> {
    let open = tail!(TaskRecord, "WHERE team = $1 AND is_over = 0 LIMIT 1");
    if !tx.find(open, vec![team.to_value()]).await?.is_empty() {
        return Ok(true);
    }
    let people = tx.find(rows::workers_on_shift(), vec![]).await?;
    Ok(people
        .iter()
        .any(|one| one.team == team && one.state != WorkerState::Off))
}

/// Whether work can be asked of a team now.
pub(super) async fn is_open<A: Action>(
    tx: &mut Change<A>,
    team: TeamId,
) -> Result<bool, StoreError> {
    let closed_at: Option<Option<Moment>> = tx.lock::<Team>(team).await?.map(|team| team.closed_at);
    Ok(closed_at == Some(None))
}
