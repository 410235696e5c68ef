//! What staff may rely on.

use super::*;
use crate::tasking::model::{
    Course, LocationId, Mode, Needs, NewTask, OfferId, PatientRef, TaskTypeId,
};
use crate::tasking::priority::Priority;

const SHIFT: i64 = 480 * MINUTE;

fn on_shift() -> Worker {
    let off = Worker::off(WorkerId(1));
    off.step(WorkerStep::StartShift { ends_at: SHIFT }, 0)
        .unwrap()
}

fn after(worker: &Worker, steps: &[WorkerStep]) -> Worker {
    steps.iter().fold(worker.clone(), |worker, step| {
        worker.step(*step, MINUTE).unwrap()
    })
}

/// Nobody on a break, away, in a meeting or at an emergency is asked for work.
#[test]
fn only_who_is_ready_is_asked() {
    let asked: Vec<&str> = WorkerState::ALL
        .iter()
        .filter(|state| state.may_be_offered())
        .map(|state| state.code())
        .collect();
    assert_eq!(asked, ["READY", "ENDING"]);

    let on_break = after(&on_shift(), &[WorkerStep::StartBreak]);
    assert_eq!(
        on_break.may_be_offered(0),
        Err(NotOfferable::State(WorkerState::Break))
    );
    assert_eq!(
        on_break.step(WorkerStep::Offered, MINUTE),
        Err(WorkerStepError::NotNow(WorkerState::Break))
    );
}

/// Away has no beginning and no reason, so nobody can ever count how long it took.
#[test]
fn going_away_leaves_no_time() {
    let away = after(&on_shift(), &[WorkerStep::GoAway]);
    assert_eq!((away.state, away.since), (WorkerState::Comfort, None));
    let stored = serde_json::to_value(&away).unwrap();
    let times: Vec<_> = stored
        .as_object()
        .unwrap()
        .keys()
        .filter(|key| key.ends_with("_at"))
        .collect();
    assert_eq!(times, ["shift_ends_at", "shift_started_at"]);
}

/// A porter who is being asked may go to the toilet first; the question runs out, and nothing is
/// noted.
#[test]
fn a_question_never_keeps_anybody_from_going() {
    let away = after(&on_shift(), &[WorkerStep::Offered, WorkerStep::GoAway]);
    let later = after(&away, &[WorkerStep::LetExpire]);
    assert_eq!((later.state, later.unanswered), (WorkerState::Comfort, 0));
}

/// Three questions in a row without an answer lead to "are you available?"; one answer starts anew.
#[test]
fn three_unanswered_offers_lead_to_a_question() {
    let unanswered = [WorkerStep::Offered, WorkerStep::LetExpire];
    let twice = after(&on_shift(), &[unanswered, unanswered].concat());
    assert_eq!((twice.state, twice.unanswered), (WorkerState::Ready, 2));

    let silent = after(&twice, &unanswered);
    assert_eq!(silent.state, WorkerState::Silent);
    let back = after(&silent, &[WorkerStep::AnswerPresent]);
    assert_eq!((back.state, back.unanswered), (WorkerState::Ready, 0));

    let declined = after(&twice, &[WorkerStep::Offered, WorkerStep::Declined]);
    assert_eq!(after(&declined, &unanswered).state, WorkerState::Ready);
}

/// Near the end of the shift only work that ends in time is offered, unless the person wants one
/// more.
#[test]
fn the_last_job_ends_with_the_shift() {
    let near_end = SHIFT - 20 * MINUTE;
    let busy = after(&on_shift(), &[WorkerStep::Offered, WorkerStep::Accepted]);
    let ending = busy
        .step(WorkerStep::TaskEnded { left: 0 }, near_end)
        .unwrap();

    assert_eq!(ending.state, WorkerState::Ending);
    assert_eq!(ending.may_be_offered(SHIFT), Ok(()));
    assert_eq!(
        ending.may_be_offered(SHIFT + 1),
        Err(NotOfferable::ShiftEnds)
    );
    let willing = Worker {
        takes_last_job: true,
        ..ending
    };
    assert_eq!(willing.may_be_offered(SHIFT + 1), Ok(()));
}

