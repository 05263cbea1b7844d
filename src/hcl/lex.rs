//! HCL's tokens, for a formatter and for editors: any text has some, and nothing but blanks lies between them.
//!
//! Where the text is no HCL the tokens are a guess that spoils little of it: what nothing begins
//! with is [`Kind::Unknown`], and a string that is not closed ends with its line.

/// What a token is, as far as layout cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The end of a line, with its carriage return.
    Newline,
    /// `# …` or `// …`, with the end of its line.
    LineComment,
    /// `/* … */`, over as many lines as it likes.
    BlockComment,
    Name,
    /// The [`Kind::Name`] `in` after another; the formatter's finding, not the lexer's.
    In,
    Number,
    QuoteOpen,
    QuoteClose,
    /// `<<EOT` or `<<-EOT`, with the end of its line.
    HeredocOpen,
    /// The line that closes a heredoc, with its blanks but without its end.
    HeredocClose,
    /// Literal text of a string or heredoc.
    Text,
    /// `${` or `%{`, with the `~` that may follow.
    SequenceOpen,
    /// `}` or `~}` of a [`Kind::SequenceOpen`].
    SequenceClose,
    BraceOpen,
    BraceClose,
    BracketOpen,
    BracketClose,
    ParenOpen,
    ParenClose,
    Dot,
    /// `::`
    Path,
    Comma,
    /// `...`
    Ellipsis,
    Colon,
    Question,
    /// `=`
    Assign,
    /// `=>`
    Arrow,
    /// `!`
    Not,
    /// `-`
    Minus,
    /// A [`Kind::Minus`] with no operand before it; the formatter's finding, too.
    Sign,
    /// An operator that only ever stands between two operands.
    Operator,
    /// Bytes with which no token begins.
    Unknown,
}

/// A token and its bytes in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
}

/// What the next byte is inside of. Outside everything is code.
enum Inside<'a> {
    Quotes,
    Heredoc {
        marker: &'a str,
        at_line_start: bool,
    },
    /// Code between `${` and `}`, with the braces that are open in it.
    Sequence {
        braces: usize,
    },
}

/// The tokens of a text, in order.
pub(crate) struct Lexer<'a> {
    source: &'a str,
    bytes: &'a [u8],
    at: usize,
    inside: Vec<Inside<'a>>,
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        match self.inside.last() {
            Some(Inside::Quotes) => self.quotes(),
            Some(&Inside::Heredoc { marker, at_line_start }) => self.heredoc(marker, at_line_start),
            Some(Inside::Sequence { .. }) | None => self.code(),
        }
    }
}

impl<'a> Lexer<'a> {
    pub fn new(source: &'a str) -> Self {
        Self { source, bytes: source.as_bytes(), at: 0, inside: Vec::new() }
    }

    /// The byte `ahead` of the next one; 0, with which nothing begins, after the end.
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// The token of the next `len` bytes.
    fn take(&mut self, kind: Kind, len: usize) -> Option<Token> {
        let start = self.at;
        self.at += len;
        Some(Token { kind, start, end: self.at })
    }

    /// How many of the bytes from `from` on are like that.
    fn run(&self, from: usize, like: impl Fn(u8) -> bool) -> usize {
        self.bytes[from..].iter().take_while(|&&byte| like(byte)).count()
    }

