//! What whoever imports may rely on: every bad line, with its number, in one go.

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::tasking::model::{PlaceKind, Way};
use crate::tasking::priority::{MINUTE, Priority};

fn london() -> TimeZone {
    TimeZone::get("Europe/London").unwrap()
}

fn read_with<T: ImportRow>(file: &[u8], mapping: Mapping) -> Parsed<T> {
    parse(
        file,
        &Reading {
            format: Format::guess(file),
            mapping,
            zone: london(),
        },
    )
}

fn read<T: ImportRow>(file: impl AsRef<[u8]>) -> Parsed<T> {
    read_with(file.as_ref(), Mapping::default())
}

fn sentences<T>(parsed: &Parsed<T>) -> Vec<String> {
    parsed.bad.iter().map(ToString::to_string).collect()
}

/// The moment a clock in London shows this, as microseconds.
fn at(text: &str) -> i64 {
    let local: jiff::civil::DateTime = text.parse().unwrap();
    local
        .to_zoned(london())
        .unwrap()
        .timestamp()
        .as_microsecond()
}

/// A list of places as a spreadsheet saves it: mark in front, semicolons, quotes, Windows line
/// ends.
#[test]
fn a_spreadsheet_of_places_is_read() {
    let file = "\u{FEFF}Loc ID;Location Name;Type;Site Name;Block;Floor;Floor No;Ext\r\n\
        KES;\"Kestrel; \"\"short stay\"\"\";Ward;Harrowmere;Aldford;;2;4412\r\n\
        LIFT-A2;Lifts;lift lobby;Harrowmere;Aldford;;2;\r\n";
    let parsed = read::<PlaceRow>(file);

    assert_eq!(sentences(&parsed), [""; 0]);
    let kestrel = &parsed.good[0].1;
    assert_eq!(kestrel.name, "Kestrel; \"short stay\"");
    assert_eq!((kestrel.level, kestrel.floor.as_str()), (2, "Level 2"));
    assert_eq!(
        (kestrel.kind, kestrel.extension.as_deref()),
        (PlaceKind::Ward, Some("4412"))
    );
    assert_eq!(
        (parsed.good[1].1.kind, parsed.good[1].0),
        (PlaceKind::Junction, LineNumber(3))
    );
}

/// Everything that is wrong is said at once, each with its line, its column and what stands there.
#[test]
fn every_bad_line_is_named_in_one_pass() {
    let file = "from,to,seconds,one way\nA,B,30,no\nB,,x,perhaps\n\n\nC,D\nD,E,4000,yes\nE,F,12,\n";
    let parsed = read::<EdgeRow>(file);

    assert_eq!(
        sentences(&parsed),
        [
            "line 3, one way: yes or no is expected (found “perhaps”)",
            "line 3, seconds: a whole number from 1 to 3600 is expected (found “x”)",
            "line 3, to: this may not be empty",
            "line 6: this line has 2 fields where the header has 4: perhaps a separator within a \
             text that stands without quotes",
            "line 7, seconds: a whole number from 1 to 3600 is expected (found “4000”)",
        ]
    );
    let lines: Vec<u64> = parsed.good.iter().map(|(line, _)| line.0).collect();
    assert_eq!(lines, [2, 8]);
    assert_eq!(parsed.all_or_nothing().unwrap_err().len(), 5);
}

/// Tabs are as good as commas, and a header may stand in quotes.
#[test]
fn tabs_separate_as_well() {
    let parsed =
        read::<EdgeRow>("\"From, code\"\t\"From\"\tTo\tSeconds\tWay\nx\tA\tB\t30\tStairs\n");
    assert_eq!(sentences(&parsed), [""; 0]);
    assert_eq!(parsed.good[0].1.way, Way::Stairs);
    assert_eq!(parsed.unused_columns, ["From, code"]);
}

/// A text over two lines does not put the line numbers after it out of step.
#[test]
fn a_text_over_two_lines_keeps_the_numbers_right() {
    let file = "from,to,seconds,note\nA,B,30,\"one\ntwo\"\nB,C,none,\n";
    assert_eq!(read::<EdgeRow>(file).bad[0].line, LineNumber(4));
}

