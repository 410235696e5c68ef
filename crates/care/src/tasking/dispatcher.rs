//! The dispatcher: looks at queue and people after every change, asks the engine, makes the offers.
//!
//! It is a service with an account of its own, and each offer is a change like any other: if task
//! or person moved on meanwhile, the offer is simply not made. It also takes back offers whose time
//! is over and releases booked tasks. Refused: deciding anything the engine has not reasoned.

use std::collections::{BTreeSet, HashMap};

use dispatch::{
    Load, Needs, Person, PersonId, Plan, Priority as Rank, Problem, Skill, Status, Zones,
};
use tokio::time::{Duration, Instant, sleep};
use trust::{
    identity::caller::Caller,
    store::{Follower, error::StoreError, health::Notice, read::Reader, value::SECOND},
};

use super::{
    Tasking,
    directory::Directory,
    error::TaskError,
    events::{DispatchStarted, StartDispatch},
    model::{Task, TaskId, TaskState, TeamId, WorkerId},
    offers::{Asked, required_skills},
    priority::Priority,
    rows::{self, OfferWhy, OtherPerson, TaskRecord, WorkerRecord},
    shared_work::SharedWork,
    skill_words,
    worker::WorkerState,
};

/// Without any change the queue is still looked at this often: timers run out by themselves.
const TICK: Duration = Duration::from_millis(500);
/// The tables whose changes matter.
const TABLES: [&str; 5] = ["task", "worker", "location", "walk", "task_type"];

/// The situation, as one consistent view shows it.
struct Situation {
    now: i64,
    tasks: Vec<TaskRecord>,
    workers: Vec<WorkerRecord>,
    directory: std::sync::Arc<Directory>,
    loads: HashMap<WorkerId, Load>,
}

impl Tasking {
    /// Runs until the store closes. Every failure is told and tried again at the next tick.
    ///
    /// # Errors
    /// [`TaskError`] when the dispatcher may not even begin.
    pub async fn run_dispatcher(&self, caller: Caller) -> Result<(), TaskError> {
        let permit = caller.permit(StartDispatch).await?;
        let follower = self.store.follow(permit, DispatchStarted {}).await?;
        let mut notices = self.store.notices();
        match self.take_back_after_a_stop(&caller).await {
            Ok(_) => {}
            Err(TaskError::Store(StoreError::Closed)) => return Ok(()),
            Err(error) => {
                tracing::warn!(%error, "an import that was stopped in the middle is still there");
            }
        }
        let mut shared = SharedWork::default();
        loop {
            let began = Instant::now();
            // What was told until now is in the view that is opened next, however much it was.
            notices = notices.resubscribe();
            match self.dispatch_once(&caller, &follower, &mut shared).await {
                Ok(()) => {}
                Err(TaskError::Store(StoreError::Closed)) => return Ok(()),
                Err(error) => tracing::warn!(%error, "the queue could not be served"),
            }
            // With a long queue and changes without end, planning leaves half of the time to them.
            sleep(began.elapsed().min(TICK)).await;
            loop {
                tokio::select! {
                    () = sleep(TICK) => break,
                    told = notices.recv() => match told {
                        Ok(batch) if !batch.iter().any(matters) => {}
                        Ok(_) | Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => break,
                        Err(tokio::sync::broadcast::error::RecvError::Closed) => return Ok(()),
                    },
                }
            }
        }
    }

    /// One look at the queue: timers, then a plan, then its offers.
    async fn dispatch_once(
        &self,
        caller: &Caller,
        follower: &Follower,
        shared: &mut SharedWork,
    ) -> Result<(), TaskError> {
        let situation = self.situation(&mut follower.view().await?, shared).await?;
        if self.serve_timers(caller, &situation).await? {
            return Ok(()); // the situation changed; the notice brings us back at once
        }
        let mut waiting = HashMap::new();
        for team in &situation.directory.teams {
            let plan = self.plan_team(&situation, team.id);
            for (task, why) in &plan.waiting {
                waiting.insert(TaskId(task.0), skill_words::waiting(why).sentence());
            }
            self.make_offers(caller, plan).await?;
        }
        self.waiting.replace(waiting);
        Ok(())
    }

    async fn situation(
        &self,
        reader: &mut Reader,
        shared: &mut SharedWork,
    ) -> Result<Situation, StoreError> {
        let directory = self.directories.current(reader).await?;
        let tasks = reader.find(rows::open_tasks(), vec![]).await?;
        let workers = reader.find(rows::workers_on_shift(), vec![]).await?;
        let is_here = |record: &TaskRecord| !self.arriving.holds(record.id);
        let tasks = tasks.into_iter().filter(is_here).collect();
        shared.catch_up(reader, &directory).await?;
        let load = |worker: &WorkerRecord| (worker.id, shared.load_of(&worker.detail.0));
        Ok(Situation {
            now: reader.now().0,
            tasks,
            loads: workers.iter().map(load).collect(),
            workers,
            directory,
        })
    }

    /// Takes back what ran out and releases what is due; true when something was done.
    async fn serve_timers(&self, caller: &Caller, now: &Situation) -> Result<bool, TaskError> {
        let mut done = false;
        for task in now.tasks.iter().map(TaskRecord::task) {
            let served = if task.is_due_for_release(now.now) {
                self.release_task(caller, task.id).await
            } else if task.state == TaskState::Offered && !task.expired(now.now).is_empty() {
                self.expire_offer(caller, task.id).await
            } else {
                continue;
            };
            done |= settled(served)?;
        }
        Ok(done)
    }

