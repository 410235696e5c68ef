//! What an operator types: one line at a time, from the terminal or from standard input.
//!
//! Never an argument: every account of the machine can read the arguments of a process. On a
//! terminal the question is asked on standard error, and what is secret is not shown while it is
//! typed.

use std::{
    io::{self, BufRead, IsTerminal},
    process::Command,
};

use anyhow::{Context, bail};
use zeroize::Zeroizing;

/// The longest line that is read, in bytes. There is room for all of it from the start, so that no
/// copy of a secret stays behind when the buffer grows.
const LINE_MAX: usize = 1_024;

/// Whether somebody sits at a terminal.
#[must_use]
pub fn is_terminal() -> bool {
    io::stdin().is_terminal()
}

/// One line, without its end, that nobody should read over a shoulder. Wiped when dropped.
///
/// # Errors
/// When nothing more comes, or the line is too long.
pub fn secret(question: &str) -> anyhow::Result<Zeroizing<String>> {
    if !is_terminal() {
        return line(question);
    }
    // The terminal's own switch. If it cannot be turned, better to ask visibly than not at all.
    let is_hidden = echo("-echo");
    let typed = line(question);
    if is_hidden {
        echo("echo");
        eprintln!();
    }
    typed
}

fn echo(switch: &str) -> bool {
    let turned = Command::new("stty").arg(switch).status();
    turned.is_ok_and(|status| status.success())
}

fn line(question: &str) -> anyhow::Result<Zeroizing<String>> {
    if is_terminal() {
        eprint!("{question}: ");
    }
    let mut typed = Zeroizing::new(String::with_capacity(LINE_MAX + 1));
    let mut input = io::Read::take(io::stdin().lock(), LINE_MAX as u64 + 1);
    let read = input.read_line(&mut typed);
    if read.context("standard input cannot be read")? == 0 {
        bail!("{question}: nothing was typed");
    }
    if typed.len() > LINE_MAX {
        bail!("{question}: more than {LINE_MAX} bytes were typed");
    }
    let end = typed.trim_end_matches(['\n', '\r']).len();
    typed.truncate(end);
    Ok(typed)
}
