//! Makes a second press of "Ask now" harmless: one form, one task, even over a shaky line.
//!
//! Each request page carries a random key. The first post with it asks for the work; a later one is
//! led to what the first one made. Held in memory: a key is worth nothing after a restart, because
//! the page that carries it is then older than the session. Refused: more than [`KEYS_MAX`] keys.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use care::tasking::model::TaskId;
use trust::{identity::permit::ActorId, vault::random};

/// How many presses are remembered; the oldest goes first.
const KEYS_MAX: usize = 4_096;
/// Characters of a key.
const KEY_CHARACTERS: usize = 32;

/// What a press means.
#[derive(Debug, PartialEq, Eq)]
pub enum Press {
    /// It is the first one: go on.
    First,
    /// The first one is still under way.
    UnderWay,
    /// The first one has made this task.
    Done(TaskId),
}

type Key = (ActorId, String);

/// The presses of one instance.
#[derive(Default)]
pub struct PressedTwice(Mutex<Held>);

#[derive(Default)]
struct Held {
    presses: HashMap<Key, Option<TaskId>>,
    order: VecDeque<Key>,
}

impl PressedTwice {
    /// A new key for a page.
    #[must_use]
    pub fn new_key() -> String {
        random::bytes::<16>()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// Takes a press. A key that no page of ours carries is always the first.
    pub fn press(&self, actor: ActorId, key: &str) -> Press {
        if !is_key(key) {
            return Press::First;
        }
        let key = (actor, key.to_owned());
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match held.presses.get(&key) {
            Some(Some(task)) => return Press::Done(*task),
            Some(None) => return Press::UnderWay,
            None => {}
        }
        if held.order.len() >= KEYS_MAX
            && let Some(oldest) = held.order.pop_front()
        {
            held.presses.remove(&oldest);
        }
        held.order.push_back(key.clone());
        held.presses.insert(key, None);
        Press::First
    }

    /// What the first press came to; without a task the form may be sent again.
    pub fn settle(&self, actor: ActorId, key: &str, task: Option<TaskId>) {
        let key = (actor, key.to_owned());
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !held.presses.contains_key(&key) {
            return;
        }
        if task.is_some() {
            held.presses.insert(key, task);
        } else {
            held.presses.remove(&key);
            held.order.retain(|other| *other != key);
        }
    }
}

fn is_key(key: &str) -> bool {
    key.len() == KEY_CHARACTERS && key.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NURSE: ActorId = ActorId(7);

    /// A nurse whose first press seemed lost presses again, and is led to the one task she made.
    #[test]
    fn a_second_press_leads_to_the_first_task() {
        let (held, key) = (PressedTwice::default(), PressedTwice::new_key());
        assert_eq!(held.press(NURSE, &key), Press::First);
        assert_eq!(held.press(NURSE, &key), Press::UnderWay);
        held.settle(NURSE, &key, Some(TaskId(4466)));
        assert_eq!(held.press(NURSE, &key), Press::Done(TaskId(4466)));
    }

    /// A form that was refused can be put right and sent again.
    #[test]
    fn a_refused_form_can_be_sent_again() {
        let (held, key) = (PressedTwice::default(), PressedTwice::new_key());
        held.press(NURSE, &key);
        held.settle(NURSE, &key, None);
        assert_eq!(held.press(NURSE, &key), Press::First);
    }

    /// Nobody is led to somebody else's task by their key.
    #[test]
    fn a_key_belongs_to_one_person() {
        let (held, key) = (PressedTwice::default(), PressedTwice::new_key());
        held.press(NURSE, &key);
        held.settle(NURSE, &key, Some(TaskId(1)));
        assert_eq!(held.press(ActorId(8), &key), Press::First);
    }

    /// Many pages do not fill the memory: the oldest key is forgotten.
    #[test]
    fn old_keys_are_forgotten() {
        let held = PressedTwice::default();
        let first = PressedTwice::new_key();
        held.press(NURSE, &first);
        for _ in 0..KEYS_MAX {
            held.press(NURSE, &PressedTwice::new_key());
        }
        assert_eq!(held.press(NURSE, &first), Press::First);
        assert!(held.0.lock().unwrap().order.len() <= KEYS_MAX);
    }
}
