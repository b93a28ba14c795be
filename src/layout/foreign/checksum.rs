//! The checksums that other tools keep of what they applied.
//!
//! Only read, to see whether a file is still what ran; line ends do not count,
//! since a checkout may change them (transact-rs/sqlx#2659).

use sha2::{Digest as _, Sha384};

use super::Tool;

impl Tool {
    /// Whether a recorded checksum is the one of these bytes; `None` where the
    /// tool records none that can be recomputed. sqlx's is given as hex digits.
    pub fn checksum_matches(self, bytes: &[u8], recorded: &str) -> Option<bool> {
        match self {
            Self::Sqlx => Some(sha384_matches(bytes, recorded)),
            Self::Flyway => recorded
                .parse()
                .ok()
                .map(|recorded: i32| line_crc32(bytes) == recorded),
            Self::Diesel | Self::GolangMigrate | Self::Dbmate | Self::Goose | Self::Alembic => None,
        }
    }
}

/// `sqlx-core/src/migrate/migration.rs`: SHA-384 over the file.
fn sha384_matches(bytes: &[u8], recorded: &str) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let unix = text.replace("\r\n", "\n");
    let windows = unix.replace('\n', "\r\n");
    [bytes, unix.as_bytes(), windows.as_bytes()]
        .into_iter()
        .any(|bytes| {
            let sum = Sha384::digest(bytes);
            let digits = recorded.as_bytes().chunks(2);
            digits.len() == sum.len()
                && digits.zip(sum.iter()).all(|(digits, byte)| {
                    let digits = std::str::from_utf8(digits).unwrap_or_default();
                    u8::from_str_radix(digits, 16) == Ok(*byte)
                })
        })
}

/// `ChecksumCalculator`: CRC-32 over the lines without their ends, without a
/// byte order mark, as a signed number.
fn line_crc32(bytes: &[u8]) -> i32 {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut crc = u32::MAX;
    for byte in bytes.iter().filter(|byte| !matches!(byte, b'\n' | b'\r')) {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let mask = (crc & 1).wrapping_neg();
            crc = (crc >> 1) ^ (0xedb8_8320 & mask);
        }
    }
    (!crc).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_do_not_count() {
        assert_eq!(
            Tool::Sqlx.checksum_matches(b"SELECT 1;\n", "f2"),
            Some(false)
        );
        // The check value of CRC-32/ISO-HDLC, whose line ends are left out here.
        let check = 0xcbf4_3926_u32.cast_signed().to_string();
        for text in ["123456789", "1234\r\n56789\n", "\u{feff}123456789"] {
            assert_eq!(
                Tool::Flyway.checksum_matches(text.as_bytes(), &check),
                Some(true),
                "{text:?}"
            );
        }
        assert_eq!(
            Tool::Flyway.checksum_matches(b"12345678", &check),
            Some(false)
        );
        assert_eq!(Tool::Diesel.checksum_matches(b"", ""), None);
    }

    #[test]
    fn sqlx() {
        let sums = [
            (
                "SELECT 1;\n",
                "24454095d8d7876ca8e842f34296ca645c83e0f7b50f048c99db4b2ff4da659267afc4ef3e994f3d74e18c741165d931",
            ),
            (
                "SELECT 1;\r\n",
                "17397E2E60835E677161A3F8F86849089BB0B9AC29484FCA0511F769D62D8C2E143AB512C903B43A60A01AD7452C86C6",
            ),
        ];
        for (_, sum) in sums {
            for (text, _) in sums {
                assert_eq!(
                    Tool::Sqlx.checksum_matches(text.as_bytes(), sum),
                    Some(true),
                    "{text:?}"
                );
            }
        }
    }
}
