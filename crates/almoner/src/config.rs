//! `almoner.toml`: the settings of one instance. Checked whole; unknown keys are errors.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

/// The settings file in an instance's folder.
pub const FILE: &str = "almoner.toml";

/// The settings of one instance.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The host name people type: one instance, one origin. Another Host is refused with 421.
    pub host: String,
    /// The organisation's name, as pages show it.
    pub name: String,
    /// The time zone of the wards, such as `Europe/London`.
    pub time_zone: String,
    /// Where the server listens.
    #[serde(default = "listen")]
    pub listen: SocketAddr,
    /// `postgres://…`; without it the data lie in `almoner.db` in this folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// This node's lane of the ledger, counted from 0.
    #[serde(default)]
    pub lane: u16,
    /// How many nodes write at the same time.
    #[serde(default = "one")]
    pub lanes: u16,
    /// Folders that signed checkpoints are copied to, beside the instance's own `anchors`.
    #[serde(default)]
    pub anchors: Vec<PathBuf>,
    /// Seconds between two anchors while entries arrive.
    #[serde(default = "anchor_seconds")]
    pub anchor_seconds: u64,
    /// Where the root secret comes from at each start.
    #[serde(default)]
    pub root_secret: RootFrom,
    /// Plain HTTP, for a reverse proxy on the same machine that ends TLS. Off by default.
    #[serde(default)]
    pub plain_http: bool,
}

/// Where the root secret comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RootFrom {
    /// The file `keys/root.key`, which nobody else may read.
    #[default]
    File,
    /// The file `keys/root.locked`, which a passphrase opens at each start.
    Passphrase,
    /// The credential `root` that systemd gives to the service.
    Systemd,
}

fn listen() -> SocketAddr {
    SocketAddr::from(([0, 0, 0, 0], 8443))
}

fn one() -> u16 {
    1
}

fn anchor_seconds() -> u64 {
    5
}

impl Settings {
    /// The settings of a new instance.
    #[must_use]
    pub fn new(host: &str, database: Option<String>) -> Self {
        Self {
            host: host.to_owned(),
            name: host.to_owned(),
            time_zone: "Europe/London".to_owned(),
            listen: listen(),
            database,
            lane: 0,
            lanes: 1,
            anchors: vec![],
            anchor_seconds: anchor_seconds(),
            root_secret: RootFrom::File,
            plain_http: false,
        }
    }

    /// Reads and checks the settings of the instance in `folder`.
    ///
    /// # Errors
    /// What is wrong, where, and the mend.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(FILE);
        let text = std::fs::read_to_string(&path).with_context(|| {
            format!(
                "{} cannot be read: is this an instance made by `almoner init`?",
                path.display()
            )
        })?;
        let settings: Self =
            toml::from_str(&text).with_context(|| format!("{} has a mistake", path.display()))?;
        settings
            .check()
            .with_context(|| format!("{} has a mistake", path.display()))?;
        Ok(settings)
    }

    /// Writes the settings of a new instance.
    ///
    /// # Errors
    /// When the folder cannot be written, or has settings already.
    pub fn write_new(&self, folder: &Path) -> anyhow::Result<()> {
        use std::io::Write;
        let path = folder.join(FILE);
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .with_context(|| {
                format!(
                    "{} is there already; nothing was overwritten",
                    path.display()
                )
            })?;
        file.write_all(toml::to_string(self)?.as_bytes())?;
        file.sync_all()?;
        Ok(())
    }

    fn check(&self) -> anyhow::Result<()> {
        if self.host.is_empty() || self.host.contains(['/', ' ', '*']) {
            bail!(
                "host = {:?}: give the one name people type, without https:// or *",
                self.host
            );
        }
        if self.lane >= self.lanes {
            bail!(
                "lane = {} but lanes = {}: lanes are counted from 0",
                self.lane,
                self.lanes
            );
        }
        if self.database.is_none() && self.lanes > 1 {
            bail!(
                "lanes = {}: several nodes need a PostgreSQL database",
                self.lanes
            );
        }
        if !(1..=3600).contains(&self.anchor_seconds) {
            bail!("anchor_seconds = {}: choose 1 to 3600", self.anchor_seconds);
        }
        if self.plain_http && !self.listen.ip().is_loopback() {
            bail!("plain_http = true is only for a proxy on this machine: listen on 127.0.0.1");
        }
        self.zone().map(drop)
    }

    /// The wards' time zone.
    ///
    /// # Errors
    /// When the name is not one of the IANA time zone database.
    pub fn zone(&self) -> anyhow::Result<jiff::tz::TimeZone> {
        jiff::tz::TimeZone::get(&self.time_zone).with_context(|| {
            format!(
                "time_zone = {:?}: use a name such as Europe/London",
                self.time_zone
            )
        })
    }

    /// The database's address, for the instance in `folder`.
    #[must_use]
    pub fn database_url(&self, folder: &Path) -> String {
        match &self.database {
            Some(url) => url.clone(),
            None => format!("sqlite:{}", folder.join("almoner.db").display()),
        }
    }
}
