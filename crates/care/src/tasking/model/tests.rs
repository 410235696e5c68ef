//! What wards, porters and coordinators may rely on. The random walks are in `walks.rs`.

use super::*;
use crate::tasking::priority::{ByPriority, MINUTE, OFFER_SECONDS, Priority, minutes_late};
use crate::tasking::reasons::{AbortReason, CancelReason, DeclineReason, PauseReason, ReasonGroup};

const JOEL: WorkerId = WorkerId(1);
const MARTA: WorkerId = WorkerId(2);

/// A wish for one patient move with one porter and a target of 30 minutes.
pub(super) fn wish() -> NewTask {
    NewTask {
        kind: TaskTypeId(1),
        priority: Priority::Urgent,
        from: LocationId(10),
        from_bed: Some("12".into()),
        to: Some(LocationId(20)),
        to_bed: None,
        patient: Some(PatientRef(7)),
        needs: Needs::travelling(Mode::Chair),
        course: Course::default(),
        target_minutes: 30,
        booking: None,
        follows: None,
    }
}

fn minutes(count: i64) -> i64 {
    count * MINUTE
}

fn asked() -> Task {
    Task::ask(TaskId(1), wish(), true, minutes(0))
}

fn offered_to(worker: WorkerId, task: &Task, now: i64) -> Task {
    task.offer(&[(OfferId(1), worker)], 45, now).unwrap()
}

fn accepted(now: i64) -> Task {
    offered_to(JOEL, &asked(), now).accept(JOEL, now).unwrap()
}

fn at_pickup(now: i64) -> Task {
    accepted(now)
        .set_off(JOEL, now)
        .unwrap()
        .arrive(JOEL, now)
        .unwrap()
}

fn in_transit(now: i64) -> Task {
    at_pickup(now)
        .depart(JOEL, IdentityCheck::Confirmed, now)
        .unwrap()
}

/// From asking to done, each step leaves its time, and the last one says so.
#[test]
fn a_patient_is_fetched_and_brought() {
    let done = in_transit(minutes(5))
        .reach_drop(JOEL, minutes(12))
        .unwrap()
        .complete(JOEL, minutes(14))
        .unwrap();

    assert_eq!(done.state, TaskState::Completed);
    assert_eq!(done.times.ready_at, Some(minutes(0)));
    assert_eq!(done.times.reached_at, Some(minutes(12)));
    assert_eq!(done.times.completed_at, Some(minutes(14)));
    assert_eq!(done.open_for(minutes(99)), Some(minutes(14)));
    assert_eq!(done.check(), Ok(()));
}

/// The ward waits from the moment it was ready, however often the task goes back to the queue.
#[test]
fn going_back_to_the_queue_never_starts_the_clock_anew() {
    let declined =
        offered_to(JOEL, &asked(), minutes(1)).decline(JOEL, DeclineReason::Conflict, minutes(2));
    let handed_back = offered_to(MARTA, &declined.unwrap(), minutes(3))
        .accept(MARTA, minutes(3))
        .unwrap()
        .hand_back(MARTA, DeclineReason::EndOfShift, minutes(4))
        .unwrap();
    let recalled = at_pickup(minutes(5))
        .preempt(Handover::NotConfirmed, minutes(6))
        .unwrap();

    for task in [handed_back, recalled.requeue(minutes(8)).unwrap()] {
        assert_eq!(task.state, TaskState::Queued);
        assert_eq!(task.times.ready_at, Some(minutes(0)));
        assert_eq!(task.due_at, Some(minutes(30)));
        assert_eq!(task.handler(), None);
    }
}

/// A porter who said no is not asked for the same task again; one who did not hear it may be.
#[test]
fn no_means_no_and_silence_does_not() {
    let offered = offered_to(JOEL, &asked(), 0);
    let declined = offered.decline(JOEL, DeclineReason::NotSafe, 1).unwrap();
    let expired = offered.expire(minutes(1)).unwrap();

    let again = declined.offer(&[(OfferId(2), JOEL)], 45, 2);
    assert_eq!(again, Err(TransitionError::DeclinedBefore(JOEL)));
    assert!(expired.offer(&[(OfferId(2), JOEL)], 45, minutes(2)).is_ok());
}