    fn code(&mut self) -> Option<Token> {
        self.at += self.run(self.at, |byte| byte == b' ' || byte == b'\t');
        let (kind, len) = match (*self.bytes.get(self.at)?, self.peek(1)) {
            (b'\n', _) => (Kind::Newline, 1),
            (b'\r', _) => self.carriage_return(),
            (b'a'..=b'z' | b'A'..=b'Z' | b'_', _) => (Kind::Name, self.name_len(self.at)),
            (b'0'..=b'9', _) => (Kind::Number, self.number_len()),
            (b'"', _) => {
                self.inside.push(Inside::Quotes);
                (Kind::QuoteOpen, 1)
            }
            (b'#', _) | (b'/', b'/') => {
                let len = self.run(self.at, |byte| byte != b'\n');
                (Kind::LineComment, (len + 1).min(self.bytes.len() - self.at))
            }
            (b'/', b'*') => {
                let rest = &self.source[self.at + 2..];
                (Kind::BlockComment, 2 + rest.find("*/").map_or(rest.len(), |len| len + 2))
            }
            (b'<', b'<') => self.heredoc_open().unwrap_or((Kind::Operator, 1)),
            (b'{', _) => {
                if let Some(Inside::Sequence { braces }) = self.inside.last_mut() {
                    *braces += 1;
                }
                (Kind::BraceOpen, 1)
            }
            (b'}', _) => (self.brace_close(), 1),
            (b'~', b'}') if matches!(self.inside.last(), Some(Inside::Sequence { braces: 0 })) => {
                (self.brace_close(), 2)
            }
            (b'[', _) => (Kind::BracketOpen, 1),
            (b']', _) => (Kind::BracketClose, 1),
            (b'(', _) => (Kind::ParenOpen, 1),
            (b')', _) => (Kind::ParenClose, 1),
            (b'.', b'.') if self.peek(2) == b'.' => (Kind::Ellipsis, 3),
            (b'.', _) => (Kind::Dot, 1),
            (b':', b':') => (Kind::Path, 2),
            (b':', _) => (Kind::Colon, 1),
            (b',', _) => (Kind::Comma, 1),
            (b'?', _) => (Kind::Question, 1),
            (b'=', b'>') => (Kind::Arrow, 2),
            (b'=' | b'!' | b'<' | b'>', b'=') | (b'&', b'&') | (b'|', b'|') => (Kind::Operator, 2),
            (b'=', _) => (Kind::Assign, 1),
            (b'!', _) => (Kind::Not, 1),
            (b'-', _) => (Kind::Minus, 1),
            (b'+' | b'*' | b'/' | b'%' | b'<' | b'>', _) => (Kind::Operator, 1),
            _ => match self.name_len(self.at) {
                0 => (Kind::Unknown, self.unknown_len()),
                len => (Kind::Name, len),
            },
        };
        self.take(kind, len)
    }

    /// Carriage returns belong to the line feed after them. Those without one are unknown: were
    /// they blanks, a file with Macintosh line ends would become one line.
    fn carriage_return(&self) -> (Kind, usize) {
        let len = self.run(self.at, |byte| matches!(byte, b'\r' | b' ' | b'\t'));
        if self.peek(len) == b'\n' {
            return (Kind::Newline, len + 1);
        }
        (Kind::Unknown, self.source[self.at..self.at + len].trim_end_matches([' ', '\t']).len())
    }

    /// The length of the name that begins there, or 0.
    fn name_len(&self, from: usize) -> usize {
        let rest = &self.source[from..];
        let starts = |char| char == '_' || unicode_ident::is_xid_start(char);
        let continues = |char| char == '-' || unicode_ident::is_xid_continue(char);
        match rest.strip_prefix(starts) {
            Some(tail) => rest.len() - tail.trim_start_matches(continues).len(),
            None => 0,
        }
    }

    fn number_len(&self) -> usize {
        let digits = |len| self.run(self.at + len, |byte| byte.is_ascii_digit());
        let mut len = digits(0);
        if self.peek(len) == b'.' && self.peek(len + 1).is_ascii_digit() {
            len += 1 + digits(len + 1);
        }
        if matches!(self.peek(len), b'e' | b'E') {
            let sign = usize::from(matches!(self.peek(len + 1), b'+' | b'-'));
            match digits(len + 1 + sign) {
                0 => {}
                exponent => len += 1 + sign + exponent,
            }
        }
        len
    }

    /// The characters up to one that can begin a token, at least one.
    fn unknown_len(&self) -> usize {
        let rest = &self.source[self.at..];
        let begins = |char: char| match char {
            '$' | '@' | '\\' | '\'' | '`' | ';' | '^' => false,
            _ => char.is_ascii() || unicode_ident::is_xid_start(char),
        };
        rest.char_indices().skip(1).find(|&(_, char)| begins(char)).map_or(rest.len(), |(at, _)| at)
    }

