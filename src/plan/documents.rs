//! Secrets and parameters that a tree reads as JSON, and what it takes out of them: what the made-up
//! ones have to hold.

use std::collections::{BTreeMap, BTreeSet};

/// A secret or parameter that is read as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Document {
    /// `aws_secretsmanager_secret_version`, `aws_ssm_parameter`.
    pub type_name: String,
    /// What its name or id ends in, as far as that is written; empty for any.
    pub ends_in: String,
    /// What is taken out of it.
    pub members: BTreeSet<String>,
}

/// The types that hold text of any kind.
const TYPES: [&str; 2] = ["aws_secretsmanager_secret_version", "aws_ssm_parameter"];

/// What one folder reads as JSON, gathered file by file.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Documents {
    /// What is decoded, by type and label: its members, and the locals that it is kept in.
    decoded: BTreeMap<(String, String), (BTreeSet<String>, BTreeSet<String>)>,
    /// Members of locals that are named.
    locals: BTreeMap<String, BTreeSet<String>>,
    /// The written end of a name or id, by type and label.
    ends: BTreeMap<(String, String), String>,
}

impl Documents {
    /// Finds what is decoded in a text: also in comments, which does no harm.
    pub fn references(&mut self, text: &str) {
        for (at, _) in text.match_indices("local.") {
            if let Some((name, rest)) = word(&text[at + "local.".len()..])
                && let Some(member) = member(rest)
            {
                self.locals.entry(name.to_owned()).or_default().insert(member.to_owned());
            }
        }
        for (at, call) in
            ["jsondecode(", "yamldecode("].iter().flat_map(|call| text.match_indices(call))
        {
            let inner = &text[at + call.len()..];
            let end = closing(inner);
            let (inner, rest) = (&inner[..end], inner[end..].trim_start_matches(')'));
            let named = TYPES.iter().find_map(|ty| {
                let (_, tail) = inner.split_once(&format!("{ty}."))?;
                Some(((*ty).to_owned(), word(tail)?.0.to_owned()))
            });
            let Some(named) = named else { continue };
            let (members, locals) = self.decoded.entry(named).or_default();
            match member(rest) {
                Some(member) => _ = members.insert(member.to_owned()),
                None => locals.extend(assigned(&text[..at])),
            }
        }
    }

    /// Notes what a data source's name or id is written as.
    pub fn named(&mut self, type_name: &str, label: &str, text: Option<&str>) {
        if TYPES.contains(&type_name) {
            let end = text.and_then(|text| text.rsplit(['}', '"']).next()).unwrap_or_default();
            self.ends.insert((type_name.to_owned(), label.to_owned()), end.to_owned());
        }
    }

    /// The documents, when every file of the folder is read.
    pub fn all(&self) -> impl Iterator<Item = Document> {
        self.decoded.iter().map(|(named, (members, locals))| {
            let of_locals = locals.iter().filter_map(|local| self.locals.get(local)).flatten();
            Document {
                type_name: named.0.clone(),
                ends_in: self.ends.get(named).cloned().unwrap_or_default(),
                members: members.iter().chain(of_locals).cloned().collect(),
            }
        })
    }
}

/// Where the parenthesis that is open at the start is closed; texts hold balanced ones.
fn closing(text: &str) -> usize {
    let mut depth = 1_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return at,
            ')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// The name at the start of the line that a text ends in.
fn assigned(text: &str) -> Option<String> {
    let line = text.rsplit('\n').next()?;
    let (name, _) = line.split_once('=')?;
    Some(name.trim().trim_matches('"').to_owned())
}

fn word(text: &str) -> Option<(&str, &str)> {
    let end =
        text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// `.a` or `["a"]`
fn member(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix('.') {
        return Some(word(rest)?.0);
    }
    // In JSON, quotes are escaped.
    let rest = text.strip_prefix("[\"").or_else(|| text.strip_prefix("[\\\""))?;
    let end = rest.find(['"', '\\'])?;
    Some(&rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_out_of_a_secret_is_found_wherever_it_is() {
        let mut documents = Documents::default();
        documents.references(
            "locals {\n  a = jsondecode(nonsensitive(data.aws_ssm_parameter.p[\"x\"].value))\n}\n\
             x = jsondecode(data.aws_secretsmanager_secret_version.s.secret_string)[\"user\"]\n",
        );
        documents.references("y = local.a.port\nz = local.a[\"host\"]\nw = local.b.c\n");
        documents.named("aws_ssm_parameter", "p", Some("/${var.env}/settings"));
        let all: Vec<Document> = documents.all().collect();
        let members =
            |place: usize| -> Vec<&str> { all[place].members.iter().map(String::as_str).collect() };
        assert_eq!((all[0].type_name.as_str(), members(0)), (TYPES[0], vec!["user"]));
        assert_eq!((all[1].ends_in.as_str(), members(1)), ("/settings", vec!["host", "port"]));
    }

    #[test]
    fn other_json_is_none_of_it() {
        let mut documents = Documents::default();
        documents.references("a = jsondecode(file(\"x\")).b\nb = jsondecode(");
        assert_eq!(documents.all().count(), 0);
    }
}
