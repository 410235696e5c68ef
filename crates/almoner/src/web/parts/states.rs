//! The vocabulary: for each state its word, its icon and its look, said once for every page.
//!
//! A look is never the whole message: icon and word always stand with it, so that the screen
//! still reads in greyscale and aloud. *Solid* means it is happening, *tint* that it is on its
//! course, *outline* that someone must act, *dashed* that it is not settled. Priorities are never
//! red, because red means late or unsafe. Next: `views/gallery.rs` shows all of them at once.

use maud::{Markup, Render, html};

use super::icons::{self, Icon};
use Hue::{Amber, Blue, Green, Grey, Red};
use Look::{Dashed, Outline, Plain, Solid, Tint};

/// The colour family of a state; its meaning is fixed across all pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hue {
    /// Late, unsafe or failed.
    Red,
    /// Held up, or wants a look.
    Amber,
    /// Done, free or proved.
    Green,
    /// Under way.
    Blue,
    /// Not started, over, or away.
    Grey,
}

/// How a state is drawn, which says how settled it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// On its course.
    Tint(Hue),
    /// Happening at this moment.
    Solid(Hue),
    /// Someone must act.
    Outline(Hue),
    /// Not settled yet.
    Dashed(Hue),
    /// Nobody has it yet.
    Plain,
}

impl Look {
    /// The style sheet's class for this look.
    pub fn class(self) -> String {
        let (hue, ending) = match self {
            Self::Tint(hue) => (hue, ""),
            Self::Solid(hue) => (hue, "-solid"),
            Self::Outline(hue) => (hue, "-line"),
            Self::Dashed(hue) => (hue, "-dash"),
            Self::Plain => return String::from("al-state--plain"),
        };
        format!("al-state--{}{ending}", hue.word())
    }
}

impl Hue {
    /// The word the style sheet uses for this colour family.
    pub fn word(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Amber => "amber",
            Self::Green => "green",
            Self::Blue => "blue",
            Self::Grey => "grey",
        }
    }
}

/// Anything that has a word, an icon and a look.
pub trait Vocabulary: Copy + 'static {
    /// Every value, in the order of the course it takes.
    const ALL: &'static [Self];

    /// The code that the database, the API and addresses use.
    fn code(self) -> &'static str;
    /// The word that stands on the page.
    fn word(self) -> &'static str;
    /// The icon beside the word.
    fn icon(self) -> Icon;
    /// How it is drawn.
    fn look(self) -> Look;

    /// The value with this code, or nothing when there is none.
    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.code() == code)
    }

    /// The state as it stands on a page.
    fn shown(self) -> Markup {
        self.shown_with("")
    }

    /// The state with more words after its own, such as “stop 2 of 4”.
    fn shown_with(self, more: &str) -> Markup {
        html! {
            span class={ "al-state " (self.look().class()) } {
                (self.icon()) (self.word()) @if !more.is_empty() { ", " (more) }
            }
        }
    }
}

/// Writes one table of the vocabulary: variant, stored code, word, icon, look.
macro_rules! vocabulary {
    ($(#[$note:meta])* $name:ident {
        $($variant:ident $code:literal $word:literal $icon:ident $look:expr;)*
    }) => {
        $(#[$note])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[doc = $word] $variant,)*
        }

        impl Vocabulary for $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)*];

            fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            fn icon(self) -> Icon {
                match self { $(Self::$variant => icons::$icon,)* }
            }

            fn look(self) -> Look {
                match self { $(Self::$variant => $look,)* }
            }
        }
    };
}

vocabulary! {
    /// Where a task stands between being asked for and being over.
    TaskState {
        Draft "DRAFT" "Draft" PENCIL Dashed(Grey);
        AwaitingApproval "AWAITING_APPROVAL" "To approve" STAMP Tint(Amber);
        Held "HELD" "Not ready" HAND Outline(Amber);
        Scheduled "SCHEDULED" "Booked" CALENDAR_CLOCK Tint(Grey);
        Queued "QUEUED" "Waiting" HOURGLASS Plain;
        Offered "OFFERED" "Offered" BELL_RING Dashed(Blue);
        Accepted "ACCEPTED" "Accepted" CHECK Outline(Blue);
        EnRoute "EN_ROUTE" "Coming" FOOTPRINTS Tint(Blue);
        AtPickup "AT_PICKUP" "At pickup" MAP_PIN Tint(Blue);
        InTransit "IN_TRANSIT" "Moving" MOVE_RIGHT Solid(Blue);
        Paused "PAUSED" "Paused" PAUSE Tint(Amber);
        AtDrop "AT_DROP" "Handover" HANDSHAKE Solid(Blue);
        PostAction "POST_ACTION" "Finishing" LIST_CHECKS Tint(Blue);
        Completed "COMPLETED" "Done" CIRCLE_CHECK Tint(Green);
        PendingVerification "PENDING_VERIFICATION" "To check" SEARCH_CHECK Tint(Grey);
        Verified "VERIFIED" "Checked" BADGE_CHECK Tint(Green);
        Failed "FAILED" "Redo" ROTATE_CCW Tint(Red);
        Rejected "REJECTED" "Cancelled" CIRCLE_SLASH Tint(Grey);
        Cancelled "CANCELLED" "Cancelled" CIRCLE_SLASH Tint(Grey);
        Aborted "ABORTED" "Stopped" OCTAGON_X Outline(Red);
        Preempted "PREEMPTED" "Recalled" UNDO_2 Dashed(Amber);
    }
}

