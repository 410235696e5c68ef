//! Every error as a person or a script hears it: status, sentence, way on. Exhaustive on purpose.
//!
//! Nobody hears more than an incident number of a fault of ours; what happened stands in the
//! server's own log. No patient data is in any of it.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use care::tasking::{
    erasing::EraseError, error::TaskError, model::TransitionError, teams::TeamError,
};
use serde::Serialize;
use trust::{
    identity::{accounts::AccountError, caller::PermitError, sign_in::SignInError},
    store::error::StoreError,
    vault::random,
};

use super::{
    app::App,
    parts::shell::{Shell, Theme},
    views::problem::{self, Problem, ProblemView},
};

/// Why a request was not served.
#[derive(Debug)]
pub struct Refusal {
    /// What kind of thing is wrong.
    pub problem: Problem,
    /// The stable name of the kind, for scripts.
    pub slug: &'static str,
    /// The HTTP status, where it says more than the problem's usual one.
    pub exact_status: Option<StatusCode>,
    /// What happened, if there are better words than the usual.
    pub sentence: Option<String>,
    /// The incident number, for a fault of ours.
    pub incident: Option<String>,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<i64>,
}

impl Refusal {
    /// A refusal in the usual words of its kind.
    #[must_use]
    pub fn usual(problem: Problem) -> Self {
        let slug = match problem {
            Problem::NotUnderstood => "not-understood",
            Problem::SignedOut => "signed-out",
            Problem::NotYours => "not-allowed",
            Problem::NotThere => "not-found",
            Problem::SomeoneWasQuicker => "someone-was-quicker",
            Problem::WrongHost => "wrong-host",
            Problem::TooMany => "too-many-attempts",
            Problem::Busy => "busy",
            Problem::Quarantine => "read-only",
            Problem::NotSaved => "not-saved",
            Problem::Fault => "fault",
        };
        let retry_after = (problem == Problem::Busy).then_some(1);
        Self {
            problem,
            slug,
            exact_status: None,
            sentence: None,
            incident: None,
            retry_after,
        }
    }

    /// The same with a sentence that says more.
    #[must_use]
    pub fn because(problem: Problem, sentence: impl Into<String>) -> Self {
        Self {
            sentence: Some(sentence.into()),
            ..Self::usual(problem)
        }
    }

    /// The terms of use have not been accepted.
    #[must_use]
    pub fn terms() -> Self {
        let sentence = "Accept the terms of use first.";
        Self {
            slug: "terms",
            ..Self::because(Problem::NotYours, sentence)
        }
    }

    /// An account that nobody has given a role.
    #[must_use]
    pub fn no_role() -> Self {
        let sentence = "You have no role yet, so there is nothing to show. Ask whoever gave you \
                        your first code to give you a role, then come back.";
        Self {
            slug: "no-role",
            ..Self::because(Problem::NotYours, sentence)
        }
    }

