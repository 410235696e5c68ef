//! Forms: fields with hint and error, choices, buttons, dialogs that ask for a reason.
//!
//! Every form is a plain POST that works without a script; `app.js` adds the busy word and
//! guards against a second press. What was typed comes back with the error beside it. No field
//! checks itself in the browser, because the browser's sentence would not say the way on; the
//! server answers with the summary at the head. Next: `views/ask.rs`, the busiest form.

use maud::{Markup, Render, html};

use super::blocks::Weight;
use super::icons::{self, Icon};

/// One thing to put right: which field, and a sentence that says the way on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormError {
    /// The `name` of the field, which is also its id.
    pub field: String,
    /// What to do, such as “Say where the patient is going”.
    pub sentence: String,
}

/// The sentence for this field, if it has to be put right.
pub fn error_of<'a>(errors: &'a [FormError], field: &str) -> Option<&'a str> {
    errors
        .iter()
        .find(|error| error.field == field)
        .map(|error| error.sentence.as_str())
}

/// The list of what has to be put right, at the head of the page; nothing when all is well.
pub fn error_summary(errors: &[FormError]) -> Markup {
    html! {
        @if !errors.is_empty() {
            div."nhsuk-error-summary" role="alert" tabindex="-1" data-focus="true" {
                h2."nhsuk-error-summary__title" {
                    @if errors.len() == 1 { "1 thing to put right" }
                    @else { (errors.len()) " things to put right" }
                }
                div."nhsuk-error-summary__body" {
                    ul."nhsuk-list nhsuk-error-summary__list" {
                        @for error in errors {
                            li { a href={ "#" (error.field) } { (error.sentence) } }
                        }
                    }
                }
            }
        }
    }
}

/// A field for one line of text.
#[derive(Default)]
pub struct Field<'a> {
    /// The name that is sent.
    pub name: &'a str,
    /// The id when the name stands on the page more than once; empty means the name.
    pub id: &'a str,
    /// What to enter.
    pub label: &'a str,
    /// How to enter it; empty when it needs no words.
    pub hint: &'a str,
    /// What was typed before.
    pub value: &'a str,
    /// What to put right.
    pub error: Option<&'a str>,
    /// The input's type; empty means text.
    pub kind: &'a str,
    /// What a browser may fill in, such as `username`; empty means nothing.
    pub autocomplete: &'a str,
    /// How many characters it is wide: 3, 5, 10 or 20; 0 means as wide as the form.
    pub width: u8,
}

impl Field<'_> {
    fn id(&self) -> &str {
        if self.id.is_empty() {
            self.name
        } else {
            self.id
        }
    }

    fn described_by(&self) -> Option<String> {
        described_by(self.id(), !self.hint.is_empty(), self.error.is_some())
    }

    fn input(&self) -> Markup {
        let kind = if self.kind.is_empty() {
            "text"
        } else {
            self.kind
        };
        let completion = if self.autocomplete.is_empty() {
            "off"
        } else {
            self.autocomplete
        };
        let mut class = String::from("nhsuk-input");
        if self.width > 0 {
            class.push_str(&format!(" nhsuk-input--width-{}", self.width));
        }
        if self.error.is_some() {
            class.push_str(" nhsuk-input--error");
        }
        html! {
            input class=(class) id=(self.id()) name=(self.name) type=(kind) value=(self.value)
                autocomplete=(completion) aria-describedby=[self.described_by()]
                aria-invalid=[self.error.map(|_| "true")];
        }
    }
}

impl Render for Field<'_> {
    fn render(&self) -> Markup {
        let control = if self.kind == "password" {
            html! {
                div."nhsuk-input-wrapper" {
                    (self.input())
                    button."nhsuk-button nhsuk-button--secondary al-reveal" type="button" hidden
                        data-reveals=(self.id()) aria-label="Show password" {
                        (icons::EYE) span { "Show" }
                    }
                }
            }
        } else {
            self.input()
        };
        group(self, control)
    }
}

/// A field for several lines.
pub fn text_area(field: &Field, rows: u8) -> Markup {
    let control = html! {
        textarea."nhsuk-textarea" id=(field.id()) name=(field.name) rows=(rows)
            aria-describedby=[field.described_by()] { (field.value) }
    };
    group(field, control)
}

