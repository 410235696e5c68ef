//! The permit: the one thing that opens a write or a read, and only identity makes it.
//!
//! An action is a type that names its permission and its event; a permit carries it, so a change
//! opened for one action cannot be committed with another's event. Grants are read again inside the
//! transaction, so a permit that is a second too old opens nothing.
//!
//! ```compile_fail,E0451
//! # use trust::identity::permit::{Action, Permit};
//! fn nobody_else_makes_a_permit<A: Action>() -> Permit<A> {
//!     Permit { who: todo!(), scope: todo!(), action: todo!() }
//! }
//! ```

use std::marker::PhantomData;

use serde::Serialize;

use crate::{store::lane::Who, vault::SubjectId};

crate::id! {
    /// An account: a person, or a service of this server.
    pub struct ActorId;
    /// One sign-in, from its beginning to its end.
    pub struct SessionId;
    /// A role: a named set of permissions.
    pub struct RoleId;
    /// One role given to one account in one place.
    pub struct GrantId;
}

/// What someone may be allowed to do. Written with [`action!`](crate::action).
pub trait Action: Send + Sync + 'static {
    /// The permission's name, `room.verb_noun`.
    const NAME: &'static str;
    /// What it says to a person: "close tasks".
    const WORDS: &'static str;
    /// The event that its success leaves.
    type Event: Event;
}

/// What the log says happened. Its fields are ids and codes; the rest belongs into `private`.
pub trait Event: Serialize + Send + 'static {
    /// The event's name, `room.noun_verbed`.
    const NAME: &'static str;

    /// Text about a person, encrypted under that person's key before it reaches the log.
    fn private(&self) -> Option<(SubjectId, String)> {
        None
    }
}

/// A permission as the roles page lists it.
#[derive(Clone, Copy, Debug)]
pub struct Permission {
    /// Its name, `room.verb_noun`.
    pub name: &'static str,
    /// What it says to a person.
    pub words: &'static str,
    /// The event it leaves.
    pub event: &'static str,
}

inventory::collect!(Permission);

/// Every permission that any linked room has declared, in order of name.
#[must_use]
pub fn permissions() -> Vec<Permission> {
    let mut all: Vec<_> = inventory::iter::<Permission>.into_iter().copied().collect();
    all.sort_by_key(|permission| permission.name);
    all
}

/// Declares actions: type, permission, words for a person, event.
///
/// ```
/// trust::event! {
///     /// A bell was rung.
///     pub struct BellRung = "lodge.bell_rung" { times: i64 }
/// }
/// trust::action! {
///     /// Rings the bell.
///     pub struct RingBell = "lodge.ring_bell" ("ring the bell") -> BellRung;
/// }
/// use trust::identity::permit::Action;
/// assert_eq!(RingBell::NAME, "lodge.ring_bell");
/// ```
#[macro_export]
macro_rules! action {
    ($($(#[$doc:meta])*
       pub struct $name:ident = $permission:literal ($words:literal) -> $event:ty;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl $crate::identity::permit::Action for $name {
            const NAME: &'static str = $permission;
            const WORDS: &'static str = $words;
            type Event = $event;
        }

        $crate::store::row::inventory::submit! {
            $crate::identity::permit::Permission {
                name: $permission,
                words: $words,
                event: <$event as $crate::identity::permit::Event>::NAME,
            }
        }
    )+};
}

/// Declares events whose fields are all ids and codes.
#[macro_export]
macro_rules! event {
    ($($(#[$doc:meta])* pub struct $name:ident = $event:literal {
        $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)?
    })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, ::serde::Serialize)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl $crate::identity::permit::Event for $name {
            const NAME: &'static str = $event;
        }
    )+};
}

/// Where a right holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScopeKind {
    /// Everywhere in the instance.
    All,
    /// One site.
    Site,
    /// One ward.
    Ward,
    /// One team.
    Team,
}

impl ScopeKind {
    /// The code in database and log.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Site => "site",
            Self::Ward => "ward",
            Self::Team => "team",
        }
    }

    /// The kind that a code stands for.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::All, Self::Site, Self::Ward, Self::Team]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

crate::code_field!(ScopeKind);

/// The places where an actor may do something. The numbers are the rooms' own ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everywhere.
    Everything,
    /// Only there; never empty.
    Only(Vec<(ScopeKind, i64)>),
}

impl Scope {
    /// Whether the scope holds one of these places.
    #[must_use]
    pub fn covers(&self, places: &[(ScopeKind, i64)]) -> bool {
        match self {
            Self::Everything => true,
            Self::Only(own) => places.iter().any(|place| own.contains(place)),
        }
    }

    /// The ids of one kind; `None` when the scope is not limited at all.
    #[must_use]
    pub fn ids(&self, kind: ScopeKind) -> Option<Vec<i64>> {
        match self {
            Self::Everything => None,
            Self::Only(own) => Some(
                own.iter()
                    .filter(|place| place.0 == kind)
                    .map(|place| place.1)
                    .collect(),
            ),
        }
    }
}

/// The right to do `A`, as identity saw it a moment ago.
#[derive(Debug)]
#[must_use = "a permit does nothing by itself"]
pub struct Permit<A> {
    who: Who,
    scope: Scope,
    action: PhantomData<fn() -> A>,
}

impl<A: Action> Permit<A> {
    pub(in crate::identity) fn new(who: Who, scope: Scope) -> Self {
        Self {
            who,
            scope,
            action: PhantomData,
        }
    }

    pub(crate) fn who(&self) -> Who {
        self.who
    }

    /// Who holds it.
    #[must_use]
    pub fn actor(&self) -> ActorId {
        ActorId(self.who.actor)
    }

    /// Where it holds.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }
}
