//! Listening: TLS with this origin's certificate, or plain HTTP on loopback; SIGTERM drains.

use std::{net::SocketAddr, os::unix::fs::OpenOptionsExt, path::Path, sync::Arc, time::Duration};

use anyhow::Context;
use axum::Router;
use axum_server::{Handle, tls_rustls::RustlsConfig};

use super::app::App;
use crate::{config::Settings, instance::Folder};

/// How long open requests may take after a signal to stop.
const DRAIN_MAX: Duration = Duration::from_secs(10);

/// Open files, connections among them: enough for some ten thousand boards and phones.
const FILES_WANTED: u64 = 65_536;

/// Raises the soft limit of open files, which a service manager leaves at 1,024: every live board
/// keeps a connection. The hard limit is the machine's word and stays.
fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let now = getrlimit(Resource::Nofile);
    let wanted = now.maximum.unwrap_or(FILES_WANTED).min(FILES_WANTED);
    if now.current.is_none_or(|current| current >= wanted) {
        return;
    }
    let raised = Rlimit {
        current: Some(wanted),
        maximum: now.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "the limit of open files stays at {:?}", now.current);
    }
}

/// Serves until a signal to stop; then finishes what is under way.
///
/// # Errors
/// When the address is taken or the certificate cannot be used.
pub async fn run(
    app: Arc<App>,
    folder: &Folder,
    settings: &Settings,
    listen: SocketAddr,
) -> anyhow::Result<()> {
    let router = super::router(app);
    let handle = Handle::new();
    stop_on_signal(handle.clone());
    if settings.plain_http {
        return plain(router, listen, handle).await;
    }
    raise_file_limit();
    let (certificate, key) = folder.tls();
    // Fails only when a provider is installed already, which is then this one.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let tls = RustlsConfig::from_pem_file(&certificate, &key)
        .await
        .with_context(|| {
            format!(
                "{} and {} cannot be used",
                certificate.display(),
                key.display()
            )
        })?;
    println!("listening on https://{listen}");
    let server = axum_server::bind_rustls(listen, tls).handle(handle);
    server
        .serve(router.into_make_service())
        .await
        .with_context(|| format!("on {listen}"))
}

/// Plain HTTP, for loopback only.
///
/// # Errors
/// When the address is taken.
pub async fn plain(
    router: Router,
    listen: SocketAddr,
    handle: Handle<SocketAddr>,
) -> anyhow::Result<()> {
    raise_file_limit();
    let listener = std::net::TcpListener::bind(listen)
        .with_context(|| format!("{listen} cannot be used: is something else listening there?"))?;
    listener.set_nonblocking(true)?;
    let at = listener.local_addr()?;
    println!("listening on http://localhost:{}", at.port());
    let server = axum_server::from_tcp(listener)?.handle(handle);
    Ok(server.serve(router.into_make_service()).await?)
}

/// Drains on SIGTERM and Ctrl-C.
pub fn stop_on_signal(handle: Handle<SocketAddr>) {
    use tokio::signal::unix::{SignalKind, signal};
    #[expect(clippy::disallowed_methods, reason = "the home of signals")]
    tokio::spawn(async move {
        let Ok(mut terminate) = signal(SignalKind::terminate()) else {
            return;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        handle.graceful_shutdown(Some(DRAIN_MAX));
    });
}

/// Makes a self-signed certificate for a new instance, until a real one is put in its place.
///
/// # Errors
/// When the folder cannot be written.
pub fn make_certificate(folder: &Folder, host: &str) -> anyhow::Result<()> {
    let made = rcgen::generate_simple_self_signed(vec![host.to_owned()])?;
    let (certificate, key) = folder.tls();
    write_new(&certificate, made.cert.pem().as_bytes())?;
    write_new(&key, made.signing_key.serialize_pem().as_bytes())
}

fn write_new(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use std::io::Write;
    let opened = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    let mut file = opened.with_context(|| format!("{} cannot be made", path.display()))?;
    file.write_all(bytes)?;
    Ok(file.sync_all()?)
}