/// One of a list, when the list is too long to be seen at once.
pub fn select(field: &Field, choices: &[Choice]) -> Markup {
    let control = html! {
        select."nhsuk-select" id=(field.id()) name=(field.name)
            aria-describedby=[field.described_by()] {
            @for choice in choices {
                option value=(choice.value) selected[choice.value == field.value] {
                    (choice.words)
                }
            }
        }
    };
    group(field, control)
}

fn group(field: &Field, control: Markup) -> Markup {
    let error_class = field
        .error
        .map(|_| "nhsuk-form-group--error")
        .unwrap_or_default();
    html! {
        div class={ "nhsuk-form-group " (error_class) } {
            label."nhsuk-label" for=(field.id()) { (field.label) }
            @if !field.hint.is_empty() {
                div."nhsuk-hint" id={ (field.id()) "-hint" } { (field.hint) }
            }
            @if let Some(sentence) = field.error {
                span."nhsuk-error-message" id={ (field.id()) "-error" } {
                    (icons::CIRCLE_ALERT) " " (sentence)
                }
            }
            (control)
        }
    }
}

fn described_by(name: &str, has_hint: bool, has_error: bool) -> Option<String> {
    match (has_hint, has_error) {
        (true, true) => Some(format!("{name}-hint {name}-error")),
        (true, false) => Some(format!("{name}-hint")),
        (false, true) => Some(format!("{name}-error")),
        (false, false) => None,
    }
}

/// One possible answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub words: String,
    /// What it means or leads to; empty when the words say it all.
    pub hint: String,
}

impl Choice {
    /// An answer whose words say it all.
    pub fn plain(value: impl Into<String>, words: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            words: words.into(),
            hint: String::new(),
        }
    }

    /// An answer with a line below that says what it leads to.
    pub fn with_hint(value: &str, words: &str, hint: &str) -> Self {
        Self {
            hint: hint.into(),
            ..Self::plain(value, words)
        }
    }
}

/// A yes or no.
pub fn checkbox(name: &str, label: &str, hint: &str, checked: bool) -> Markup {
    html! {
        div."nhsuk-checkboxes nhsuk-checkboxes--small al-tightbox" {
            div."nhsuk-checkboxes__item" {
                input."nhsuk-checkboxes__input" id=(name) name=(name) type="checkbox"
                    value="yes" checked[checked]
                    aria-describedby=[described_by(name, !hint.is_empty(), false)];
                label."nhsuk-label nhsuk-checkboxes__label" for=(name) { (label) }
                @if !hint.is_empty() {
                    div."nhsuk-hint nhsuk-checkboxes__hint" id={ (name) "-hint" } { (hint) }
                }
            }
        }
    }
}

/// One answer as a large target that can be hit with a glove; a radio button underneath.
pub fn pick(name: &str, choice: &Choice, icon: Option<Icon>, chosen: bool) -> Markup {
    html! {
        label.al-pick {
            input type="radio" name=(name) value=(choice.value) checked[chosen];
            @if let Some(icon) = icon { (icon.large()) }
            span {
                (choice.words)
                @if !choice.hint.is_empty() { small { (choice.hint) } }
            }
            (icons::CHECK.with_class("al-pick__ok"))
        }
    }
}

/// A question with its answers as large targets. The first answer is not chosen for anyone.
pub fn picks(legend: &str, name: &str, choices: &[Choice], chosen: &str) -> Markup {
    html! {
        fieldset.al-fieldset {
            legend.al-h4 { (legend) }
            div.al-picks {
                @for choice in choices {
                    (pick(name, choice, None, choice.value == chosen))
                }
            }
        }
    }
}

/// A value that travels with the form and is not seen.
pub fn hidden(name: &str, value: impl std::fmt::Display) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// A button that sends its form. `busy` is what it says while the server answers.
pub fn submit(words: &str, icon: Option<Icon>, busy: &str, weight: Weight) -> Markup {
    html! {
        button type="submit" class={ "nhsuk-button " (weight.class()) } data-busy=(busy) {
            @if let Some(icon) = icon { (icon) } span { (words) }
        }
    }
}

