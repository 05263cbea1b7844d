//! The layout of `terraform fmt`, without Terraform.
//!
//! `terraform fmt` is a pass over the tokens that sets the blanks before each, and three rewrites
//! of the tree: `"${x}"` becomes `x`, old names of types new ones, bare labels quoted.
//! [`format()`] is the pass. The rewrites have nothing to do in what we render, and would change
//! what a person wrote.
//!
//! The rules are Terraform's as observed on 1.11; the tests compare with the real one.

use unicode_segmentation::UnicodeSegmentation;

use super::lex::{Kind, Lexer, Token};

/// Brackets deeper than this are indented no further, and padding longer than [`PADDING`] times
/// the text is left out: else a few megabytes of brackets would become terabytes of blanks.
const DEPTH: usize = 64;
const PADDING: usize = 128;

/// The text with its blanks as `terraform fmt` sets them.
///
/// Nothing but spaces and tabs before tokens and at the ends of lines changes; no line is broken or
/// joined. Any text will do; what is no HCL keeps its words.
///
/// ```
/// let source = "a=1 # one\nlonger = [ for x in y:x.z ]\n";
/// let formatted = "a      = 1 # one\nlonger = [for x in y : x.z]\n";
/// assert_eq!(stackwright::hcl::format::format(source), formatted);
/// ```
pub fn format(source: &str) -> String {
    // As a token a byte-order mark would shift what stands after it.
    let text = source.trim_start_matches(['\u{feff}', ' ', '\t']);
    let mut formatter = Formatter::new(text);
    formatter.out.push_str(&source[..source.len() - text.len()].replace([' ', '\t'], ""));
    for token in Lexer::new(text) {
        formatter.add(token);
    }
    formatter.end_line();
    formatter.write();
    formatter.out
}

/// An expression of one line as `terraform fmt` lays it out; one of several lines depends on what
/// stands around it, and stays as it is.
pub fn format_expr(source: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'.';
    if source.bytes().all(is_plain) || source.contains('\n') {
        return source.to_owned();
    }
    let line = format(&format!("x = {source}"));
    line.strip_prefix("x = ").unwrap_or(source).to_owned()
}

/// True for source that ends with a heredoc, after whose last word only a new line can stand.
pub fn ends_with_heredoc(source: &str) -> bool {
    source.contains("<<")
        && Lexer::new(source).last().is_some_and(|token| token.kind == Kind::HeredocClose)
}

/// A token and the spaces before it.
#[derive(Debug, Clone, Copy)]
struct Spaced {
    token: Token,
    spaces: usize,
}

/// The tokens of a line, as indices: those before its `=` and those after, of which the last may
/// be a comment. `=` and comment are set below those of the lines around it.
#[derive(Debug, Clone, Copy)]
struct Line {
    start: usize,
    assign: Option<usize>,
    comment: Option<usize>,
    /// Bytes of its tokens.
    len: usize,
}

struct Formatter<'a> {
    text: &'a str,
    out: String,
    /// The lines that are not yet written, because a line to come may move their `=` or comment.
    tokens: Vec<Spaced>,
    lines: Vec<Line>,
    /// The first token of the line that is not yet complete.
    line_start: usize,
    /// How many brackets each of the lines around this one has left open.
    open: Vec<usize>,
}

