//! Generated problems: whatever the day brings, the plan keeps the rules.

use dispatch::{Problem, Weights, check, plan};
use proptest::prelude::*;

use crate::samples::{estates, queues, staffs};

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    /// Every rule is kept, no task is forgotten and every reason is true: with few or many people,
    /// with two-person tasks, and however small the step budget.
    #[test]
    fn every_plan_passes_the_check(
        travel in estates(),
        people in staffs(8),
        tasks in queues(12, 2),
        steps_max in prop_oneof![1..400_u64, Just(Problem::STEPS_MAX_DEFAULT)],
    ) {
        let problem = Problem { steps_max, ..Problem::new(&travel, people, tasks) };
        let problem = problem.validated().unwrap();
        let plan = plan(&problem);
        prop_assert_eq!(check(&problem, &plan), Ok(()));
        let said = plan.offers.iter().map(|offer| offer.reason.sentence());
        let waiting = plan.waiting.iter().map(|(_, why)| why.sentence());
        prop_assert!(said.chain(waiting).all(|sentence| !sentence.is_empty()));
    }

    /// Whoever lists people and tasks in another order, or asks twice, gets the same plan.
    #[test]
    fn the_order_of_the_input_does_not_matter(
        travel in estates(),
        (people, shuffled_people) in
            staffs(8).prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        (tasks, shuffled_tasks) in
            queues(12, 2).prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
    ) {
        let first = Problem::new(&travel, people, tasks).validated().unwrap();
        let second = Problem::new(&travel, shuffled_people, shuffled_tasks).validated().unwrap();
        prop_assert_eq!(plan(&first), plan(&second));
    }

    /// Any weights that are let through keep emergencies first; others are refused, never obeyed
    /// in part.
    #[test]
    fn weights_that_pass_keep_the_order(
        travel in estates(),
        people in staffs(6),
        tasks in queues(8, 2),
        (late, age, walk, spare_skill) in (0..40_u32, 0..8_u32, 0..6_u32, 0..500_u32),
    ) {
        let weights = Weights { late, age, walk, spare_skill, ..Weights::PUBLISHED };
        let problem = Problem { weights, ..Problem::new(&travel, people, tasks) };
        match problem.validated() {
            Ok(problem) => prop_assert_eq!(check(&problem, &plan(&problem)), Ok(())),
            Err(_) => prop_assert!(!weights.keeps_ranks_apart()),
        }
    }
}
