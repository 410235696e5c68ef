//! What each person has carried on this shift, so that heavy work and walking are shared out.
//!
//! It is counted from finished tasks, kept by the dispatcher alone, in memory, and gone with the
//! shift: no page, no report and no answer of the API shows it, and nothing can be ranked by it.
//! Minutes are never counted, because they would say who is quick. Walking is what the map says
//! between the two ends, not what anybody was seen to walk.

use std::collections::HashMap;

use dispatch::Load;
use trust::store::{
    error::StoreError,
    read::Reader,
    value::{Field, MINUTE, Moment},
};

use super::{
    directory::Directory,
    model::{Task, TaskId, WorkerId},
    rows,
    worker::Worker,
};

/// Shifts last no longer, so nothing older counts.
const DAY: i64 = 24 * 60 * MINUTE;

/// One finished task, as far as it was work for somebody.
#[derive(Clone, Debug)]
struct Carried {
    finished_at: i64,
    crew: Vec<WorkerId>,
    is_heavy: bool,
    walked: i64,
}

/// Finished work of the last day.
#[derive(Debug, Default)]
pub(super) struct SharedWork {
    carried: HashMap<TaskId, Carried>,
    /// Up to where it was read.
    read_until: i64,
}

impl SharedWork {
    /// Reads what was finished since the last time; at first, what was finished in a day.
    pub async fn catch_up(
        &mut self,
        reader: &mut Reader,
        directory: &Directory,
    ) -> Result<(), StoreError> {
        let oldest = reader.now().0.saturating_sub(DAY);
        // What shares its moment with the last one read may have become durable after it.
        let since = Moment(self.read_until.max(oldest));
        let found = reader
            .find(rows::all_finished_since(), vec![since.to_value()])
            .await?;
        for record in &found {
            self.add(record.task(), directory);
        }
        self.carried.retain(|_, work| work.finished_at >= oldest);
        Ok(())
    }

    fn add(&mut self, task: &Task, directory: &Directory) {
        self.read_until = self.read_until.max(task.times.changed_at);
        let Some(finished_at) = task.times.completed_at else {
            return; // cancelled or stopped: nobody carried it to its end
        };
        let walk = task.to.and_then(|to| directory.walk_seconds(task.from, to));
        let carried = Carried {
            finished_at,
            crew: task.crew.iter().map(|member| member.worker).collect(),
            is_heavy: task.needs.is_heavy(),
            walked: walk.unwrap_or(0),
        };
        self.carried.insert(task.id, carried);
    }

    /// What this person has carried since their shift began.
    pub fn load_of(&self, worker: &Worker) -> Load {
        let Some(began) = worker.shift_started_at else {
            return Load::default();
        };
        let own = self
            .carried
            .values()
            .filter(|work| work.finished_at >= began && work.crew.contains(&worker.id));
        own.fold(Load::default(), |load, work| Load {
            heavy_jobs: load.heavy_jobs + u32::from(work.is_heavy),
            walked: load.walked.saturating_add(work.walked),
        })
    }
}
