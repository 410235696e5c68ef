//! Makes text comparable: one kind of digit, one kind of gap, nothing invisible.
//!
//! The patterns then need no thought for the ways in which a number can be disguised, on purpose
//! or by a word processor. Every sign remembers its place in the original, so that spans point
//! there. This is not Unicode normalisation: only what the patterns need is folded.

/// A text as the patterns see it.
pub struct Folded {
    /// Letters as written (full-width ones made plain), ASCII digits, `-` for every dash, one
    /// space for every run of white space.
    pub signs: Vec<char>,
    /// For each sign its code point index in the original.
    places: Vec<usize>,
}

impl From<&str> for Folded {
    fn from(text: &str) -> Self {
        let mut folded = Self {
            signs: Vec::new(),
            places: Vec::new(),
        };
        for (place, original) in text.chars().enumerate() {
            let sign = plain(original);
            let second_gap = sign == ' ' && folded.signs.last() == Some(&' ');
            if !is_invisible(original) && !second_gap {
                folded.signs.push(sign);
                folded.places.push(place);
            }
        }
        folded
    }
}

impl Folded {
    /// The code points of the original from one sign up to, not including, another.
    ///
    /// `end` must be greater than `start`, and both within the text.
    pub fn original(&self, start: usize, end: usize) -> (usize, usize) {
        (self.places[start], self.places[end - 1] + 1)
    }
}

/// Zero-width characters, soft hyphens and direction marks.
const fn is_invisible(sign: char) -> bool {
    matches!(
        sign,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
    )
}

/// The plain form of one character.
fn plain(sign: char) -> char {
    match sign {
        _ if sign.is_ascii_graphic() => sign,
        _ if sign.is_whitespace() => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' => '-',
        // The full-width forms repeat ASCII from `!` to `~` in the same order.
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(u32::from(sign) - 0xFF01 + u32::from('!')).unwrap_or(sign)
        }
        // Mathematical digits: five styles of ten.
        '\u{1D7CE}'..='\u{1D7FF}' => digit((u32::from(sign) - 0x1D7CE) % 10),
        _ => other_script_digit(sign).unwrap_or(sign),
    }
}

/// The digits of scripts in which a UK ward's text may come: each a run of ten from zero.
fn other_script_digit(sign: char) -> Option<char> {
    /// Zero in Arabic, Persian and Urdu, Devanagari, Bengali, Gurmukhi, Gujarati, Tamil, Thai.
    const ZEROS: [u32; 8] = [0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xBE6, 0xE50];
    let code = u32::from(sign);
    let zero = ZEROS
        .into_iter()
        .find(|zero| (*zero..zero + 10).contains(&code))?;
    Some(digit(code - zero))
}

/// The ASCII digit of a value below ten.
fn digit(value: u32) -> char {
    char::from_digit(value, 10).unwrap_or('0')
}