/// An offer stands for its seconds and not one longer, and cannot be taken back as expired before.
#[test]
fn an_offer_ends_with_its_timer() {
    let offered = offered_to(JOEL, &asked(), 0);
    let end = 45_000_000;

    assert!(offered.accept(JOEL, end - 1).is_ok());
    assert_eq!(offered.accept(JOEL, end), Err(TransitionError::OfferGone));
    assert_eq!(offered.expire(end - 1), Err(TransitionError::NotExpired));
    assert_eq!(offered.expired(end), [JOEL]);
    assert_eq!(offered.expire(end).unwrap().state, TaskState::Queued);
}

/// Who presses "accept" too late, twice, or for a cancelled task reads which of the three it was.
#[test]
fn accepting_in_vain_says_why() {
    let taken = accepted(minutes(1));
    let cancelled = taken.cancel(CancelReason::DoneByWard, minutes(2)).unwrap();

    assert_eq!(
        taken.accept(JOEL, minutes(2)),
        Err(TransitionError::AlreadyAccepted)
    );
    assert_eq!(
        taken.accept(MARTA, minutes(2)),
        Err(TransitionError::SomeoneWasQuicker)
    );
    let meanwhile = Err(TransitionError::CancelledMeanwhile(
        CancelReason::DoneByWard,
    ));
    assert_eq!(cancelled.accept(JOEL, minutes(3)), meanwhile);
    assert_eq!(cancelled.set_off(JOEL, minutes(3)), meanwhile);
    assert_eq!(
        asked().accept(JOEL, minutes(2)),
        Err(TransitionError::OfferGone)
    );
}

/// A ward can call a task off until somebody stands at the bed; then it is stopped, with a reason.
#[test]
fn cancelling_ends_where_stopping_begins() {
    let coming = accepted(minutes(1)).set_off(JOEL, minutes(2)).unwrap();
    let there = coming.arrive(JOEL, minutes(4)).unwrap();
    let stop = |task: &Task, after| task.abort(JOEL, AbortReason::Refuses, after, minutes(6));

    assert!(
        coming
            .cancel(CancelReason::NoLongerNeeded, minutes(3))
            .is_ok()
    );
    assert_eq!(
        stop(&coming, AfterAbort::End),
        Err(TransitionError::TooEarlyToAbort)
    );
    let too_late = there.cancel(CancelReason::NoLongerNeeded, minutes(5));
    assert_eq!(too_late, Err(TransitionError::TooLateToCancel));
    assert_eq!(
        stop(&there, AfterAbort::End).unwrap().state,
        TaskState::Aborted
    );
    assert_eq!(
        stop(&there, AfterAbort::Requeue).unwrap().times.ready_at,
        Some(0)
    );
}

/// While the porter waits for the doctor to finish, the ward's clock stands still; while the porter
/// waits for the lift, it runs.
#[test]
fn only_the_wards_own_waiting_stops_the_clock() {
    let due_after = |reason| {
        let paused = at_pickup(minutes(5))
            .pause(JOEL, reason, minutes(6))
            .unwrap();
        assert_eq!(paused.check(), Ok(()));
        paused.resume(JOEL, minutes(16)).unwrap()
    };

    assert_eq!(
        due_after(PauseReason::WithClinician).due_at,
        Some(minutes(40))
    );
    assert_eq!(
        due_after(PauseReason::WithClinician).clock_stopped,
        minutes(10)
    );
    assert_eq!(
        due_after(PauseReason::LiftTrouble).due_at,
        Some(minutes(30))
    );
}

/// A task does not turn late while its clock stands still.
#[test]
fn a_stopped_clock_does_not_turn_late() {
    let eating = at_pickup(minutes(5))
        .pause(JOEL, PauseReason::Eating, minutes(29))
        .unwrap();
    let in_the_lift = at_pickup(minutes(5)).pause(JOEL, PauseReason::LiftTrouble, minutes(29));

    assert_eq!(eating.minutes_late(minutes(45)), 0);
    assert_eq!(in_the_lift.unwrap().minutes_late(minutes(45)), 15);
}

