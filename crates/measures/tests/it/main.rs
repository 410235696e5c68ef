//! Scores worked out by hand on invented scales, and what must hold for any scale.

use measures::{BadScale, Band, Item, MissingRule, NotScorable, SumScale, score};
use proptest::prelude::*;

use MissingRule::{CountAsLowest, Prorate, Refuse};

fn scale(items: Vec<Item>, missing: MissingRule) -> SumScale {
    SumScale::new(items, missing, vec![]).expect("a sound scale")
}

/// Three answers are added up.
#[test]
fn the_total_is_the_sum() {
    let scale = scale(vec![Item::new(0, 3); 3], Refuse);
    assert_eq!(
        score(&scale, &[Some(0), Some(3), Some(2)]).unwrap().total,
        5
    );
}

/// "I feel well: always" gives few points on a scale of distress, also when answers begin at 1.
#[test]
fn reversed_items_count_the_other_way() {
    let scale = scale(
        vec![Item::new(1, 5).reversed(), Item::new(0, 4).reversed()],
        Refuse,
    );
    assert_eq!(score(&scale, &[Some(5), Some(4)]).unwrap().total, 1);
    assert_eq!(score(&scale, &[Some(1), Some(0)]).unwrap().total, 9);
    assert_eq!(score(&scale, &[Some(2), Some(3)]).unwrap().total, 5);
}

/// Where every item must be answered, one left out means no score.
#[test]
fn nothing_may_be_left_out_unless_the_scale_says_so() {
    let scale = scale(vec![Item::new(0, 3); 2], Refuse);
    let refused = NotScorable::TooManyMissing {
        missing: 1,
        missing_max: 0,
    };
    assert_eq!(score(&scale, &[Some(1), None]), Err(refused));
}

/// An item left out counts as little as it can, whichever way round it is.
#[test]
fn left_out_can_count_as_lowest() {
    let items = vec![Item::new(0, 3), Item::new(1, 5), Item::new(1, 5).reversed()];
    let scale = scale(items, CountAsLowest { missing_max: 2 });
    let scored = score(&scale, &[Some(3), None, None]).unwrap();
    assert_eq!((scored.total, scored.missing), (5, 2));
}

/// An item left out takes the mean of the others; half a point is rounded up.
#[test]
fn left_out_can_take_the_mean() {
    let scale = scale(vec![Item::new(0, 4); 10], Prorate { missing_max: 2 });
    let nine = |last| {
        let mut answers = vec![Some(2); 9];
        answers[8] = Some(last);
        answers.push(None);
        answers
    };
    assert_eq!(score(&scale, &nine(2)).unwrap().total, 20); // 18 x 10 / 9 = 20
    assert_eq!(score(&scale, &nine(3)).unwrap().total, 21); // 21.1
    assert_eq!(score(&scale, &nine(4)).unwrap().total, 22); // 22.2
    let mut eight = nine(4);
    eight[0] = None;
    assert_eq!(score(&scale, &eight).unwrap().total, 23); // 18 x 10 / 8 = 22.5
}

/// An answer the form does not offer is refused by its item, even when too much is missing too.
#[test]
fn impossible_answers_are_refused() {
    let scale = scale(vec![Item::new(1, 5); 2], Refuse);
    for answer in [0, 6, 255] {
        let refused = NotScorable::OutOfRange { item: 1, answer };
        assert_eq!(score(&scale, &[None, Some(answer)]), Err(refused));
    }
    let refused = NotScorable::ItemCount {
        expected: 2,
        got: 3,
    };
    assert_eq!(score(&scale, &[Some(1); 3]), Err(refused));
    let refused = NotScorable::ItemCount {
        expected: 2,
        got: 0,
    };
    assert_eq!(score(&scale, &[]), Err(refused));
}

/// A total on the border belongs to the upper band, the one below it to the lower.
#[test]
fn bands_begin_where_they_say() {
    let bands = vec![
        Band::new(2, "low"),
        Band::new(5, "middle"),
        Band::new(10, "high"),
    ];
    let scale = SumScale::new(vec![Item::new(1, 5); 2], Refuse, bands).unwrap();
    let band = |first, second| score(&scale, &[Some(first), Some(second)]).unwrap().band;

    assert_eq!(band(1, 1), Some("low"));
    assert_eq!(band(2, 2), Some("low"));
    assert_eq!(band(2, 3), Some("middle"));
    assert_eq!(band(5, 4), Some("middle"));
    assert_eq!(band(5, 5), Some("high"));
}