    fn plan_team(&self, situation: &Situation, team: TeamId) -> Plan {
        let people = self.people_of(situation, team);
        let tasks = tasks_of(situation, team);
        let mut problem = Problem::new(&situation.directory.travel, people, tasks);
        problem.now = seconds(situation, situation.now);
        let (problem, faults) = problem.sifted();
        for fault in faults {
            tracing::warn!(%fault, "left out of the plan");
        }
        dispatch::plan(&problem)
    }

    fn people_of(&self, situation: &Situation, team: TeamId) -> Vec<Person> {
        let theirs = situation
            .workers
            .iter()
            .filter(|worker| worker.team == team);
        theirs
            .filter_map(|worker| self.engine_person(situation, worker))
            .collect()
    }

    fn engine_person(&self, situation: &Situation, record: &WorkerRecord) -> Option<Person> {
        let directory = &situation.directory;
        let base = directory.team(record.team).and_then(|team| team.base);
        // Unknown after a restart: then people are thought to be at their base.
        let place = directory.node(self.whereabouts.of(record.id).or(base)?)?;
        let worker = &record.detail.0;
        let mut person = Person::ready(PersonId(record.id.0), place);
        person.status = match record.state {
            WorkerState::Ready | WorkerState::Ending => Status::Ready,
            WorkerState::Offered => Status::Offered,
            WorkerState::OnTask => Status::OnTask,
            _ => Status::Away,
        };
        person.skills = record
            .skills
            .0
            .iter()
            .map(|skill| Skill::from(skill.as_str()))
            .collect();
        person.zones = Zones::Free;
        person.shift_ends_in = worker
            .shift_ends_at
            .map(|ends_at| ends_at.saturating_sub(situation.now).max(0) / SECOND);
        person.stays_for_last_job = worker.takes_last_job;
        person.load = situation.loads.get(&record.id).copied().unwrap_or_default();
        let declined = situation.tasks.iter().map(TaskRecord::task);
        person.declined = declined
            .filter(|task| task.declined_by.contains(&record.id))
            .map(|task| dispatch::TaskId(task.id.0))
            .collect();
        Some(person)
    }

    async fn make_offers(&self, caller: &Caller, plan: Plan) -> Result<(), TaskError> {
        let mut by_task: HashMap<dispatch::TaskId, Vec<Asked>> = HashMap::new();
        for offer in plan.offers {
            let others = offer.reason.alternatives.iter().map(|other| OtherPerson {
                worker: WorkerId(other.person.0),
                because: skill_words::not_chosen(&other.not_chosen).sentence(),
            });
            let why = OfferWhy {
                sentence: skill_words::reason(&offer.reason).sentence(),
                arrival_seconds: Some(offer.reason.arrival_seconds),
                others: others.collect(),
            };
            let asked = Asked {
                worker: WorkerId(offer.person.0),
                why,
            };
            by_task.entry(offer.task).or_default().push(asked);
        }
        let mut tasks: Vec<_> = by_task.into_iter().collect();
        tasks.sort_by_key(|(task, _)| *task);
        for (task, asked) in tasks {
            settled(self.offer_task(caller, TaskId(task.0), &asked).await)?;
        }
        Ok(())
    }
}

fn matters(notice: &Notice) -> bool {
    notice.touches(&TABLES)
}

/// Whether it was done; that somebody was quicker is no failure, the next look sees it.
fn settled(outcome: Result<(), TaskError>) -> Result<bool, TaskError> {
    match outcome {
        Ok(()) => Ok(true),
        Err(
            TaskError::Step(_)
            | TaskError::Worker(_)
            | TaskError::NotFound
            | TaskError::Store(StoreError::Quicker),
        ) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A moment on the engine's clock, which begins with the oldest open task.
fn seconds(situation: &Situation, at: i64) -> i64 {
    let asked = situation.tasks.iter().map(|record| record.asked_at.0).min();
    let begin = asked.unwrap_or(situation.now).min(situation.now);
    at.saturating_sub(begin).max(0) / SECOND
}

/// The queue of one team as the engine sees it.
fn tasks_of(situation: &Situation, team: TeamId) -> Vec<dispatch::Task> {
    let queue = situation
        .tasks
        .iter()
        .filter(|record| record.team == team && record.state == TaskState::Queued);
    queue
        .filter_map(|record| engine_task(situation, record.task()))
        .collect()
}

fn engine_task(situation: &Situation, task: &Task) -> Option<dispatch::Task> {
    let directory = &situation.directory;
    let kind = directory.kind(task.kind)?;
    let pickup = directory.node(task.from)?;
    let drop = task.to.and_then(|to| directory.node(to)).unwrap_or(pickup);
    let rank = match task.priority {
        Priority::Emergency => Rank::Emergency,
        Priority::Urgent => Rank::Urgent,
        Priority::Routine if task.booking.is_some() => Rank::Scheduled,
        Priority::Routine => Rank::Routine,
    };
    let mut wanted = dispatch::Task::new(dispatch::TaskId(task.id.0), rank, pickup, drop);
    let ready_at = task.times.ready_at.unwrap_or(situation.now);
    wanted.waiting_since = seconds(situation, ready_at);
    wanted.due_in = task
        .due_at
        .map(|due| due.saturating_sub(situation.now) / SECOND);
    wanted.handling = i64::from(kind.spec.0.handling_seconds);
    let skills = required_skills(kind, task);
    wanted.skills = skills
        .iter()
        .map(|skill| Skill::from(skill.as_str()))
        .collect();
    wanted.people_needed = task.needs.people;
    wanted.needs = Needs {
        heavy: task.needs.is_heavy(),
        patient: task.patient.is_some(),
    };
    wanted.held_out = task
        .declined_by
        .iter()
        .map(|worker| PersonId(worker.0))
        .collect::<BTreeSet<_>>();
    Some(wanted)
}
