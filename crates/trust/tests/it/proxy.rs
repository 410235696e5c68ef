//! A wire to PostgreSQL that can be cut at the worst moment: around COMMIT.
//!
//! It understands just enough of the protocol to see a client's COMMIT go by: a message is a
//! letter, four bytes of length, and a body; the first one has no letter.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering::SeqCst},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinSet,
};

/// Where the wire is cut, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Nowhere.
    Nowhere,
    /// COMMIT never reaches the server.
    BeforeCommit,
    /// The server did it; its answer is lost.
    AfterCommit,
    /// COMMIT goes out and the wire is cut at once: nobody knows what the server makes of it.
    WithCommit,
    /// As [`Cut::AfterCommit`], and nobody gets through until [`Proxy::mend`].
    AndStayAway,
}

const CUTS: [Cut; 5] = [
    Cut::Nowhere,
    Cut::BeforeCommit,
    Cut::AfterCommit,
    Cut::WithCommit,
    Cut::AndStayAway,
];

/// The wire.
pub struct Proxy {
    /// The database's address by way of the wire.
    pub url: String,
    wire: Arc<Wire>,
    _tasks: JoinSet<()>,
}

#[derive(Default)]
struct Wire {
    cut: AtomicU8,
    cuts: AtomicUsize,
    is_away: AtomicBool,
}

impl Proxy {
    /// Puts a wire between a client and the server of this address.
    pub async fn before(url: &str) -> Self {
        let (user, place) = url.rsplit_once('@').unwrap();
        let (server, database) = place.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let url = format!("{user}@127.0.0.1:{port}/{database}?sslmode=disable");
        let wire = Arc::<Wire>::default();
        let mut tasks = JoinSet::new();
        tasks.spawn(listen(listener, server.to_owned(), wire.clone()));
        Self {
            url,
            wire,
            _tasks: tasks,
        }
    }

    /// Cuts the wire at the next COMMIT.
    pub fn cut_at(&self, cut: Cut) {
        let place = CUTS.iter().position(|known| *known == cut).unwrap();
        self.wire.cut.store(u8::try_from(place).unwrap(), SeqCst);
    }

    /// How often it was cut.
    pub fn cuts(&self) -> usize {
        self.wire.cuts.load(SeqCst)
    }

    /// Lets clients through again.
    pub fn mend(&self) {
        self.wire.is_away.store(false, SeqCst);
    }
}

async fn listen(listener: TcpListener, server: String, wire: Arc<Wire>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        if wire.is_away.load(SeqCst) {
            continue; // dropped: the client sees the connection end
        }
        let Ok(server) = TcpStream::connect(&server).await else {
            continue;
        };
        for stream in [&client, &server] {
            stream.set_nodelay(true).unwrap();
        }
        connections.spawn(carry(client, server, wire.clone()));
    }
}

async fn carry(client: TcpStream, server: TcpStream, wire: Arc<Wire>) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let is_silent = AtomicBool::new(false);
    // Whichever way ends first takes the other with it: both ends see the wire cut.
    tokio::select! {
        () = there(from_client, to_server, &wire, &is_silent) => {}
        () = back(from_server, to_client, &is_silent) => {}
    }
}

async fn there(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    wire: &Wire,
    is_silent: &AtomicBool,
) {
    let mut is_first = true;
    while let Some(message) = message(&mut from, is_first).await {
        is_first = false;
        let cut = if message.ends_with(b"\0") && message[5..].starts_with(b"COMMIT") {
            CUTS[usize::from(wire.cut.swap(0, SeqCst))]
        } else {
            Cut::Nowhere
        };
        if cut != Cut::Nowhere {
            wire.cuts.fetch_add(1, SeqCst);
        }
        match cut {
            Cut::BeforeCommit => return,
            Cut::AndStayAway => {
                wire.is_away.store(true, SeqCst);
                is_silent.store(true, SeqCst);
            }
            Cut::AfterCommit => is_silent.store(true, SeqCst),
            Cut::Nowhere | Cut::WithCommit => {}
        }
        if to.write_all(&message).await.is_err() || cut == Cut::WithCommit {
            return;
        }
    }
}

async fn message(from: &mut OwnedReadHalf, is_first: bool) -> Option<Vec<u8>> {
    let head = if is_first { 4 } else { 5 };
    let mut message = vec![0; head];
    from.read_exact(&mut message).await.ok()?;
    let length = u32::from_be_bytes(message[head - 4..].try_into().ok()?);
    message.resize(head - 4 + usize::try_from(length).ok()?, 0);
    from.read_exact(&mut message[head..]).await.ok()?;
    Some(message)
}

/// Ends at the first word after the wire fell silent: that is the answer to COMMIT.
async fn back(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, is_silent: &AtomicBool) {
    let mut bytes = vec![0; 16_384];
    while let Ok(count) = from.read(&mut bytes).await {
        let is_over = count == 0 || is_silent.load(SeqCst);
        if is_over || to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