/// "Late" is settled on reaching the far end: nothing that happens there makes it better or worse.
#[test]
fn late_is_settled_on_arrival_at_the_far_end() {
    let there = in_transit(minutes(5))
        .reach_drop(JOEL, minutes(33))
        .unwrap();
    let waited = there
        .pause(JOEL, PauseReason::DepartmentNotReady, minutes(34))
        .unwrap()
        .resume(JOEL, minutes(54))
        .unwrap();

    assert_eq!(there.minutes_late(minutes(80)), 3);
    assert_eq!(waited.minutes_late(minutes(80)), 3);
}

/// One second over is "late 1 min"; on the second it is not late.
#[test]
fn a_started_minute_counts() {
    assert_eq!(minutes_late(minutes(30), minutes(30)), 0);
    assert_eq!(minutes_late(minutes(30), minutes(30) + 1), 1);
    assert_eq!(minutes_late(minutes(30), minutes(36)), 6);
    assert_eq!(minutes_late(i64::MIN, i64::MAX), u32::MAX);
}

/// No clock runs until the ward says "ready", and it stands still when the ward says "not ready"
/// again.
#[test]
fn not_ready_is_not_late() {
    let held = Task::ask(TaskId(1), wish(), false, 0);
    let ready = held.mark_ready(minutes(20)).unwrap();
    let held_again = ready.hold(minutes(25)).unwrap();
    let ready_again = held_again.mark_ready(minutes(125)).unwrap();

    assert_eq!((held.due_at, held.minutes_late(minutes(500))), (None, 0));
    assert_eq!(ready.due_at, Some(minutes(50)));
    assert_eq!(held_again.minutes_late(minutes(120)), 0);
    assert_eq!(ready_again.due_at, Some(minutes(150)));
    assert_eq!(ready_again.times.ready_at, Some(minutes(20)));
}

/// Booked work waits for its time, can be let go earlier, and is due at its slot.
#[test]
fn booked_work_is_released_ahead_of_its_slot() {
    let booking = Some(Booking {
        wanted_at: minutes(100),
        lead: minutes(22),
    });
    let booked = Task::ask(TaskId(1), NewTask { booking, ..wish() }, true, 0);

    assert_eq!(booked.state, TaskState::Scheduled);
    assert!(!booked.is_due_for_release(minutes(77)));
    assert!(booked.is_due_for_release(minutes(78)));
    assert_eq!(
        booked.release(minutes(78)).unwrap().due_at,
        Some(minutes(100))
    );
    let soon = Some(Booking {
        wanted_at: minutes(10),
        lead: minutes(22),
    });
    let now = Task::ask(
        TaskId(1),
        NewTask {
            booking: soon,
            ..wish()
        },
        true,
        0,
    );
    assert_eq!(now.state, TaskState::Queued);
}

/// A slot that the ward let pass moves by as much as the ward was late, and not by a minute more.
#[test]
fn a_slot_the_ward_missed_moves_with_the_ward() {
    let booking = Some(Booking {
        wanted_at: minutes(100),
        lead: minutes(20),
    });
    let held = Task::ask(TaskId(1), NewTask { booking, ..wish() }, false, 0);

    assert_eq!(
        held.mark_ready(minutes(40)).unwrap().state,
        TaskState::Scheduled
    );
    let late = held.mark_ready(minutes(95)).unwrap();
    assert_eq!(
        (late.state, late.due_at),
        (TaskState::Queued, Some(minutes(115)))
    );
}

