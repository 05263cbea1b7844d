//! The blocks and fields of a text by its tokens: also of one that is no HCL, which a description is
//! most of the time while somebody types.

use std::ops::Range;

use crate::hcl::lex::{Kind, Lexer, Token};

/// Blocks deeper than this are read as what stands around them.
const DEPTH: usize = 64;

/// What a text consists of.
#[derive(Debug, Default)]
pub struct Outline {
    /// Its tokens.
    pub tokens: Vec<Token>,
    /// What stands at its top.
    pub items: Vec<Item>,
}

/// What stands in a body.
#[derive(Debug)]
pub enum Item {
    /// `name "label" { … }`
    Block(Block),
    /// `name = …`
    Field(Field),
    /// The start of either: a name and perhaps labels.
    Start(Head),
}

/// A name and labels.
#[derive(Debug, Clone)]
pub struct Head {
    /// The name.
    pub name: Range<usize>,
    /// The labels.
    pub labels: Vec<Label>,
}

/// A label of a block.
#[derive(Debug, Clone)]
pub struct Label {
    /// With its quotes.
    pub whole: Range<usize>,
    /// Without.
    pub text: Range<usize>,
}

/// A block.
#[derive(Debug)]
pub struct Block {
    /// Its name and labels.
    pub head: Head,
    /// What is between its braces.
    pub body: Range<usize>,
    /// False for one whose closing brace is missing.
    pub is_closed: bool,
    /// What stands in it.
    pub items: Vec<Item>,
}

impl Block {
    /// With its head and braces.
    pub fn whole(&self) -> Range<usize> {
        self.head.name.start..self.body.end + usize::from(self.is_closed)
    }

    /// The blocks in it.
    pub fn blocks(&self) -> impl Iterator<Item = &Self> {
        blocks(&self.items)
    }

    /// The fields in it.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.items.iter().filter_map(|item| match item {
            Item::Field(field) => Some(field),
            _ => None,
        })
    }
}

/// A field.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: Range<usize>,
    /// The tokens of its value, as indices.
    pub tokens: Range<usize>,
    /// From behind its `=` to the end of its value's last line.
    pub value: Range<usize>,
}

/// The blocks among some items.
pub fn blocks(items: &[Item]) -> impl Iterator<Item = &Block> {
    items.iter().filter_map(|item| match item {
        Item::Block(block) => Some(block),
        _ => None,
    })
}

impl Outline {
    /// That of a text.
    pub fn new(text: &str) -> Self {
        let tokens: Vec<Token> = Lexer::new(text).collect();
        let mut reader = Reader { text, tokens: &tokens, at: 0 };
        let mut items = Vec::new();
        while reader.at < tokens.len() {
            reader.body(&mut items, 0);
            // A closing brace that opens nothing.
            reader.at += 1;
        }
        Self { tokens, items }
    }

    /// The blocks at the top.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        blocks(&self.items)
    }

    /// The blocks around a place, the outermost first.
    pub fn around(&self, offset: usize) -> Vec<&Block> {
        let mut path: Vec<&Block> = Vec::new();
        let mut items = &self.items;
        while let Some(block) = blocks(items).find(|block| {
            let end = block.body.end + usize::from(!block.is_closed);
            (block.body.start..=block.body.end.min(end)).contains(&offset)
        }) {
            path.push(block);
            items = &block.items;
        }
        path
    }

    /// The token that a place is in or right behind, as an index: of two, a name comes first.
    pub fn token_at(&self, offset: usize) -> Option<usize> {
        let after = self.tokens.partition_point(|token| token.start < offset);
        let before = after.checked_sub(1).filter(|&at| self.tokens[at].end >= offset);
        let here =
            (after < self.tokens.len() && self.tokens[after].start == offset).then_some(after);
        let is_name = |&at: &usize| self.tokens[at].kind == Kind::Name;
        here.filter(is_name).or(before.filter(is_name)).or(before).or(here)
    }

    /// True for a place in a comment.
    pub fn is_comment(&self, offset: usize) -> bool {
        let after = self.tokens.partition_point(|token| token.start < offset);
        after.checked_sub(1).and_then(|at| self.tokens.get(at)).is_some_and(|token| {
            match token.kind {
                // It has the end of its line, behind which the next one starts.
                Kind::LineComment => {
                    offset < token.end || offset == token.end && !self.ends_line(token)
                }
                Kind::BlockComment => offset < token.end,
                _ => false,
            }
        })
    }

    fn ends_line(&self, token: &Token) -> bool {
        self.tokens.last().is_some_and(|last| last.start > token.start)
    }

    /// The names of the path `a.b.c` around a place, and whether a dot without a name ends it. Only
    /// what stands before the place counts, and the name that the place is in.
    pub fn path_at(&self, offset: usize) -> Option<Path> {
        let mut at = self.token_at(offset)?;
        let mut names = Vec::new();
        let mut is_open = false;
        match self.tokens[at].kind {
            Kind::Dot if self.tokens[at].end <= offset => is_open = true,
            Kind::Name => {}
            _ => return None,
        }
        loop {
            let token = self.tokens[at];
            match token.kind {
                Kind::Name => names.push(token.start..token.end),
                Kind::Dot => {}
                _ => break,
            }
            let Some(before) = at.checked_sub(1) else { break };
            let previous = self.tokens[before];
            let touches = previous.end == token.start;
            let goes_on = match token.kind {
                Kind::Name => previous.kind == Kind::Dot,
                _ => previous.kind == Kind::Name,
            };
            if !touches || !goes_on {
                break;
            }
            at = before;
        }
        names.reverse();
        (!names.is_empty()).then_some(Path { names, is_open })
    }
}

