//! Changes the way a reviewer thinks of them: what is the same stands once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::summary::{Action, AttributeChange, Change, Shown, Summary};
use crate::component;

/// What happens to one component, or to what stands outside of all.
#[derive(Debug, Clone, PartialEq)]
pub struct Component<'a> {
    /// Its kind, where it is one of ours: `loaders`.
    pub kind: Option<&'static str>,
    /// What people call it: `loaders.source`, `module.other`; empty for the root itself.
    pub name: String,
    /// Its changes, the worst first.
    pub groups: Vec<Group<'a>>,
}

/// The same change of several resources.
#[derive(Debug, Clone, PartialEq)]
pub struct Group<'a> {
    /// The resources, in the order of addresses; at least one.
    pub changes: Vec<&'a Change>,
}

impl<'a> Group<'a> {
    /// One of them, for what is the same in all.
    pub fn first(&self) -> &'a Change {
        self.changes[0]
    }

    /// What changes, in a few words: `new image a1b2c3 to d4e5f6`.
    pub fn words(&self) -> String {
        let change = self.first();
        if change.follows {
            return "follows".to_owned();
        }
        if let Some((old, new)) = change.attributes.iter().find_map(image) {
            return format!("{NEW_IMAGE} {old} to {new}");
        }
        // What follows from other changes is no reason.
        let told: Vec<&AttributeChange> =
            change.attributes.iter().filter(|attribute| attribute.new != Shown::Unknown).collect();
        let mut words: Vec<String> =
            told.iter().take(3).map(|attribute| words(attribute)).collect();
        match told.len().saturating_sub(3) {
            0 => {}
            more => words.push(format!("{more} more")),
        }
        if let (true, Some(reason)) = (words.is_empty(), change.reason) {
            words.push(reason.to_owned());
        }
        if let Some(from) = &change.moved_from {
            words.push(format!("from {from}"));
        }
        if let Some(id) = &change.imported {
            words.push(format!("as {id}"));
        }
        words.join(", ")
    }

    fn rank(&self) -> (Rank, &'a str) {
        (rank(self.first()), &self.first().address)
    }
}

/// How the words for the most frequent of all changes begin.
pub const NEW_IMAGE: &str = "new image";

type Rank = (bool, bool, bool, Action, bool);

/// The worst first: what holds data and goes, what goes, and the rest; causes before consequences.
fn rank(change: &Change) -> Rank {
    let goes = matches!(change.action, Action::Replace | Action::Destroy);
    let loses = (goes || change.may_be_replaced()) && change.is_stateful();
    (!(goes && change.is_stateful()), !goes, !loses, change.action, change.follows)
}

impl Component<'_> {
    /// Why all of it changes, where that is one thing: `12 loaders: new image a1b2c3 to d4e5f6`.
    pub fn headline(&self) -> Option<String> {
        let causes: Vec<&Group<'_>> =
            self.groups.iter().filter(|group| !group.first().follows).collect();
        let words: BTreeSet<String> = causes.iter().map(|group| group.words()).collect();
        let mut words = words.into_iter();
        let (Some(words), None) = (words.next(), words.next()) else { return None };
        let several = causes.iter().map(|group| group.changes.len()).sum::<usize>() > 1;
        if words.is_empty() || !(several || words.starts_with(NEW_IMAGE)) {
            return None;
        }
        let keys: BTreeSet<&[String]> = causes
            .iter()
            .flat_map(|group| &group.changes)
            .map(|change| change.keys.as_slice())
            .collect();
        match self.kind {
            // The one component that stands for many things.
            Some("loaders") => {
                Some(format!("{}: {words}", crate::report::count(keys.len(), "loader")))
            }
            _ => Some(words),
        }
    }
}

/// The changes of a summary by component and by what happens.
pub fn group(summary: &Summary) -> Vec<Component<'_>> {
    let mut components: BTreeMap<Option<&str>, Vec<Group<'_>>> = BTreeMap::new();
    for change in &summary.changes {
        let groups = components.entry(change.modules.first().map(String::as_str)).or_default();
        let alike = |group: &&mut Group<'_>| {
            let first = group.first();
            first.action == change.action
                && first.ty == change.ty
                && first.reason == change.reason
                && first.protection == change.protection
                && same_attributes(first, change)
                && change.moved_from.is_none() == first.moved_from.is_none()
                && change.imported.is_none() == first.imported.is_none()
        };
        match groups.iter_mut().find(alike) {
            Some(group) => group.changes.push(change),
            None => groups.push(Group { changes: vec![change] }),
        }
    }
    let mut components: Vec<Component<'_>> = components
        .into_iter()
        .map(|(label, mut groups)| {
            groups.sort_by(|a, b| a.rank().cmp(&b.rank()));
            let (kind, name) = title(label, &summary.kinds);
            Component { kind, name, groups }
        })
        .collect();
    components.sort_by(|a, b| {
        let worst =
            |component: &Component<'_>| component.groups.first().map(|group| rank(group.first()));
        worst(a).cmp(&worst(b)).then_with(|| a.name.cmp(&b.name))
    });
    components
}

/// What follows from other changes has an old value of its own, which tells nothing.
fn same_attributes(a: &Change, b: &Change) -> bool {
    let paths = |change: &Change| -> Vec<String> {
        change.attributes.iter().map(|attribute| attribute.path.clone()).collect()
    };
    match a.follows && b.follows {
        true => paths(a) == paths(b),
        false => a.attributes == b.attributes,
    }
}