/// Nobody is moved whose wristband was not looked at.
#[test]
fn the_wristband_comes_first() {
    let there = at_pickup(minutes(5));
    let unchecked = there.depart(JOEL, IdentityCheck::NotDone, minutes(6));
    assert_eq!(unchecked, Err(TransitionError::IdentityNotChecked));
    assert!(
        there
            .depart(JOEL, IdentityCheck::Confirmed, minutes(6))
            .is_ok()
    );

    let plain = Task {
        patient: None,
        ..there.clone()
    };
    let labelled = Task {
        course: Course {
            checks_identity: true,
            ..Course::default()
        },
        ..plain.clone()
    };
    assert!(
        plain
            .depart(JOEL, IdentityCheck::NotDone, minutes(6))
            .is_ok()
    );
    assert!(
        labelled
            .depart(JOEL, IdentityCheck::NotDone, minutes(6))
            .is_err()
    );
}

/// A task for two begins when both have said yes, and moves off when both stand there.
#[test]
fn a_pair_starts_and_moves_together() {
    let needs = Needs {
        people: 2,
        ..Needs::travelling(Mode::Bed)
    };
    let asked = Task::ask(TaskId(1), NewTask { needs, ..wish() }, true, 0);
    let alone = asked.offer(&[(OfferId(1), JOEL)], 45, 1);
    let twice = asked.offer(&[(OfferId(1), JOEL), (OfferId(2), JOEL)], 45, 1);
    let wrong = |got| Err(TransitionError::WrongNumberOfPeople { needed: 2, got });
    assert_eq!((alone, twice), (wrong(1), wrong(1)));

    let both = asked
        .offer(&[(OfferId(1), JOEL), (OfferId(2), MARTA)], 45, 1)
        .unwrap();
    let half = both.accept(JOEL, 2).unwrap();
    assert_eq!(half.state, TaskState::Offered);
    assert_eq!(half.check(), Ok(()));
    let pair = half.accept(MARTA, 3).unwrap();
    assert_eq!(
        (pair.state, pair.handler()),
        (TaskState::Accepted, Some(JOEL))
    );

    let one_there = pair.set_off(JOEL, 4).unwrap().arrive(JOEL, 5).unwrap();
    let go = |task: &Task| task.depart(JOEL, IdentityCheck::Confirmed, 9);
    assert_eq!(go(&one_there), Err(TransitionError::SecondPersonMissing));
    assert!(go(&one_there.arrive(MARTA, 6).unwrap()).is_ok());
}

/// If the second of a pair does not come, the first is not left waiting.
#[test]
fn half_a_pair_is_free_again() {
    let needs = Needs {
        people: 2,
        ..Needs::travelling(Mode::Bed)
    };
    let asked = Task::ask(TaskId(1), NewTask { needs, ..wish() }, true, 0);
    let both = asked
        .offer(&[(OfferId(1), JOEL), (OfferId(2), MARTA)], 45, 1)
        .unwrap();
    let half = both.accept(JOEL, 2).unwrap();
    let waiting = half.decline(MARTA, DeclineReason::EndOfShift, 3).unwrap();

    assert_eq!(waiting.state, TaskState::Queued);
    assert_eq!(waiting.freed_since(&half), [JOEL, MARTA]);
}

/// A patient on the way is not left in a corridor for something more important.
#[test]
fn no_patient_is_left_on_the_way() {
    let moving = in_transit(minutes(5));
    let parcel = Task {
        patient: None,
        ..moving.clone()
    };

    let alone = moving.preempt(Handover::NotConfirmed, minutes(6));
    assert_eq!(alone, Err(TransitionError::HandoverNotConfirmed));
    assert!(moving.preempt(Handover::Confirmed, minutes(6)).is_ok());
    assert!(parcel.preempt(Handover::NotConfirmed, minutes(6)).is_ok());
}