/// Names with dots between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The names.
    pub names: Vec<Range<usize>>,
    /// True when a dot follows the last name.
    pub is_open: bool,
}

/// Reads tokens as bodies.
struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
}

impl Reader<'_> {
    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    /// Reads items up to a closing brace or the end.
    fn body(&mut self, items: &mut Vec<Item>, depth: usize) {
        while let Some(kind) = self.kind(self.at) {
            match kind {
                Kind::BraceClose => return,
                _ if depth > 0 && self.starts_at_margin(self.at) => return,
                Kind::Name => items.push(self.item(depth)),
                _ => self.at += 1,
            }
        }
    }

    fn item(&mut self, depth: usize) -> Item {
        let name = self.range(self.at);
        self.at += 1;
        if self.kind(self.at) == Some(Kind::Assign) {
            let after = self.tokens[self.at].end;
            self.at += 1;
            let first = self.at;
            self.value();
            let tokens = first..self.at;
            let end = match self.tokens[tokens.clone()].last() {
                // It has the end of its line.
                Some(last) if last.kind == Kind::HeredocClose => last.end,
                Some(last) => last.end,
                None => after,
            };
            // Blanks before the end of the line are places of the value, too.
            let line_end = self.text[end..]
                .find(['\n', '\r', '}', '#'])
                .map_or(self.text.len(), |len| end + len);
            return Item::Field(Field { name, tokens, value: after..line_end.max(end) });
        }
        let mut labels = Vec::new();
        while let Some(kind) = self.kind(self.at) {
            match kind {
                Kind::Name => {
                    let range = self.range(self.at);
                    labels.push(Label { whole: range.clone(), text: range });
                    self.at += 1;
                }
                Kind::QuoteOpen => labels.push(self.quoted()),
                _ => break,
            }
        }
        let head = Head { name, labels };
        if self.kind(self.at) != Some(Kind::BraceOpen) {
            return Item::Start(head);
        }
        let start = self.tokens[self.at].end;
        self.at += 1;
        let mut items = Vec::new();
        if depth < DEPTH {
            self.body(&mut items, depth + 1);
        } else {
            self.skip_body();
        }
        let is_closed = self.kind(self.at) == Some(Kind::BraceClose);
        let end = self.tokens.get(self.at).map_or(self.text.len(), |token| token.start);
        if is_closed {
            self.at += 1;
        }
        Item::Block(Block { head, body: start..end.max(start), is_closed, items })
    }

    /// Passes over a body without looking into it.
    fn skip_body(&mut self) {
        let mut open = 0_usize;
        while let Some(kind) = self.kind(self.at) {
            match kind {
                Kind::BraceOpen => open += 1,
                Kind::BraceClose if open == 0 => return,
                Kind::BraceClose => open -= 1,
                _ => {}
            }
            self.at += 1;
        }
    }

    fn range(&self, at: usize) -> Range<usize> {
        self.tokens[at].start..self.tokens[at].end
    }

    /// Reads a label in quotes.
    fn quoted(&mut self) -> Label {
        let start = self.tokens[self.at].start;
        self.at += 1;
        let mut end = start + 1;
        while let Some(token) = self.tokens.get(self.at) {
            match token.kind {
                Kind::QuoteClose => {
                    self.at += 1;
                    return Label { whole: start..token.end, text: start + 1..token.start };
                }
                Kind::Text => end = token.end,
                _ => break,
            }
            self.at += 1;
        }
        Label { whole: start..end, text: start + 1..end }
    }

    /// Passes over a value: to the end of its line, unless a bracket is open.
    fn value(&mut self) {
        let mut open = 0_usize;
        while let Some(kind) = self.kind(self.at) {
            match kind {
                Kind::BraceOpen
                | Kind::BracketOpen
                | Kind::ParenOpen
                | Kind::SequenceOpen
                | Kind::QuoteOpen => open += 1,
                Kind::BraceClose | Kind::BracketClose | Kind::ParenClose if open == 0 => return,
                Kind::BraceClose
                | Kind::BracketClose
                | Kind::ParenClose
                | Kind::SequenceClose
                | Kind::QuoteClose => {
                    open = open.saturating_sub(1);
                }
                Kind::HeredocOpen => open += 1,
                Kind::HeredocClose => open = open.saturating_sub(1),
                Kind::Newline | Kind::LineComment => {
                    if self.is_quote_open() {
                        open = open.saturating_sub(1);
                    }
                    if open == 0 || self.starts_at_margin(self.at + 1) {
                        return;
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    /// True when the last string was ended by the end of its line.
    fn is_quote_open(&self) -> bool {
        let line = self.tokens[..self.at].iter().rev();
        let mut line =
            line.take_while(|token| !matches!(token.kind, Kind::Newline | Kind::LineComment));
        let mut closed = 0_usize;
        line.any(|token| match token.kind {
            Kind::QuoteClose => {
                closed += 1;
                false
            }
            Kind::QuoteOpen if closed == 0 => true,
            Kind::QuoteOpen => {
                closed -= 1;
                false
            }
            _ => false,
        })
    }

    /// True for a block's head at the margin: what is open before it was forgotten to be closed.
    fn starts_at_margin(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at).filter(|token| token.kind == Kind::Name) else {
            return false;
        };
        let at_margin = token.start == 0 || self.text.as_bytes()[token.start - 1] == b'\n';
        let rest = &self.tokens[at + 1..];
        let is_head = match rest.first().map(|token| token.kind) {
            Some(Kind::QuoteOpen) => true,
            Some(Kind::BraceOpen) => matches!(&self.text[token.start..token.end], "locals"),
            _ => false,
        };
        at_margin && is_head
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The blocks and fields of a text, by their names.
    fn shape(text: &str) -> String {
        fn add(text: &str, items: &[Item], out: &mut String) {
            for item in items {
                match item {
                    Item::Start(head) => out.push_str(&format!("{}? ", &text[head.name.clone()])),
                    Item::Field(field) => out.push_str(&format!(
                        "{}={} ",
                        &text[field.name.clone()],
                        text[field.value.clone()].trim()
                    )),
                    Item::Block(block) => {
                        let labels = block
                            .head
                            .labels
                            .iter()
                            .map(|label| format!(".{}", &text[label.text.clone()]));
                        out.push_str(&format!(
                            "{}{}{{ ",
                            &text[block.head.name.clone()],
                            labels.collect::<String>()
                        ));
                        add(text, &block.items, out);
                        out.push_str(if block.is_closed { "} " } else { "… " });
                    }
                }
            }
        }
        let mut out = String::new();
        add(text, &Outline::new(text).items, &mut out);
        out.trim_end().to_owned()
    }

    #[test]
    fn whole_texts_have_their_blocks_and_fields() {
        let text = "stack \"a\" {\n  x = 1 # no\n  b \"c\" d { y = [\n    1,\n  ] }\n}\nlocals {\n z = \"}\"\n}\n";
        assert_eq!(shape(text), "stack.a{ x=1 b.c.d{ y=[\n    1,\n  ] } } locals{ z=\"}\" }");
    }

    #[test]
    fn what_is_forgotten_to_be_closed_ends_before_the_next_head() {
        let rest = "\nqueue \"b\" {\n}\n";
        for (text, expected) in [
            ("queue \"a\" {\n  x = [1,", "queue.a{ x=[1,… queue.b{ }"),
            ("queue \"a\" {\n  x = \"open", "queue.a{ x=\"open… queue.b{ }"),
            ("queue \"a\" {\n  x = { y = \"${z.", "queue.a{ x={ y = \"${z.… queue.b{ }"),
            ("queue \"a\" {\n  x", "queue.a{ x?… queue.b{ }"),
            ("queue \"a\" {\n  x =", "queue.a{ x=… queue.b{ }"),
            ("queue \"a", "queue? queue.b{ }"),
            ("que", "que? queue.b{ }"),
        ] {
            let found = shape(&format!("{text}{rest}")).replace(" … ", "… ");
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_path_is_what_stands_before_the_place() {
        let path = |text: &str| {
            let at = text.find('|').unwrap();
            let text = text.replacen('|', "", 1);
            let path = Outline::new(&text).path_at(at)?;
            let names: Vec<&str> = path.names.into_iter().map(|range| &text[range]).collect();
            Some(format!("{}{}", names.join("."), if path.is_open { "." } else { "" }))
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(path("x = database.main.|"), some("database.main."));
        assert_eq!(path("x = database.ma|in.host"), some("database.main"));
        assert_eq!(path("x = [a.b, c|"), some("c"));
        assert_eq!(path("x = \"${local.ur|l}\""), some("local.url"));
        assert_eq!(path("x = 1 |"), None);
    }
}