    fn brace_close(&mut self) -> Kind {
        match self.inside.last_mut() {
            Some(Inside::Sequence { braces: 0 }) => {
                self.inside.pop();
                Kind::SequenceClose
            }
            Some(Inside::Sequence { braces }) => {
                *braces -= 1;
                Kind::BraceClose
            }
            _ => Kind::BraceClose,
        }
    }

    fn heredoc_open(&mut self) -> Option<(Kind, usize)> {
        let name = self.at + 2 + usize::from(self.peek(2) == b'-');
        let end = name + self.name_len(name);
        let newline = ["\n", "\r\n"].into_iter().find(|it| self.source[end..].starts_with(it))?;
        if name == end {
            return None;
        }
        let marker = &self.source[name..end];
        self.inside.push(Inside::Heredoc { marker, at_line_start: true });
        Some((Kind::HeredocOpen, end + newline.len() - self.at))
    }

    fn sequence_open(&mut self) -> Option<Token> {
        self.inside.push(Inside::Sequence { braces: 0 });
        let strip = usize::from(self.peek(2) == b'~');
        self.take(Kind::SequenceOpen, 2 + strip)
    }

    /// How many `$` or `%` stand there, when they are text: a single one before a brace opens a
    /// sequence, more are an escape.
    fn signs_of_text(&self, from: usize) -> Option<usize> {
        let sign = self.bytes[from];
        let len = self.run(from, |byte| byte == sign);
        (len > 1 || self.bytes.get(from + 1) != Some(&b'{')).then_some(len)
    }

    fn quotes(&mut self) -> Option<Token> {
        let mut end = self.at;
        while let Some(&byte) = self.bytes.get(end) {
            match byte {
                b'"' | b'\n' => break,
                // Never half of a character, nor the line feed that ends an unclosed string.
                b'\\' if matches!(self.bytes.get(end + 1), Some(b'"' | b'\\')) => end += 2,
                b'$' | b'%' => match self.signs_of_text(end) {
                    Some(len) => end += len,
                    None => break,
                },
                _ => end += 1,
            }
        }
        if end > self.at {
            return self.take(Kind::Text, end - self.at);
        }
        match self.peek(0) {
            b'$' | b'%' => self.sequence_open(),
            quote_or_newline => {
                self.inside.pop();
                if quote_or_newline == b'"' { self.take(Kind::QuoteClose, 1) } else { self.code() }
            }
        }
    }

    fn heredoc(&mut self, marker: &str, mut at_line_start: bool) -> Option<Token> {
        let mut end = self.at;
        while let Some(&byte) = self.bytes.get(end) {
            if at_line_start && let Some(len) = self.closing_line_len(end, marker) {
                if end == self.at {
                    self.inside.pop();
                    return self.take(Kind::HeredocClose, len);
                }
                break;
            }
            at_line_start = byte == b'\n';
            end += match byte {
                b'$' | b'%' => match self.signs_of_text(end) {
                    Some(len) => len,
                    None => break,
                },
                b'\n' => 1,
                _ => self.run(end, |byte| !matches!(byte, b'$' | b'%' | b'\n')),
            };
        }
        if let Some(Inside::Heredoc { at_line_start: remembered, .. }) = self.inside.last_mut() {
            *remembered = at_line_start;
        }
        match (end - self.at, end < self.bytes.len()) {
            (0, true) => self.sequence_open(),
            (0, false) => None,
            (len, _) => self.take(Kind::Text, len),
        }
    }

    /// The length of the line there without its end, when it holds the marker and nothing else.
    fn closing_line_len(&self, from: usize, marker: &str) -> Option<usize> {
        let line = &self.source[from..from + self.run(from, |byte| byte != b'\n')];
        (line.trim() == marker).then(|| line.trim_end_matches('\r').len())
    }
}
