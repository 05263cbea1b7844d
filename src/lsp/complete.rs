//! What could be written at a place.

use std::ops::Range;

use lsp_types::{
    Command, CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation,
    InsertTextFormat, MarkupContent, MarkupKind,
};

use super::doc;
use super::document::Document;
use super::grammar::{self, Fields, Inside, Labels, Place, Within};
use super::outline::Block;
use crate::component::{Outputs, Vocabulary};
use crate::reference;
use crate::stack::block::FieldInfo;
use crate::stack::field::Type;
use crate::stack::{environment, layer, transfer};
use crate::value::ScalarType;

/// What somebody's editor takes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Takes {
    /// Text with places to fill in (Language Server Protocol, "Snippet Syntax").
    pub snippets: bool,
    /// Documentation in Markdown.
    pub markdown: bool,
}

impl Takes {
    /// Documentation as the editor shows it.
    pub fn markup(self, value: impl Into<String>) -> MarkupContent {
        let kind = if self.markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
        MarkupContent { kind, value: value.into() }
    }
}

/// Gathers what could be written in place of a word.
struct Items<'d> {
    document: &'d Document,
    vocabulary: &'d Vocabulary,
    takes: Takes,
    /// What is replaced.
    word: Range<usize>,
    items: Vec<CompletionItem>,
}

/// What could be written at a place of a document.
pub fn complete(
    document: &Document,
    vocabulary: &Vocabulary,
    takes: Takes,
    offset: usize,
) -> Vec<CompletionItem> {
    let (path, place) = grammar::place(document.outline(), offset);
    let text = document.text.text();
    let mut items = Items { document, vocabulary, takes, word: offset..offset, items: Vec::new() };
    let inside = |path: &[&Block]| Inside::of(vocabulary, document.kind, text, path);
    match place {
        Place::Nothing => {}
        Place::Item { word, is_complete } => {
            items.word = word;
            items.items_of(&inside(&path), path.last().copied(), is_complete);
        }
        Place::Label { name, label } => {
            items.word = label;
            items.labels(&inside(&path), document.get(&name));
        }
        Place::Value(value) => {
            let name = document.get(&value.field.name);
            let field = match &inside(&path) {
                Inside::Fields(fields) => fields.field(name).cloned(),
                _ => None,
            };
            items.value(field.as_ref(), &value, offset);
        }
    }
    items.items
}