    fn fault(what: &str) -> Self {
        Self {
            incident: Some(incident(what)),
            ..Self::usual(Problem::Fault)
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        if let Some(status) = self.exact_status {
            return status;
        }
        match self.problem {
            Problem::NotUnderstood => StatusCode::UNPROCESSABLE_ENTITY,
            Problem::SignedOut => StatusCode::UNAUTHORIZED,
            Problem::NotYours => StatusCode::FORBIDDEN,
            Problem::NotThere => StatusCode::NOT_FOUND,
            Problem::SomeoneWasQuicker => StatusCode::CONFLICT,
            Problem::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Problem::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Problem::Busy | Problem::Quarantine => StatusCode::SERVICE_UNAVAILABLE,
            Problem::NotSaved => StatusCode::INSUFFICIENT_STORAGE,
            Problem::Fault => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn view(&self) -> ProblemView {
        let mut view = ProblemView::usual(self.problem);
        if let Some(sentence) = &self.sentence {
            view = view.because(sentence.clone());
        }
        if let Some(incident) = &self.incident {
            view = view.with_incident(incident.clone());
        }
        view
    }

    /// The same as an RFC 9457 problem document.
    #[must_use]
    pub fn as_problem(self) -> ApiError {
        ApiError(self)
    }

    fn retry(&self, mut response: Response) -> Response {
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// A new incident number, with what happened in the server's log.
pub fn incident(what: &str) -> String {
    let bytes = random::bytes::<4>();
    let number: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    tracing::error!(incident = %number, "{what}");
    number
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotAllowed => Self::usual(Problem::NotYours),
            StoreError::Quicker => Self::usual(Problem::SomeoneWasQuicker),
            StoreError::Rule(rule) => {
                tracing::info!(%rule, "refused by a rule of the database");
                Self::because(
                    Problem::SomeoneWasQuicker,
                    "That is there already, or still in use.",
                )
            }
            StoreError::TryAgain
            | StoreError::Busy
            | StoreError::TooSlow(_)
            | StoreError::Closed
            | StoreError::Unreachable(_) => {
                tracing::warn!(%error, "a request was turned away");
                Self::usual(Problem::Busy)
            }
            StoreError::DiskFull => Self::usual(Problem::NotSaved),
            StoreError::Unknown => {
                tracing::error!("it is not known whether a change was stored");
                let sentence = "It is not certain that this was saved. Look before you try again.";
                Self::because(Problem::Busy, sentence)
            }
            StoreError::Quarantined(reason) => Self::because(Problem::Quarantine, reason),
            StoreError::Tampered { .. } => Self::fault(&error.to_string()),
            StoreError::Sealed(_) => Self::fault(&error.to_string()),
            StoreError::Erased(_) => {
                Self::because(Problem::NotThere, "The person this is about was erased.")
            }
            StoreError::EventTooLarge(_) => Self::because(
                Problem::NotUnderstood,
                "That is more than one step can hold.",
            ),
            StoreError::Statement(_) => Self::fault(&error.to_string()),
        }
    }
}

impl From<PermitError> for Refusal {
    fn from(error: PermitError) -> Self {
        match error {
            PermitError::Refused(words) => {
                let sentence =
                    format!("Your roles do not let you {words}. The attempt is on record.");
                Self::because(Problem::NotYours, sentence)
            }
            PermitError::Terms => Self::terms(),
            PermitError::Store(error) => error.into(),
        }
    }
}

impl From<TaskError> for Refusal {
    fn from(error: TaskError) -> Self {
        let sentence = sentence(&error.to_string());
        match error {
            TaskError::NotFound => Self::usual(Problem::NotThere),
            TaskError::NotAHandler => Self::because(Problem::NotYours, sentence),
            TaskError::Step(step) => Self {
                slug: step_slug(&step),
                ..Self::because(Problem::SomeoneWasQuicker, sentence)
            },
            TaskError::Worker(_) | TaskError::HandsFull(_) | TaskError::CannotBeAsked(_) => Self {
                slug: "not-now",
                ..Self::because(Problem::SomeoneWasQuicker, sentence)
            },
            TaskError::Unsuited(_)
            | TaskError::Places
            | TaskError::Kind
            | TaskError::TooLong(..)
            | TaskError::TimePassed
            | TaskError::Needs(_)
            | TaskError::Team(TeamError::Name | TeamError::NameTaken)
            | TaskError::TaskType(_) => Self::because(Problem::NotUnderstood, sentence),
            TaskError::Team(TeamError::InUse) => Self {
                slug: "in-use",
                ..Self::because(Problem::SomeoneWasQuicker, sentence)
            },
            TaskError::Permit(error) => error.into(),
            TaskError::Store(error) => error.into(),
        }
    }
}

fn step_slug(step: &TransitionError) -> &'static str {
    match step {
        TransitionError::AlreadyAccepted | TransitionError::AlreadyDone => "already-done",
        TransitionError::SomeoneWasQuicker => "someone-was-quicker",
        TransitionError::CancelledMeanwhile(_) => "cancelled-meanwhile",
        TransitionError::OfferGone => "offer-gone",
        TransitionError::NotYours => "not-yours",
        _ => "not-now",
    }
}

/// A library's lower-case message as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters
        .next()
        .map(|letter| letter.to_uppercase().collect())
        .unwrap_or_default();
    let stop = if text.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{stop}", letters.as_str())
}

impl From<AccountError> for Refusal {
    fn from(error: AccountError) -> Self {
        let sentence = sentence(&error.to_string());
        match error {
            AccountError::NotFound | AccountError::RoleNotFound => Self::usual(Problem::NotThere),
            AccountError::NameTaken | AccountError::NameLength => {
                Self::because(Problem::NotUnderstood, sentence)
            }
            AccountError::OwnAccount | AccountError::Service => {
                Self::because(Problem::NotYours, sentence)
            }
            AccountError::NameDiffers => Self::because(Problem::NotUnderstood, sentence),
            AccountError::NotClosed => Self {
                slug: "not-now",
                ..Self::because(Problem::SomeoneWasQuicker, sentence)
            },
            AccountError::Unfinished => Self::because(Problem::Busy, sentence),
            AccountError::Permit(error) => error.into(),
            AccountError::Store(error) => error.into(),
        }
    }
}

impl From<EraseError> for Refusal {
    fn from(error: EraseError) -> Self {
        let sentence = sentence(&error.to_string());
        match error {
            EraseError::Task(error) => error.into(),
            EraseError::Account(error) => error.into(),
            EraseError::OnShift => Self {
                slug: "not-now",
                ..Self::because(Problem::SomeoneWasQuicker, sentence)
            },
            EraseError::Unfinished => Self::because(Problem::Busy, sentence),
        }
    }
}

impl From<SignInError> for Refusal {
    fn from(error: SignInError) -> Self {
        let sentence = sentence(&error.to_string());
        match error {
            SignInError::Wrong => Self {
                slug: "wrong",
                ..Self::because(Problem::SignedOut, sentence)
            },
            SignInError::Wait(seconds) => Self {
                retry_after: Some(seconds),
                ..Self::because(Problem::TooMany, sentence)
            },
            SignInError::Password(_) => Self::because(Problem::NotUnderstood, sentence),
            SignInError::TooMany(_) => Self::because(Problem::Busy, sentence),
            SignInError::Store(error) => error.into(),
        }
    }
}

/// A refusal as a page.
pub struct PageError {
    refusal: Refusal,
    shell: Option<Box<Shell>>,
}

impl PageError {
    /// With the instance's frame.
    #[must_use]
    pub fn of(app: &App, refusal: Refusal) -> Self {
        Self {
            refusal,
            shell: Some(Box::new(app.bare_shell(Theme::Device))),
        }
    }
}

impl<E: Into<Refusal>> From<E> for PageError {
    fn from(error: E) -> Self {
        Self {
            refusal: error.into(),
            shell: None,
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let status = self.refusal.status();
        let shell = self.shell.map_or_else(plain_shell, |shell| *shell);
        let markup = problem::page(&self.refusal.view(), &shell);
        self.refusal.retry((status, markup).into_response())
    }
}

/// The frame for an error that came up where no instance is at hand.
fn plain_shell() -> Shell {
    Shell {
        site: String::new(),
        reader: None,
        entries: vec![],
        at: None,
        theme: Theme::Device,
        now_micros: 0,
        speed: 1,
        session_ends_micros: None,
        quarantine: None,
        log: None,
        notice: None,
        demonstration: false,
    }
}

/// A refusal as a problem document.
pub struct ApiError(Refusal);

impl<E: Into<Refusal>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// RFC 9457 problem details.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ProblemDocument {
    /// Stable name of the kind of problem.
    #[serde(rename = "type")]
    kind: String,
    /// What happened, in the usual words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What happened here, and the way on.
    detail: String,
    /// The incident number, for a fault of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    incident: Option<String>,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.0.status();
        let view = self.0.view();
        let document = ProblemDocument {
            kind: format!("/problems/{}", self.0.slug),
            title: view.what,
            status: status.as_u16(),
            detail: view.why,
            incident: self.0.incident.clone(),
        };
        let mut response = (status, Json(document)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        self.0.retry(response)
    }
}
