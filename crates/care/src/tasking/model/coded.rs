//! One way to write an enum whose values have a fixed code: the code is what lies in the database,
//! in the log and in the API, and it never changes once a version has shipped.
//!
//! Refuses: guessing. A code that is not in the list is `None`, never a nearest match.
//! The enums themselves are in `state.rs`, `needs.rs`, `place.rs`, `../priority.rs`,
//! `../reasons.rs`.

/// Declares an enum with `ALL`, `code()`, `from_code()`, `Display` and serde by code; with
/// `=> "words"` behind every code it gets `words()`, what a person reads, as well.
macro_rules! coded {
    (
        $(#[$about:meta])*
        pub enum $name:ident {
            $( $(#[$doc:meta])* $variant:ident = $code:literal => $words:literal ),+ $(,)?
        }
    ) => {
        coded! {
            $(#[$about])*
            pub enum $name {
                $( $(#[$doc])* #[doc = concat!("“", $words, "”")] $variant = $code ),+
            }
        }

        impl $name {
            /// What a person reads: sentence case, no full stop.
            pub const fn words(self) -> &'static str {
                match self { $( Self::$variant => $words ),+ }
            }
        }
    };
    (
        $(#[$about:meta])*
        pub enum $name:ident {
            $( $(#[$doc:meta])* $variant:ident = $code:literal ),+ $(,)?
        }
    ) => {
        $(#[$about])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            ::serde::Serialize, ::serde::Deserialize,
        )]
        pub enum $name {
            $( $(#[$doc])* #[serde(rename = $code)] $variant ),+
        }

        impl $name {
            /// Every value, in the order in which a list shows them.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),+ ];

            /// The fixed code, as it is stored and sent.
            pub const fn code(self) -> &'static str {
                match self { $( Self::$variant => $code ),+ }
            }

            /// The value with exactly this code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.code() == code)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, out: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                out.write_str(self.code())
            }
        }
    };
}

pub(in crate::tasking) use coded;
