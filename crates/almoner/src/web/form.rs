//! Forms and JSON bodies: closed schemas, limits, a sentence instead of a parser's message.

use std::{str::FromStr, sync::Arc};

use axum::{
    Form, Json,
    extract::{
        FromRequest, FromRequestParts, Path, Request,
        rejection::{FormRejection, JsonRejection},
    },
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;

use super::{
    app::App,
    refusal::{ApiError, PageError, Refusal},
    views::problem::Problem,
};

/// A form of a page. Types say `deny_unknown_fields`, so nothing is taken that nobody asked for.
pub struct Checked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Checked<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        match Form::<T>::from_request(request, state).await {
            Ok(Form(form)) => Ok(Self(form)),
            Err(rejection) => Err(page_rejection(&rejection)),
        }
    }
}

fn page_rejection(rejection: &FormRejection) -> Response {
    let status = rejection.status();
    let refusal = Refusal::because(Problem::NotUnderstood, words_for(status));
    let exact_status = Some(status);
    PageError::from(Refusal {
        exact_status,
        ..refusal
    })
    .into_response()
}

/// The id in a page's address. What is no id leads nowhere, like one that is not there.
pub struct Id<T>(pub T);

impl<T: FromStr + Send> FromRequestParts<Arc<App>> for Id<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, PageError> {
        let text = Path::<String>::from_request_parts(parts, app).await.ok();
        let id = text.and_then(|Path(text)| text.parse().ok());
        id.map(Self)
            .ok_or_else(|| PageError::of(app, Refusal::usual(Problem::NotThere)))
    }
}

/// The id in an address of the API.
pub struct ApiId<T>(pub T);

impl<S: Send + Sync, T: FromStr + Send> FromRequestParts<S> for ApiId<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let text = Path::<String>::from_request_parts(parts, state).await.ok();
        let id = text.and_then(|Path(text)| text.parse().ok());
        id.map(Self)
            .ok_or_else(|| Refusal::usual(Problem::NotThere).as_problem())
    }
}

/// A JSON body of the API.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(api_rejection(&rejection)),
        }
    }
}

fn api_rejection(rejection: &JsonRejection) -> Response {
    let status = rejection.status();
    // A parser's message names fields and lines of what the caller sent, nothing else.
    let words = match rejection {
        JsonRejection::JsonDataError(error) => error.body_text(),
        JsonRejection::JsonSyntaxError(error) => error.body_text(),
        _ => words_for(status).to_owned(),
    };
    let refusal = Refusal::because(Problem::NotUnderstood, words);
    // The document says the same status as its envelope.
    let exact_status = Some(status);
    Refusal {
        exact_status,
        ..refusal
    }
    .as_problem()
    .into_response()
}

fn words_for(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => "That is more than one form can hold.",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "That is not the kind of data expected here.",
        _ => "Something in what was sent is missing, unknown or not of its form.",
    }
}
