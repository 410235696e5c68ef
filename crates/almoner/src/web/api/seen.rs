//! `If-Match`: a script says which version of a task or a team it decided on, so that it
//! overwrites nobody.
//!
//! `GET /tasks/{task}` answers with the version as `ETag`; a change of the task sends it back. A
//! script that means "whatever it is by now" has to say so with `If-Match: *`. Refused: a change
//! that says neither (428), and one of a version that is not there any more (412).

use axum::{
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
};
use care::tasking::{
    error::TaskError,
    model::TaskId,
    seen::{Seen, SeenTask},
};
use trust::store::error::StoreError;

use crate::web::{
    refusal::{ApiError, Refusal},
    views::problem::Problem,
};

/// The version that a change was decided on.
pub struct IfMatch(pub Seen);

impl IfMatch {
    /// This task as the script saw it.
    pub fn task(&self, id: TaskId) -> SeenTask {
        let Self(seen) = *self;
        SeenTask { id, seen }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            let words = "Send the ETag that you read as If-Match, or If-Match: * for whatever it \
                         is by now.";
            let refusal = Refusal {
                slug: "version-needed",
                exact_status: Some(StatusCode::PRECONDITION_REQUIRED),
                ..Refusal::because(Problem::NotUnderstood, words)
            };
            return Err(refusal.as_problem());
        };
        let seen = value.to_str().ok().and_then(seen_in).ok_or_else(|| {
            let words = "If-Match takes one ETag as it was sent, or *.";
            Refusal::because(Problem::NotUnderstood, words).as_problem()
        })?;
        Ok(Self(seen))
    }
}

/// One tag in quotation marks, or the star. A list has no meaning here: a script saw one version.
fn seen_in(text: &str) -> Option<Seen> {
    match text.trim() {
        "*" => Some(Seen::AsItIs),
        tag => {
            let version = tag.strip_prefix('"')?.strip_suffix('"')?;
            version.parse().ok().map(Seen::At)
        }
    }
}

/// The version as an answer carries it.
pub fn etag(version: i64) -> [(HeaderName, HeaderValue); 1] {
    let tag = HeaderValue::from_str(&format!("\"{version}\""));
    let tag = tag.expect("digits in quotation marks are a header's value");
    [(header::ETAG, tag)]
}

/// A change that came too late is 412 where a condition was sent (RFC 9110, 13.1.1); what it is
/// called stays the same as on pages.
pub fn told(error: TaskError) -> ApiError {
    let is_late = error == TaskError::Store(StoreError::Quicker);
    let refusal = Refusal::from(error);
    if !is_late {
        return refusal.as_problem();
    }
    let words = "It was changed since you read it. Nothing was stored. Read it again, then \
                 decide.";
    Refusal {
        exact_status: Some(StatusCode::PRECONDITION_FAILED),
        sentence: Some(words.to_owned()),
        ..refusal
    }
    .as_problem()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only one version in quotation marks, or the star, says what was seen.
    #[test]
    fn a_tag_comes_back_as_it_was_sent() {
        assert_eq!(seen_in("\"42\""), Some(Seen::At(42)));
        assert_eq!(seen_in(" * "), Some(Seen::AsItIs));
        for text in ["", "42", "\"42", "W/\"42\"", "\"4\", \"2\"", "\"x\""] {
            assert_eq!(seen_in(text), None, "{text}");
        }
    }
}
