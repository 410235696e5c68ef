//! What is unsafe about the facts, and the mend. Pure; each check is tested both ways.

use serde::Serialize;
use trust::store::value::MINUTE;

use crate::{
    cli::doctor::facts::{Facts, Guarded},
    instance::MIGRATIONS,
};

/// Permission bits that give anything to the group or to others.
const SHARED_BITS: u32 = 0o077;
/// A certificate that ends sooner than this is a finding: 30 days.
const CERTIFICATE_LEFT_MIN: i64 = 30 * 24 * 60 * MINUTE;
/// The clock may lie this far before the newest entry: a leap, a slow virtual machine.
const CLOCK_BEHIND_MAX: i64 = MINUTE;
/// Less free space than this is a finding.
const DISK_FREE_PERCENT_MIN: u64 = 10;

/// One unsafe thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// A stable name, for monitoring.
    pub check: &'static str,
    /// What is unsafe, and the mend.
    pub sentence: String,
}

/// Everything that is unsafe, in the order in which to mend it.
#[must_use]
pub fn examine(facts: &Facts) -> Vec<Finding> {
    let mut found = vec![];
    let mut tell = |check, sentence| found.push(Finding { check, sentence });
    database(facts, &mut tell);
    modes(facts, &mut tell);
    anchors(facts, &mut tell);
    certificate(facts, &mut tell);
    surroundings(facts, &mut tell);
    program(facts, &mut tell);
    found
}

