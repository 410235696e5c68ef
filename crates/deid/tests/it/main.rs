//! What the screen finds, what it leaves alone, and that no text can upset it.

use deid::{Kind, Span, screen};
use proptest::prelude::*;

/// The pieces of text found, with their kinds.
fn found(text: &str) -> Vec<(String, Kind)> {
    let piece = |span: &Span| {
        text.chars()
            .skip(span.start)
            .take(span.end - span.start)
            .collect()
    };
    screen(text)
        .iter()
        .map(|span| (piece(span), span.kind))
        .collect()
}

/// Every text is found whole, as one thing of this kind, alone and inside a sentence.
fn all_found(kind: Kind, texts: &[&str]) {
    for text in texts {
        let expected = vec![((*text).to_owned(), kind)];
        assert_eq!(found(text), expected, "alone: {text}");
        assert_eq!(
            found(&format!("– see {text}, please.")),
            expected,
            "in a sentence: {text}"
        );
    }
}

fn none_found(texts: &[&str]) {
    for text in texts {
        assert_eq!(found(text), [], "{text}");
    }
}

/// NHS numbers are found with and without gaps; one wrong digit, or one too many, and they are not.
#[test]
fn nhs_numbers_are_found_by_their_check_digit() {
    all_found(
        Kind::NhsNumber,
        &["9434765919", "943 476 5919", "943-476-5919", "943.476.5919"],
    );
    none_found(&[
        "9434765918",
        "943 476 591",
        "94347659190",
        "19434765919",
        "943  x 4765919",
    ]);
}

/// The check digit rule at its edges: a remainder of 0 gives digit 0, and a check value of 10
/// makes the number impossible.
#[test]
fn the_check_digit_has_two_special_cases() {
    // 2x10 + 1x2 = 22, which 11 divides: digit 0. 1x10 + 1x2 = 12, remainder 1: value 10, no digit.
    all_found(Kind::NhsNumber, &["2000000010"]);
    for last in 0..10 {
        assert_eq!(
            found(&format!("100000001{last}")),
            [],
            "check value 10, digit {last}"
        );
    }
}

/// E-mail addresses are found without the full stop that ends the sentence.
#[test]
fn e_mail_addresses_are_found() {
    let addresses = [
        "jo.porter@nhs.net",
        "o'neill+ward@harrowmere.nhs.uk",
        "müller@klinik.de",
    ];
    all_found(Kind::Email, &addresses);
    none_found(&[
        "5 mg @ 10:00",
        "@ward",
        "ward@",
        "a@b",
        "see @home.",
        "@@@@",
    ]);
}

/// Postcodes are found in either case, with a gap or without; drug names, spines and beds are not.
#[test]
fn postcodes_are_found() {
    all_found(
        Kind::Postcode,
        &[
            "SW1A 1AA", "sw1a1aa", "M1 1AE", "EC1A 1BB", "B33 8TH", "w1t 4jz",
        ],
    );
    none_found(&[
        "B12 deficiency",
        "L4 5th",
        "bed A1 2B",
        "QX1 1AA",
        "T4 2mg",
        "XM1 1AEX",
    ]);
}

/// Landlines, mobiles and the international form are found; counts and doses are not.
#[test]
fn phone_numbers_are_found() {
    let numbers = [
        "07700 900123",
        "07700900123",
        "020 7946 0018",
        "(0117) 496 0123",
        "+44 7700 900 123",
        "+44 (0)20 7946 0018",
        "0044 1632 960001",
        "01632-960-001",
        "016977 2345",
    ];
    all_found(Kind::Phone, &numbers);
    none_found(&[
        "04 2222 2222",
        "0.5 mg",
        "123 456",
        "bleep 0123",
        "000000000000000",
    ]);
}

/// Dates are found however the ward writes them; impossible days and mere months are not.
#[test]
fn dates_are_found() {
    let dates = [
        "04/03/1961",
        "4.3.61",
        "1961-03-04",
        "4 March 1961",
        "4th of Mar 1961",
        "March 4, 1961",
        "29/02/2024",
        "03/14/1961",
        "4-Mar-61",
    ];
    all_found(Kind::Date, &dates);
    none_found(&[
        "31/02/1961",
        "29/02/2023",
        "March 1961",
        "120/80",
        "10/10",
        "40/13/1961",
    ]);
}