/// Letters in the wrong encoding are named line by line, and the rest of the file is still looked
/// at.
#[test]
fn the_wrong_encoding_is_named_line_by_line() {
    let file = b"staff number,name,team\n1,Ren\xE9,Portering\n2,Zo\xC3\xAB,Portering\n\
        3,Ang\xE8le,\n4,Bj\xF6rn,X\n";
    let parsed = read::<PersonRow>(file);
    let lines: Vec<u64> = parsed.bad.iter().map(|bad| bad.line.0).collect();

    assert_eq!(lines, [2, 4, 5]);
    assert!(parsed.bad[0].problem.contains("UTF-8"));
    assert_eq!(parsed.good[0].1.name, "Zoë");
    let wide: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain("a,b".bytes().flat_map(|b| [b, 0]))
        .collect();
    assert!(read::<PersonRow>(&wide).bad[0].problem.contains("UTF-16"));
}

/// Their names for columns can be told in a small file; what is told wins over what is guessed.
#[test]
fn a_mapping_file_tells_their_names() {
    let mapping = Mapping::from_toml(
        "ignore = [\"Name\"]\n[columns]\nstaff_number = \"Ass. No\"\nname = \"Known As\"\n",
    )
    .unwrap();
    let file = b"Ass. No,Name,Known As,Team\n77,Penhallow,Joel P.,Portering\n";
    let parsed = read_with::<PersonRow>(file, mapping.clone());

    assert_eq!(parsed.good[0].1.name, "Joel P.");
    assert_eq!(parsed.unused_columns, [""; 0]);
    let json = serde_json::to_string(&mapping).unwrap();
    assert_eq!(Mapping::from_json(&json), Ok(mapping));
    assert!(Mapping::from_toml("colums = 1").is_err());
}

/// A file without a needed column, or a mapping that names what is not there, is refused at its
/// head.
#[test]
fn a_missing_column_is_said_once() {
    let parsed = read::<EdgeRow>("start,seconds\nA,x\nB,y\n");
    let missing = "line 1: there is no column for “to” (the code of the location where it ends)";
    assert_eq!(sentences(&parsed), [missing]);

    let mapping = Mapping::from_toml("[columns]\nto = \"Ziel\"\nheight = \"h\"\n").unwrap();
    let told = read_with::<EdgeRow>(b"from,to,seconds\nA,B,1\n", mapping);
    assert_eq!(told.bad.len(), 2);
    assert!(told.bad[0].problem.contains("“Ziel”"));
    assert_eq!(told.bad[1].field.as_deref(), Some("height"));
}

/// Two columns that could both be meant are not guessed between.
#[test]
fn two_likely_columns_are_not_guessed_between() {
    let parsed = read::<EdgeRow>("origin,start,to,seconds\nA,B,C,1\n");
    assert!(
        parsed.bad[0].problem.contains("origin, start"),
        "{:?}",
        parsed.bad
    );
    let ours_wins = read::<EdgeRow>("from,origin,to,seconds\nA,B,C,1\n");
    assert_eq!(ours_wins.good[0].1.from, "A");
}

/// Dates are read day first, with or without an offset; a month first is not guessed.
#[test]
fn dates_are_read_day_first() {
    let file = "staff number,start,end\n\
        1,22/11/2026 07:00,22/11/2026 15:00\n\
        2,2026-07-01T07:00,2026-07-01T14:00:00Z\n\
        3,2026-07-01 07:00:30+01:00,2026-07-01T15:00\n\
        4,07/22/2026 07:00,22/07/2026 15:00\n\
        5,22/07/26 07:00,22/07/2026 15:00\n\
        6,31/02/2026 07:00,22/07/2026 25:00\n\
        7,tomorrow,22/07/2026\n";
    let parsed = read::<ShiftRow>(file);

    let starts: Vec<i64> = parsed
        .good
        .iter()
        .map(|(_, shift)| shift.starts_at)
        .collect();
    assert_eq!(
        starts,
        [
            at("2026-11-22T07:00"),
            at("2026-07-01T07:00"),
            at("2026-07-01T07:00:30")
        ]
    );
    assert_eq!(parsed.good[1].1.ends_at, at("2026-07-01T15:00"));
    let bad: Vec<(u64, &str)> = parsed
        .bad
        .iter()
        .map(|bad| (bad.line.0, bad.field.as_deref().unwrap()))
        .collect();
    assert_eq!(
        bad,
        [
            (5, "start"),
            (6, "start"),
            (7, "end"),
            (7, "start"),
            (8, "end"),
            (8, "start")
        ]
    );
    assert!(parsed.bad[0].problem.contains("there is no month 22"));
    assert!(parsed.bad[1].problem.contains("four digits"));
}