impl Items<'_> {
    fn add(&mut self, label: &str, kind: CompletionItemKind, text: &str, more: CompletionItem) {
        let is_snippet = self.takes.snippets && text.contains('$');
        let new_text = if is_snippet { text.to_owned() } else { without_places(text) };
        let edit = self.document.text.edit(self.word.clone(), new_text);
        self.items.push(CompletionItem {
            label: label.to_owned(),
            kind: Some(kind),
            insert_text_format: is_snippet.then_some(InsertTextFormat::SNIPPET),
            text_edit: Some(CompletionTextEdit::Edit(edit)),
            ..more
        });
    }

    fn said(&self, detail: impl Into<String>, doc: &str) -> CompletionItem {
        CompletionItem {
            detail: Some(detail.into()),
            documentation: Some(Documentation::MarkupContent(self.takes.markup(doc))),
            ..CompletionItem::default()
        }
    }

    /// Blocks and fields.
    fn items_of(&mut self, inside: &Inside, parent: Option<&Block>, is_complete: bool) {
        match inside {
            Inside::Top => {
                for (name, labels, doc) in grammar::top() {
                    let head = match labels {
                        Labels::None => format!("{name} {{"),
                        _ => format!("{name} \"$1\" {{"),
                    };
                    let text = format!("{head}\n  $0\n}}");
                    let text = if is_complete { name } else { &text };
                    let more = CompletionItem {
                        sort_text: Some(format!("0{name}")),
                        ..self.said("block", &doc)
                    };
                    self.add(name, CompletionItemKind::KEYWORD, text, more);
                }
                self.components(is_complete);
            }
            Inside::Layer => self.components(is_complete),
            Inside::Fields(fields) => self.fields(fields, parent, is_complete),
            Inside::Values | Inside::Unknown => {}
        }
    }

    fn components(&mut self, is_complete: bool) {
        for kind in self.vocabulary.kinds() {
            let mut text = format!("{} \"${{1:main}}\" {{\n", kind.name);
            let fields = (kind.fields)();
            let required: Vec<&FieldInfo> = fields.iter().filter(|field| field.required).collect();
            for (at, field) in required.iter().enumerate() {
                let width = required.iter().filter(|it| !it.is_block).map(|it| it.name.len()).max();
                let lines = self.field_text(field, at + 2, width.unwrap_or(0));
                text.push_str(&format!("  {}\n", lines.replace('\n', "\n  ")));
            }
            text.push_str(if required.is_empty() { "  $0\n}" } else { "}$0" });
            let text = if is_complete { kind.name } else { &text };
            let more = CompletionItem {
                sort_text: Some(format!("1{}", kind.name)),
                ..self.said("component", &(kind.doc)())
            };
            self.add(kind.name, CompletionItemKind::CLASS, text, more);
        }
    }

    /// The fields of a block that it does not have yet.
    fn fields(&mut self, fields: &Fields, parent: Option<&Block>, is_complete: bool) {
        let items = parent.map_or(&self.document.outline().items, |block| &block.items);
        let written: Vec<&str> = items
            .iter()
            .filter_map(|item| match item {
                super::outline::Item::Field(field) => Some(&field.name),
                super::outline::Item::Block(block) => Some(&block.head.name),
                super::outline::Item::Start(_) => None,
            })
            .filter(|name| **name != self.word)
            .map(|name| self.document.get(name))
            .collect();
        for field in &fields.0 {
            let repeats = field.is_block && matches!(field.ty, Type::List(_) | Type::Map(_));
            if written.contains(&field.name) && !repeats {
                continue;
            }
            let text = match is_complete {
                true => field.name.to_owned(),
                false => self.field_text(field, 1, 0),
            };
            let kind = match field.is_block {
                true => CompletionItemKind::STRUCT,
                false => CompletionItemKind::FIELD,
            };
            let order = u8::from(!field.required);
            let mut more = self.said(reference::type_name(field), &doc::field(field));
            more.sort_text = Some(format!("{order}{}", field.name));
            if text.ends_with('.') || text.contains(".$1") {
                more.command = Some(suggest());
            }
            self.add(field.name, kind, &text, more);
        }
    }

    /// A field as it is written, with a place of this number to fill in.
    fn field_text(&self, field: &FieldInfo, number: usize, width: usize) -> String {
        let name = field.name;
        let is_one_of = matches!(field.ty, Type::OneOf(_));
        if field.is_block || is_one_of {
            return match &field.ty {
                Type::Map(_) | Type::OneOf(_) => {
                    format!("{name} \"${number}\" {{\n  ${}\n}}", number + 1)
                }
                _ => format!("{name} {{\n  ${number}\n}}"),
            };
        }
        format!("{name:width$} = {}", self.value_text(field, &field.ty, number))
    }

    fn value_text(&self, field: &FieldInfo, ty: &Type, number: usize) -> String {
        match ty {
            Type::Scalar(ScalarType::String, _) => match field.choices {
                [] => format!("\"${number}\""),
                choices if choices.len() <= 20 => {
                    format!("\"${{{number}|{}|}}\"", choices.join(","))
                }
                _ => format!("\"${number}\""),
            },
            Type::Scalar(ScalarType::Bool, _) => format!("${{{number}|true,false|}}"),
            Type::Reference(kinds) | Type::Label(kinds) => {
                let mut all: Vec<String> = kinds
                    .iter()
                    .flat_map(|kind| {
                        self.document
                            .labels(kind)
                            .into_iter()
                            .map(move |label| format!("{kind}.{label}"))
                    })
                    .collect();
                match (all.pop(), all.as_slice()) {
                    (Some(only), []) => format!("${{{number}:{only}}}"),
                    _ => format!("{}.${number}", kinds.first().unwrap_or(&"")),
                }
            }
            Type::List(_) => format!("[${number}]"),
            Type::Map(_) => format!("{{\n  ${number}\n}}"),
            _ => format!("${number}"),
        }
    }

    /// Labels of a block.
    fn labels(&mut self, inside: &Inside, name: &str) {
        let Inside::Fields(fields) = inside else { return };
        let Some(field) = fields.field(name) else { return };
        if let (Labels::Of(labels), _) = grammar::nested(field, None) {
            for (label, doc) in labels {
                let more = self.said(name, &doc);
                self.add(label, CompletionItemKind::ENUM_MEMBER, label, more);
            }
        }
    }

    fn value(&mut self, field: Option<&FieldInfo>, value: &grammar::Value<'_>, offset: usize) {
        if value.within.last() == Some(&Within::Key) && value.string.is_none() && !value.is_part {
            return;
        }
        let ty = field.and_then(|field| grammar::element(&field.ty, &value.within));
        let (ty, field) = if value.is_part { (None, None) } else { (ty, field) };
        if let Some(string) = &value.string {
            self.word = string.clone();
            self.words(field, false);
            return;
        }
        let path = self.document.outline().path_at(offset);
        match path {
            Some(path) if path.is_open || path.names.len() > 1 => {
                let count = path.names.len() - usize::from(!path.is_open);
                let names: Vec<String> = path.names[..count]
                    .iter()
                    .map(|name| self.document.get(name).to_owned())
                    .collect();
                self.word = match path.names.last() {
                    Some(last) if !path.is_open => last.clone(),
                    _ => offset..offset,
                };
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                self.members(&names, ty);
            }
            path => {
                let name = path.and_then(|path| path.names.into_iter().next_back());
                self.word = name.unwrap_or(offset..offset);
                self.words(field, true);
                self.roots(ty);
            }
        }
    }

    /// Values that can be listed, in quotes or without.
    fn words(&mut self, field: Option<&FieldInfo>, quote: bool) {
        let Some(field) = field else { return };
        let own;
        let choices: Vec<&str> = match field.name {
            environment::ONLY => {
                own = self.own_labels(environment::KIND);
                own.iter().map(String::as_str).collect()
            }
            transfer::FIELD => {
                own = self.own_labels(layer::KIND);
                own.iter().map(String::as_str).collect()
            }
            _ => field.choices.to_vec(),
        };
        for (at, choice) in choices.into_iter().enumerate() {
            let text = if quote { format!("\"{choice}\"") } else { choice.to_owned() };
            let more = CompletionItem {
                filter_text: Some(text.clone()),
                sort_text: Some(format!("0{at:04}")),
                preselect: field
                    .default
                    .as_ref()
                    .map(|default| *default == crate::hcl::Expr::from(choice)),
                ..CompletionItem::default()
            };
            self.add(choice, CompletionItemKind::ENUM_MEMBER, &text, more);
        }
        let is_bool = matches!(field.ty, Type::Scalar(ScalarType::Bool, _));
        for word in ["true", "false"].into_iter().filter(|_| quote && is_bool) {
            let sort_text = Some(format!("0{}", u8::from(word == "false")));
            let more = CompletionItem { sort_text, ..CompletionItem::default() };
            self.add(word, CompletionItemKind::VALUE, word, more);
        }
    }

    /// The labels of the blocks at the top of this name.
    fn own_labels(&self, name: &str) -> Vec<String> {
        let document = self.document;
        let blocks = document.outline().blocks().filter(|block| document.name(block) == name);
        blocks.filter_map(|block| document.label(block)).map(str::to_owned).collect()
    }

    /// The beginnings of references.
    fn roots(&mut self, ty: Option<&Type>) {
        if let Some(Type::Reference(kinds) | Type::Label(kinds)) = ty {
            for kind in *kinds {
                for label in self.document.labels(kind) {
                    let text = format!("{kind}.{label}");
                    let more = self.component(kind);
                    self.add(&text, CompletionItemKind::REFERENCE, &text, more);
                }
            }
            return;
        }
        let mut roots: Vec<(&str, String)> = Vec::new();
        for (name, of) in
            [("input", "input"), ("local", "local"), (environment::KIND, environment::KIND)]
        {
            let labels = self.document.labels(of);
            roots.extend(labels.into_iter().map(|label| (name, label)));
        }
        for (root, label) in roots {
            let text = format!("{root}.{label}");
            let more = self.definition(root, &label);
            self.add(&text, CompletionItemKind::VARIABLE, &text, more);
        }
        for kind in self.vocabulary.kinds() {
            let tells = (kind.outputs)() != Outputs::Known(Vec::new());
            if kind.name != "input" && tells && !self.document.labels(kind.name).is_empty() {
                let more = CompletionItem {
                    command: Some(suggest()),
                    ..self.said("component", &(kind.doc)())
                };
                self.add(kind.name, CompletionItemKind::CLASS, &format!("{}.", kind.name), more);
            }
        }
    }

    /// What can follow the names of a path.
    fn members(&mut self, names: &[&str], ty: Option<&Type>) {
        let wanted = match ty {
            Some(Type::Reference(kinds) | Type::Label(kinds)) => Some(*kinds),
            _ => None,
        };
        match *names {
            [root] => {
                if wanted.is_some_and(|kinds| !kinds.contains(&root)) {
                    return;
                }
                let of = if root == "var" { "input" } else { root };
                for label in self.document.labels(of) {
                    let more = self.definition(of, &label);
                    self.add(&label, CompletionItemKind::REFERENCE, &label, more);
                }
                if root == environment::KIND {
                    let more = self.said("string", "The environment's own name.");
                    self.add("name", CompletionItemKind::VARIABLE, "name", more);
                }
            }
            [kind, _] if wanted.is_none() => {
                let Some(kind) = self.vocabulary.kind(kind) else { return };
                if let Outputs::Known(outputs) = (kind.outputs)() {
                    for output in outputs {
                        let more = self.said(kind.name, output.doc);
                        self.add(output.name, CompletionItemKind::PROPERTY, output.name, more);
                    }
                }
            }
            _ => {}
        }
    }

    fn component(&self, kind: &str) -> CompletionItem {
        match self.vocabulary.kind(kind) {
            Some(kind) => self.said(kind.name, &(kind.doc)()),
            None => CompletionItem::default(),
        }
    }

    /// What is known of something that the document defines.
    fn definition(&self, kind: &str, label: &str) -> CompletionItem {
        match kind {
            "local" | environment::KIND => {
                let defined = self.document.defined(kind, label);
                let lines = defined.iter().map(|it| self.document.get(&it.whole).trim());
                let text = lines.collect::<Vec<_>>().join("\n");
                CompletionItem { detail: Some(text), ..CompletionItem::default() }
            }
            _ => self.component(kind),
        }
    }
}