/// A date that words before it call a birth is one.
#[test]
fn dates_of_birth_are_told_apart() {
    for text in [
        "DOB 04/03/1961",
        "d.o.b.: 4 March 1961",
        "Date of birth – 04/03/1961",
        "born 4.3.61",
    ] {
        assert_eq!(screen(text)[0].kind, Kind::DateOfBirth, "{text}");
    }
    assert_eq!(
        screen("Airborne isolation until 04/03/2026")[0].kind,
        Kind::Date
    );
}

/// Foreign digits, full-width letters, invisible characters and wide gaps hide nothing.
#[test]
fn disguises_are_seen_through() {
    let disguised = [
        ("９４３　４７６　５９１９", Kind::NhsNumber),
        ("٩٤٣٤٧٦٥٩١٩", Kind::NhsNumber),
        ("𝟗𝟒𝟑 𝟒𝟕𝟔 𝟓𝟗𝟏𝟗", Kind::NhsNumber),
        ("943\u{200B}476\u{AD}59\u{FEFF}19", Kind::NhsNumber),
        ("943 \u{A0}\r\n 476–5919", Kind::NhsNumber),
        ("jo＠nhs．net", Kind::Email),
        ("ＳＷ１Ａ\u{2009}１ＡＡ", Kind::Postcode),
    ];
    for (text, kind) in disguised {
        assert_eq!(found(text), [(text.to_owned(), kind)]);
    }
}

/// Offsets count code points, as people see characters, not bytes: emoji and accents before a
/// number do not shift it.
#[test]
fn offsets_are_code_points() {
    let span = Span {
        start: 4,
        end: 14,
        kind: Kind::NhsNumber,
    };
    assert_eq!(screen("é👩‍ 9434765919"), [span]);
}

/// The form in which spans leave the engine is a promise to whoever reads it.
#[test]
fn spans_are_written_as_promised() {
    let written = serde_json::to_string(&screen("at SW1A 1AA")).unwrap();
    assert_eq!(written, r#"[{"start":3,"end":11,"type":"postcode"}]"#);
}

/// Several finds in one note come in order and do not overlap; a date is not also a phone number.
#[test]
fn a_whole_note_is_screened() {
    let note = "Pt (DOB 01.02.1961 10:30) of SW1A 1AA, NHS 9434765919, 07700 900123, jo@nhs.net.";
    let kinds: Vec<Kind> = screen(note).iter().map(|span| span.kind).collect();
    use Kind::{DateOfBirth, Email, NhsNumber, Phone, Postcode};
    assert_eq!(kinds, [DateOfBirth, Postcode, NhsNumber, Phone, Email]);
}

/// What the documentation says is not found, is not: nobody should think otherwise.
#[test]
fn what_is_not_found_is_documented() {
    none_found(&[
        "Joel P. of 4 Mill Lane, aged 64",
        "jo at nhs dot net",
        "SW1A",
        "+33 1 23 45 67 89",
    ]);
}

/// Signs that patterns are made of, so that generated texts come near them.
fn awkward_text() -> impl Strategy<Value = String> {
    let signs = "0123456789  --..//()+@@abmSWdobMarch\u{200B}\u{AD}９٣é👩\u{301}\u{202E}\n\0";
    let sign = prop::sample::select(signs.chars().collect::<Vec<char>>());
    prop::collection::vec(sign, 0..200).prop_map(String::from_iter)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    /// Whatever is written, spans lie inside the text, in order, apart, and never empty.
    #[test]
    fn spans_are_in_bounds(text in prop_oneof![any::<String>(), awkward_text()]) {
        let mut last_end = 0;
        for span in screen(&text) {
            prop_assert!(last_end <= span.start && span.start < span.end);
            last_end = span.end;
        }
        prop_assert!(last_end <= text.chars().count());
    }

    /// A real NHS number is found wherever it stands between words.
    #[test]
    fn an_nhs_number_is_found_anywhere(before in "[a-zé👩 ]{0,40}", after in "[a-zé👩 ]{0,40}") {
        let text = format!("{before}943 476 5919{after}");
        let start = before.chars().count();
        prop_assert_eq!(screen(&text), [Span { start, end: start + 12, kind: Kind::NhsNumber }]);
    }

    /// A long text is found to contain exactly what its parts contain: no pattern looks, or works,
    /// further than a bounded distance.
    #[test]
    fn finds_repeat_with_the_text(text in awkward_text(), times in 2..5_usize) {
        // More than any pattern's reach.
        let wall = "\u{2022}".repeat(400);
        let once = screen(&text).len();
        let many = vec![text; times].join(&wall);
        prop_assert_eq!(screen(&many).len(), once * times);
    }
}
