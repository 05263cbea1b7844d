//! Facts from text: all of them, or quickly those of a few types.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};
use std::iter::Peekable;
use std::str::{FromStr, Lines};

use super::FactsError;
use crate::plan::schema::{
    Attribute, Block, Condition, ForceNew, NestedBlock, Nesting, Presence, Provider, Resource,
    Rule, Sdk, Type,
};
use crate::plan::value::Value;

/// No provider nests deeper, and no stack overflows before.
const MAX_DEPTH: usize = 100;

/// Reads facts.
///
/// # Errors
///
/// The first line that cannot be read.
pub fn parse(text: &str) -> Result<Provider, FactsError> {
    read(text, |_, _| true)
}

/// Reads the facts of these resource types, data sources and ephemeral resources, which stand among
/// the data sources, and of the provider's own configuration; whatever else stands there is neither read nor checked. A type that the facts do
/// not know is left out.
///
/// # Errors
///
/// The first line that cannot be read, of those that are read.
pub fn load(
    text: &str,
    types: &BTreeSet<String>,
    data: &BTreeSet<String>,
) -> Result<Provider, FactsError> {
    read(text, |kind, name| match kind {
        Kind::Resource => types.contains(name),
        Kind::Data | Kind::Ephemeral => data.contains(name),
    })
}

/// What a section is about.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Resource,
    Data,
    Ephemeral,
}

fn read(text: &str, wanted: impl Fn(Kind, &str) -> bool) -> Result<Provider, FactsError> {
    let mut reader = Reader { lines: text.lines().peekable(), line: 1 };
    let mut first = reader.header("facts")?;
    if first.word()? != "1" {
        return Err(first.error(
            "these facts are for another version of Stackwright; this one reads `facts 1`",
        ));
    }
    first.end()?;
    let mut second = reader.header("provider")?;
    let mut provider = Provider { name: second.word()?, ..Provider::default() };
    if !second.is_at_end() {
        provider.version = second.word()?;
    }
    second.end()?;
    while let Some((indent, mut header)) = reader.next()? {
        if indent > 0 {
            return Err(header.error("this belongs to nothing: it is indented below no section"));
        }
        let kind = match header.word()?.as_str() {
            "config" => {
                header.end()?;
                provider.config = reader.block(1)?;
                continue;
            }
            "resource" => Kind::Resource,
            "data" => Kind::Data,
            "ephemeral" => Kind::Ephemeral,
            other => {
                let message = format!(
                    "a section is `config`, `resource`, `data` or `ephemeral`, not `{other}`"
                );
                return Err(header.error(message));
            }
        };
        let name = header.word()?;
        if !wanted(kind, &name) {
            reader.skip_section();
            continue;
        }
        let sections = match kind {
            Kind::Resource => &mut provider.resources,
            Kind::Data => &mut provider.data_sources,
            Kind::Ephemeral => &mut provider.ephemeral,
        };
        let Entry::Vacant(place) = sections.entry(name) else {
            return Err(header.error("this section stands twice"));
        };
        place.insert(reader.resource(header)?);
    }
    Ok(provider)
}

/// Lines, and how far they are read.
struct Reader<'a> {
    lines: Peekable<Lines<'a>>,
    /// The number of the next line.
    line: usize,
}

impl<'a> Reader<'a> {
    /// The next line that says something, without taking it: how deep it is indented, in levels.
    fn peek(&mut self) -> Result<Option<(usize, Cursor<'a>)>, FactsError> {
        while let Some(text) = self.lines.peek() {
            let content = text.trim_ascii_start();
            if content.is_empty() || content.starts_with('#') {
                self.lines.next();
                self.line += 1;
                continue;
            }
            let spaces = text.len() - content.len();
            let cursor = Cursor { rest: content.trim_ascii_end(), line: self.line };
            if text.as_bytes()[..spaces].iter().any(|byte| *byte != b' ') || spaces % 2 != 0 {
                return Err(cursor.error("indent by two spaces a level"));
            }
            if spaces / 2 > MAX_DEPTH {
                return Err(cursor.error("this is nested too deeply"));
            }
            return Ok(Some((spaces / 2, cursor)));
        }
        Ok(None)
    }

