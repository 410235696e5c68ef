//! Cuts Rust source into words, strings and comments, each with its line.
//!
//! Only as much of the language as the rules need: it never fails, and what it doesn't know (a
//! number's shape, an operator of two signs) it hands over sign by sign. Strings of every kind
//! (raw, byte, C) and nested comments are cut properly, since the rules rest on that.

/// One piece of source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The line it begins on, from 1.
    pub line: usize,
    /// What it is.
    pub kind: Kind,
}

/// What a piece of source is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A name or keyword; a raw name without its `r#`.
    Word(String),
    /// A string's content as written, without quotes.
    Text(String),
    /// A comment's content, with its slashes.
    Comment(String),
    /// `'a`, without the tick.
    Lifetime(String),
    /// A number or a character: nothing a rule looks at.
    Literal,
    /// Any other sign.
    Sign(char),
}

impl Token {
    /// Is it this name or keyword?
    pub fn is_word(&self, word: &str) -> bool {
        matches!(&self.kind, Kind::Word(own) if own == word)
    }

    /// Is it this sign?
    pub fn is_sign(&self, sign: char) -> bool {
        self.kind == Kind::Sign(sign)
    }

    /// The name, if it is one.
    pub fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    /// The string's content, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Cuts a whole file.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut cutter = Cutter {
        signs: source.chars().collect(),
        at: 0,
        line: 1,
    };
    let mut tokens = Vec::new();
    while let Some(sign) = cutter.peek(0) {
        let line = cutter.line;
        if sign.is_whitespace() {
            cutter.step();
            continue;
        }
        tokens.push(Token {
            line,
            kind: cutter.cut(sign),
        });
    }
    tokens
}

/// Only the code: without comments.
pub fn code(tokens: &[Token]) -> Vec<Token> {
    tokens
        .iter()
        .filter(|token| !matches!(token.kind, Kind::Comment(_)))
        .cloned()
        .collect()
}

struct Cutter {
    signs: Vec<char>,
    at: usize,
    line: usize,
}

