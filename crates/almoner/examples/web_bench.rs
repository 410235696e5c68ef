//! How fast the server answers: pages at 200 requests a second, one event to a thousand listeners,
//! the time from start to the first page, and memory at rest.
//!
//! `cargo xtask bench web` builds the server and runs this. Requests are sent on a fixed schedule
//! and timed from when they were due, so a server that falls behind is not flattered. Beside each
//! page stands `/livez`, which does nothing, at the same rate in the same run: what it takes is the
//! machine's share and this program's own. Nothing here asserts a time.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context, ensure};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout},
};

use self::server::{Person, Server};

#[path = "web_bench/server.rs"]
mod server;

/// Requests a second.
const RATE: u32 = 200;
/// Requests of one page in one round: eight seconds.
const REQUESTS: u32 = 8 * RATE;
const ROUNDS: usize = 3;
const LISTENERS: usize = 1_000;
const EVENTS: usize = 10;
const STARTS: usize = 5;
/// After this time at rest memory is read.
const REST: Duration = Duration::from_secs(10);
/// An event that has not come after this time is lost.
const LOST: Duration = Duration::from_secs(20);

/// Who looks at what.
const PAGES: [(&str, &str); 4] = [
    ("coordinator", "/board"),
    ("coordinator", "/people"),
    ("requester", "/ask"),
    ("auditor", "/controls"),
];

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> anyhow::Result<()> {
    let binary = std::env::args().nth(1).map(PathBuf::from);
    let binary = binary.context("which server? `cargo xtask bench web` builds one and names it")?;
    // Fails only when a provider is installed already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let folder = tempfile::tempdir()?;
    let place = folder.path().join("hospital").display().to_string();
    let arguments = ["demo", "--port", "0", "--speed", "20", "--dir", &place];
    let mut demo = Server::start(&binary, &arguments).await?;
    let people = demo.people.clone();
    pages(&demo, &people).await?;
    listeners(&demo, &people).await?;
    demo.stop().await?;
    at_rest(&binary, &place).await
}

/// Each page in turn with `/livez`, at the same rate.
async fn pages(server: &Server, people: &[Person]) -> anyhow::Result<()> {
    let client = Client::new();
    for (role, path) in PAGES {
        let token = token(server, people, role).await?;
        let (mut own, mut idle) = (vec![], vec![]);
        for _ in 0..ROUNDS {
            idle.extend(ask(&client, &server.base, "/livez", &token).await?);
            own.extend(ask(&client, &server.base, path, &token).await?);
        }
        let (own, idle) = (Spread::of(own), Spread::of(idle));
        println!(
            "{path} at {RATE}/s: {own}; /livez: {idle}; p99 {:.1} times that of /livez",
            own.percentile(99).as_secs_f64() / idle.percentile(99).as_secs_f64()
        );
    }
    Ok(())
}

/// Asks for one page on schedule; how long each answer took from when it was due.
async fn ask(
    client: &Client,
    base: &str,
    path: &str,
    token: &str,
) -> anyhow::Result<Vec<Duration>> {
    let url: Arc<str> = format!("{base}{path}").into();
    let began = Instant::now() + Duration::from_millis(50);
    let mut asking = JoinSet::new();
    for number in 0..REQUESTS {
        let due = began + Duration::from_secs(1) * number / RATE;
        let (client, url, token) = (client.clone(), url.clone(), token.to_owned());
        asking.spawn(async move {
            sleep_until(due).await;
            let answer = client.get(&*url).bearer_auth(token).send().await?;
            let answer = answer.error_for_status()?;
            ensure!(
                answer.url().path() == path_of(&url),
                "sent to {}",
                answer.url()
            );
            answer.bytes().await?;
            Ok(due.elapsed())
        });
    }
    asking.join_all().await.into_iter().collect()
}

fn path_of(url: &str) -> &str {
    let after_host = url.split_once("://").map_or(url, |(_, rest)| rest);
    after_host.find('/').map_or("/", |at| &after_host[at..])
}

/// A thousand boards are open; how long until each of them has a new task.
async fn listeners(server: &Server, people: &[Person]) -> anyhow::Result<()> {
    let watcher = token(server, people, "coordinator").await?;
    let asker = token(server, people, "coordinator").await?;
    let (latest, _) = watch::channel((0_i64, Instant::now()));
    let mut boards = JoinSet::new();
    for _ in 0..LISTENERS {
        let stream = board(&server.base, &watcher).await?;
        boards.spawn(listen(stream, latest.subscribe()));
    }
    let client = Client::new();
    let places: Vec<Value> = get(&client, server, &asker, "/api/v1/places").await?;
    let kinds: Vec<Value> = get(&client, server, &asker, "/api/v1/task-types").await?;
    for number in 0..EVENTS {
        sleep(Duration::from_secs(2)).await;
        let wish = json!({
            "task_type": kinds[number % kinds.len()]["code"],
            "priority": "ROUTINE",
            "from": places[number % places.len()]["code"],
            "to": places[(number + 7) % places.len()]["code"],
        });
        let began = Instant::now();
        let made: Value = post(&client, server, &asker, ("/api/v1/tasks", &wish)).await?;
        let id = made["id"].as_i64().context("a task without a number")?;
        latest.send_replace((id, began));
    }
    sleep(LOST).await;
    drop(latest);
    let waits: Vec<Vec<Duration>> = boards.join_all().await;
    let (all, wanted) = (waits.concat(), LISTENERS * EVENTS);
    let lost = wanted - all.len();
    println!(
        "one event to {LISTENERS} listeners, {EVENTS} times: {}; lost: {lost}",
        Spread::of(all)
    );
    Ok(())
}