/// A module call in the words of a description: it is named `<kind>_<label>`.
pub(crate) fn title(label: Option<&str>, own: &[&'static str]) -> (Option<&'static str>, String) {
    let Some(label) = label else { return (None, String::new()) };
    let kinds = component::kinds().iter().map(|kind| kind.name).chain(own.iter().copied());
    let kinds = kinds.filter_map(|kind| Some((kind, label.strip_prefix(kind)?.strip_prefix('_')?)));
    match kinds.max_by_key(|(kind, _)| kind.len()) {
        Some((kind, label)) => (Some(kind), format!("{kind}.{label}")),
        None => (None, format!("module.{label}")),
    }
}

/// So many resources of a type: `12 task definitions`.
pub fn things(ty: &str, count: usize) -> String {
    let noun = noun(ty);
    match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {}", plural(&noun)),
    }
}

/// What a resource type is called.
fn noun(ty: &str) -> String {
    let known = match ty {
        "aws_cloudwatch_event_rule" => "event rule",
        "aws_cloudwatch_event_target" => "event target",
        "aws_cloudwatch_log_group" => "log group",
        "aws_cloudfront_distribution" => "distribution",
        "aws_db_instance" => "database",
        "aws_ecr_repository" => "repository",
        "aws_ecs_service" => "service",
        "aws_ecs_task_definition" => "task definition",
        "aws_iam_policy" => "policy",
        "aws_iam_role" => "role",
        "aws_iam_role_policy" => "role policy",
        "aws_lb_listener" => "listener",
        "aws_lb_listener_rule" => "listener rule",
        "aws_lb_target_group" => "target group",
        "aws_s3_bucket" => "bucket",
        "terraform_data" => "terraform_data resource",
        ty => return ty.strip_prefix("aws_").unwrap_or(ty).replace('_', " "),
    };
    known.to_owned()
}

fn plural(noun: &str) -> String {
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if noun.ends_with(['s', 'x']) || noun.ends_with("ch") => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

/// `cpu 1024 → 512`
fn words(attribute: &AttributeChange) -> String {
    let AttributeChange { path, old, new, .. } = attribute;
    format!("{path} {} → {}", short(old), short(new))
}

/// A value in a few characters.
fn short(shown: &Shown) -> String {
    let text = match shown {
        Shown::Null => return "null".to_owned(),
        Shown::Unknown => return "(known after apply)".to_owned(),
        Shown::Sensitive => return "(sensitive)".to_owned(),
        Shown::Simulated => return "(simulated)".to_owned(),
        Shown::Known(value) => value.to_string(),
    };
    cut(text, 40)
}

/// The start of a text, with a sign where there is more.
pub fn cut(mut text: String, most: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(most) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// The references that an attribute moves between, where it is an image of one repository.
fn image(attribute: &AttributeChange) -> Option<(String, String)> {
    let (Shown::Known(Value::String(old)), Shown::Known(Value::String(new))) =
        (&attribute.old, &attribute.new)
    else {
        return None;
    };
    let named = attribute.path.rsplit('.').next().is_some_and(|name| name.contains("image"));
    let ((old_name, old), (new_name, new)) = (reference(old)?, reference(new)?);
    (named && old_name == new_name).then_some((old, new))
}

/// Repository, and tag or digest short enough to be read.
fn reference(image: &str) -> Option<(&str, String)> {
    let (image, digest) = match image.split_once('@') {
        Some((image, digest)) => (image, Some(digest)),
        None => (image, None),
    };
    let slash = image.rfind('/').map_or(0, |at| at + 1);
    let (name, tag) = match image[slash..].find(':') {
        Some(at) => (&image[..slash + at], Some(&image[slash + at + 1..])),
        None => (image, None),
    };
    let text = tag.or(digest.map(|digest| digest.trim_start_matches("sha256:")))?;
    let hash = text.len() >= 20 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some((name, if hash { text[..7].to_owned() } else { text.to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_read_with_ports_tags_and_digests() {
        assert_eq!(reference("r.io:5000/a/b:v1"), Some(("r.io:5000/a/b", "v1".to_owned())));
        let digest = format!("a@sha256:{}", "0123456789".repeat(6));
        assert_eq!(reference(&digest), Some(("a", "0123456".to_owned())));
        assert_eq!(reference("r.io:5000/a"), None);
    }

    #[test]
    fn a_module_call_is_named_as_in_the_description() {
        assert_eq!(
            title(Some("loaders_source"), &[]),
            (Some("loaders"), "loaders.source".to_owned())
        );
        assert_eq!(title(Some("load_balancer_main"), &[]).1, "load_balancer.main");
        assert_eq!(title(Some("vpc"), &[]), (None, "module.vpc".to_owned()));
        assert_eq!(title(Some("table_main"), &["table"]).1, "table.main");
    }

    #[test]
    fn more_than_one_of_a_thing_is_called_as_people_would() {
        for (one, more) in [
            ("role policy", "role policies"),
            ("internet gateway", "internet gateways"),
            ("file system", "file systems"),
            ("key", "keys"),
            ("alias", "aliases"),
        ] {
            assert_eq!(plural(one), more);
        }
    }
}