/// The same, at the height of a dense page.
pub fn submit_small(words: &str, icon: Option<Icon>, busy: &str, weight: Weight) -> Markup {
    html! {
        button type="submit" data-busy=(busy)
            class={ "nhsuk-button nhsuk-button--small " (weight.class()) } {
            @if let Some(icon) = icon { (icon) } span { (words) }
        }
    }
}

/// A form that is one button: an act on something, with the version it was looked at.
pub fn act(action: &str, version: i64, button: Markup) -> Markup {
    html! {
        form.al-act method="post" action=(action) { (hidden("version", version)) (button) }
    }
}

/// A link that opens a dialog. Without a script it jumps to it, and the dialog shows as well.
pub fn opens_dialog(id: &str, words: &str, icon: Icon) -> Markup {
    html! {
        a."nhsuk-button nhsuk-button--small nhsuk-button--secondary" href={ "#" (id) }
            role="button" data-opens=(id) { (icon) (words) "…" }
    }
}

/// A link to a dialog that stands on another page, which shows it at once: where each of many rows
/// has dialogs, a page carries those of one row only.
pub fn leads_to_dialog(page: &str, id: &str, words: &str, icon: Icon) -> Markup {
    html! {
        a."nhsuk-button nhsuk-button--small nhsuk-button--secondary" href={ (page) "#" (id) } {
            (icon) (words) "…"
        }
    }
}

/// A dialog with one form: a question, fields, one button, and a way out that changes nothing.
pub struct Dialog<'a> {
    /// The id that [`opens_dialog`] names.
    pub id: &'a str,
    /// What is asked.
    pub title: &'a str,
    /// Where the form is sent.
    pub action: String,
    /// The version of what is changed.
    pub version: i64,
    /// The fields.
    pub fields: Markup,
    /// The button that sends it.
    pub button: Markup,
}

impl Render for Dialog<'_> {
    fn render(&self) -> Markup {
        html! {
            dialog.al-dialog id=(self.id) aria-labelledby={ (self.id) "-title" } {
                form method="post" action=(self.action) {
                    (hidden("version", self.version))
                    div.al-dialog__head {
                        h2.al-h2 id={ (self.id) "-title" } { (self.title) }
                    }
                    div.al-dialog__body { (self.fields) }
                    div.al-dialog__foot {
                        (self.button)
                        a href="#main" data-closes=(self.id) { "Leave it as it is" }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oxygen(error: Option<&str>) -> String {
        let field = Field {
            name: "oxygen",
            label: "Oxygen",
            hint: "Litres a minute",
            value: "150",
            error,
            ..Field::default()
        };
        field.render().into_string()
    }

    /// A wrong value stays in its field, with the sentence that says how to put it right.
    #[test]
    fn a_wrong_value_stays_and_says_why() {
        let shown = oxygen(Some("Oxygen is between 0.5 and 15 litres a minute"));
        assert!(shown.contains(r#"value="150""#), "{shown}");
        assert!(
            shown.contains(r#"aria-describedby="oxygen-hint oxygen-error""#),
            "{shown}"
        );
        assert!(shown.contains("between 0.5 and 15"), "{shown}");
    }

    /// A field that is right is not called wrong to someone who listens to the page.
    #[test]
    fn a_right_value_is_not_marked() {
        let shown = oxygen(None);
        assert!(!shown.contains("aria-invalid"), "{shown}");
        assert!(
            shown.contains(r#"aria-describedby="oxygen-hint""#),
            "{shown}"
        );
    }

    /// The summary at the head leads to each field, and is not there when all is well.
    #[test]
    fn the_summary_leads_to_each_field() {
        assert_eq!(error_summary(&[]).into_string(), "");
        let errors = [FormError {
            field: "to".into(),
            sentence: "Say where to".into(),
        }];
        let shown = error_summary(&errors).into_string();
        assert!(shown.contains(r##"href="#to""##), "{shown}");
        assert!(shown.contains("1 thing to put right"), "{shown}");
        assert_eq!(error_of(&errors, "to"), Some("Say where to"));
        assert_eq!(error_of(&errors, "from"), None);
    }
}