impl Cutter {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.signs.get(self.at + ahead).copied()
    }

    fn step(&mut self) -> Option<char> {
        let sign = self.peek(0)?;
        self.at += 1;
        if sign == '\n' {
            self.line += 1;
        }
        Some(sign)
    }

    fn cut(&mut self, sign: char) -> Kind {
        match (sign, self.peek(1)) {
            ('/', Some('/')) => self.line_comment(),
            ('/', Some('*')) => self.block_comment(),
            ('"', _) => self.quoted(),
            ('\'', _) => self.tick(),
            _ if sign.is_alphabetic() || sign == '_' => self.word_or_string(),
            _ if sign.is_ascii_digit() => self.number(),
            _ => {
                self.step();
                Kind::Sign(sign)
            }
        }
    }

    fn line_comment(&mut self) -> Kind {
        let mut text = String::new();
        while self.peek(0).is_some_and(|sign| sign != '\n') {
            text.extend(self.step());
        }
        Kind::Comment(text)
    }

    fn block_comment(&mut self) -> Kind {
        let mut text = String::new();
        let mut depth = 0_usize;
        loop {
            match (self.peek(0), self.peek(1)) {
                (None, _) => break,
                (Some('/'), Some('*')) => depth += 1,
                (Some('*'), Some('/')) => depth -= 1,
                _ => {
                    text.extend(self.step());
                    continue;
                }
            }
            text.extend(self.step());
            text.extend(self.step());
            if depth == 0 {
                break;
            }
        }
        Kind::Comment(text)
    }

    fn quoted(&mut self) -> Kind {
        self.step();
        let mut text = String::new();
        while let Some(sign) = self.step() {
            match sign {
                '"' => break,
                '\\' => {
                    text.push(sign);
                    text.extend(self.step());
                }
                _ => text.push(sign),
            }
        }
        Kind::Text(text)
    }

    /// A lifetime or a character: `'a` is a lifetime unless a second tick closes it.
    fn tick(&mut self) -> Kind {
        self.step();
        let first = self.peek(0);
        let starts_name = first.is_some_and(|sign| sign.is_alphabetic() || sign == '_');
        if starts_name && self.peek(1) != Some('\'') {
            return Kind::Lifetime(self.word());
        }
        if self.step() == Some('\\') {
            self.step();
        }
        while let Some(sign) = self.step() {
            if sign == '\'' {
                break;
            }
        }
        Kind::Literal
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while self
            .peek(0)
            .is_some_and(|sign| sign.is_alphanumeric() || sign == '_')
        {
            word.extend(self.step());
        }
        word
    }

    /// A name, unless it is the prefix of a string (`r"…"`, `b"…"`, `br#"…"#`, `c"…"`).
    fn word_or_string(&mut self) -> Kind {
        let word = self.word();
        let raw = matches!(word.as_str(), "r" | "br" | "cr");
        match self.peek(0) {
            Some('"') if raw => self.raw(0),
            Some('"') if matches!(word.as_str(), "b" | "c") => self.quoted(),
            Some('\'') if word == "b" => self.tick(),
            Some('#') if raw => {
                let hashes = (0..)
                    .take_while(|ahead| self.peek(*ahead) == Some('#'))
                    .count();
                if self.peek(hashes) == Some('"') {
                    return self.raw(hashes);
                }
                self.step();
                Kind::Word(self.word())
            }
            _ => Kind::Word(word),
        }
    }

    fn raw(&mut self, hashes: usize) -> Kind {
        for _ in 0..=hashes {
            self.step();
        }
        let mut text = String::new();
        while let Some(sign) = self.step() {
            if sign == '"' && (0..hashes).all(|ahead| self.peek(ahead) == Some('#')) {
                for _ in 0..hashes {
                    self.step();
                }
                break;
            }
            text.push(sign);
        }
        Kind::Text(text)
    }

    /// `1_000`, `0xff`, `1.5e3`; the two points of a range are left alone.
    fn number(&mut self) -> Kind {
        self.word();
        if self.peek(0) == Some('.') && self.peek(1).is_some_and(|sign| sign.is_ascii_digit()) {
            self.step();
            self.word();
        }
        Kind::Literal
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, code, tokens};

    fn words(source: &str) -> Vec<String> {
        let all = tokens(source);
        all.iter()
            .filter_map(|token| token.word().map(str::to_owned))
            .collect()
    }

    fn texts(source: &str) -> Vec<String> {
        let all = tokens(source);
        all.iter()
            .filter_map(|token| token.text().map(str::to_owned))
            .collect()
    }

    /// A word inside a comment or a string is not code.
    #[test]
    fn words_in_comments_and_strings_are_not_code() {
        let source = "// one\n/* two /* three */ four */ five(\"six\", r#\"seven \"eight\"\"#)";
        assert_eq!(words(source), ["five"]);
        assert_eq!(texts(source), ["six", "seven \"eight\""]);
    }

    /// A quote behind a backslash does not end its string, and a tick can be a character.
    #[test]
    fn escapes_and_characters_do_not_confuse_it() {
        assert_eq!(
            texts(r#"a("x \" y", '"', b'\'', '\\', "z")"#),
            ["x \\\" y", "z"]
        );
        assert_eq!(
            words("fn f<'a>(x: &'a str) -> char { 'b' }"),
            ["fn", "f", "x", "str", "char"]
        );
    }

    /// Lines are counted through strings and comments that span several.
    #[test]
    fn lines_are_counted_through_long_strings() {
        let all = tokens("\"one\ntwo\" /* three\nfour */ five\n\nsix");
        let at = |word: &str| {
            all.iter()
                .find(|token| token.is_word(word))
                .map(|token| token.line)
        };
        assert_eq!((at("five"), at("six")), (Some(3), Some(5)));
    }

    /// A range is not a broken number, and a raw name loses its prefix.
    #[test]
    fn ranges_and_raw_names_are_read() {
        assert_eq!(
            words("for r#type in 0..n.len() { 1.5e3; }"),
            ["for", "type", "in", "n", "len"]
        );
    }

    /// Half a file is read to its end without a panic.
    #[test]
    fn unfinished_source_ends_quietly() {
        for source in ["\"open", "/* open", "r#\"open\"", "'", "'\\", "b'"] {
            tokens(source);
        }
    }

    /// Comments can be left out.
    #[test]
    fn code_is_without_comments() {
        let kinds: Vec<Kind> = code(&tokens("a // b\n+"))
            .into_iter()
            .map(|t| t.kind)
            .collect();
        assert_eq!(kinds, [Kind::Word("a".into()), Kind::Sign('+')]);
    }
}
