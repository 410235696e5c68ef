//! The demonstration: a throwaway instance with an invented hospital whose day runs by itself.
//!
//! It goes the way a customer goes: the instance is made by `instance::create`, the hospital comes
//! in through the importers' operations, people are invited and accept the terms, and the simulated
//! staff press the same buttons as anybody. Refused: data outside a demonstration, and any host but
//! this machine's loopback. `setting.rs` sets it up, `staff.rs` and `wards.rs` let it run.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use anyhow::Context;
use axum_server::Handle;
use jiff::{Timestamp, tz::TimeZone};
use trust::store::{
    clock::Clock,
    value::{MINUTE, Moment},
};

use crate::{
    config::{FILE, Settings},
    instance::{self, Folder},
    web::{self, app::App},
};

pub mod day;
pub mod hospital;
pub mod names;
mod setting;
mod staff;
mod wards;

/// The day begins at this minute after midnight: the early shift is there, the day is filling up.
const BEGINS: i64 = 8 * 60 + 35;
/// The seed of the day; the same seed is the same day.
const SEED: u64 = 2026;

/// Makes the instance, lets its day begin, and serves it until a signal to stop.
///
/// # Errors
/// What stood in the way, and the mend.
pub async fn run(port: u16, speed: u32, dir: Option<PathBuf>) -> anyhow::Result<()> {
    let temporary = match &dir {
        Some(_) => None,
        None => Some(Temporary::new()?),
    };
    let path = dir.unwrap_or_else(|| {
        temporary
            .as_ref()
            .map(|at| at.0.clone())
            .unwrap_or_default()
    });
    let folder = Folder::new(&path);
    anyhow::ensure!(
        !path.join(FILE).exists(),
        "{} holds an instance already: a demonstration begins with a new folder",
        path.display()
    );
    let mut settings = Settings::new("localhost", None);
    settings.name = hospital::NAME.to_owned();
    settings.time_zone = hospital::ZONE.to_owned();
    settings.plain_http = true;
    settings.anchor_seconds = 2;
    settings.listen = SocketAddr::from(([127, 0, 0, 1], port));
    println!("Making an invented hospital in {} …", path.display());
    let created = instance::create(&folder, &settings, setting::ADMINISTRATOR).await?;
    web::assurance::trials::record_own_files(folder.path())?;
    let midnight = midnight(&settings.zone()?)?;
    let clock = Clock::fast(midnight.after(BEGINS * MINUTE), speed);
    let instance = instance::open(&folder, clock).await?;
    let hospital = hospital::harrowmere();
    let people = setting::set_up(&instance, &hospital, &created.code, midnight).await?;
    instance.start_services()?;
    let app = App::new(&instance, people.sign_ins.clone())?;
    web::assurance::prover::start(&app, &folder, &settings)?;
    setting::print(&people, speed);
    let requests = day::plan(&hospital, SEED, midnight.0, day::REQUESTS_PER_DAY);
    wards::begin(&instance, &people, requests);
    staff::begin(&instance, people.staff);
    let handle = Handle::new();
    web::serve::stop_on_signal(handle.clone());
    web::serve::plain(web::router(app), settings.listen, handle).await?;
    instance.close().await;
    Ok(())
}

/// The midnight that today began with in the hospital's zone.
fn midnight(zone: &TimeZone) -> anyhow::Result<Moment> {
    let now = Timestamp::from_microsecond(Clock::system().wall().0)?;
    let today = now.to_zoned(zone.clone()).date();
    let midnight = today
        .to_zoned(zone.clone())
        .context("today has no midnight in the zone")?;
    Ok(Moment(midnight.timestamp().as_microsecond()))
}

/// A folder that goes with the demonstration.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> anyhow::Result<Self> {
        let number = trust::vault::random::identifier();
        let path = std::env::temp_dir().join(format!("almoner-demo-{number}"));
        std::fs::create_dir(&path).with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What cannot be removed is a demonstration's data in the system's folder for such things.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A shared handle to what every simulated person needs.
type Hospital = Arc<Running>;

/// What every simulated person needs.
struct Running {
    tasking: care::tasking::Tasking,
    store: trust::store::Store,
}

impl Running {
    fn of(instance: &instance::Instance) -> Hospital {
        Arc::new(Self {
            tasking: instance.tasking.clone(),
            store: instance.store.clone(),
        })
    }

    /// Hospital time.
    fn now(&self) -> i64 {
        self.store.clock().day().0
    }

    /// Waits until the hospital's clock shows this moment.
    async fn until(&self, at: i64) {
        let left = at.saturating_sub(self.now()).max(0);
        let real = left / i64::from(self.store.clock().speed());
        let micros = u64::try_from(real).unwrap_or_default();
        tokio::time::sleep(std::time::Duration::from_micros(micros)).await;
    }

    fn is_over(&self) -> bool {
        self.store.is_closed()
    }
}