    /// Takes the next line that says something.
    fn next(&mut self) -> Result<Option<(usize, Cursor<'a>)>, FactsError> {
        let found = self.peek()?;
        if found.is_some() {
            self.lines.next();
            self.line += 1;
        }
        Ok(found)
    }

    /// Takes a line that must be there.
    fn header(&mut self, keyword: &str) -> Result<Cursor<'a>, FactsError> {
        let missing = |line| FactsError { line, message: format!("`{keyword}` should stand here") };
        match self.next()? {
            Some((0, mut cursor)) => match cursor.word() {
                Ok(word) if word == keyword => Ok(cursor),
                _ => Err(missing(cursor.line)),
            },
            Some((_, cursor)) => Err(missing(cursor.line)),
            None => Err(missing(self.line)),
        }
    }

    /// Passes all lines up to the next one that begins with a letter.
    fn skip_section(&mut self) {
        let belongs = |line: &&str| {
            matches!(line.as_bytes().first(), None | Some(b' ' | b'#' | b'\t' | b'\r'))
        };
        while self.lines.next_if(belongs).is_some() {
            self.line += 1;
        }
    }

    fn resource(&mut self, mut header: Cursor<'a>) -> Result<Resource, FactsError> {
        let mut resource = Resource::default();
        while !header.is_at_end() {
            match header.word()?.as_str() {
                "version" => {
                    header.expect('=')?;
                    resource.version = header.number()?;
                }
                "framework" => resource.sdk = Sdk::Framework,
                other => return Err(header.error(format!("`{other}` is no word for a resource"))),
            }
        }
        while let Some((indent, mut cursor)) = self.peek()? {
            if indent == 0 {
                break;
            }
            if indent == 1 && cursor.eat('!') {
                self.next()?;
                relation(&mut cursor, &mut resource)?;
            } else {
                self.item(&mut resource.block, 1)?;
            }
        }
        Ok(resource)
    }

    /// The attributes and blocks at this level.
    fn block(&mut self, level: usize) -> Result<Block, FactsError> {
        let mut block = Block::default();
        while self.peek()?.is_some_and(|(indent, _)| indent >= level) {
            self.item(&mut block, level)?;
        }
        Ok(block)
    }

    /// One attribute or block, with all that is indented below it.
    fn item(&mut self, block: &mut Block, level: usize) -> Result<(), FactsError> {
        let Some((indent, mut cursor)) = self.next()? else { return Ok(()) };
        if indent != level {
            return Err(cursor.error("this is indented too far"));
        }
        if cursor.rest.starts_with('!') {
            return Err(cursor.error("a relation stands at the level of the resource's attributes"));
        }
        let name = cursor.word()?;
        if block.attributes.contains_key(&name) || block.blocks.contains_key(&name) {
            return Err(cursor.error(format!("`{name}` stands twice")));
        }
        if cursor.eat('=') {
            let mut attribute = attribute(&mut cursor)?;
            if let Type::Nested(_, inner) = &mut attribute.ty {
                let nested = self.block(level + 1)?;
                if !nested.blocks.is_empty() {
                    return Err(cursor.error("nested attributes hold attributes, not blocks"));
                }
                *inner = nested.attributes;
            }
            block.attributes.insert(name, attribute);
        } else {
            if !(cursor.eat('{') && cursor.eat('}')) {
                return Err(cursor.unexpected("`=` or `{}`"));
            }
            let mut nested = nested_block(&mut cursor)?;
            nested.block = self.block(level + 1)?;
            block.blocks.insert(name, nested);
        }
        Ok(())
    }
}