/// A clean that does not pass the look is asked for again, as a task that knows which one it
/// follows.
#[test]
fn a_clean_that_fails_is_asked_for_again() {
    let course = Course {
        is_verified: true,
        ..Course::default()
    };
    let clean = NewTask {
        course,
        to: None,
        patient: None,
        needs: Needs::default(),
        ..wish()
    };
    let cleaned = offered_to(JOEL, &Task::ask(TaskId(9), clean, true, 0), 1)
        .accept(JOEL, 2)
        .and_then(|task| task.set_off(JOEL, 3))
        .and_then(|task| task.arrive(JOEL, 4))
        .and_then(|task| task.complete(JOEL, 5))
        .unwrap();

    assert_eq!(cleaned.state, TaskState::PendingVerification);
    assert_eq!(cleaned.complete(JOEL, 6), Err(TransitionError::AlreadyDone));
    let failed = cleaned.verify(Verdict::Failed, 7).unwrap();
    assert_eq!(failed.state, TaskState::Failed);
    assert_eq!(failed.redo_request().follows, Some(TaskId(9)));
    assert_eq!(failed.return_request(), None);
}

/// What must be done afterwards comes between the handover and "done".
#[test]
fn the_chair_is_cleaned_before_it_is_done() {
    let course = Course {
        has_post_action: true,
        ..Course::default()
    };
    let there = Task {
        course,
        ..in_transit(minutes(5))
    }
    .reach_drop(JOEL, minutes(9))
    .unwrap();
    let finishing = there.complete(JOEL, minutes(10)).unwrap();

    assert_eq!(finishing.state, TaskState::PostAction);
    assert_eq!(
        finishing.complete(JOEL, minutes(12)).unwrap().state,
        TaskState::Completed
    );
}

/// The way back starts where the way there ended.
#[test]
fn the_way_back_is_the_way_there_turned_round() {
    let back = asked().return_request().unwrap();
    assert_eq!((back.from, back.to), (LocationId(20), Some(LocationId(10))));
    assert_eq!((back.from_bed, back.to_bed), (None, Some("12".into())));
}

/// Work of a kind that needs a yes waits for it, and a no ends it.
#[test]
fn approval_comes_before_the_queue() {
    let course = Course {
        needs_approval: true,
        ..Course::default()
    };
    let waiting = Task::ask(TaskId(1), NewTask { course, ..wish() }, true, 0);

    assert_eq!(waiting.state, TaskState::AwaitingApproval);
    assert_eq!(waiting.approve(true, 5).unwrap().times.ready_at, Some(5));
    let rejected = waiting.reject(CancelReason::NotApproved, 5).unwrap();
    assert_eq!(
        rejected.approve(true, 6),
        Err(TransitionError::Over(TaskState::Rejected))
    );
}

/// Nobody can do a step of a task that somebody else has.
#[test]
fn a_task_is_its_handlers_own() {
    let moving = in_transit(minutes(5));
    assert_eq!(
        moving.reach_drop(MARTA, minutes(6)),
        Err(TransitionError::NotYours)
    );
    let pause = moving.pause(MARTA, PauseReason::Toilet, minutes(6));
    assert_eq!(pause, Err(TransitionError::NotYours));
}

/// Pressing a button twice is told from pressing the wrong one.
#[test]
fn pressing_twice_is_told_from_pressing_wrong() {
    let there = at_pickup(minutes(5));
    assert_eq!(
        there.arrive(JOEL, minutes(6)),
        Err(TransitionError::AlreadyDone)
    );
    let wrong = there.reach_drop(JOEL, minutes(6)).unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "this task cannot be brought to its end now"
    );
}

/// A pause asks again after five minutes, and can be put off by five more.
#[test]
fn a_pause_asks_again_after_five_minutes() {
    let paused = at_pickup(minutes(5))
        .pause(JOEL, PauseReason::Toilet, minutes(6))
        .unwrap();
    let longer = paused.extend_pause(JOEL, minutes(9)).unwrap();
    assert_eq!(paused.pause.unwrap().look_again_at, minutes(11));
    assert_eq!(longer.pause.unwrap().look_again_at, minutes(16));
}

/// A clock that is set back does not make a porter arrive before setting off.
#[test]
fn a_clock_set_back_does_not_turn_times_round() {
    let there = accepted(minutes(50))
        .set_off(JOEL, minutes(51))
        .unwrap()
        .arrive(JOEL, 0)
        .unwrap();
    assert_eq!(there.times.arrived_at, Some(minutes(51)));
    assert_eq!(there.check(), Ok(()));
}

