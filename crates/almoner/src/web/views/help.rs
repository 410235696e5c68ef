//! Help: one page for each page, in words anyone on the ward uses.
//!
//! The texts are in `help_texts`; a page that names a help page that is not there fails a test.
//! Next: `help_texts`.

use maud::{Markup, html};

use super::help_texts::{TOPICS, Topic};
use crate::web::parts::blocks::{key, page_head, panel};
use crate::web::parts::icons;
use crate::web::parts::shell::{Page, Shell, Width, bare_page, page as framed};
use crate::web::parts::states::Vocabulary;

/// The topic with this name, or nothing.
pub fn topic(name: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.name == name)
}

/// `GET /help/{page}`
pub fn page(topic: &Topic, shell: &Shell) -> Markup {
    let title = format!("Help: {}", topic.title);
    if shell.reader.is_none() {
        let content = html! {
            main #main ."al-page al-page--read" {
                (content(topic, &title))
                p.al-mt { a href="/sign-in" { "Back to sign in" } }
            }
        };
        return bare_page(shell, &title, content);
    }
    let page = Page {
        title: &title,
        help: "all",
        width: Width::Usual,
        live: None,
        keys: &[],
        body: html! {
            div."al-cols al-cols--side" {
                div { (content(topic, &title)) }
                (contents(topic))
            }
        },
    };
    framed(shell, page)
}

fn content(topic: &Topic, title: &str) -> Markup {
    html! {
        (page_head(title, html! { (topic.about) }, html! {}))
        div.al-stack {
            @if !topic.see.is_empty() {
                (panel("What you see", html! {
                    div."al-stack al-stack--s" { @for words in topic.see { p { (words) } } }
                }))
            }
            @if !topic.words.is_empty() { (words(topic)) }
            @if !topic.how.is_empty() { (how(topic)) }
            @if !topic.keys.is_empty() { (keys(topic)) }
        }
    }
}

fn words(topic: &Topic) -> Markup {
    panel(
        "What the words mean",
        html! {
            ul.al-words {
                @for (state, meaning) in topic.words {
                    li { (state.shown()) span { (meaning) } }
                }
            }
        },
    )
}

fn how(topic: &Topic) -> Markup {
    panel(
        "How do I",
        html! {
            div.al-stack {
                @for (question, answer) in topic.how {
                    div { h3.al-h4 { (question) } p { (answer) } }
                }
            }
        },
    )
}

fn keys(topic: &Topic) -> Markup {
    panel(
        "Keys",
        html! {
            ul.al-keys {
                @for (name, meaning) in topic.keys {
                    li {
                        span { @for one in name.split(' ') { (key(one)) " " } } (meaning)
                    }
                }
            }
            label.al-keyswitch hidden data-keys-switch {
                input type="checkbox" data-setting="keys";
                " Single keys do something on this device"
            }
        },
    )
}

fn contents(here: &Topic) -> Markup {
    html! {
        nav.al-panel aria-label="All help" {
            div.al-panel__head { h2.al-h3 { "All help" } }
            div.al-panel__body {
                ul.al-links {
                    @for topic in TOPICS {
                        li {
                            a href={ "/help/" (topic.name) }
                                aria-current=[(topic.name == here.name).then_some("page")] {
                                (topic.title)
                            }
                        }
                    }
                }
            }
            p.al-panel__foot { (icons::PHONE) " Stuck? Ask your control room." }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::views::{gallery, samples};

    /// Every help button on every page leads to a text.
    #[test]
    fn every_page_has_its_help() {
        for (name, markup) in gallery::sample_pages() {
            let shown = markup.into_string();
            for part in shown.split("href=\"/help/").skip(1) {
                let target = part.split(['"', '#']).next().unwrap_or_default();
                assert!(topic(target).is_some(), "{name} leads to /help/{target}");
            }
        }
    }

    /// Every topic is drawn for people inside and at the door.
    #[test]
    fn every_topic_is_drawn() {
        let mut outside = samples::shell();
        outside.reader = None;
        for topic in TOPICS {
            assert!(
                page(topic, &samples::shell())
                    .into_string()
                    .contains(topic.title)
            );
            assert!(page(topic, &outside).into_string().contains(topic.about));
        }
    }
}