fn relation(cursor: &mut Cursor<'_>, resource: &mut Resource) -> Result<(), FactsError> {
    match cursor.word()?.as_str() {
        "conflicts" => {
            let path = cursor.word()?;
            cursor.expect(':')?;
            let others = cursor.words()?;
            if resource.conflicts.insert(path, others).is_some() {
                return Err(cursor.error("the conflicts of this path stand twice"));
            }
        }
        "exactly-one" => resource.exactly_one_of.push(cursor.words()?),
        "at-least-one" => resource.at_least_one_of.push(cursor.words()?),
        "requires" => {
            let path = cursor.word()?;
            cursor.expect(':')?;
            let others = cursor.words()?;
            if resource.required_with.insert(path, others).is_some() {
                return Err(cursor.error("what this path requires stands twice"));
            }
        }
        "may-replace" => {
            let path = cursor.word()?;
            let mut condition = Condition::default();
            if !cursor.eat(':') {
                let attribute = cursor.word()?;
                cursor.expect('=')?;
                condition.only = Some((attribute, cursor.word()?));
                cursor.expect(':')?;
            }
            condition.words = cursor.word()?;
            cursor.end()?;
            if resource.conditions.insert(path, condition).is_some() {
                return Err(cursor.error("the condition of this path stands twice"));
            }
        }
        other => {
            let message = format!(
                "a relation is `conflicts`, `exactly-one`, `at-least-one`, `requires` or `may-replace`, \
                 not `{other}`"
            );
            return Err(cursor.error(message));
        }
    }
    Ok(())
}

fn nested_block(cursor: &mut Cursor<'_>) -> Result<NestedBlock, FactsError> {
    let mut nested = NestedBlock {
        nesting: cursor.nesting()?,
        min: 0,
        max: 0,
        block: Block::default(),
        force_new: ForceNew::No,
        computed: false,
    };
    while !cursor.is_at_end() {
        let word = cursor.word()?;
        match (word.as_str(), word.split_once("..")) {
            ("computed", _) => nested.computed = true,
            ("replaces", _) => nested.force_new = ForceNew::Yes,
            ("may-replace", _) => nested.force_new = ForceNew::Maybe,
            (_, Some((min, max))) => {
                nested.min = cursor.parse(min)?;
                nested.max = if max.is_empty() { 0 } else { cursor.parse(max)? };
            }
            (other, None) => {
                return Err(cursor.error(format!("`{other}` is no word for a block")));
            }
        }
    }
    Ok(nested)
}

fn attribute(cursor: &mut Cursor<'_>) -> Result<Attribute, FactsError> {
    let mut attribute = Attribute {
        ty: cursor.ty(0)?,
        presence: Presence::Computed,
        sensitive: false,
        write_only: false,
        force_new: ForceNew::No,
        default: None,
        use_state: false,
        rules: Vec::new(),
    };
    let mut presence = (false, false, false);
    while !cursor.is_at_end() {
        match cursor.word()?.as_str() {
            "required" => presence.0 = true,
            "optional" => presence.1 = true,
            "computed" => presence.2 = true,
            "sensitive" => attribute.sensitive = true,
            "write-only" => attribute.write_only = true,
            "replaces" => attribute.force_new = ForceNew::Yes,
            "may-replace" => attribute.force_new = ForceNew::Maybe,
            "keeps" => attribute.use_state = true,
            "default" => {
                cursor.expect('=')?;
                attribute.default = Some(cursor.value(0)?);
            }
            other => attribute.rules.push(cursor.rule(other, 0)?),
        }
    }
    attribute.presence = match presence {
        (true, false, false) => Presence::Required,
        (false, true, false) => Presence::Optional,
        (false, true, true) => Presence::OptionalComputed,
        (false, false, true) => Presence::Computed,
        _ => {
            return Err(cursor.error(
                "say who writes it: `required`, `optional`, `computed` or `optional computed`",
            ));
        }
    };
    Ok(attribute)
}

