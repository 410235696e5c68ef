//! What a certificate says of its end and its name.
//!
//! The end is read from the certificate's own bytes (RFC 5280, section 4.1), as far as that and no
//! further; the name is rustls' to judge, as a browser would.

use std::path::Path;

use anyhow::{Context, bail};
use jiff::{civil::DateTime, tz::TimeZone};
use rustls::{
    client::verify_server_name,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
    server::ParsedCertificate,
};
use trust::store::value::Moment;

/// What a certificate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// When it ends.
    pub ends_at: Moment,
    /// Whether it names the host.
    pub names_host: bool,
}

impl Certificate {
    /// Reads the first certificate of a PEM file.
    ///
    /// # Errors
    /// When there is none.
    pub fn read(place: &Path, host: &str) -> anyhow::Result<Self> {
        let cannot = || format!("{} cannot be read", place.display());
        let der = CertificateDer::from_pem_file(place).with_context(cannot)?;
        let ends_at = end_of(&der).with_context(cannot)?;
        let parsed = ParsedCertificate::try_from(&der).with_context(cannot)?;
        let name = ServerName::try_from(host.to_owned());
        let names_host = name.is_ok_and(|name| verify_server_name(&parsed, &name).is_ok());
        Ok(Self {
            ends_at,
            names_host,
        })
    }
}

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;

/// `notAfter`: certificate, its signed part, then version, number, algorithm, issuer, validity.
fn end_of(der: &[u8]) -> anyhow::Result<Moment> {
    let (_, certificate, _) = element(der)?;
    let (_, mut rest, _) = element(certificate)?;
    if rest.first() == Some(&VERSION) {
        rest = element(rest)?.2;
    }
    for _ in ["number", "algorithm", "issuer"] {
        rest = element(rest)?.2;
    }
    let (SEQUENCE, validity, _) = element(rest)? else {
        bail!("its validity is not where it belongs");
    };
    let (_, _, after) = element(validity)?;
    let (kind, text, _) = element(after)?;
    let text = str::from_utf8(text)?;
    // Two digits of a year are of this century up to 49 (RFC 5280, section 4.1.2.5.1).
    let text = match kind {
        UTC_TIME if text < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        _ => text.to_owned(),
    };
    let end = DateTime::strptime("%Y%m%d%H%M%SZ", text)?.to_zoned(TimeZone::UTC)?;
    Ok(Moment(end.timestamp().as_microsecond()))
}

/// The first element's kind and content, and what follows it.
fn element(bytes: &[u8]) -> anyhow::Result<(u8, &[u8], &[u8])> {
    let cut = "it is cut short";
    let (kind, rest) = bytes.split_first().context(cut)?;
    let (first, rest) = rest.split_first().context(cut)?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x83 => {
            let digits = usize::from(first & 0x7f);
            let (length, rest) = rest.split_at_checked(digits).context(cut)?;
            let add = |sum: usize, digit: &u8| sum << 8 | usize::from(*digit);
            (length.iter().fold(0, add), rest)
        }
        _ => bail!("a length is of no known form"),
    };
    let (content, rest) = rest.split_at_checked(length).context(cut)?;
    Ok((*kind, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The certificate that `init` makes names the host it was made for and no other, and its end
    /// is far away; bytes that are cut short are refused, not guessed.
    #[test]
    fn a_certificate_tells_its_end_and_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("cert.pem");
        let made = rcgen::generate_simple_self_signed(vec!["ward.example".to_owned()]).unwrap();
        std::fs::write(&place, made.cert.pem()).unwrap();
        let read = Certificate::read(&place, "ward.example").unwrap();
        assert!(read.names_host);
        assert_eq!(
            read.ends_at,
            Moment(67_090_118_400_000_000),
            "1 January 4096"
        );
        let other = Certificate::read(&place, "theatre.example").unwrap();
        assert!(!other.names_host);
        let der = made.cert.der();
        for length in 0..100 {
            assert!(end_of(&der[..length]).is_err());
        }
    }
}