fn database(facts: &Facts, tell: &mut impl FnMut(&'static str, String)) {
    if let Some(trouble) = &facts.database_trouble {
        tell(
            "database",
            format!("{trouble}: check address, server and account."),
        );
    }
    let newest = MIGRATIONS.last().map_or(0, |step| step.number);
    if let Some(migration) = facts.migration
        && migration != newest
    {
        tell(
            "migration",
            format!(
                "The database's schema is at step {migration} and this program knows {newest}: \
                 start the server once with the newer program, and use no older one."
            ),
        );
    }
    if facts.tables_owned.is_some_and(|owned| owned > 0) {
        tell(
            "database_role",
            "The server's PostgreSQL role owns its tables and could drop the log's triggers: let \
             another role own them, as decision 0003 says."
                .to_owned(),
        );
    }
}

fn modes(facts: &Facts, tell: &mut impl FnMut(&'static str, String)) {
    let is_open = facts.folder.mode & SHARED_BITS != 0;
    if is_open {
        tell("folder_mode", loose(&facts.folder, "700"));
    }
    for file in &facts.guarded {
        if file.mode & SHARED_BITS != 0 && (is_open || !file.folder_suffices) {
            tell("file_mode", loose(file, "600"));
        }
    }
}

fn loose(place: &Guarded, wanted: &str) -> String {
    let (path, mode) = (place.path.display(), place.mode);
    format!("Other accounts may use {path} (mode {mode:04o}): run `chmod {wanted} {path}`.")
}

fn anchors(facts: &Facts, tell: &mut impl FnMut(&'static str, String)) {
    if facts.anchors.iter().any(|(_, is_elsewhere)| *is_elsewhere) {
        return;
    }
    let sentence = match &facts.anchors[..] {
        [] => "Anchors are kept on this disk only: name a folder on another machine in `anchors` \
               in almoner.toml."
            .to_owned(),
        [(first, _), ..] => format!(
            "{} is on the same disk as the data, or is not there: anchors belong on another \
             machine; mount it.",
            first.display()
        ),
    };
    tell("anchors", sentence);
}

fn certificate(facts: &Facts, tell: &mut impl FnMut(&'static str, String)) {
    let Some(certificate) = facts.certificate else {
        return;
    };
    let left = certificate.ends_at.since(facts.now);
    if left < CERTIFICATE_LEFT_MIN {
        let days = left.div_euclid(24 * 60 * MINUTE);
        let when = if days < 0 {
            "has ended".to_owned()
        } else {
            format!("ends in {days} days")
        };
        tell(
            "certificate_end",
            format!("The certificate {when}: put a new one into tls/ and restart."),
        );
    }
    if !certificate.names_host {
        tell(
            "certificate_name",
            format!(
                "The certificate does not name {}: browsers will refuse it; put one into tls/ \
                 that does.",
                facts.host
            ),
        );
    }
}

fn surroundings(facts: &Facts, tell: &mut impl FnMut(&'static str, String)) {
    if facts.plain_http {
        tell(
            "plain_http",
            "Almoner speaks plain HTTP: be sure that a proxy on this machine ends TLS and passes \
             Host and Origin unchanged."
                .to_owned(),
        );
    }
    let behind = facts.last_at.map_or(0, |last| last.since(facts.now));
    if behind > CLOCK_BEHIND_MAX {
        tell(
            "clock",
            format!(
                "The clock is {} minutes behind the newest entry of the log: set it, and let it \
                 follow NTP.",
                behind / MINUTE
            ),
        );
    }
    if let Some(free) = facts.disk_free_percent
        && free < DISK_FREE_PERCENT_MIN
    {
        tell(
            "disk",
            format!("{free} % of the disk are free, and a full disk stops all work: make room."),
        );
    }
}

fn program(facts: &Facts, tell: &mut impl FnMut(&'static str, String)) {
    match facts.files_changed.as_deref() {
        None => tell(
            "own_files",
            "What the program's own files were was never recorded: start the server once; it \
             records them."
                .to_owned(),
        ),
        Some([]) => {}
        Some(changed) => tell(
            "own_files",
            format!(
                "{} changed since they were recorded: after an upgrade or a change of settings \
                 remove own-files.json and restart; otherwise find out who did it.",
                changed.join(", ")
            ),
        ),
    }
    if facts.is_debug_build {
        tell(
            "debug_build",
            "This program was built for debugging: build it with `cargo build --release`."
                .to_owned(),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trust::store::value::Moment;

    use crate::cli::doctor::certificate::Certificate;

    const NOW: Moment = Moment(1_793_865_600_000_000);
    const DAY: i64 = 24 * 60 * MINUTE;

    fn file(path: &str, mode: u32, folder_suffices: bool) -> Guarded {
        Guarded {
            path: path.into(),
            mode,
            folder_suffices,
        }
    }

    /// An instance of which nothing can be said.
    fn sound() -> Facts {
        Facts {
            now: NOW,
            host: "ward.example".to_owned(),
            plain_http: false,
            is_debug_build: false,
            folder: file("/srv/ward", 0o700, false),
            guarded: vec![
                file("/srv/ward/keys/root.key", 0o600, false),
                file("/srv/ward/almoner.db", 0o644, true),
            ],
            anchors: vec![("/mnt/here".into(), false), ("/mnt/there".into(), true)],
            certificate: Some(Certificate {
                ends_at: NOW.after(31 * DAY),
                names_host: true,
            }),
            disk_free_percent: Some(10),
            database_trouble: None,
            migration: MIGRATIONS.last().map(|step| step.number),
            last_at: Some(NOW),
            tables_owned: Some(0),
            files_changed: Some(vec![]),
            not_looked_at: vec![],
        }
    }

    fn names(facts: &Facts) -> Vec<&'static str> {
        examine(facts).iter().map(|finding| finding.check).collect()
    }

    /// A sound instance gets no finding, so that one that is found is read.
    #[test]
    fn a_sound_instance_gets_no_finding() {
        assert_eq!(examine(&sound()), []);
        let new = Facts {
            last_at: None,
            tables_owned: None,
            certificate: None,
            ..sound()
        };
        assert_eq!(examine(&new), []);
    }

    /// Each unsafe thing alone is found, by its name, and nothing else with it.
    #[test]
    fn each_unsafe_thing_is_found_alone() {
        let mut cases: Vec<(&str, Facts)> = vec![];
        let mut case = |check, change: &dyn Fn(&mut Facts)| {
            let mut facts = sound();
            change(&mut facts);
            cases.push((check, facts));
        };
        case("database", &|facts| {
            facts.database_trouble = Some("it is away".to_owned())
        });
        case("migration", &|facts| facts.migration = Some(1));
        case("database_role", &|facts| facts.tables_owned = Some(1));
        case("file_mode", &|facts| facts.guarded[0].mode = 0o640);
        case("anchors", &|facts| facts.anchors.clear());
        case("anchors", &|facts| facts.anchors.truncate(1));
        case("certificate_end", &|facts| facts.now = NOW.after(2 * DAY));
        case("certificate_name", &|facts| {
            facts.certificate = facts.certificate.map(|own| Certificate {
                names_host: false,
                ..own
            });
        });
        case("plain_http", &|facts| facts.plain_http = true);
        case("clock", &|facts| {
            facts.last_at = Some(NOW.after(2 * MINUTE))
        });
        case("disk", &|facts| facts.disk_free_percent = Some(9));
        case("own_files", &|facts| facts.files_changed = None);
        case("own_files", &|facts| {
            facts.files_changed = Some(vec!["almoner".to_owned()])
        });
        case("debug_build", &|facts| facts.is_debug_build = true);
        for (check, facts) in cases {
            assert_eq!(names(&facts), [check]);
        }
    }

    /// Where everybody may enter the folder, a database that everybody may read is found too; where
    /// nobody may, its mode does not matter.
    #[test]
    fn an_open_folder_uncovers_the_database() {
        let mut facts = sound();
        facts.folder.mode = 0o755;
        assert_eq!(names(&facts), ["folder_mode", "file_mode"]);
        assert!(
            examine(&facts)[1]
                .sentence
                .contains("chmod 600 /srv/ward/almoner.db")
        );
    }

    /// A certificate that ended says so, and not "in -3 days".
    #[test]
    fn a_certificate_that_ended_says_so() {
        let mut facts = sound();
        facts.now = NOW.after(40 * DAY);
        facts.last_at = None;
        assert!(examine(&facts)[0].sentence.contains("has ended"));
    }
}
