//! `cargo xtask bench`: builds the benches and runs them, one after the other, never two at once.
//!
//! The benches are examples of the rooms they measure, so that this crate depends on none of them.
//! Refuses to judge: it prints what was measured, with the ratio to the other side of the same run.

use std::{path::Path, process::Command, process::ExitCode};

/// Name, what is built, what is run.
type Bench = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const BENCHES: [Bench; 3] = [
    (
        "store",
        &[
            "build",
            "--release",
            "-p",
            "trust",
            "--example",
            "store_bench",
        ],
        &["target/release/examples/store_bench"],
    ),
    (
        "verify",
        &[
            "build",
            "--release",
            "-p",
            "trust",
            "--example",
            "verify_bench",
        ],
        &["target/release/examples/verify_bench", "1000000", "200000"],
    ),
    (
        "web",
        &[
            "build",
            "--release",
            "-p",
            "almoner",
            "--bin",
            "almoner",
            "--example",
            "web_bench",
        ],
        &[
            "target/release/examples/web_bench",
            "target/release/almoner",
        ],
    ),
];

/// Runs the benches of these names, all without any; 0 = all ran, 2 = one could not.
pub fn run(root: &Path, names: &[&str]) -> ExitCode {
    let unknown = |name: &&&str| BENCHES.iter().all(|(known, ..)| known != *name);
    if let Some(name) = names.iter().find(unknown) {
        eprintln!("there is no bench {name:?}: store, verify or web");
        return ExitCode::from(2);
    }
    let chosen = BENCHES
        .iter()
        .filter(|(name, ..)| names.is_empty() || names.contains(name));
    for (name, build, command) in chosen {
        println!("== {name}");
        let mut cargo = Command::new(env!("CARGO"));
        let built = did(cargo.args(*build).current_dir(root));
        let mut bench = Command::new(root.join(command[0]));
        let ran = built && did(bench.args(&command[1..]).current_dir(root));
        if !ran {
            eprintln!("the bench {name:?} could not run");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

fn did(command: &mut Command) -> bool {
    match command.status() {
        Ok(status) => status.success(),
        Err(error) => {
            eprintln!("{}: {error}", command.get_program().display());
            false
        }
    }
}
