//! CSV to cells: byte-order mark, separator, quotes and line ends as spreadsheets write them.
//!
//! Refuses: other encodings than UTF-8. A file in Windows-1252 is read on with its odd letters
//! replaced, so that every line with one is reported in the same pass. JSON takes the same road
//! from `json.rs`.

use csv::{ByteRecord, Position, ReaderBuilder};

use super::{BadLine, COLUMNS_MAX, FIELD_CHARACTERS_MAX, LINES_MAX, LineNumber};

/// A row as it stands in the file.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: LineNumber,
    /// One for each column of the sheet.
    pub(super) cells: Vec<String>,
}

/// A file as a table.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Row>,
    pub(super) bad: Vec<BadLine>,
}

impl Sheet {
    pub(super) fn only(problem: BadLine) -> Self {
        Self {
            bad: vec![problem],
            ..Self::default()
        }
    }

    pub(super) fn from_csv(bytes: &[u8]) -> Self {
        let bytes = match without_mark(bytes) {
            Ok(bytes) => bytes,
            Err(problem) => return Self::only(problem),
        };
        let mut sheet = Self::default();
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator(bytes))
            .from_reader(bytes);
        let mut record = ByteRecord::new();
        let mut has_header = false;
        while let Ok(true) = reader.read_byte_record(&mut record) {
            let line = line_of(record.position(), bytes);
            let end = reader.position().line();
            if line.0.max(end.saturating_sub(1)) > LINES_MAX as u64 {
                sheet.bad.push(BadLine::whole(
                    line,
                    "the file has more than 200,000 lines: split it",
                ));
                break;
            }
            if record.len() > COLUMNS_MAX {
                let count = record.len();
                let problem = format!("this line has {count} fields; 200 are the most");
                sheet.bad.push(BadLine::whole(line, problem));
                if has_header { continue } else { return sheet }
            }
            let cells: Vec<String> = record.iter().map(text).collect();
            if cells.iter().all(String::is_empty) {
                continue;
            }
            if has_header {
                sheet.add(line, cells);
            } else if let Err(problem) = sheet.set_columns(line, cells) {
                return Self::only(problem);
            }
            has_header = true;
        }
        if !has_header {
            return Self::only(BadLine::whole(LineNumber(1), "the file is empty"));
        }
        sheet
    }

    fn set_columns(&mut self, line: LineNumber, names: Vec<String>) -> Result<(), BadLine> {
        if let Some(name) = names.iter().find(|name| name.contains('\u{FFFD}')) {
            return Err(BadLine::value(line, name, ENCODING, ""));
        }
        self.columns = names;
        Ok(())
    }

    fn add(&mut self, line: LineNumber, mut cells: Vec<String>) {
        let (width, got) = (self.columns.len(), cells.len());
        // Spreadsheets leave empty cells at the right; anything else has slipped out of its column.
        while cells.len() > width && cells.last().is_some_and(String::is_empty) {
            cells.pop();
        }
        if cells.len() != width {
            let problem = format!(
                "this line has {got} fields where the header has {width}: perhaps a separator \
                 within a text that stands without quotes"
            );
            self.bad.push(BadLine::whole(line, problem));
            return;
        }
        let before = self.bad.len();
        for (column, cell) in self.columns.iter().zip(&cells) {
            self.bad.extend(
                problem_of(cell).map(|problem| BadLine::value(line, column, problem, cell)),
            );
        }
        if self.bad.len() == before {
            self.rows.push(Row { line, cells });
        }
    }
}

const ENCODING: &str =
    "the letters are not in UTF-8 (Windows-1252, perhaps): save the file as “CSV UTF-8”";

/// What no field of any kind may hold.
pub(super) fn problem_of(cell: &str) -> Option<&'static str> {
    if cell.len() > FIELD_CHARACTERS_MAX && cell.chars().nth(FIELD_CHARACTERS_MAX).is_some() {
        Some("the field has more than 4,096 characters: perhaps a quote was not closed")
    } else if cell.contains('\u{FFFD}') {
        Some(ENCODING)
    } else if cell
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    {
        Some("the field holds characters that cannot be shown")
    } else {
        None
    }
}

/// The text without its byte-order mark.
pub(super) fn without_mark(bytes: &[u8]) -> Result<&[u8], BadLine> {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        let problem = "the file is in UTF-16 (“Unicode text”): save it as “CSV UTF-8”";
        return Err(BadLine::whole(LineNumber(1), problem));
    }
    Ok(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes))
}

fn text(field: &[u8]) -> String {
    String::from_utf8_lossy(field).trim().to_owned()
}

/// The separator that stands most often in the first line, outside quotes; a comma if none does.
fn separator(bytes: &[u8]) -> u8 {
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    let mut is_quoted = false;
    let header = bytes
        .iter()
        .skip_while(|byte| byte.is_ascii_whitespace() && **byte != b'\t');
    for byte in header {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' | b'\r' if !is_quoted => break,
            byte if !is_quoted => {
                counts
                    .iter_mut()
                    .filter(|(mark, _)| mark == byte)
                    .for_each(|(_, count)| *count += 1);
            }
            _ => {}
        }
    }
    let mut best = counts[0];
    for candidate in counts {
        if candidate.1 > best.1 {
            best = candidate;
        }
    }
    best.0
}

/// The line on which a record begins. The reader counts from before the blank lines that it skips.
fn line_of(position: Option<&Position>, bytes: &[u8]) -> LineNumber {
    let Some(position) = position else {
        return LineNumber(1);
    };
    let start = usize::try_from(position.byte())
        .unwrap_or(usize::MAX)
        .min(bytes.len());
    let blank = bytes[start..]
        .iter()
        .take_while(|byte| matches!(byte, b'\n' | b'\r'));
    let skipped = blank.filter(|byte| **byte == b'\n').count() as u64;
    LineNumber(position.line().saturating_add(skipped))
}