/// Every code leads back to its value, and no two values share one.
#[test]
fn codes_lead_back_to_their_values() {
    for state in TaskState::ALL {
        assert_eq!(TaskState::from_code(state.code()), Some(*state));
        let stored = serde_json::to_string(state).unwrap();
        assert_eq!(stored, format!("\"{}\"", state.code()));
    }
    for reason in PauseReason::ALL {
        assert_eq!(PauseReason::from_code(reason.code()), Some(*reason));
    }
    assert_eq!(TaskState::from_code("queued"), None);
}

/// A pause counts to whoever could have ended it; missing chairs are the pool's, not the ward's.
#[test]
fn a_pause_counts_to_whoever_could_end_it() {
    let of = |reason: PauseReason| (reason.group(), reason.stops_clock());
    assert_eq!(of(PauseReason::PapersMissing), (ReasonGroup::Ward, true));
    assert_eq!(
        of(PauseReason::NoChairTrolleyBed),
        (ReasonGroup::Equipment, false)
    );
    assert_eq!(of(PauseReason::SlotOverrun), (ReasonGroup::Receiving, true));
    assert_eq!(
        of(PauseReason::NoProtectiveKit),
        (ReasonGroup::Infection, true)
    );
    assert_eq!(
        of(PauseReason::SideRoomClean),
        (ReasonGroup::Infection, false)
    );
    assert!(
        PauseReason::ALL
            .iter()
            .all(|reason| reason.group() != ReasonGroup::Answer)
    );
}

/// The more urgent, the shorter the time to answer: 30, 45 and 60 seconds.
#[test]
fn urgent_offers_are_short() {
    let seconds: Vec<u32> = Priority::ALL
        .iter()
        .map(|at| OFFER_SECONDS.at(*at))
        .collect();
    assert_eq!(seconds, [30, 45, 60]);
}

/// Needs are read as people write them, and what is no need is named.
#[test]
fn needs_are_read_as_people_write_them() {
    let needs = Needs::from_list("Wheelchair; O2 2.5l, nurse escort + 2 people").unwrap();
    assert_eq!(
        needs.words(),
        ["Chair", "Oxygen 2.5 l", "Nurse escort", "2 people"]
    );
    assert_eq!(needs.skills(), [SKILL_OXYGEN]);
    assert_eq!(
        Needs::from_list("hat"),
        Err(NeedsError::Unknown("hat".into()))
    );
    for litres in ["oxygen 0", "oxygen 15.5", "oxygen 2.3", "oxygen 999999"] {
        assert_eq!(
            Needs::from_list(litres),
            Err(NeedsError::Oxygen),
            "{litres}"
        );
    }
}

/// A kind of work whose emergency target is longer than its routine one is a slip of the pen.
#[test]
fn a_kind_of_work_must_make_sense() {
    let good = TaskTypeSpec {
        code: "patient-xray".into(),
        name: "Patient to X-ray".into(),
        group: WorkGroup::Patient,
        team: "Portering".into(),
        needs: Needs::default(),
        skills: vec![],
        targets: ByPriority {
            emergency: 10,
            urgent: 20,
            routine: 40,
        },
        handling_seconds: 240,
        course: Course::default(),
    };
    let targets = ByPriority {
        emergency: 40,
        urgent: 20,
        routine: 10,
    };
    assert!(good.clone().checked().is_ok());
    let turned = TaskTypeSpec {
        targets,
        ..good.clone()
    }
    .checked();
    assert_eq!(turned, Err(TaskTypeError::Targets));
    assert_eq!(
        TaskTypeSpec {
            code: "a b".into(),
            ..good
        }
        .checked(),
        Err(TaskTypeError::Code)
    );
}

/// A link with a number that no row can have leads nowhere.
#[test]
fn ids_are_whole_numbers_above_zero() {
    assert_eq!("4466".parse(), Ok(TaskId(4466)));
    for text in ["0", "-1", "+7", "", "7a", "99999999999999999999"] {
        assert_eq!(text.parse::<TaskId>(), Err(NotAnId), "{text}");
    }
}