vocabulary! {
    /// What a person on shift is doing, in words that rank nobody and give no reason for a pause.
    PersonState {
        Ready "READY" "Ready" CIRCLE_CHECK Tint(Green);
        Offered "OFFERED" "Offered" BELL_RING Dashed(Blue);
        OnTask "ON_TASK" "On a job" ROUTE Tint(Blue);
        Break "BREAK" "On break" COFFEE Tint(Grey);
        Comfort "COMFORT" "Away" CIRCLE_DASHED Tint(Grey);
        Meeting "MEETING" "Meeting" USERS_ROUND Tint(Grey);
        AdHoc "AD_HOC" "Helping" HAND_HELPING Outline(Blue);
        Emergency "EMERGENCY" "Emergency" SIREN Solid(Red);
        Ending "ENDING" "Last job" LOG_OUT Tint(Grey);
        Silent "SILENT" "No answer" PHONE Tint(Amber);
        DeviceLost "DEVICE_LOST" "Device lost" SMARTPHONE Outline(Red);
        Off "OFF" "Off shift" MOON Tint(Grey);
    }
}

vocabulary! {
    /// Whether a promise is proved. No fresh evidence is stale, never green.
    ControlState {
        Proved "proved" "Proved" SHIELD_CHECK Tint(Green);
        Stale "stale" "Stale" HOURGLASS Tint(Amber);
        Failed "failed" "Failed" OCTAGON_ALERT Solid(Red);
        Waived "waived" "Waived" FILE_TEXT Outline(Grey);
        NotBuilt "not_built" "Not built" CIRCLE_DASHED Dashed(Grey);
    }
}

vocabulary! {
    /// How a promise is kept.
    ControlClass {
        Enforced "enforced" "Enforced" LOCK Plain;
        Witnessed "witnessed" "Witnessed" EYE Plain;
        Recorded "recorded" "Recorded" PENCIL Plain;
    }
}

vocabulary! {
    /// How soon a task is wanted. Shown by chevrons and weight, never by red.
    Priority {
        Emergency "EMERGENCY" "Emergency" CHEVRONS_UP Plain;
        Urgent "URGENT" "Urgent" CHEVRON_UP Plain;
        Routine "ROUTINE" "Routine" MINUS Plain;
    }
}

vocabulary! {
    /// What a move needs beside a pair of hands.
    Need {
        Walking "WALK" "Walking" FOOTPRINTS Plain;
        Chair "CHAIR" "Chair" ACCESSIBILITY Plain;
        Bed "BED" "Bed" BED Plain;
        Trolley "TROLLEY" "Trolley" BED_DOUBLE Plain;
        Cot "COT" "Cot" BABY Plain;
        Bariatric "BARIATRIC" "Bariatric" WEIGHT Plain;
        Oxygen "OXYGEN" "Oxygen" WIND Plain;
        Monitoring "MONITORING" "Monitoring" ACTIVITY Plain;
        Escort "ESCORT" "Escort" STETHOSCOPE Plain;
        Isolation "ISOLATION" "Isolation" BIOHAZARD Plain;
        FallsRisk "FALLS" "Falls risk" TRIANGLE_ALERT Plain;
        Dementia "DEMENTIA" "Dementia" BRAIN Plain;
        Communication "COMMUNICATION" "Help to communicate" MESSAGE_SQUARE Plain;
        Interpreter "INTERPRETER" "Interpreter" LANGUAGES Plain;
        TwoPeople "TWO_PEOPLE" "2 people" USERS_ROUND Plain;
        Blood "BLOOD" "Blood" DROPLETS Plain;
        Sample "SAMPLE" "Sample" TEST_TUBE Plain;
        Equipment "EQUIPMENT" "Equipment" PACKAGE Plain;
        Medicine "MEDICINE" "Medicine" PILL Plain;
        Gas "GAS" "Gas cylinder" FLASK_CONICAL Plain;
        Cleaning "CLEANING" "Clean" BRUSH_CLEANING Plain;
    }
}