/// Opens the live board as a browser does, and waits until it streams.
async fn board(base: &str, token: &str) -> anyhow::Result<TcpStream> {
    let host = base.trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&host).await?;
    let request = format!(
        "GET /board/live HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
         Accept: text/event-stream\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut first = [0; 12];
    stream.read_exact(&mut first).await?;
    ensure!(
        &first == b"HTTP/1.1 200",
        "{}",
        String::from_utf8_lossy(&first)
    );
    Ok(stream)
}

/// Reads one board until the end; how long each task took that was announced.
async fn listen(
    mut stream: TcpStream,
    mut latest: watch::Receiver<(i64, Instant)>,
) -> Vec<Duration> {
    let (mut waits, mut text) = (vec![], String::new());
    let mut came: Option<Instant> = None;
    let mut wanted: Option<(i64, Instant)> = None;
    let mut part = vec![0; 16 * 1024];
    loop {
        tokio::select! {
            read = stream.read(&mut part) => match read {
                Ok(0) | Err(_) => return waits,
                Ok(count) => {
                    text.push_str(&String::from_utf8_lossy(&part[..count]));
                    came = Some(Instant::now());
                }
            },
            changed = latest.changed() => match changed {
                Ok(()) => wanted = Some(*latest.borrow()),
                Err(_) => return waits,
            },
        }
        if let (Some((id, began)), Some(came)) = (wanted, came)
            && text.contains(&format!("task-{id}\""))
        {
            waits.push(came - began);
            wanted = None;
        }
        if wanted.is_none() {
            keep_tail(&mut text);
        }
    }
}

/// A row may come before its number is known, so the last of what came is kept.
fn keep_tail(text: &mut String) {
    const TAIL: usize = 256 * 1024;
    if text.len() > 2 * TAIL {
        let from = text.ceil_char_boundary(text.len() - TAIL);
        text.drain(..from);
    }
}

/// Time to the first page, and memory, of a server on an instance that is there.
async fn at_rest(binary: &std::path::Path, place: &str) -> anyhow::Result<()> {
    let client = Client::new();
    let mut starts = vec![];
    let mut memory = 0;
    for number in 0..STARTS {
        let began = Instant::now();
        let mut server =
            Server::start(binary, &["serve", place, "--listen", "127.0.0.1:0"]).await?;
        let page = client
            .get(format!("{}/sign-in", server.base))
            .send()
            .await?;
        page.error_for_status()?.bytes().await?;
        starts.push(began.elapsed());
        if number + 1 == STARTS {
            sleep(REST).await;
            memory = server.memory()?;
        }
        server.stop().await?;
    }
    println!("from start to the first page: {}", Spread::of(starts));
    println!("memory at rest: {} MB", memory / 1_000_000);
    let size = std::fs::metadata(binary)?.len();
    println!("size of the program: {} MB", size / 1_000_000);
    Ok(())
}

async fn token(server: &Server, people: &[Person], role: &str) -> anyhow::Result<String> {
    let person = people.iter().find(|person| person.role == role);
    let person = person.with_context(|| format!("nobody is a {role}"))?;
    let body = json!({ "name": person.name, "password": person.password });
    let made: Value = post(&Client::new(), server, "", ("/api/v1/sessions", &body)).await?;
    let token = made["token"].as_str().context("no token")?;
    Ok(token.to_owned())
}

async fn post(
    client: &Client,
    server: &Server,
    token: &str,
    (path, body): (&str, &Value),
) -> anyhow::Result<Value> {
    let mut request = client.post(format!("{}{path}", server.base)).json(body);
    if !token.is_empty() {
        request = request.bearer_auth(token);
    }
    let answer = timeout(LOST, request.send()).await??;
    let status = answer.status();
    let text = answer.text().await?;
    ensure!(status.is_success(), "{path}: {status} {text}");
    Ok(serde_json::from_str(&text)?)
}

async fn get(
    client: &Client,
    server: &Server,
    token: &str,
    path: &str,
) -> anyhow::Result<Vec<Value>> {
    let request = client
        .get(format!("{}{path}", server.base))
        .bearer_auth(token);
    Ok(request.send().await?.error_for_status()?.json().await?)
}

/// Waits in order of length.
struct Spread(Vec<Duration>);

impl Spread {
    fn of(mut waits: Vec<Duration>) -> Self {
        waits.sort_unstable();
        Self(waits)
    }

    /// The wait that this percentage of all does not exceed.
    fn percentile(&self, percent: usize) -> Duration {
        let place = (self.0.len() * percent / 100).min(self.0.len().saturating_sub(1));
        self.0.get(place).copied().unwrap_or_default()
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let millis = |percent| self.percentile(percent).as_secs_f64() * 1_000.0;
        write!(
            to,
            "p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
            millis(50),
            millis(99),
            millis(100)
        )
    }
}