/// A scale with a slip in it is refused before anybody is scored by it.
#[test]
fn impossible_scales_are_refused() {
    let refused = |items, missing, bands| SumScale::new(items, missing, bands).unwrap_err();
    let two = || vec![Item::new(0, 3); 2];

    assert_eq!(
        refused(vec![], Refuse, vec![]),
        BadScale::ItemCount { items: 0 }
    );
    let items = vec![Item::new(0, 1); 1_001];
    assert_eq!(
        refused(items, Refuse, vec![]),
        BadScale::ItemCount { items: 1_001 }
    );
    let items = vec![Item::new(0, 3), Item::new(3, 0)];
    assert_eq!(
        refused(items, Refuse, vec![]),
        BadScale::NoChoice { item: 1 }
    );
    let all = BadScale::AllMayBeMissing {
        missing_max: 2,
        items: 2,
    };
    assert_eq!(refused(two(), Prorate { missing_max: 2 }, vec![]), all);
    let uneven = vec![Item::new(0, 3), Item::new(0, 4)];
    assert_eq!(
        refused(uneven, Prorate { missing_max: 1 }, vec![]),
        BadScale::UnevenRanges
    );

    let bands = vec![Band::new(1, "late")];
    assert_eq!(
        refused(two(), Refuse, bands),
        BadScale::FirstBand { from: 1, lowest: 0 }
    );
    let bands = vec![Band::new(0, "a"), Band::new(3, "b"), Band::new(3, "c")];
    assert_eq!(
        refused(two(), Refuse, bands),
        BadScale::BandOrder { band: 2 }
    );
    let bands = vec![Band::new(0, "a"), Band::new(7, "b")];
    assert_eq!(
        refused(two(), Refuse, bands),
        BadScale::BandOutOfReach { band: 1 }
    );
}

/// A scale read from a file is checked like any other: slips and unknown words are refused.
#[test]
fn scales_from_files_are_checked() {
    let read = |text: &str| serde_json::from_str::<SumScale>(text).map_err(|e| e.to_string());
    let sound = r#"{"items":[{"lowest":0,"highest":3,"reversed":true}],"missing":"refuse"}"#;
    assert_eq!(
        read(sound),
        Ok(scale(vec![Item::new(0, 3).reversed()], Refuse))
    );

    let no_choice = read(r#"{"items":[{"lowest":3,"highest":3}],"missing":"refuse"}"#);
    assert!(
        no_choice
            .unwrap_err()
            .starts_with("item 0 leaves no choice")
    );
    let unknown = read(r#"{"items":[{"lowest":0,"highest":3,"weight":2}],"missing":"refuse"}"#);
    assert!(unknown.unwrap_err().starts_with("unknown field `weight`"));
}

/// An invented scale with answers to it, each within range or left out.
fn answered() -> impl Strategy<Value = (Vec<Item>, Vec<Option<u8>>)> {
    let item = (0..3_u8, 1..6_u8, any::<bool>(), prop::option::of(0..6_u8));
    let pair = item.prop_map(|(lowest, width, reversed, answer)| {
        let item = Item {
            lowest,
            highest: lowest + width,
            reversed,
        };
        (item, answer.map(|answer| lowest + answer % (width + 1)))
    });
    prop::collection::vec(pair, 1..30).prop_map(|pairs| pairs.into_iter().unzip())
}

proptest! {
    /// No total leaves the scale's range, and one step up in an answer is one point up, or one
    /// down if the item is reversed.
    #[test]
    fn one_step_is_one_point((items, answers) in answered()) {
        let scale = scale(items.clone(), CountAsLowest { missing_max: items.len() - 1 });
        prop_assume!(answers.iter().any(Option::is_some));
        let total = score(&scale, &answers).unwrap().total;
        prop_assert!((scale.lowest()..=scale.highest()).contains(&total));
        for (index, item) in items.iter().enumerate() {
            let mut higher = answers.clone();
            match answers[index] {
                Some(answer) if answer < item.highest => higher[index] = Some(answer + 1),
                _ => continue,
            }
            let step = i64::from(score(&scale, &higher).unwrap().total) - i64::from(total);
            prop_assert_eq!(step, if item.reversed { -1 } else { 1 });
        }
    }

    /// With nothing left out the three rules agree; with something left out the mean stays within
    /// the range of the scale.
    #[test]
    fn the_rules_agree_on_full_answers(
        answers in prop::collection::vec(1..=5_u8, 2..20), left_out in any::<prop::sample::Index>()
    ) {
        let items = vec![Item::new(1, 5); answers.len()];
        let mut answers: Vec<Option<u8>> = answers.into_iter().map(Some).collect();
        let mean = scale(items.clone(), Prorate { missing_max: 1 });
        let full = score(&mean, &answers).unwrap().total;
        for rule in [Refuse, CountAsLowest { missing_max: 1 }] {
            let scale = scale(items.clone(), rule);
            prop_assert_eq!(score(&scale, &answers).unwrap().total, full);
        }
        let place = left_out.index(answers.len());
        answers[place] = None;
        let total = score(&mean, &answers).unwrap().total;
        prop_assert!((mean.lowest()..=mean.highest()).contains(&total));
    }

    /// Whatever is answered, there is a score or a reason; never a panic.
    #[test]
    fn any_answers_are_handled(answers in prop::collection::vec(any::<Option<u8>>(), 0..6)) {
        let scale = scale(vec![Item::new(0, 3).reversed(); 3], Prorate { missing_max: 2 });
        let sound = answers.len() == 3
            && answers.iter().flatten().all(|answer| *answer <= 3)
            && answers.iter().any(Option::is_some);
        prop_assert_eq!(score(&scale, &answers).is_ok(), sound);
    }
}