vocabulary! {
    /// What kind of work a task type is, for filters and the first touch of asking.
    WorkKind {
        Patient "PATIENT" "Patients" ACCESSIBILITY Plain;
        Item "ITEM" "Items" PACKAGE Plain;
        Cleaning "CLEANING" "Cleaning" BRUSH_CLEANING Plain;
        Other "OTHER" "Other" HAND_HELPING Plain;
    }
}

vocabulary! {
    /// How far a permission of a role reaches.
    Grant {
        No "no" "No" MINUS Plain;
        Own "own" "Own" USER_ROUND Plain;
        Team "team" "Team" USERS_ROUND Plain;
        All "all" "All" GLOBE Plain;
        WithReason "with_reason" "With reason" KEY_ROUND Plain;
    }
}

vocabulary! {
    /// What an entry of the log says happened.
    Deed {
        Looked "looked" "Looked" EYE Plain;
        Changed "changed" "Changed" PENCIL Plain;
        Refused "refused" "Refused" LOCK Plain;
        Administered "administered" "Administration" KEY_ROUND Plain;
        SignedIn "signed_in" "Sign-in" LOG_IN Plain;
    }
}

impl Render for Priority {
    fn render(&self) -> Markup {
        let letter = match self {
            Self::Emergency => "E",
            Self::Urgent => "U",
            Self::Routine => "R",
        };
        html! {
            span class={ "al-prio al-prio--" (letter) } { (self.icon()) span { (self.word()) } }
        }
    }
}

impl Render for ControlClass {
    fn render(&self) -> Markup {
        html! { span.al-cls { (self.icon()) (self.word()) } }
    }
}

impl Render for Deed {
    fn render(&self) -> Markup {
        html! { span.al-verb { (self.icon()) (self.word()) } }
    }
}

impl Grant {
    /// The style sheet's class for a cell of the role matrix.
    pub fn class(self) -> &'static str {
        match self {
            Self::No => "al-grant",
            Self::Own => "al-grant al-grant--o",
            Self::Team => "al-grant al-grant--t",
            Self::All => "al-grant al-grant--a",
            Self::WithReason => "al-grant al-grant--b",
        }
    }
}

/// One need of one task, with the figure that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Needed {
    /// What is needed.
    pub need: Need,
    /// What stands behind the word, such as `2 l` or `nurse`; empty when the word says it all.
    pub detail: String,
}

impl Needed {
    /// The need without a figure.
    pub fn plain(need: Need) -> Self {
        Self {
            need,
            detail: String::new(),
        }
    }

    /// The need in words, such as “Oxygen 2 l” or “Escort: nurse”.
    pub fn words(&self) -> String {
        if self.need == Need::Escort && !self.detail.is_empty() {
            return format!("Escort: {}", self.detail);
        }
        format!("{} {}", self.need.word(), self.detail)
            .trim_end()
            .to_owned()
    }
}

/// The needs of a row: icons with titles and hidden words, because the row is dense.
pub fn need_icons(needs: &[Needed]) -> Markup {
    html! {
        @for needed in needs {
            @let words = needed.words();
            span.al-need title=(words) {
                (needed.need.icon())
                span."nhsuk-u-visually-hidden" { (words) ", " }
            }
        }
    }
}

/// The needs as chips with their words, where there is room.
pub fn need_chips(needs: &[Needed]) -> Markup {
    html! {
        @for needed in needs {
            span."al-chip al-chip--strong" { (needed.need.icon()) (needed.words()) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes_lead_back<T: Vocabulary + PartialEq + std::fmt::Debug>() {
        for value in T::ALL {
            assert_eq!(T::from_code(value.code()), Some(*value));
        }
        assert_eq!(T::from_code("no such code"), None);
    }

    /// Whatever state the database holds, the page finds its word again.
    #[test]
    fn every_code_leads_back_to_its_state() {
        codes_lead_back::<TaskState>();
        codes_lead_back::<PersonState>();
        codes_lead_back::<ControlState>();
        codes_lead_back::<ControlClass>();
        codes_lead_back::<Priority>();
        codes_lead_back::<Need>();
        codes_lead_back::<WorkKind>();
        codes_lead_back::<Grant>();
        codes_lead_back::<Deed>();
    }

    /// Red means late or unsafe, so no priority is ever red.
    #[test]
    fn no_priority_is_red() {
        for priority in Priority::ALL {
            assert!(!priority.render().into_string().contains("red"));
        }
    }

    /// A colour never stands alone: every state is drawn with an icon and its word.
    #[test]
    fn every_state_has_icon_and_word() {
        for state in TaskState::ALL {
            let shown = state.shown().into_string();
            assert!(
                shown.contains("<svg") && shown.contains(state.word()),
                "{shown}"
            );
        }
        let stop = TaskState::InTransit.shown_with("stop 2 of 4").into_string();
        assert!(stop.contains("Moving, stop 2 of 4"), "{stop}");
    }
}
