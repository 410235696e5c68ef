//! Every icon that a page may show, by the name lucide gives it.
//!
//! This list is the only one: `web/build.mjs` reads the names out of this file, makes the sprite
//! `/assets/icons.svg` from exactly them, and fails when lucide has no such icon. An icon is
//! decoration beside a word, so it is hidden from screen readers; a page that shows an icon
//! without a word says the word itself. Next: `states`, which gives most of them their meaning.

use maud::{Markup, PreEscaped, Render, html};

/// One icon of the sprite. Written `(icons::BED)` inside `html!`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Icon(&'static str);

impl Icon {
    /// The name of the icon in the sprite, such as `map-pin`.
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// The same icon at one and a half times the size of the text.
    pub fn large(self) -> Markup {
        drawn(self, "al-i al-i--l")
    }

    /// The same icon as the head of an empty page.
    pub fn huge(self) -> Markup {
        drawn(self, "al-i al-i--xl")
    }

    /// The same icon with a class of the place where it stands.
    pub fn with_class(self, class: &str) -> Markup {
        drawn(self, &format!("al-i {class}"))
    }
}

impl Render for Icon {
    fn render(&self) -> Markup {
        drawn(*self, "al-i")
    }
}

fn drawn(icon: Icon, class: &str) -> Markup {
    html! {
        svg class=(class) aria-hidden="true" {
            use href={ "/assets/icons.svg#i-" (icon.name()) } {}
        }
    }
}

/// The symbol of Almoner: a door held open, someone in it, a light on.
pub fn symbol() -> Markup {
    PreEscaped(String::from(concat!(
        r#"<svg viewBox="0 0 32 32" aria-hidden="true"><path fill="none" stroke="currentColor" "#,
        r#"stroke-width="3.2" stroke-linecap="round" "#,
        r#"d="M6 27V15.5a10 10 0 0 1 20 0V27M12 27v-3.2a4 4 0 0 1 8 0V27"/>"#,
        r##"<circle cx="16" cy="14.6" r="3" fill="#E8B04A"/></svg>"##,
    )))
}

