//! A server as its own process: started, asked who may sign in, weighed, stopped.

use std::{path::Path, process::Stdio, time::Duration};

use anyhow::{Context, bail};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

/// The demonstration needs so long at most on a slow machine.
const START_MAX: Duration = Duration::from_secs(120);

/// A server under test.
pub struct Server {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// Its address, as it said itself.
    pub base: String,
    /// Who may sign in; the demonstration says so.
    pub people: Vec<Person>,
}

/// Somebody who may sign in.
#[derive(Clone)]
pub struct Person {
    pub role: String,
    pub name: String,
    pub password: String,
}

impl Server {
    /// Starts it and waits until it listens.
    pub async fn start(binary: &Path, arguments: &[&str]) -> anyhow::Result<Self> {
        let mut child = Command::new(binary)
            .args(arguments)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{} cannot be started", binary.display()))?;
        let stdout = child.stdout.take().context("the server has no output")?;
        let mut server = Self {
            child,
            lines: BufReader::new(stdout).lines(),
            base: String::new(),
            people: vec![],
        };
        timeout(START_MAX, server.read_until_it_listens()).await??;
        Ok(server)
    }

    async fn read_until_it_listens(&mut self) -> anyhow::Result<()> {
        while let Some(line) = self.lines.next_line().await? {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["listening", "on", base] => {
                    (*base).clone_into(&mut self.base);
                    return Ok(());
                }
                ["sign-in:", role, name, password] => self.people.push(Person {
                    role: (*role).to_owned(),
                    name: (*name).to_owned(),
                    password: (*password).to_owned(),
                }),
                _ => {}
            }
        }
        bail!("the server ended before it listened")
    }

    /// What it holds in memory, in bytes (`VmRSS` of proc(5)).
    pub fn memory(&self) -> anyhow::Result<u64> {
        let id = self.child.id().context("the server has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next());
        Ok(kilobytes.context("no VmRSS")?.parse::<u64>()? * 1024)
    }

    /// Asks it to stop, and waits until it has.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        let id = self.child.id().context("the server has ended")?;
        Command::new("kill").arg(id.to_string()).status().await?;
        let ended = timeout(START_MAX, self.child.wait()).await??;
        anyhow::ensure!(ended.success(), "the server ended with {ended}");
        Ok(())
    }
}
