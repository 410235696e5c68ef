//! JSON to cells: an array of flat objects, each with the line on which it begins.
//!
//! Refuses: objects within objects, a key twice, and anything before or after the array. A list of
//! texts is taken as one text with semicolons, as a spreadsheet would hold it.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::table::{Row, Sheet, problem_of, without_mark};
use super::{BadLine, COLUMNS_MAX, LINES_MAX, LineNumber};

/// An object with its keys in order, a key given twice included.
struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Pairs;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object, { … }")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Pairs, M::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        input.deserialize_map(Collect)
    }
}

/// Reads a file.
pub(super) fn sheet(bytes: &[u8]) -> Sheet {
    let bytes = match without_mark(bytes) {
        Ok(bytes) => bytes,
        Err(problem) => return Sheet::only(problem),
    };
    let text = match str::from_utf8(bytes) {
        Ok(text) => text,
        Err(problem) => {
            let line = line_at(bytes, problem.valid_up_to());
            return Sheet::only(BadLine::whole(
                line,
                "the letters are not in UTF-8: save the file as UTF-8",
            ));
        }
    };
    let (parts, broken) = elements(text);
    let mut sheet = Sheet {
        bad: broken.into_iter().collect(),
        ..Sheet::default()
    };
    let mut objects = Vec::new();
    for (line, part) in parts {
        if objects.len() >= LINES_MAX {
            sheet.bad.push(BadLine::whole(
                line,
                "the file has more than 200,000 entries: split it",
            ));
            break;
        }
        match serde_json::from_str::<Pairs>(part) {
            Ok(Pairs(pairs)) => objects.push((line, pairs)),
            Err(problem) => {
                let at = LineNumber(line.0 + (problem.line() as u64).saturating_sub(1));
                sheet.bad.push(BadLine::whole(
                    at,
                    format!("this is not a JSON object: {}", plain(&problem)),
                ));
            }
        }
    }
    if objects.is_empty() && sheet.bad.is_empty() {
        sheet
            .bad
            .push(BadLine::whole(LineNumber(1), "the list is empty"));
    }
    fill(&mut sheet, objects);
    sheet
}

fn fill(sheet: &mut Sheet, objects: Vec<(LineNumber, Vec<(String, Value)>)>) {
    let mut index_of = BTreeMap::new();
    for (line, pairs) in &objects {
        for (key, _) in pairs {
            let next = index_of.len();
            let index = *index_of.entry(key.clone()).or_insert(next);
            if index == COLUMNS_MAX {
                sheet.bad.push(BadLine::whole(
                    *line,
                    "there are more than 200 different keys",
                ));
                return;
            }
        }
    }
    let mut columns = vec![String::new(); index_of.len()];
    for (key, index) in &index_of {
        columns[*index].clone_from(key);
    }
    sheet.columns = columns;
    for (line, pairs) in objects {
        let before = sheet.bad.len();
        let mut cells = vec![None; index_of.len()];
        for (key, value) in pairs {
            let cell = &mut cells[index_of[&key]];
            if cell.is_some() {
                sheet
                    .bad
                    .push(BadLine::value(line, &key, "this key is given twice", ""));
            }
            let text = text_of(&value).unwrap_or_else(|problem| {
                sheet.bad.push(BadLine::value(line, &key, problem, ""));
                String::new()
            });
            let problem = problem_of(&text);
            sheet
                .bad
                .extend(problem.map(|problem| BadLine::value(line, &key, problem, &text)));
            *cell = Some(text);
        }
        if sheet.bad.len() == before {
            let cells = cells.into_iter().map(Option::unwrap_or_default).collect();
            sheet.rows.push(Row { line, cells });
        }
    }
}

fn text_of(value: &Value) -> Result<String, &'static str> {
    match value {
        Value::Null => Ok(String::new()),
        Value::Bool(yes) => Ok(if *yes { "yes" } else { "no" }.to_owned()),
        Value::Number(number) => Ok(number.to_string()),
        Value::String(text) => Ok(text.trim().to_owned()),
        Value::Array(items) => {
            let texts = items.iter().map(|item| match item {
                Value::Array(_) | Value::Object(_) => Err("a list may hold texts and numbers only"),
                plain => text_of(plain),
            });
            Ok(texts.collect::<Result<Vec<_>, _>>()?.join("; "))
        }
        Value::Object(_) => Err("this is an object; a text, a number or a list is expected"),
    }
}

/// The elements of the outer array, each with the line of its beginning, and what is wrong around
/// them.
///
/// Only brackets and texts are followed here: whether an element is right is for its own reading.
fn elements(text: &str) -> (Vec<(LineNumber, &str)>, Option<BadLine>) {
    let bytes = text.as_bytes();
    let blank = |from: usize| {
        bytes[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count()
    };
    let open = blank(0);
    if bytes.get(open) != Some(&b'[') {
        let problem = "a JSON file holds one list of objects: [ { … }, { … } ]";
        return (
            Vec::new(),
            Some(BadLine::whole(line_at(bytes, open), problem)),
        );
    }
    let (mut parts, mut depth, mut is_text, mut is_escaped) = (Vec::new(), 0_usize, false, false);
    let (mut line, mut start) = (line_at(bytes, open), open + 1);
    let (mut start_line, mut is_blank) = (line, true);
    for (at, byte) in bytes.iter().enumerate().skip(open) {
        if *byte == b'\n' {
            line.0 += 1;
        }
        if at >= start && is_blank && !byte.is_ascii_whitespace() {
            (start_line, is_blank) = (line, false);
        }
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            _ if is_text => {}
            b'[' | b'{' => depth += 1,
            b',' if depth == 1 => {
                parts.push((start_line, text[start..at].trim()));
                (start, is_blank) = (at + 1, true);
            }
            b']' | b'}' => {
                depth -= 1; // it began at 1 with the outer bracket, and 0 ends the loop
                if depth == 0 {
                    let last = text[start..at].trim();
                    if !last.is_empty() || !parts.is_empty() {
                        parts.push((start_line, last));
                    }
                    return (parts, after_end(bytes, at));
                }
            }
            _ => {}
        }
    }
    (
        parts,
        Some(BadLine::whole(
            line,
            "the list is not closed: the file ends before its last ]",
        )),
    )
}

fn after_end(bytes: &[u8], end: usize) -> Option<BadLine> {
    if bytes[end] != b']' {
        return Some(BadLine::whole(
            line_at(bytes, end),
            "the list is closed by } instead of ]",
        ));
    }
    let rest = bytes[end + 1..]
        .iter()
        .position(|byte| !byte.is_ascii_whitespace())?;
    let line = line_at(bytes, end + 1 + rest);
    Some(BadLine::whole(
        line,
        "something follows after the end of the list",
    ))
}

fn line_at(bytes: &[u8], offset: usize) -> LineNumber {
    let before = &bytes[..offset.min(bytes.len())];
    LineNumber(1 + before.iter().filter(|byte| **byte == b'\n').count() as u64)
}

/// The reader's words without its own line and column, which count from the element.
fn plain(problem: &serde_json::Error) -> String {
    let words = problem.to_string();
    words
        .split(" at line ")
        .next()
        .unwrap_or_default()
        .to_owned()
}