impl<'a> Formatter<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            out: String::with_capacity(text.len() + text.len() / 16),
            tokens: Vec::new(),
            lines: Vec::new(),
            line_start: 0,
            open: Vec::new(),
        }
    }

    fn add(&mut self, mut token: Token) {
        let before = self.tokens[self.line_start..].last().map(|spaced| spaced.token);
        let spaces = before.map_or(0, |before| spaces_between(before, token));
        token.kind = match (before.map(|before| before.kind), token.kind) {
            (None, Kind::Minus) => Kind::Sign,
            (Some(before), Kind::Minus) if wants_operand(before) => Kind::Sign,
            (Some(Kind::Name), Kind::Name) if &self.text[token.start..token.end] == "in" => {
                Kind::In
            }
            (_, kind) => kind,
        };
        self.tokens.push(Spaced { token, spaces });
        if matches!(token.kind, Kind::Newline | Kind::LineComment) {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        let start = self.line_start;
        let tokens = &mut self.tokens[start..];
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
            return;
        };
        let is_blank = first.token.kind == Kind::Newline;
        let comment = (tokens.len() > 1 && last.token.kind == Kind::LineComment)
            .then(|| start + tokens.len() - 1);
        let assign =
            position(tokens, Kind::Assign).filter(|&at| at > 0 && net_brackets(&tokens[at..]) == 0);
        let len = tokens.iter().map(|spaced| spaced.token.end - spaced.token.start).sum();
        if !is_blank {
            // What a heredoc opens is no reason to indent: its text would stay where it is.
            let lead = &tokens[..assign.unwrap_or(tokens.len())];
            let code = &lead[..position(lead, Kind::HeredocOpen).unwrap_or(lead.len())];
            tokens[0].spaces = indent(&mut self.open, net_brackets(code));
        }
        let assign = assign.map(|at| start + at);
        self.lines.push(Line { start, assign, comment, len });
        self.line_start = self.tokens.len();
        if assign.is_none() && comment.is_none() {
            self.write();
        }
    }

    /// Writes the lines so far: none of them is aligned with one to come.
    fn write(&mut self) {
        self.align(|line| line.assign);
        self.align(|line| line.comment);
        for spaced in &self.tokens {
            push_spaces(&mut self.out, spaced.spaces);
            self.out.push_str(&self.text[spaced.token.start..spaced.token.end]);
        }
        self.tokens.clear();
        self.lines.clear();
        self.line_start = 0;
    }

    /// Sets the cells of consecutive lines below each other.
    fn align(&mut self, cell: impl Fn(&Line) -> Option<usize>) {
        for run in self.lines.chunk_by(|a, b| cell(a).is_some() == cell(b).is_some()) {
            let cells: Vec<_> = run
                .iter()
                .filter_map(|line| {
                    let cell = cell(line)?;
                    Some((cell, columns(&self.tokens[line.start..cell], self.text)))
                })
                .collect();
            let widest = cells.iter().map(|&(_, columns)| columns).max().unwrap_or(0);
            let padding: usize = cells.iter().map(|&(_, columns)| widest - columns).sum();
            if padding <= PADDING * run.iter().map(|line| line.len).sum::<usize>() {
                for (cell, columns) in cells {
                    self.tokens[cell].spaces = widest - columns + 1;
                }
            }
        }
    }
}

/// The spaces of a line that opens that many brackets more than it closes.
///
/// A line is one step deeper than the line that opened the brackets around it, however many these
/// are; and a line that closes some stands at the step of those.
fn indent(open: &mut Vec<usize>, net: isize) -> usize {
    let mut closing = net.min(0).unsigned_abs();
    while closing > 0
        && let Some(innermost) = open.last_mut()
    {
        if *innermost > closing {
            *innermost -= closing;
            break;
        }
        closing -= *innermost;
        open.pop();
    }
    let spaces = 2 * open.len().min(DEPTH);
    if net > 0 {
        open.push(net.unsigned_abs());
    }
    spaces
}

fn position(tokens: &[Spaced], kind: Kind) -> Option<usize> {
    tokens.iter().position(|spaced| spaced.token.kind == kind)
}

fn net_brackets(tokens: &[Spaced]) -> isize {
    tokens
        .iter()
        .map(|spaced| match spaced.token.kind {
            kind if opens(kind) => 1,
            kind if closes(kind) => -1,
            _ => 0,
        })
        .sum()
}

fn opens(kind: Kind) -> bool {
    use Kind::*;
    matches!(kind, BraceOpen | BracketOpen | ParenOpen | SequenceOpen)
}

fn closes(kind: Kind) -> bool {
    use Kind::*;
    matches!(kind, BraceClose | BracketClose | ParenClose | SequenceClose)
}

/// The width of tokens with the spaces before them.
fn columns(tokens: &[Spaced], text: &str) -> usize {
    tokens
        .iter()
        .map(|Spaced { token, spaces }| spaces + width(&text[token.start..token.end]))
        .sum()
}

/// Terraform counts grapheme clusters, each as one column, and a line end as one.
fn width(text: &str) -> usize {
    if text.bytes().all(|byte| byte.is_ascii() && byte != b'\r') {
        return text.len();
    }
    text.graphemes(true).count()
}

fn push_spaces(out: &mut String, mut count: usize) {
    const SPACES: &str = "                                                                ";
    while count > 0 {
        let part = count.min(SPACES.len());
        out.push_str(&SPACES[..part]);
        count -= part;
    }
}