/// In the night when the clocks change, a time that comes twice or never is asked about, not
/// guessed.
#[test]
fn an_hour_that_comes_twice_is_asked_about() {
    let file = "staff number,start,end\n\
        1,25/10/2026 01:30,25/10/2026 06:00\n\
        2,29/03/2026 01:30,29/03/2026 06:00\n\
        3,2026-10-25T01:30+00:00,25/10/2026 06:00\n";
    let parsed = read::<ShiftRow>(file);
    assert!(parsed.bad[0].problem.contains("comes twice"));
    assert!(parsed.bad[1].problem.contains("no such time"));
    assert_eq!(parsed.good.len(), 1);
}

/// Breaks lie within the shift, also when it goes over midnight.
#[test]
fn breaks_lie_within_the_shift() {
    let file = "staff number,start,end,breaks\n\
        1,22/11/2026 21:15,23/11/2026 07:15,00:30-01:00; 04:00-04:30\n\
        2,22/11/2026 07:00,22/11/2026 15:00,14:45-15:15\n\
        3,22/11/2026 07:00,22/11/2026 15:00,12:00-12:30; 12:15-12:45\n\
        4,22/11/2026 07:00,22/11/2026 15:00,noon\n\
        5,22/11/2026 15:00,22/11/2026 07:00,\n\
        6,22/11/2026 07:00,25/11/2026 07:00,\n";
    let parsed = read::<ShiftRow>(file);

    let night = &parsed.good[0].1;
    assert_eq!(night.breaks[0].starts_at, at("2026-11-23T00:30"));
    assert_eq!(
        night.breaks[1].ends_at - night.breaks[1].starts_at,
        30 * MINUTE
    );
    let lines: Vec<u64> = parsed.bad.iter().map(|bad| bad.line.0).collect();
    assert_eq!(lines, [3, 4, 5, 6, 7]);
}

/// Tasks carry needs and a bed, and no patient's name; what is due before it was asked is a slip.
#[test]
fn tasks_are_read_with_their_needs() {
    let file = "type,urgency,pickup,bed,destination,requested,appointment,requirements\n\
        patient-imaging,High,KES,12,CT2,22/11/2026 13:49,,\"chair, oxygen 2, falls risk\"\n\
        bed-clean,routine,OSP,14,,22/11/2026 13:49,22/11/2026 13:00,\n\
        sample,soon,OSP,,PATH,22/11/2026 13:49,,a hat\n";
    let parsed = read::<TaskRow>(file);

    let task = &parsed.good[0].1;
    assert_eq!(
        (task.priority, task.from_bed.as_deref()),
        (Priority::Emergency, Some("12"))
    );
    assert_eq!(task.needs.as_ref().unwrap().oxygen_half_litres, Some(4));
    let fields: Vec<&str> = parsed
        .bad
        .iter()
        .map(|bad| bad.field.as_deref().unwrap())
        .collect();
    assert_eq!(fields, ["appointment", "requirements", "urgency"]);
}

/// JSON is a list of objects; each problem is named with the line on which it stands.
#[test]
fn json_is_read_with_its_line_numbers() {
    let file = r#"[
  { "staff_number": 2101, "name": "Joel Penhallow", "team": "Portering",
    "skills": ["oxygen", "theatre"] },

  { "staff_number": "2118", "name": {}, "team": null },
  { "staff_number": "2135", "name": "A", "name": "B", "team": "C" },
  "x"
]"#;
    let parsed = read::<PersonRow>(file);
    assert_eq!(parsed.good[0].1.skills, ["OXYGEN", "THEATRE"]);
    assert_eq!(parsed.good[0].0, LineNumber(2));
    let lines: Vec<u64> = parsed.bad.iter().map(|bad| bad.line.0).collect();
    assert_eq!(lines, [5, 6, 7], "{:?}", parsed.bad);
}

/// A misspelt key in JSON is an error, unless the mapping says to leave it alone.
#[test]
fn an_unknown_key_is_an_error() {
    let file = br#"[{"from": "A", "to": "B", "seconds": 30, "one_wey": true}]"#;
    let parsed = read::<EdgeRow>(file);
    assert_eq!(parsed.bad[0].field.as_deref(), Some("one_wey"));
    assert!(parsed.good.is_empty());
    let mapping = Mapping {
        ignore: ["one_wey".to_owned()].into(),
        ..Mapping::default()
    };
    assert_eq!(read_with::<EdgeRow>(file, mapping).good.len(), 1);
}

