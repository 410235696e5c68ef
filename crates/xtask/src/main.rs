//! Repository tasks, run as `cargo xtask TASK`: what the compiler and clippy can't see.
//!
//! Refuses to depend on any room of the product: `tidy` must answer in seconds, also while a room
//! doesn't compile. The rules start in `tidy/mod.rs`.

mod bench;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask tidy [--bless]
       cargo xtask bench [store|verify|web]...

  tidy           checks the house rules of STYLE.md and DESIGN.md section 2
  tidy --bless   also rewrites docs/names.txt, the list of permissions and events
  bench          measures what DESIGN.md section 9 names, both sides in one run; with PostgreSQL
                 under `scripts/with-postgres cargo xtask bench store`";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["tidy"] => tidy(false),
        ["tidy", "--bless"] => tidy(true),
        ["bench", names @ ..] => bench::run(&repository_root(), names),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Prints every problem as `file:line: what: the mend`; 0 = tidy, 1 = problems, 2 = could not look.
fn tidy(bless: bool) -> ExitCode {
    match tidy::run(&repository_root(), bless) {
        Ok(report) if report.problems.is_empty() => {
            println!("tidy: {} files, no problem", report.files);
            ExitCode::SUCCESS
        }
        Ok(report) => {
            for problem in &report.problems {
                println!("{problem}");
            }
            println!(
                "tidy: {} files, problems: {}",
                report.files,
                report.problems.len()
            );
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("tidy could not look: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// The folder that holds the workspace: two above this crate, wherever it was cloned to.
fn repository_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}
