//! Patterns of ids and of lines: a small wildcard language that a person without programming can write.
//!
//! `#` is one digit, `@` one letter, `?` any one character, `*` any run of characters (also none), and `\`
//! takes the next character as it is. A pattern must match the whole text; upper and lower case differ.

use std::fmt;

/// One compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    source: String,
    tokens: Vec<Token>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Digit,
    Letter,
    Any,
    Run,
    Exactly(char),
}

impl Token {
    fn matches(self, c: char) -> bool {
        match self {
            Self::Digit => c.is_ascii_digit(),
            Self::Letter => c.is_alphabetic(),
            Self::Any | Self::Run => true,
            Self::Exactly(wanted) => c == wanted,
        }
    }
}

impl Pattern {
    /// Compiles a pattern; every text is one, a `\` at the end stands for itself.
    #[must_use]
    pub fn new(source: &str) -> Self {
        let mut tokens = Vec::new();
        let mut chars = source.chars();
        while let Some(c) = chars.next() {
            tokens.push(match c {
                '#' => Token::Digit,
                '@' => Token::Letter,
                '?' => Token::Any,
                '*' => Token::Run,
                '\\' => Token::Exactly(chars.next().unwrap_or('\\')),
                other => Token::Exactly(other),
            });
        }
        Self { source: source.to_owned(), tokens }
    }

    /// Whether the whole text fits.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let (mut at, mut rest) = (0, text.chars());
        // Where to go on when a later part does not fit: after the last `*`, one character further on.
        let mut back: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            if self.tokens.get(at) == Some(&Token::Run) {
                back = Some((at + 1, rest.clone()));
                at += 1;
                continue;
            }
            let mut ahead = rest.clone();
            match (self.tokens.get(at), ahead.next()) {
                (None, None) => return true,
                (Some(token), Some(c)) if token.matches(c) => {
                    at += 1;
                    rest = ahead;
                }
                _ => {
                    let Some((token, chars)) = back.as_mut() else { return false };
                    if chars.next().is_none() {
                        return false;
                    }
                    at = *token;
                    rest = chars.clone();
                }
            }
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("############", "101001240935", true)]
    #[case("############", "10100124093", false)]
    #[case("############", "1.01001E+11", false)]
    #[case("SR-####-*", "SR-2015-1", true)]
    #[case("SR-####-*", "sr-2015-1", false)]
    #[case("Total*", "Total: 15 rows", true)]
    #[case("*total*", "the grand total is", true)]
    #[case("*ab*abc", "ababab abc", true)]
    #[case("*ab*abc", "ababab ab", false)]
    #[case("@@?", "éa!", true)]
    #[case("\\#1", "#1", true)]
    #[case("\\#1", "11", false)]
    #[case("", "", true)]
    #[case("*", "", true)]
    fn a_pattern_matches_whole_texts(
        #[case] pattern: &str,
        #[case] text: &str,
        #[case] fits: bool,
    ) {
        assert_eq!(Pattern::new(pattern).matches(text), fits);
    }
}