/// What is not a list, or not a whole one, is said plainly.
#[test]
fn broken_json_is_said_plainly() {
    for (file, words) in [
        ("{}", "one list of objects"),
        ("[", "not closed"),
        ("[{\"from\":\"A\"", "not closed"),
        ("[] x", "something follows"),
        ("[}", "closed by }"),
        ("[]", "the list is empty"),
        ("[{\"from\":\"A\"},]", "not a JSON object"),
    ] {
        let parsed = read::<EdgeRow>(file);
        let said = sentences(&parsed).join("\n");
        assert!(said.contains(words), "{file}: {said}");
    }
}

/// Sizes have limits, and each is said with its number.
#[test]
fn files_have_limits() {
    let header = "from,to,seconds\n";
    let long_field = format!("{header}{},B,1\n", "é".repeat(FIELD_CHARACTERS_MAX + 1));
    let as_long_as_may_be = format!("{header}A,B,1,\n\"{}\",B,1\n", "x".repeat(120));
    let many_columns = vec!["c"; COLUMNS_MAX + 1].join(",");
    let many_lines = format!("{header}{}", "A,B,1\n".repeat(LINES_MAX));
    let too_large = vec![b'a'; FILE_BYTES_MAX + 1];

    assert!(
        read::<EdgeRow>(&long_field).bad[0]
            .problem
            .contains("4,096")
    );
    assert_eq!(
        read::<EdgeRow>(&long_field).bad[0]
            .shown
            .as_ref()
            .unwrap()
            .chars()
            .count(),
        41
    );
    assert_eq!(read::<EdgeRow>(&as_long_as_may_be).good.len(), 2);
    assert!(
        read::<EdgeRow>(&many_columns).bad[0]
            .problem
            .contains("200")
    );
    assert!(
        read::<EdgeRow>(&many_lines).bad[0]
            .problem
            .contains("200,000")
    );
    assert!(
        read::<EdgeRow>(&too_large).bad[0]
            .problem
            .contains("16 MiB")
    );
    assert!(read::<EdgeRow>("").bad[0].problem.contains("empty"));
    assert!(
        read::<EdgeRow>("\n\r\n;;\n").bad[0]
            .problem
            .contains("empty")
    );
}

/// A code that is there twice is named with the line that has it already.
#[test]
fn a_code_that_is_there_twice_is_named() {
    let file = "code,name,site,building,floor,level\n\
        KES,Kestrel,H,A,Two,2\nKES,Merlin,H,A,Two,2\nkes,Osprey,H,A,Two,3\n";
    let parsed = read::<PlaceRow>(file);
    let found = check_places(&parsed.good);
    let parsed = parsed.with(found);

    assert_eq!(
        sentences(&parsed),
        [
            "line 3, code: line 2 has the same (found “KES”)",
            "line 4, code: line 2 has the same but for capitals (found “kes”)",
            "line 4, level: line 2 has this floor on level 2 (found “3”)",
        ]
    );
    assert_eq!(parsed.good.len(), 1);
}

/// A walk to nowhere, to itself, or given twice, once in each direction.
#[test]
fn walks_lead_somewhere_and_once() {
    let file = "from,to,seconds,way,one way\nA,B,30,,\nB,A,35,,\nA,A,5,,\nA,X,5,,\n\
        B,A,60,lift,yes\nA,B,60,lift,yes\n";
    let parsed = read::<EdgeRow>(file);
    let places = KnownCodes::from_iter(["A", "B"]);
    let found = check_edges(&parsed.good, &places);
    let lines: Vec<u64> = found.iter().map(|bad| bad.line.0).collect();
    assert_eq!(lines, [3, 4, 5]);
    assert_eq!(found[0].problem, "this walk is already on line 2");
}

/// Nobody works two shifts at once, and everybody who works is known.
#[test]
fn nobody_works_two_shifts_at_once() {
    let file = "staff number,start,end\n\
        1,22/11/2026 07:00,22/11/2026 15:00\n\
        1,22/11/2026 14:00,22/11/2026 20:00\n\
        1,22/11/2026 20:00,22/11/2026 23:00\n\
        2,22/11/2026 07:00,22/11/2026 15:00\n";
    let parsed = read::<ShiftRow>(file);
    let found = check_shifts(&parsed.good, &KnownCodes::from_iter(["1"]));
    let lines: Vec<u64> = found.iter().map(|bad| bad.line.0).collect();
    assert_eq!(lines, [5, 3]);
}

