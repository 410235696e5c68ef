//! Small building blocks: panels, notes, chips, faces, filters, empty places.
//!
//! Each does one thing and holds no words of its own beyond what it is given. Buttons that submit
//! are in `forms`, states in `states`. Next: `shell`, which puts the blocks into a page.

use maud::{Markup, Render, html};

use super::icons::Icon;
use super::states::Hue;

/// A panel: a heading, what belongs beside it, a body and perhaps a foot.
#[derive(Default)]
pub struct Panel<'a> {
    /// The heading; a panel without one says nothing at its head.
    pub title: &'a str,
    /// What stands at the right of the heading.
    pub beside: Option<Markup>,
    /// The content.
    pub body: Markup,
    /// The last line, in a quieter tone.
    pub foot: Option<Markup>,
    /// Whether the content touches the edges, as tables do.
    pub flush: bool,
}

impl Render for Panel<'_> {
    fn render(&self) -> Markup {
        html! {
            section.al-panel {
                @if !self.title.is_empty() {
                    div.al-panel__head {
                        h2.al-h3 { (self.title) }
                        @if let Some(beside) = &self.beside { (beside) }
                    }
                }
                @if self.flush { (self.body) } @else { div.al-panel__body { (self.body) } }
                @if let Some(foot) = &self.foot { div.al-panel__foot { (foot) } }
            }
        }
    }
}

/// A panel with a heading and a body, the usual case.
pub fn panel(title: &str, body: Markup) -> Markup {
    Panel {
        title,
        body,
        ..Panel::default()
    }
    .render()
}

/// A sentence that stands out: what, why, and the way on.
pub fn note(hue: Hue, icon: Icon, words: Markup) -> Markup {
    html! {
        div class={ "al-note al-note--" (hue.word()) } {
            (icon) div.al-grow { (words) }
        }
    }
}

/// A fact in a rounded outline.
pub fn chip(icon: Icon, words: &str) -> Markup {
    html! { span.al-chip { (icon) (words) } }
}

/// A person's initials. Decoration: the name stands beside them.
pub fn face(name: &str) -> Markup {
    html! { span.al-face aria-hidden="true" { (initials(name)) } }
}

/// The initials of a short name such as “Joel P.”: at most two letters.
pub fn initials(name: &str) -> String {
    name.split_whitespace()
        .filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()))
        .flat_map(char::to_uppercase)
        .take(2)
        .collect()
}

/// A name with its initials before it.
pub fn who(name: &str) -> Markup {
    html! { span.al-who { (face(name)) (name) } }
}

/// A way from one place to another; the arrow is said as “to”.
pub fn route(from: &str, to: Option<&str>) -> Markup {
    html! {
        span.al-route {
            span { (from) }
            @if let Some(to) = to {
                (super::icons::ARROW_RIGHT) (hidden_words("to")) span { (to) }
            }
        }
    }
}

/// Words for people who listen to the page rather than look at it.
pub fn hidden_words(words: &str) -> Markup {
    html! { span."nhsuk-u-visually-hidden" { (words) } }
}

/// A filter that is a link, so that it works without a script and can be kept as a bookmark.
pub struct Filter<'a> {
    /// What remains when it is chosen.
    pub words: &'a str,
    /// The icon before the words.
    pub icon: Option<Icon>,
    /// How many remain, where that is known.
    pub count: Option<usize>,
    /// Where choosing it leads.
    pub href: String,
    /// Whether it is chosen now.
    pub chosen: bool,
}

impl Render for Filter<'_> {
    fn render(&self) -> Markup {
        html! {
            a.al-filter href=(self.href) aria-current=[self.chosen.then_some("true")] {
                @if let Some(icon) = self.icon { (icon) }
                (self.words)
                @if let Some(count) = self.count { " " span.n { (count) } }
            }
        }
    }
}

/// A choice of a few views of the same thing; `(words, icon, href, chosen)` each.
pub fn segments(label: &str, choices: &[(&str, Icon, String, bool)]) -> Markup {
    html! {
        nav.al-seg aria-label=(label) {
            @for (words, icon, href, chosen) in choices {
                a href=(href) aria-current=[chosen.then_some("true")] { (icon) (words) }
            }
        }
    }
}

/// What stands where there is nothing to show: why, and the way on.
pub struct Empty<'a> {
    /// The icon above the heading.
    pub icon: Icon,
    /// What is so.
    pub title: &'a str,
    /// Why, in one or two sentences.
    pub why: Markup,
    /// Links or buttons that lead on.
    pub way_on: Markup,
}

impl Render for Empty<'_> {
    fn render(&self) -> Markup {
        html! {
            div.al-empty {
                (self.icon.huge())
                h2.al-h3 { (self.title) }
                p { (self.why) }
                (self.way_on)
            }
        }
    }
}

/// A link that looks like a button and leads somewhere; it changes nothing by itself.
pub fn button_link(words: &str, icon: Option<Icon>, href: &str, weight: Weight) -> Markup {
    html! {
        a class={ "nhsuk-button nhsuk-button--small " (weight.class()) } href=(href) {
            @if let Some(icon) = icon { (icon) } (words)
        }
    }
}

/// How heavily a button is drawn. Each screen has one solid button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// The one next step.
    Solid,
    /// Another possibility.
    Outline,
    /// It stops something or cannot be taken back.
    Danger,
}

impl Weight {
    /// The style sheet's class for this weight.
    pub fn class(self) -> &'static str {
        match self {
            Self::Solid => "",
            Self::Outline => "nhsuk-button--secondary",
            Self::Danger => "nhsuk-button--danger",
        }
    }
}

/// The way back to where a page hangs from.
pub fn crumb(parent: &str, href: &str, here: &str) -> Markup {
    html! {
        nav.al-crumb aria-label="Breadcrumb" {
            a href=(href) { (parent) } (super::icons::CHEVRON_RIGHT) span { (here) }
        }
    }
}

/// The head of a page: its title, one sentence about it, and what can be done.
pub fn page_head(title: &str, about: Markup, actions: Markup) -> Markup {
    html! {
        div.al-head {
            div.al-grow { h1.al-h1 { (title) } p { (about) } }
            (actions)
        }
    }
}

/// Facts as pairs of a name and a value.
pub fn facts(pairs: &[(&str, Markup)]) -> Markup {
    html! {
        dl.al-dl {
            @for (name, value) in pairs { dt { (name) } dd { (value) } }
        }
    }
}

/// A key of the keyboard.
pub fn key(name: &str) -> Markup {
    html! { kbd.al-key { (name) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Initials are at most two letters, and a name in any script has some.
    #[test]
    fn initials_are_at_most_two_letters() {
        assert_eq!(initials("Joel P."), "JP");
        assert_eq!(initials("Ana Maria de Souza"), "AM");
        assert_eq!(initials("élodie"), "É");
        assert_eq!(initials(" "), "");
    }

    /// Whatever someone typed as a name reaches the page as words, never as markup.
    #[test]
    fn a_name_is_never_markup() {
        let shown = who("<b>Joel</b> P.").into_string();
        assert!(!shown.contains("<b>"), "{shown}");
    }
}
