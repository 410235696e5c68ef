//! Walks through the state machine, at random and exhaustively: whatever people press, in whatever
//! order, the rules hold.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::tests::wish;
use super::*;
use crate::tasking::priority::SECOND;
use crate::tasking::reasons::{AbortReason, CancelReason, DeclineReason, PauseReason};

/// What is pressed, by whom, and how many seconds after the press before (sometimes earlier).
type Press = (u8, u8, i16);

fn course(bits: u8) -> Course {
    Course {
        needs_approval: bits & 1 != 0,
        checks_identity: bits & 2 != 0,
        has_post_action: bits & 4 != 0,
        is_verified: bits & 8 != 0,
    }
}

fn draft(bits: u8) -> Task {
    let mut wish = NewTask {
        course: course(bits),
        ..wish()
    };
    wish.needs.people = if bits & 16 == 0 { 1 } else { 2 };
    wish.to = wish.to.filter(|_| bits & 32 == 0);
    wish.patient = wish.patient.filter(|_| bits & 64 == 0);
    let lead = 600 * SECOND;
    wish.booking = (bits & 128 != 0).then_some(Booking {
        wanted_at: 4_000 * SECOND,
        lead,
    });
    Task::draft(TaskId(1), wish, 0)
}

fn press(task: &Task, what: u8, who: u8, now: i64) -> Result<Task, TransitionError> {
    let worker = WorkerId(i64::from(who % 3) + 1);
    let other = WorkerId(i64::from((who % 3 + 1) % 3) + 1);
    let yes = who & 4 == 0;
    let pair = [(OfferId(1), worker), (OfferId(2), other)];
    let handover = if yes {
        Handover::Confirmed
    } else {
        Handover::NotConfirmed
    };
    let identity = if yes {
        IdentityCheck::Confirmed
    } else {
        IdentityCheck::NotDone
    };
    let after = if yes {
        AfterAbort::Requeue
    } else {
        AfterAbort::End
    };
    let verdict = if yes {
        Verdict::Passed
    } else {
        Verdict::Failed
    };
    let reason = if yes {
        PauseReason::Eating
    } else {
        PauseReason::LiftTrouble
    };
    match what % 25 {
        0 => task.submit(yes, now),
        1 => task.approve(yes, now),
        2 => task.reject(CancelReason::NotApproved, now),
        3 => task.hold(now),
        4 => task.mark_ready(now),
        5 => task.release(now),
        6 | 7 => task.offer(&pair[..usize::from(task.needs.people)], 45, now),
        8 => task.accept(worker, now),
        9 => task.decline(worker, DeclineReason::Conflict, now),
        10 => task.expire(now),
        11 => task.revoke(now),
        12 => task.hand_back(worker, DeclineReason::EndOfShift, now),
        13 => task.set_off(worker, now),
        14 => task.arrive(worker, now),
        15 => task.depart(worker, identity, now),
        16 => task.reach_drop(worker, now),
        17 => task.complete(worker, now),
        18 => task.pause(worker, reason, now),
        19 => task.extend_pause(worker, now),
        20 => task.resume(worker, now),
        21 => task.verify(verdict, now),
        22 => task.cancel(CancelReason::NoLongerNeeded, now),
        23 => task.abort(worker, AbortReason::Unwell, after, now),
        _ if task.state == TaskState::Preempted => task.requeue(now),
        _ => task.preempt(handover, now),
    }
}

/// One step held against the rules of the map.
fn judge(before: &Task, after: &Task) -> Result<(), TestCaseError> {
    let (from, to) = (before.state, after.state);
    prop_assert_eq!(after.check(), Ok(()));
    prop_assert!(
        from == to || from.followers().contains(&to),
        "{} to {}",
        from,
        to
    );
    prop_assert_eq!(after.version, before.version + 1);
    prop_assert!(after.times.changed_at >= before.times.changed_at);
    if before.times.ready_at.is_some() {
        prop_assert_eq!(
            after.times.ready_at,
            before.times.ready_at,
            "the clock started anew"
        );
        prop_assert!(after.due_at >= before.due_at, "the ward's time was cut");
    }
    if to == TaskState::Cancelled {
        prop_assert!(
            before.times.arrived_at.is_none(),
            "cancelled after the arrival"
        );
    }
    Ok(())
}

proptest! {
    /// However the buttons are pressed, no task breaks a rule, and no refusal changes anything.
    #[test]
    fn no_order_of_presses_breaks_a_rule(
        bits in any::<u8>(),
        presses in prop::collection::vec(any::<Press>(), 0..120),
    ) {
        let (mut task, mut now) = (draft(bits), 0_i64);
        for (what, who, seconds) in presses {
            now += i64::from(seconds) * SECOND / 64;
            if let Ok(next) = press(&task, what, who, now) {
                judge(&task, &next)?;
                task = next;
            }
        }
        let stored = serde_json::to_string(&task).unwrap();
        prop_assert_eq!(serde_json::from_str::<Task>(&stored).unwrap(), task);
    }
}

/// What two tasks must share to have the same future: all but the exact times.
fn outlook(task: &Task) -> String {
    let mut declined = task.declined_by.clone();
    declined.sort_unstable();
    let people = (&task.crew, task.involved(), declined);
    let pause = task.pause.map(|pause| (pause.was, pause.reason));
    let (times, held) = (&task.times, task.held_since.is_some());
    let begun = [times.ready_at, times.arrived_at, times.departed_at].map(|time| time.is_some());
    format!("{:?} {people:?} {pause:?} {begun:?} {held}", task.state)
}

/// Every press in every situation that can come about: each arrow of the map can be walked, and no
/// step goes where there is no arrow.
#[test]
fn the_map_and_the_rules_agree() {
    let mut walked = BTreeSet::new();
    let kinds_of_work = [0, 4, 8, 15, 16, 32, 32 + 4, 32 + 8, 64, 128, 128 + 1];
    for bits in kinds_of_work {
        let (mut known, mut ahead) = (BTreeSet::new(), vec![draft(bits)]);
        while let Some(task) = ahead.pop() {
            if !known.insert(outlook(&task)) {
                continue;
            }
            let presses = (0..26).flat_map(|what| [0, 1, 4, 6].map(|who| (what, who)));
            for ((what, who), seconds) in presses.flat_map(|press| [(press, 1), (press, 60)]) {
                let now = task.times.changed_at + seconds * SECOND;
                if let Ok(next) = press(&task, what, who, now) {
                    judge(&task, &next).unwrap();
                    walked.insert((task.state, next.state));
                    ahead.push(next);
                }
            }
        }
    }
    let arrows = TaskState::ALL
        .iter()
        .flat_map(|from| from.followers().iter().map(|to| (*from, *to)));
    let missing: Vec<_> = arrows.filter(|arrow| !walked.contains(arrow)).collect();
    assert_eq!(missing, [], "arrows that nobody can walk");
}