/// People and tasks that refer to what does not exist.
#[test]
fn references_lead_to_something() {
    let known = KnownCodes::from_iter(["P", "OXYGEN"]);
    let people = read::<PersonRow>("staff number,name,team,skills,base\n1,A,P,oxygen;magic,Q\n");
    let fields: Vec<Option<String>> = check_people(&people.good, &known, &known, &known)
        .into_iter()
        .map(|bad| bad.field)
        .collect();
    assert_eq!(fields, [Some("skills".to_owned()), Some("base".to_owned())]);

    let file = "type,priority,from,to,requested at\nP,urgent,P,Q,2026-11-22T10:00\n";
    let tasks = read::<TaskRow>(file);
    let found = check_tasks(&tasks.good, &known, &known);
    assert_eq!(found[0].problem, "there is no location with this code");
    assert_eq!(found.len(), 1);
}

fn swallow(file: &[u8], format: Format) {
    let reading = Reading {
        format,
        mapping: Mapping::default(),
        zone: london(),
    };
    let places = parse::<PlaceRow>(file, &reading);
    let edges = parse::<EdgeRow>(file, &reading);
    let people = parse::<PersonRow>(file, &reading);
    let shifts = parse::<ShiftRow>(file, &reading);
    let tasks = parse::<TaskRow>(file, &reading);
    let none = KnownCodes::default();
    check_places(&places.good);
    check_edges(&edges.good, &none);
    check_people(&people.good, &none, &none, &none);
    check_shifts(&shifts.good, &none);
    check_tasks(&tasks.good, &none, &none);
}

/// Found by fuzzing: a lone carriage return let two rows share a line, and the line was shown as
/// good and as bad. A line with anything wrong in it is bad.
#[test]
fn a_line_is_never_good_and_bad() {
    let file = b"From;To;Walking seconds\r\nKES;LIFT-A2;35\r\x1dm;KES;LIFT-A2\xff`oon\r\n";
    let reading = Reading {
        format: Format::Csv,
        mapping: Mapping::default(),
        zone: TimeZone::UTC,
    };
    let parsed = parse::<EdgeRow>(file, &reading);
    assert_eq!(parsed.bad[0].line, LineNumber(2));
    assert!(parsed.good.is_empty(), "{parsed:?}");
}

proptest! {
    // Each case reads ten whole files; the fuzz targets go on where this stops.
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever bytes are uploaded, they are answered and not fallen over.
    #[test]
    fn no_bytes_make_it_fall_over(file in prop::collection::vec(any::<u8>(), 0..600)) {
        swallow(&file, Format::Csv);
        swallow(&file, Format::Json);
    }

    /// The same for files that look right at first.
    #[test]
    fn nor_do_bytes_under_a_good_header(
        rest in "[-0-9/:TZ+ ;,\"\n\r\\[\\]{}a-zé\u{0}–]{0,200}",
        cut in 0_usize..400,
    ) {
        let csv = format!("staff number,start,end,breaks,name,team\n1,{rest}");
        let json = format!("[{{\"from\": \"{rest}\", \"to\": {rest}}}, {rest}]");
        swallow(&csv.as_bytes()[..cut.min(csv.len())], Format::Csv);
        swallow(csv.as_bytes(), Format::Csv);
        swallow(&json.as_bytes()[..cut.min(json.len())], Format::Json);
        swallow(json.as_bytes(), Format::Json);
    }

    /// However good and bad lines are mixed, just the bad ones are named, each by its own number.
    #[test]
    fn just_the_bad_lines_are_named(
        lines in prop::collection::vec((any::<bool>(), 0_usize..3), 1..60),
        is_windows in any::<bool>(),
    ) {
        let end = if is_windows { "\r\n" } else { "\n" };
        let mut file = format!("from,to,seconds{end}");
        let (mut number, mut expected) = (1, Vec::new());
        for (is_good, blank_lines) in &lines {
            file.push_str(&end.repeat(*blank_lines));
            number += 1 + *blank_lines as u64;
            file.push_str(if *is_good { "A,B,30" } else { "A,B,later" });
            file.push_str(end);
            if !is_good {
                expected.push(number);
            }
        }
        let parsed = read::<EdgeRow>(&file);
        let named: Vec<u64> = parsed.bad.iter().map(|bad| bad.line.0).collect();
        prop_assert_eq!(named, expected);
        prop_assert_eq!(parsed.good.len() + parsed.bad.len(), lines.len());
    }
}
