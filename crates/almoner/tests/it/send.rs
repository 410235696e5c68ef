//! Asking the server things: a request goes straight into the router, no socket between.
//!
//! Pages are asked with the cookie, the API with the token in its header, as browsers and scripts
//! do. A live stream is not read to its end, because it has none.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream, to_bytes},
    http::{HeaderMap, Request, header},
};
use futures_util::StreamExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::house::{House, Person};

/// The most that an answer holds.
const ANSWER_MAX: usize = 8 * 1024 * 1024;
/// How long a test waits for something that comes by itself before it says that it does not.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What is sent.
#[derive(Clone, Debug)]
pub enum Sent {
    /// No body.
    Nothing,
    /// Fields of a page's form.
    Form(Vec<(String, String)>),
    /// A JSON body.
    Json(Value),
    /// Anything, with its content type.
    Bytes(String, Vec<u8>),
}

/// Fields of a form.
pub fn form(fields: &[(&str, &str)]) -> Sent {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Sent::Form(fields.iter().map(owned).collect())
}

/// The import page's form with a file in it.
pub fn file(kind: &str, text: &str) -> Sent {
    const EDGE: &str = "edge-of-a-part";
    let part = |name: &str, value: &str| {
        format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body = format!(
        "{}--{EDGE}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"it.csv\"\r\n\
         Content-Type: text/csv\r\n\r\n{text}\r\n--{EDGE}--\r\n",
        part("kind", kind)
    );
    Sent::Bytes(
        format!("multipart/form-data; boundary={EDGE}"),
        body.into_bytes(),
    )
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; empty for a live stream.
    pub body: String,
}

impl Answer {
    /// A header as text; empty without it.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }

    /// What a page says, without its frame: for a failure that somebody has to read.
    pub fn said(&self) -> &str {
        let main = self
            .body
            .split_once("<main")
            .map_or(&*self.body, |(_, main)| main);
        main.split_once("</main>").map_or(main, |(main, _)| main)
    }

    /// Where a redirect leads.
    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// The JSON body.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {} {}", self.status, self.body))
    }

    /// The number at the end of the address that a redirect leads to.
    pub fn number(&self) -> i64 {
        let last = self.location().rsplit('/').next();
        last.and_then(|text| text.parse().ok())
            .unwrap_or_else(|| panic!("no number: {} {}", self.status, self.location()))
    }

    /// Whether it is an RFC 9457 problem document that says its own status.
    pub fn is_problem(&self) -> bool {
        self.header("content-type") == "application/problem+json"
            && self.json()["status"] == self.status
    }

    /// The last part of a problem's type.
    pub fn problem(&self) -> String {
        assert!(
            self.is_problem(),
            "no problem document: {} {}",
            self.status,
            self.body
        );
        let kind = self.json()["type"].as_str().unwrap().to_owned();
        kind.rsplit('/').next().unwrap().to_owned()
    }
}

impl House {
    /// A request as somebody would send it; tests add what is unusual.
    pub fn request(
        &self,
        who: Option<&Person>,
        method: &str,
        path: &str,
        sent: Sent,
    ) -> Request<Body> {
        let mut builder = Request::builder().method(method).uri(path);
        builder = builder.header(header::HOST, "localhost");
        if let Some(person) = who {
            builder = if path.starts_with("/api/") {
                builder.header(header::AUTHORIZATION, format!("Bearer {}", person.token))
            } else {
                builder.header(header::COOKIE, format!("__Host-almoner={}", person.token))
            };
        }
        // A script has to say which version it saw. Most sentences here are not about that.
        if path.starts_with("/api/") && method != "GET" {
            builder = builder.header(header::IF_MATCH, "*");
        }
        let (kind, bytes) = match sent {
            Sent::Nothing => return builder.body(Body::empty()).unwrap(),
            Sent::Form(fields) => (
                "application/x-www-form-urlencoded".to_owned(),
                urlencoded(&fields).into_bytes(),
            ),
            Sent::Json(json) => ("application/json".to_owned(), json.to_string().into_bytes()),
            Sent::Bytes(kind, bytes) => (kind, bytes),
        };
        builder
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(bytes))
            .unwrap()
    }

    /// Sends a request and waits for the answer.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let status = parts.status.as_u16();
        let kind = parts.headers.get(header::CONTENT_TYPE);
        let is_stream = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        let bytes = match is_stream {
            true => vec![],
            false => to_bytes(body, ANSWER_MAX).await.unwrap().to_vec(),
        };
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer {
            status,
            headers: parts.headers,
            body,
        }
    }

    /// Asks for a page or for something of the API.
    pub async fn get(&self, who: &Person, path: &str) -> Answer {
        self.send(self.request(Some(who), "GET", path, Sent::Nothing))
            .await
    }

    /// Sends a page's form.
    pub async fn post(&self, who: &Person, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.request(Some(who), "POST", path, form(fields)))
            .await
    }

    /// Sends JSON to the API.
    pub async fn call(&self, who: &Person, path: &str, json: Value) -> Answer {
        self.send(self.request(Some(who), "POST", path, Sent::Json(json)))
            .await
    }

    /// Opens a live stream.
    pub async fn follow(&self, who: &Person, path: &str) -> Stream {
        let request = self.request(Some(who), "GET", path, Sent::Nothing);
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status().as_u16(), 200, "{path} can be followed");
        Stream {
            body: response.into_body().into_data_stream(),
            text: String::new(),
        }
    }
}

fn urlencoded(fields: &[(String, String)]) -> String {
    let escape = |text: &str| -> String {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        text.bytes()
            .map(|byte| match plain(byte) {
                true => char::from(byte).to_string(),
                false => format!("%{byte:02X}"),
            })
            .collect()
    };
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// A live stream that is being read.
pub struct Stream {
    body: BodyDataStream,
    text: String,
}

impl Stream {
    /// Reads on until these words come; everything up to them is taken out and given back.
    pub async fn until(&mut self, words: &str) -> String {
        while !self.text.contains(words) {
            let next = tokio::time::timeout(PATIENCE, self.body.next()).await;
            let next = next.unwrap_or_else(|_| panic!("{words} did not come in {}", self.text));
            let bytes = next.unwrap_or_else(|| panic!("it ended before {words}: {}", self.text));
            self.text
                .push_str(&String::from_utf8_lossy(&bytes.unwrap()));
        }
        std::mem::take(&mut self.text)
    }
}