/// Whether a character can stand in a word without quotes.
pub(super) fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '+' | '*')
}

/// What is left of a line.
#[derive(Debug, Clone, Copy)]
struct Cursor<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Cursor<'a> {
    fn error(&self, message: impl Into<String>) -> FactsError {
        FactsError { line: self.line, message: message.into() }
    }

    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_ascii_start();
    }

    fn is_at_end(&mut self) -> bool {
        self.skip_spaces();
        self.rest.is_empty()
    }

    fn end(&mut self) -> Result<(), FactsError> {
        if self.is_at_end() {
            return Ok(());
        }
        Err(self.error(format!("`{}` should not stand here", self.rest)))
    }

    /// Takes a character if it comes next.
    fn eat(&mut self, c: char) -> bool {
        self.skip_spaces();
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, c: char) -> Result<(), FactsError> {
        if self.eat(c) {
            return Ok(());
        }
        Err(self.unexpected(&format!("`{c}`")))
    }

    fn unexpected(&self, expected: &str) -> FactsError {
        match self.rest {
            "" => self.error(format!("{expected} should stand at the end")),
            rest => self.error(format!("{expected} should stand before `{rest}`")),
        }
    }

    /// Takes the longest run of plain characters.
    fn plain(&mut self) -> &'a str {
        self.skip_spaces();
        let end = self.rest.find(|c| !is_plain(c)).unwrap_or(self.rest.len());
        let (plain, rest) = self.rest.split_at(end);
        self.rest = rest;
        plain
    }

    /// Takes a word, plain or in quotes.
    fn word(&mut self) -> Result<String, FactsError> {
        self.skip_spaces();
        if self.rest.starts_with('"') {
            return self.quoted();
        }
        match self.plain() {
            "" => Err(self.unexpected("a word")),
            word => Ok(word.to_owned()),
        }
    }

    /// Takes all words up to the end.
    fn words(&mut self) -> Result<Vec<String>, FactsError> {
        let mut words = Vec::new();
        while !self.is_at_end() {
            words.push(self.word()?);
        }
        Ok(words)
    }

    fn quoted(&mut self) -> Result<String, FactsError> {
        self.skip_spaces();
        let mut values = serde_json::Deserializer::from_str(self.rest).into_iter::<String>();
        match values.next() {
            Some(Ok(text)) => {
                self.rest = &self.rest[values.byte_offset()..];
                Ok(text)
            }
            _ => Err(self.unexpected("a whole text in quotes")),
        }
    }

    fn parse<T: FromStr>(&self, text: &str) -> Result<T, FactsError> {
        text.parse().map_err(|_| self.error(format!("`{text}` is no number that can stand here")))
    }

    fn number<T: FromStr>(&mut self) -> Result<T, FactsError> {
        let text = self.plain();
        self.parse(text)
    }

    fn nesting(&mut self) -> Result<Nesting, FactsError> {
        match self.plain() {
            "single" => Ok(Nesting::Single),
            "list" => Ok(Nesting::List),
            "set" => Ok(Nesting::Set),
            "map" => Ok(Nesting::Map),
            "group" => Ok(Nesting::Group),
            other => {
                let message =
                    format!("nesting is `single`, `list`, `set`, `map` or `group`, not `{other}`");
                Err(self.error(message))
            }
        }
    }

    /// Takes items with commas between them, up to the closing character.
    fn list<T>(
        &mut self,
        close: char,
        mut item: impl FnMut(&mut Self) -> Result<T, FactsError>,
    ) -> Result<Vec<T>, FactsError> {
        let mut items = Vec::new();
        if self.eat(close) {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if !self.eat(',') {
                self.expect(close)?;
                return Ok(items);
            }
        }
    }

    fn deeper(&self, depth: usize) -> Result<usize, FactsError> {
        if depth < MAX_DEPTH { Ok(depth + 1) } else { Err(self.error("this is nested too deeply")) }
    }

    /// Takes a type; the inner attributes of a nested one stand on the lines that follow.
    fn ty(&mut self, depth: usize) -> Result<Type, FactsError> {
        let depth = self.deeper(depth)?;
        let word = self.plain();
        let ty = match word {
            "string" => return Ok(Type::String),
            "number" => return Ok(Type::Number),
            "bool" => return Ok(Type::Bool),
            "any" => return Ok(Type::Dynamic),
            "nested" if depth > 1 => {
                return Err(
                    self.error("`nested` stands alone; a type within a type is an `object`")
                );
            }
            "list" | "set" | "map" | "tuple" | "object" | "nested" => {
                self.expect('(')?;
                match word {
                    "list" => Type::List(Box::new(self.ty(depth)?)),
                    "set" => Type::Set(Box::new(self.ty(depth)?)),
                    "map" => Type::Map(Box::new(self.ty(depth)?)),
                    "nested" => Type::Nested(self.nesting()?, BTreeMap::new()),
                    "tuple" => {
                        self.expect('[')?;
                        Type::Tuple(self.list(']', |cursor| cursor.ty(depth))?)
                    }
                    _ => {
                        self.expect('{')?;
                        let fields = self.list('}', |cursor| {
                            let name = cursor.word()?;
                            cursor.expect('=')?;
                            Ok((name, cursor.ty(depth)?))
                        })?;
                        Type::Object(fields.into_iter().collect())
                    }
                }
            }
            "" => return Err(self.unexpected("a type")),
            other => return Err(self.error(format!("`{other}` is no type"))),
        };
        self.expect(')')?;
        Ok(ty)
    }

    /// Takes what follows the word of a rule.
    fn rule(&mut self, word: &str, depth: usize) -> Result<Rule, FactsError> {
        let depth = self.deeper(depth)?;
        if !matches!(word, "oneof" | "oneof-nocase" | "range" | "length" | "pattern" | "each") {
            return Err(self.error(format!("`{word}` is no word for an attribute")));
        }
        self.expect('(')?;
        let rule = match word {
            "oneof" | "oneof-nocase" => {
                let words = self.list(')', Self::quoted)?;
                return Ok(Rule::OneOf(words, word == "oneof-nocase"));
            }
            "range" => {
                let min = self.number()?;
                self.expect(',')?;
                Rule::Range(min, self.number()?)
            }
            "length" => {
                let min = self.number()?;
                self.expect(',')?;
                let max = self.plain();
                Rule::Length(min, if max == "inf" { usize::MAX } else { self.parse(max)? })
            }
            "pattern" => Rule::Pattern(self.quoted()?),
            _ => {
                let inner = self.word()?;
                Rule::Each(Box::new(self.rule(&inner, depth)?))
            }
        };
        self.expect(')')?;
        Ok(rule)
    }

    /// Takes a value: JSON, or `unknown`. Numbers stay as they are written.
    fn value(&mut self, depth: usize) -> Result<Value, FactsError> {
        let depth = self.deeper(depth)?;
        self.skip_spaces();
        if self.rest.starts_with('"') {
            return Ok(Value::String(self.quoted()?));
        }
        if self.eat('[') {
            return Ok(Value::List(self.list(']', |cursor| cursor.value(depth))?));
        }
        if self.eat('{') {
            let items = self.list('}', |cursor| {
                let key = cursor.quoted()?;
                cursor.expect(':')?;
                Ok((key, cursor.value(depth)?))
            })?;
            return Ok(Value::Map(items.into_iter().collect()));
        }
        match self.plain() {
            "null" => Ok(Value::Null),
            "unknown" => Ok(Value::Unknown),
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            "" => Err(self.unexpected("a value")),
            number if serde_json::from_str::<serde_json::Number>(number).is_ok() => {
                Ok(Value::Number(number.to_owned()))
            }
            other => Err(self.error(format!("`{other}` is no value; a text stands in quotes"))),
        }
    }
}