/// Whether a `-` after that is a sign, and no operator between two operands.
///
/// One that stands after `=>`, `if` or `${` would be a sign as well, were it for the grammar.
fn wants_operand(kind: Kind) -> bool {
    use Kind::*;
    match kind {
        Operator | Minus | Sign | Not | Assign | Question | Colon | Comma => true,
        kind => matches!(kind, BraceOpen | BracketOpen | ParenOpen),
    }
}

/// The spaces between two tokens of a line.
fn spaces_between(left: Token, right: Token) -> usize {
    use Kind::*;
    let found = usize::from(left.end < right.start);
    match (left.kind, right.kind) {
        (_, Newline) => 0,
        (Unknown, _) | (_, Unknown) => found,
        // No HCL, and without a blank they would be read as another token.
        (Not, Assign | Arrow | Operator) | (Dot, Dot | Ellipsis) => found,
        (Text | QuoteOpen | HeredocOpen, _) | (_, Text | QuoteClose | HeredocClose) => 0,
        (BraceOpen, BraceClose) => 0,
        (BraceOpen, _) | (_, BraceClose) => 1,
        (SequenceOpen, BraceOpen) | (BraceClose, SequenceClose) => 1,
        (SequenceOpen | SequenceClose, _) | (_, SequenceClose) => 0,
        (Comma, _) => 1,
        (Dot, _) | (_, Dot | Comma | Ellipsis) | (Name, Path) | (Path, Name) => 0,
        (Not | Sign | BracketOpen | ParenOpen, _) | (_, BracketClose | ParenClose) => 0,
        (Name | In, ParenOpen) | (Name | Number, BracketOpen) => 0,
        (kind, BracketOpen) if closes(kind) => 0,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::path::Path;
    use std::process::{Command, Output};

    use proptest::prelude::*;

    use super::*;

    /// A rule, a text that breaks it, and the text that Terraform makes of it.
    struct Case {
        rule: &'static str,
        source: &'static str,
        formatted: &'static str,
    }

    const CASES: &[Case] = &[
        Case { rule: "nothing stays nothing", source: "", formatted: "" },
        Case { rule: "blank lines lose their blanks", source: "\n  \n\t\n", formatted: "\n\n\n" },
        Case { rule: "the last line end is not invented", source: "a=1", formatted: "a = 1" },
        Case { rule: "line ends lose their blanks", source: "a = 1  \n", formatted: "a = 1\n" },
        Case {
            rule: "the `=` of consecutive lines stand below each other",
            source: "a = 1\nlonger=2\nmid   =    3\n",
            formatted: "a      = 1\nlonger = 2\nmid    = 3\n",
        },
        Case {
            rule: "a blank line, a comment, a block or an open value ends the run",
            source: "\
a = 1

bb = 1
# ccc
ccc = 1
dddd {}
eeeee = 1
ffffff = [
]
g = 1
",
            formatted: "\
a = 1

bb = 1
# ccc
ccc = 1
dddd {}
eeeee = 1
ffffff = [
]
g = 1
",
        },
        Case {
            rule: "a heredoc does not end the run",
            source: "a = 1\nbbb = <<EOT\nx = 1\nEOT\ncc = 1\n",
            formatted: "a   = 1\nbbb = <<EOT\nx = 1\nEOT\ncc  = 1\n",
        },
        Case {
            rule: "a grapheme cluster is one column",
            source: "é = 1 # é\nx = {\n\"👨‍👩‍👧‍👦\" = 1\n\"é\" = \"é\" # é\n\"ab\" = 2 # ab\n}\n",
            formatted: "\
é = 1 # é
x = {
  \"👨‍👩‍👧‍👦\"  = 1
  \"é\"  = \"é\" # é
  \"ab\" = 2   # ab
}
",
        },
        Case {
            rule: "only the first `=` of a line counts",
            source: "a = { b = 1 }\nlonger = { c = 2, dd = 3 }\n",
            formatted: "a      = { b = 1 }\nlonger = { c = 2, dd = 3 }\n",
        },
        Case {
            rule: "a line that opens brackets indents by one step, however many",
            source: "a {\nb = foo([{\nc = 1\n}])\n}\n",
            formatted: "a {\n  b = foo([{\n    c = 1\n  }])\n}\n",
        },
        Case {
            rule: "a line that closes and opens stays inside",
            source: "a = [{\nb = 1\n}, {\nb = 2\n}]\n",
            formatted: "a = [{\n  b = 1\n  }, {\n  b = 2\n}]\n",
        },
        Case {
            rule: "brackets are closed one after the other",
            source: "a = foo([\n1,\n],\n2\n)\nb = [[\n1\n]\n]\n",
            formatted: "a = foo([\n  1,\n  ],\n  2\n)\nb = [[\n  1\n  ]\n]\n",
        },
        Case {
            rule: "a conditional over several lines hangs on its brackets",
            source: "a = (\nx\n? 1\n: -2\n)\n",
            formatted: "a = (\n  x\n  ? 1\n  : -2\n)\n",
        },
        Case {
            rule: "trailing comments stand below each other",
            source: "a = 1 # one\nbbb = [ // open\n22, # two\n3   #   three\n]\n",
            formatted: "a = 1   # one\nbbb = [ // open\n  22,   # two\n  3     #   three\n]\n",
        },
        Case {
            rule: "a line without a comment ends their run",
            source: "a = 1 # one\nlonger = 2\nb = 3 // three\n",
            formatted: "a      = 1 # one\nlonger = 2\nb      = 3 // three\n",
        },
        Case {
            rule: "comments of their own lines are indented, and keep their text",
            source: "  #  a  \n//b\nc {\n#d\n  /* e\n f */\n}\n",
            formatted: "#  a  \n//b\nc {\n  #d\n  /* e\n f */\n}\n",
        },
        Case {
            rule: "a comment within a line is a word",
            source: "a = foo(/*x*/1/*y*/,/*z*/2)/*e*/\nb = { /*c*/ }\n",
            formatted: "a = foo(/*x*/ 1 /*y*/, /*z*/ 2) /*e*/\nb = { /*c*/ }\n",
        },
        Case {
            rule: "operators stand between spaces",
            source: "a = 1+2*3%4/5==6&&b||c!=d\ne = f<1||f>=2?3:4\n",
            formatted: "a = 1 + 2 * 3 % 4 / 5 == 6 && b || c != d\ne = f < 1 || f >= 2 ? 3 : 4\n",
        },
        Case {
            rule: "signs stand at their operand",
            source: "a = - 1\nb = c - - 1\nd = [ - 1, ! e ]\nf = g ? - 1 : - h\ni = ( - 1 ) - 1\n",
            formatted: "a = -1\nb = c - -1\nd = [-1, !e]\nf = g ? -1 : -h\ni = (-1) - 1\n",
        },
        Case {
            rule: "after `=>`, `if`, `in` and `${` Terraform sees no sign",
            source: "a = { for b in -c : b => -d if -e == 1 }\nf = \"${-1}.\"\n",
            formatted: "a = { for b in - c : b => - d if - e == 1 }\nf = \"${- 1}.\"\n",
        },
        Case {
            rule: "brackets and parentheses hug, braces do not",
            source: "a = [ 1 ]\nb = ( 1 )\nc = {d=1}\ne = [ ]\nf = { }\ng = h( {i=1} )\n",
            formatted: "a = [1]\nb = (1)\nc = { d = 1 }\ne = []\nf = {}\ng = h({ i = 1 })\n",
        },
        Case {
            rule: "commas stand at what they follow, even before a bracket",
            source: "a = [1 ,2,]\nb = foo (1 , 2)\n",
            formatted: "a = [1, 2, ]\nb = foo(1, 2)\n",
        },
        Case {
            rule: "traversals have no blanks",
            source: "a = b . c [ 0 ] . d\ne = b [ * ] . c\nf = b . * . c\ng = {} [\"h\"]\ni = j() . k\n",
            formatted: "a = b.c[0].d\ne = b[*].c\nf = b.*.c\ng = {}[\"h\"]\ni = j().k\n",
        },
        Case {
            rule: "a string and its index stand apart",
            source: "a = \"b\"[0]\n",
            formatted: "a = \"b\" [0]\n",
        },
        Case {
            rule: "a name and its argument hug, except in `in [`",
            source: "a = [for b in[1] : b if [b][0]]\nc = [for d in (e) : d if (d)]\n",
            formatted: "a = [for b in [1] : b if[b][0]]\nc = [for d in(e) : d if(d)]\n",
        },
        Case {
            rule: "for expressions",
            source: "a = {for k,v in b:k=>v...if v!=1}\nc = [for d in e:foo(d ...)]\n",
            formatted: "a = { for k, v in b : k => v... if v != 1 }\nc = [for d in e : foo(d...)]\n",
        },
        Case {
            rule: "functions of providers",
            source: "a = provider :: foo :: bar (1)\n",
            formatted: "a = provider::foo::bar(1)\n",
        },
        Case {
            rule: "object items with `:` are not aligned",
            source: "a = {\nb:1\n(c)   : 2\n\"long\" =3\nd=4\n}\n",
            formatted: "a = {\n  b : 1\n  (c) : 2\n  \"long\" = 3\n  d      = 4\n}\n",
        },
        Case {
            rule: "blocks on one line stay there",
            source: "a  \"b\"   \"c\"{d=1}\ne{ }\nf {\n\n}\n",
            formatted: "a \"b\" \"c\" { d = 1 }\ne {}\nf {\n\n}\n",
        },
        Case {
            rule: "text in quotes stays, code in it is set",
            source: "a = \"  b=1 ${ c+d }${e  } %{ if  f ~}  g %{else}h%{~ endif }\"\n",
            formatted: "a = \"  b=1 ${c + d}${e} %{if f~}  g %{else}h%{~endif}\"\n",
        },
        Case {
            rule: "braces in a sequence keep their spaces",
            source: "a = \"b${{c=1}}d${[ {} ]}${~{}~}\"\n",
            formatted: "a = \"b${ { c = 1 } }d${[{}]}${~ {} ~}\"\n",
        },
        Case {
            rule: "quotes within quotes",
            source: "a = \"b${ foo( \"${ bar }\" ,\"}\") }\"\n",
            formatted: "a = \"b${foo(\"${bar}\", \"}\")}\"\n",
        },
        Case {
            rule: "escapes are text",
            source: "a = \"\\\"${ b }\\\\${ c } $${ d } $$${ e } %%{ f } 1% $\"\n",
            formatted: "a = \"\\\"${b}\\\\${c} $${ d } $$${ e } %%{ f } 1% $\"\n",
        },
        Case {
            rule: "code in quotes may span lines",
            source: "a = \"b${\nfoo(\n1)\n}c\"\nd = 1\n",
            formatted: "a = \"b${\n  foo(\n  1)\n}c\"\nd = 1\n",
        },
        Case {
            rule: "heredocs stay as they are, but for code in them",
            source: "a {\nb = <<EOT\n x=${ y } \n[{\n  EOT \nc = <<-EOT\n  %{ if x ~}\n z\n  %{ endif }\n  EOT\n}\n",
            formatted: "a {\n  b = <<EOT\n x=${y} \n[{\n  EOT \n  c = <<-EOT\n  %{if x~}\n z\n  %{endif}\n  EOT\n}\n",
        },
        Case {
            rule: "a marker after a sequence does not close a heredoc",
            source: "a = <<EOT\n${b}EOT\nEOTs\n${ c }\nEOT\nd=1\n",
            formatted: "a = <<EOT\n${b}EOT\nEOTs\n${c}\nEOT\nd = 1\n",
        },
        Case {
            rule: "heredocs in lists and calls",
            source: "a = [<<EOT\nx\nEOT\n  , 1]\nb = foo(<<EOT\nx\nEOT\n    )\nc=1\n",
            formatted: "a = [<<EOT\nx\nEOT\n, 1]\nb = foo(<<EOT\nx\nEOT\n)\nc = 1\n",
        },
        Case {
            rule: "brackets in a heredoc are no reason to indent",
            source: "a = {\nb = <<EOT\n${[\n1]}\nEOT\nc = 1\n}\n",
            formatted: "a = {\n  b = <<EOT\n${[\n1]}\nEOT\nc = 1\n}\n",
        },
        Case {
            rule: "a heredoc in a heredoc",
            source: "a = <<EOT\nx ${ <<FOO\nEOT\nFOO\n } y\nEOT\nb=1\n",
            formatted: "a = <<EOT\nx ${<<FOO\nEOT\nFOO\n} y\nEOT\nb = 1\n",
        },
        Case {
            rule: "a heredoc after a balanced `=` counts for the balance, but not for the indent",
            source: "a = [{ (\nb) = [1] }, <<EOT\n${<<FOO\nFOO\n}\nEOT\n, 1\n]\n",
            formatted: "a = [{ (\n  b) = [1] }, <<EOT\n${<<FOO\nFOO\n  }\nEOT\n  , 1\n]\n",
        },
        Case {
            rule: "carriage returns stay",
            source: "a=1  \r\nbb = <<EOT\r\n c\r\nEOT\r\n  # d\r\n \r\ne = [\r\n1 ]\r\n",
            formatted: "a  = 1\r\nbb = <<EOT\r\n c\r\nEOT\r\n# d\r\n\r\ne = [\r\n1]\r\n",
        },
        Case {
            rule: "numbers and names are words",
            source: "a = 1.5e-3+b-c\nd = e.0.f\ng-h = 10\n",
            formatted: "a   = 1.5e-3 + b-c\nd   = e.0.f\ng-h = 10\n",
        },
    ];

    #[test]
    fn each_rule_holds() {
        for Case { rule, source, formatted } in CASES {
            assert_eq!(&format(source), formatted, "{rule}");
            assert_eq!(&format(formatted), formatted, "{rule}, again");
        }
    }

    #[test]
    fn terraform_agrees() {
        let dir = tempfile::tempdir().expect("a temporary folder can be made");
        let path = |index: usize| dir.path().join(format!("{index}.tf"));
        for (index, case) in CASES.iter().enumerate() {
            std::fs::write(path(index), case.source).expect("a fixture can be written");
        }
        let Some(output) = terraform_fmt(dir.path()) else {
            return;
        };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        for (index, case) in CASES.iter().enumerate() {
            let theirs = std::fs::read_to_string(path(index)).expect("a fixture can be read");
            assert_eq!(theirs, case.formatted, "{}", case.rule);
        }
    }

    /// What `terraform fmt` says of a folder, or nothing where there is no Terraform.
    fn terraform_fmt(dir: &Path) -> Option<Output> {
        let output = Command::new("terraform")
            .args(["fmt", "-no-color", "-list=false"])
            .arg(dir)
            // A user's configuration could print warnings.
            .env("TF_CLI_CONFIG_FILE", "/dev/null")
            .output();
        match output {
            Ok(output) => Some(output),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let required = std::env::var_os("STACKWRIGHT_REQUIRE_TERRAFORM");
                assert!(required.is_none_or(|value| value != "1"), "terraform is not on the PATH");
                println!("skipped: terraform is not on the PATH");
                None
            }
            Err(error) => panic!("terraform does not start: {error}"),
        }
    }

    #[test]
    fn a_byte_order_mark_stays_and_has_no_width() {
        assert_eq!(format("\u{feff}a=1\nbb=2\n"), "\u{feff}a  = 1\nbb = 2\n");
    }

    #[test]
    fn the_end_of_the_text_is_a_line_end() {
        assert_eq!(format("a = 1  "), "a = 1");
        assert_eq!(format("  "), "");
        assert_eq!(format("a=1 # b "), "a = 1 # b ");
    }

    #[test]
    fn an_unclosed_string_ends_with_its_line() {
        assert_eq!(format("a=\"b = 1 \nc=1\n"), "a = \"b = 1 \nc = 1\n");
        assert_eq!(format("a=\"b"), "a = \"b");
        assert_eq!(format("a=\"b${ \"c\nd=1"), "a = \"b${\"c\n  d = 1");
    }

    #[test]
    fn an_unclosed_heredoc_or_comment_is_text_to_the_end() {
        assert_eq!(format("a=<<EOT\nb=1\n EO\nc=1 "), "a = <<EOT\nb=1\n EO\nc=1 ");
        assert_eq!(format("a=<<EOT\nb=1\nEOT"), "a = <<EOT\nb=1\nEOT");
        assert_eq!(format("a=1/* b=1\nc=1 "), "a = 1 /* b=1\nc=1 ");
    }

    #[test]
    fn brackets_need_no_partner() {
        assert_eq!(format("a=[\nb=1\n"), "a = [\n  b = 1\n");
        assert_eq!(format("a=1])\nb=1\n"), "a = 1])\nb = 1\n");
        assert_eq!(format("a=[1)\nb=2\n"), "a = [1)\nb = 2\n");
    }

    #[test]
    fn words_that_are_no_hcl_keep_their_blanks() {
        assert_eq!(format("a= 'b  c'\nd= $e & f\n"), "a = 'b c'\nd = $e & f\n");
        assert_eq!(format("a = \u{a0}1\u{2192}2\n"), "a = \u{a0}1\u{2192}2\n");
    }

    #[test]
    fn tokens_are_never_joined_to_another() {
        assert_eq!(format("a = b ! = c . . d\n"), "a = b ! = c. .d\n");
        assert_eq!(format("a\rb \r \nc\n"), "a\rb\r \nc\n");
    }

    /// Both would make the blanks outweigh the text a thousandfold.
    #[test]
    fn hostile_brackets_and_columns_do_not_explode() {
        let deep = "[\n".repeat(20_000);
        assert!(format(&deep).len() < deep.len() * DEPTH * 2);
        let wide = format!("{} = 1 # a\n", "a".repeat(20_000)) + &"a = 1 # b\n".repeat(2_000);
        assert_eq!(format(&wide), wide);
    }

    /// Each of these takes minutes when something is looked at again for each byte.
    #[test]
    fn hostile_repetition_takes_linear_time() {
        for part in [
            "\"${", "${", "$", "<<", "<<A\n", "<<A\n${", "/*", "\r ", "\r\t", "x${y}", " ", "é",
            "→", "{=", "}\n",
        ] {
            for prefix in ["", "\"", "a = <<EOT\n", "a = <<EOT\n${"] {
                let source = format!("{prefix}{}", part.repeat(100_000 / part.len()));
                let formatted = format(&source);
                assert_eq!(words(&formatted), words(&source));
            }
        }
    }

    fn words(text: &str) -> String {
        text.replace([' ', '\t'], "")
    }

    /// The text with other blanks wherever they mean nothing, as many as `blanks` says in turn.
    fn scrambled(text: &str, blanks: &[usize]) -> String {
        use Kind::*;
        let mut out = String::new();
        let mut blanks = blanks.iter().cycle();
        let mut left = Token { kind: Newline, start: 0, end: 0 };
        for token in Lexer::new(text) {
            let gap = &text[left.end..token.start];
            let in_text =
                matches!(left.kind, Text | QuoteOpen | SequenceClose | HeredocOpen | HeredocClose)
                    || matches!(token.kind, Text | QuoteClose | SequenceOpen | HeredocClose);
            let may_touch = gap.is_empty()
                || [left.kind, token.kind]
                    .iter()
                    .any(|&kind| matches!(kind, Newline | Comma) || opens(kind) || closes(kind));
            match blanks.next().expect("a cycle has no end") {
                _ if in_text => out.push_str(gap),
                0 if !may_touch => out.push('\t'),
                &count => push_spaces(&mut out, count),
            }
            out.push_str(&text[token.start..token.end]);
            left = token;
        }
        out
    }

    /// Token soup: everything that has a meaning somewhere, next to anything else.
    fn soup() -> impl Strategy<Value = String> {
        let word = prop::sample::select(vec![
            "a",
            "in",
            "for",
            "if",
            "é",
            "_",
            "1",
            "1.5",
            "2e3",
            "e",
            "\"",
            "\\",
            "'",
            "`",
            "$",
            "%",
            "&",
            "|",
            "${",
            "%{",
            "${~",
            "~}",
            "~",
            "{",
            "}",
            "[",
            "]",
            "(",
            ")",
            ".",
            "..",
            "...",
            ":",
            "::",
            ",",
            "?",
            "=",
            "==",
            "=>",
            "!",
            "!=",
            "-",
            "+",
            "*",
            "/",
            "<",
            ">",
            "<=",
            "&&",
            "||",
            "#",
            "//",
            "/*",
            "*/",
            "<<",
            "<<A\n",
            "<<-A\n",
            "A",
            "A\n",
            "\n",
            "\r\n",
            "\r",
            "\t",
            " ",
            "  ",
            "\u{feff}",
            "\u{a0}",
            "→",
            "👨‍👩‍👧‍👦",
            "\u{301}",
            "\0",
            ";",
            "@",
        ]);
        prop::collection::vec(word, 0..60).prop_map(|words| words.concat())
    }

    proptest! {
        #[test]
        fn only_blanks_change_and_only_once(source in prop_oneof![4 => soup(), 1 => any::<String>()]) {
            let formatted = format(&source);
            prop_assert_eq!(words(&formatted), words(&source));
            prop_assert_eq!(format(&formatted), formatted);
        }

        #[test]
        fn blanks_of_the_source_do_not_matter(blanks in prop::collection::vec(0..4_usize, 1..50)) {
            for case in CASES {
                let source = scrambled(case.formatted, &blanks);
                prop_assert_eq!(format(&source), case.formatted, "{} from {:?}", case.rule, source);
            }
        }
    }
}
