//! What is shown of another program's output: all but the password that it was given.

/// Takes a URL's password out of texts.
#[derive(Clone, Default)]
pub(super) struct Mask {
    /// The password as it stands in the URL, and as it is.
    hidden: Vec<String>,
}

/// A shorter one may be a part of any word: it is only taken out where a URL has it.
const SHORTEST: usize = 4;

impl Mask {
    /// For the password of a URL, where it has one.
    pub(super) fn of(url: &str) -> Self {
        let rest = url.split_once("://").map_or("", |(_, rest)| rest);
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
        // libpq's other place for it.
        let among_parameters = || {
            let (_, parameters) = rest.split_once('?')?;
            let mut all = parameters.split('&').filter_map(|one| one.split_once('='));
            all.find(|(name, _)| *name == "password")
        };
        let named = user.split_once(':').or_else(among_parameters);
        let Some((_, password)) = named.filter(|(_, word)| !word.is_empty()) else {
            return Self::default();
        };
        let mut hidden: Vec<String> = [password.to_owned(), decoded(password)]
            .into_iter()
            .map(|word| {
                if word.len() < SHORTEST {
                    format!(":{word}@")
                } else {
                    word
                }
            })
            .collect();
        hidden.dedup();
        Self { hidden }
    }

    /// The text without it.
    pub(super) fn apply(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for word in &self.hidden {
            let stars = if word.starts_with(':') && word.ends_with('@') {
                ":***@"
            } else {
                "***"
            };
            out = out.replace(word.as_str(), stars);
        }
        out
    }
}

/// `%40` is `@`.
fn decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let digits = tail
            .get(..2)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        match digits.map(|pair| u8::from_str_radix(pair, 16)) {
            Some(Ok(value)) if byte == b'%' => {
                out.push(value);
                rest = &tail[2..];
            }
            _ => {
                out.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for (url, text, want) in [
            (
                "postgresql://u:s3cr%40t@h/d",
                "postgresql://u:s3cr%40t@h/d and s3cr@t",
                "postgresql://u:***@h/d and ***",
            ),
            ("postgresql://u:a@h/d", "a cat at u:a@h", "a cat at u:***@h"),
            ("postgresql://u@h/d", "u@h", "u@h"),
            (
                "postgresql:///d?host=h&password=s3cr%40t",
                "s3cr%40t, s3cr@t",
                "***, ***",
            ),
            ("sqlite:///a:b@c.db", "a:b@c", "a:b@c"),
        ] {
            assert_eq!(Mask::of(url).apply(text), want, "{url}");
        }
    }
}