pub const ACCESSIBILITY: Icon = Icon("accessibility");
pub const ACTIVITY: Icon = Icon("activity");
pub const ALARM_CLOCK: Icon = Icon("alarm-clock");
pub const ARROW_RIGHT: Icon = Icon("arrow-right");
pub const ARROW_RIGHT_LEFT: Icon = Icon("arrow-right-left");
pub const BABY: Icon = Icon("baby");
pub const BADGE_CHECK: Icon = Icon("badge-check");
pub const BED: Icon = Icon("bed");
pub const BED_DOUBLE: Icon = Icon("bed-double");
pub const BELL_RING: Icon = Icon("bell-ring");
pub const BIOHAZARD: Icon = Icon("biohazard");
pub const BRAIN: Icon = Icon("brain");
pub const BRUSH_CLEANING: Icon = Icon("brush-cleaning");
pub const BUILDING_2: Icon = Icon("building-2");
pub const CALENDAR_CLOCK: Icon = Icon("calendar-clock");
pub const CHECK: Icon = Icon("check");
pub const CHEVRON_RIGHT: Icon = Icon("chevron-right");
pub const CHEVRON_UP: Icon = Icon("chevron-up");
pub const CHEVRONS_UP: Icon = Icon("chevrons-up");
pub const CIRCLE_ALERT: Icon = Icon("circle-alert");
pub const CIRCLE_CHECK: Icon = Icon("circle-check");
pub const CIRCLE_DASHED: Icon = Icon("circle-dashed");
pub const CIRCLE_QUESTION_MARK: Icon = Icon("circle-question-mark");
pub const CIRCLE_SLASH: Icon = Icon("circle-slash");
pub const COFFEE: Icon = Icon("coffee");
pub const DATABASE: Icon = Icon("database");
pub const DOWNLOAD: Icon = Icon("download");
pub const DROPLETS: Icon = Icon("droplets");
pub const EYE: Icon = Icon("eye");
pub const EYE_OFF: Icon = Icon("eye-off");
pub const FILE_TEXT: Icon = Icon("file-text");
pub const FILE_UP: Icon = Icon("file-up");
pub const FLASK_CONICAL: Icon = Icon("flask-conical");
pub const FOOTPRINTS: Icon = Icon("footprints");
pub const GIT_COMMIT_HORIZONTAL: Icon = Icon("git-commit-horizontal");
pub const GLOBE: Icon = Icon("globe");
pub const HAND: Icon = Icon("hand");
pub const HAND_HELPING: Icon = Icon("hand-helping");
pub const HANDSHAKE: Icon = Icon("handshake");
pub const HOURGLASS: Icon = Icon("hourglass");
pub const INFO: Icon = Icon("info");
pub const KEY_ROUND: Icon = Icon("key-round");
pub const LANGUAGES: Icon = Icon("languages");
pub const LAYOUT_LIST: Icon = Icon("layout-list");
pub const LIST_CHECKS: Icon = Icon("list-checks");
pub const LOCK: Icon = Icon("lock");
pub const LOG_IN: Icon = Icon("log-in");
pub const LOG_OUT: Icon = Icon("log-out");
pub const MAP: Icon = Icon("map");
pub const MAP_PIN: Icon = Icon("map-pin");
pub const MESSAGE_SQUARE: Icon = Icon("message-square");
pub const MINUS: Icon = Icon("minus");
pub const MONITOR_SMARTPHONE: Icon = Icon("monitor-smartphone");
pub const MOON: Icon = Icon("moon");
pub const MOVE_RIGHT: Icon = Icon("move-right");
pub const OCTAGON_ALERT: Icon = Icon("octagon-alert");
pub const OCTAGON_X: Icon = Icon("octagon-x");
pub const PACKAGE: Icon = Icon("package");
pub const PAUSE: Icon = Icon("pause");
pub const PENCIL: Icon = Icon("pencil");
pub const PHONE: Icon = Icon("phone");
pub const PILL: Icon = Icon("pill");
pub const PLAY: Icon = Icon("play");
pub const PLUS: Icon = Icon("plus");
pub const RADIO: Icon = Icon("radio");
pub const REFRESH_CW: Icon = Icon("refresh-cw");
pub const ROTATE_CCW: Icon = Icon("rotate-ccw");
pub const ROUTE: Icon = Icon("route");
pub const SEARCH: Icon = Icon("search");
pub const SEARCH_CHECK: Icon = Icon("search-check");
pub const SETTINGS: Icon = Icon("settings");
pub const SHIELD_ALERT: Icon = Icon("shield-alert");
pub const SHIELD_CHECK: Icon = Icon("shield-check");
pub const SIREN: Icon = Icon("siren");
pub const SMARTPHONE: Icon = Icon("smartphone");
pub const STAMP: Icon = Icon("stamp");
pub const STETHOSCOPE: Icon = Icon("stethoscope");
pub const SUN: Icon = Icon("sun");
pub const TERMINAL: Icon = Icon("terminal");
pub const TEST_TUBE: Icon = Icon("test-tube");
pub const TIMER: Icon = Icon("timer");
pub const TRIANGLE_ALERT: Icon = Icon("triangle-alert");
pub const UNDO_2: Icon = Icon("undo-2");
pub const USER_CHECK: Icon = Icon("user-check");
pub const USER_ROUND: Icon = Icon("user-round");
pub const USER_ROUND_PLUS: Icon = Icon("user-round-plus");
pub const USER_ROUND_X: Icon = Icon("user-round-x");
pub const USERS_ROUND: Icon = Icon("users-round");
pub const WEIGHT: Icon = Icon("weight");
pub const WIFI: Icon = Icon("wifi");
pub const WIFI_OFF: Icon = Icon("wifi-off");
pub const WIND: Icon = Icon("wind");
pub const WRENCH: Icon = Icon("wrench");
pub const X: Icon = Icon("x");