/// With one of two tasks done a porter is still at work; with the last one, free.
#[test]
fn free_means_nothing_left_in_hand() {
    let busy = after(&on_shift(), &[WorkerStep::Offered, WorkerStep::Accepted]);
    let still = after(&busy, &[WorkerStep::TaskEnded { left: 1 }]);
    assert_eq!(still.state, WorkerState::OnTask);
    assert_eq!(
        after(&still, &[WorkerStep::TaskEnded { left: 0 }]).state,
        WorkerState::Ready
    );
    assert_eq!(
        still.step(WorkerStep::EndShift, MINUTE),
        Err(WorkerStepError::HasTask)
    );
}

/// An emergency call takes a porter out of a break or a task, and back to what waits in hand.
#[test]
fn an_emergency_leads_back_to_the_task() {
    let busy = after(&on_shift(), &[WorkerStep::Offered, WorkerStep::Accepted]);
    let called = after(&busy, &[WorkerStep::JoinEmergency]);
    assert_eq!(called.state, WorkerState::Emergency);
    assert_eq!(
        after(&called, &[WorkerStep::LeaveEmergency { left: 1 }]).state,
        WorkerState::OnTask
    );
    assert_eq!(
        after(&called, &[WorkerStep::LeaveEmergency { left: 0 }]).state,
        WorkerState::Ready
    );
}

/// Off shift there is nothing but coming on shift.
#[test]
fn off_shift_is_off() {
    let off = Worker::off(WorkerId(1));
    assert_eq!(
        off.step(WorkerStep::Offered, 0),
        Err(WorkerStepError::NotOnShift)
    );
    let over = off.step(WorkerStep::StartShift { ends_at: 0 }, 0);
    assert_eq!(over, Err(WorkerStepError::ShiftOver));
    assert_eq!(
        after(&on_shift(), &[WorkerStep::EndShift]).state,
        WorkerState::Off
    );
}

fn task(id: i64, patient: Option<PatientRef>) -> Task {
    let wish = NewTask {
        kind: TaskTypeId(1),
        priority: Priority::Routine,
        from: LocationId(1),
        from_bed: None,
        to: Some(LocationId(2)),
        to_bed: None,
        patient,
        needs: patient.map_or(Needs::default(), |_| Needs::travelling(Mode::Chair)),
        course: Course::default(),
        target_minutes: 30,
        booking: None,
        follows: None,
    };
    let asked = Task::ask(TaskId(id), wish, true, 0);
    asked.offer(&[(OfferId(id), WorkerId(1))], 60, 0).unwrap()
}

/// A porter can carry several samples at a time, but never two patients, nor a patient and samples.
#[test]
fn one_patient_at_a_time() {
    let sample = task(1, None).accept(WorkerId(1), 1).unwrap();
    let patient = task(2, Some(PatientRef(7))).accept(WorkerId(1), 1).unwrap();
    let with_sample = Handler::of(WorkerId(1), [&sample]);
    let with_patient = Handler::of(WorkerId(1), [&patient]);
    let elsewhere = Handler::of(WorkerId(2), [&patient]);
    let (more, other) = (task(3, None), task(4, Some(PatientRef(8))));

    assert_eq!(with_sample.may_accept(&more), Ok(()));
    assert_eq!(
        with_sample.may_accept(&other),
        Err(CannotTakeMore::CarriesItems(TaskId(1)))
    );
    assert_eq!(
        with_patient.may_accept(&more),
        Err(CannotTakeMore::WithPatient(TaskId(2)))
    );
    assert_eq!(
        with_patient.may_accept(&other),
        Err(CannotTakeMore::WithPatient(TaskId(2)))
    );
    assert_eq!(elsewhere.may_accept(&other), Ok(()));
}

/// Six things are enough for two hands.
#[test]
fn hands_are_full_at_six() {
    let taken: Vec<Task> = (1..=6)
        .map(|id| task(id, None).accept(WorkerId(1), 1).unwrap())
        .collect();
    let full = Handler::of(WorkerId(1), &taken);
    assert_eq!(
        full.may_accept(&task(7, None)),
        Err(CannotTakeMore::HandsFull)
    );
    assert_eq!(
        Handler::of(WorkerId(1), &taken[1..]).may_accept(&task(7, None)),
        Ok(())
    );
}