/// Asks the editor to complete again: what was put in is only the beginning.
fn suggest() -> Command {
    Command {
        title: "suggest".to_owned(),
        command: "editor.action.triggerSuggest".to_owned(),
        arguments: None,
    }
}

/// A snippet's text for editors that take none: up to its first place.
fn without_places(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(inner) = rest.strip_prefix('{') {
            let (place, after) = inner.split_once('}').unwrap_or((inner, ""));
            // `1:text` says what stands there; of `1|a,b|` somebody has to choose.
            out.push_str(place.split_once(':').map_or("", |(_, text)| text));
            rest = after;
        } else {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::grammar::FileKind;
    use crate::lsp::text::Text;

    /// What is offered at the `|` of a text, by label, with what is put in where that differs.
    fn offered(text: &str, snippets: bool) -> Vec<String> {
        let at = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        let uri = "file:///p/stacks/shop/stack.hcl".parse().unwrap();
        let document = Document::new(uri, FileKind::Description, Some(1), Text::new(text));
        let takes = Takes { snippets, markdown: true };
        let mut items = complete(&document, &Vocabulary::default(), takes, at);
        items.sort_by_key(|item| item.sort_text.clone().unwrap_or_else(|| item.label.clone()));
        let shown = |item: CompletionItem| match item.text_edit {
            Some(CompletionTextEdit::Edit(edit)) if edit.new_text != item.label => {
                format!("{} -> {}", item.label, edit.new_text.replace('\n', "⏎"))
            }
            _ => item.label,
        };
        items.into_iter().map(shown).collect()
    }

    const SHOP: &str = "network \"main\" { cidr = \"10.0.0.0/16\" }\nnetwork \"other\" {}\n\
        cluster \"main\" { network = network.main }\ninput \"key\" {}\nlocals { url = \"x\" }\n\
        database \"main\" {}\n";

    fn in_shop(text: &str) -> Vec<String> {
        offered(&format!("{SHOP}{text}"), true)
    }

    #[test]
    fn fields_that_are_missing_are_offered_required_ones_first() {
        let offered = in_shop("loaders \"a\" {\n  cpu = 256\n  |\n}\n");
        assert_eq!(
            offered[..2],
            ["cluster -> cluster = ${1:cluster.main}", "image -> image = image.$1"]
        );
        assert!(!offered.iter().any(|item| item.starts_with("cpu ")), "{offered:?}");
        assert!(offered.contains(&"loader -> loader \"$1\" {⏎  $2⏎}".to_owned()), "{offered:?}");
        assert!(
            offered.contains(&"renamed_from -> renamed_from = \"$1\"".to_owned()),
            "{offered:?}"
        );
    }

    #[test]
    fn nothing_but_the_name_is_put_before_a_value_that_is_there() {
        assert!(
            in_shop("cluster \"b\" {\n  net| = network.main\n}\n").contains(&"network".to_owned())
        );
    }

    #[test]
    fn references_are_those_that_the_field_takes() {
        assert_eq!(
            in_shop("cluster \"b\" {\n  network = |\n}\n"),
            ["network.main", "network.other"]
        );
        assert_eq!(in_shop("cluster \"b\" {\n  network = network.|\n}\n"), ["main", "other"]);
        assert_eq!(in_shop("cluster \"b\" {\n  network = cluster.|\n}\n"), [""; 0]);
        assert_eq!(in_shop("cluster \"b\" {\n  network = network.ma|\n"), ["main", "other"]);
    }

    #[test]
    fn outputs_follow_a_component_and_values_their_root() {
        let text = "output \"a\" { value = database.main.h| }\n";
        assert!(in_shop(text).contains(&"host".to_owned()));
        assert_eq!(in_shop("output \"a\" { value = \"x-${local.|}\" }\n"), ["url"]);
        assert_eq!(in_shop("output \"a\" { value = var.| }\n"), ["key"]);
        let roots = in_shop("output \"a\" { value = | }\n");
        assert!(roots.contains(&"input.key".to_owned()), "{roots:?}");
        assert!(roots.contains(&"local.url".to_owned()), "{roots:?}");
        assert!(roots.contains(&"database -> database.".to_owned()), "{roots:?}");
    }

    #[test]
    fn fixed_words_are_offered_in_quotes_and_in_strings() {
        let engine = in_shop("database \"b\" {\n  engine = |\n}\n");
        assert!(engine.contains(&"postgres -> \"postgres\"".to_owned()), "{engine:?}");
        let engine = in_shop("database \"b\" {\n  engine = \"po|\"\n}\n");
        assert!(engine.contains(&"postgres".to_owned()), "{engine:?}");
        let region = in_shop("stack \"shop\" {\n  region = \"|\n");
        assert!(region.contains(&"eu-central-1".to_owned()), "{region:?}");
        let yes = in_shop("database \"b\" {\n  multi_az = |\n}\n");
        assert_eq!(yes[..2], ["true", "false"]);
        let zone = in_shop("scheduled_task \"b\" {\n  scheduler {\n    time_zone = \"|\"\n");
        assert!(zone.contains(&"Europe/Berlin".to_owned()), "{zone:?}");
    }

    #[test]
    fn blocks_are_offered_at_the_top_and_labels_where_they_are_known() {
        let top = in_shop("clu|");
        let cluster = "cluster -> cluster \"${1:main}\" {⏎  network = network.$2⏎}$0";
        assert!(top.contains(&cluster.to_owned()), "{top:?}");
        let plain = offered("clu|", false);
        let cluster = "cluster -> cluster \"main\" {⏎  network = network.⏎}";
        assert!(plain.contains(&cluster.to_owned()), "{plain:?}");
        assert_eq!(
            offered("stack \"shop\" {\n  backend \"|\" {}\n}\n", true),
            ["azurerm", "cloud", "gcs", "local", "s3"]
        );
        let backend = offered("stack \"shop\" {\n  backend \"s3\" {\n    |\n  }\n}\n", true);
        assert_eq!(backend[0], "bucket -> bucket = \"$1\"");
        assert_eq!(offered("# net|", true), [""; 0]);
        assert_eq!(
            offered("layer \"a\" {\n  |\n}\n", true).len(),
            Vocabulary::default().kinds().len()
        );
    }

    #[test]
    fn environments_and_layers_are_offered_where_they_are_named() {
        let text = "environment \"staging\" { size = 1 }\nenvironment \"production\" {}\nlayer \"base\" {}\n";
        let offered = |rest: &str| offered(&format!("{text}{rest}"), true);
        assert_eq!(
            offered("queue \"a\" {\n  environments = [\"|\"]\n}\n"),
            ["staging", "production"]
        );
        assert_eq!(offered("queue \"a\" {\n  moved_from_layer = \"|\"\n}\n"), ["base"]);
        assert_eq!(offered("queue \"a\" {\n  name = environment.|\n}\n"), ["name", "size"]);
    }
}
