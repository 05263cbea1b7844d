//! The header line of a rendered file, its first but for a `#!`: who wrote it, from what, that edits
//! are lost, and a hash of the rest.
//!
//! What Flux writes in a line is no part of the hash: it may do that.

use sha2::{Digest as _, Sha256};

/// What it says after what begins a comment.
const START: &str = "Rendered by stackwright from ";
const MIDDLE: &str = "; edits are lost. sha256:";
/// Hexadecimal digits of the hash that are kept.
const DIGITS: usize = 16;

/// The first line of a lock. It is data, so it carries no hash.
pub const LOCK: &str = "# Image references: Terraform reads them, stackwright writes them.";

/// Where the files of the module library say they are from.
pub const LIBRARY: &str = "its module library";

/// What the first line of a file tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownership {
    /// Ours, and as we wrote it.
    Intact,
    /// Ours, and changed since.
    Edited,
    /// A lock.
    Lock,
    /// Not ours.
    Foreign,
}

/// How a comment of one line begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    start: &'static str,
    end: &'static str,
}

impl Comment {
    /// HCL's, and most others'.
    pub const HASH: Self = Self { start: "# ", end: "" };
    const SLASHES: Self = Self { start: "// ", end: "" };
    const DASHES: Self = Self { start: "-- ", end: "" };
    const SEMICOLON: Self = Self { start: "; ", end: "" };
    const STAR: Self = Self { start: "/* ", end: " */" };
    const MARKUP: Self = Self { start: "<!-- ", end: " -->" };

    const ALL: [Self; 6] =
        [Self::HASH, Self::SLASHES, Self::DASHES, Self::SEMICOLON, Self::STAR, Self::MARKUP];

    /// That of a file with this name and text; `None` where a comment cannot stand first, or is
    /// not known to.
    pub fn of(name: &str, text: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        match extension {
            "bash" | "cfg" | "conf" | "env" | "hcl" | "mk" | "pl" | "properties" | "ps1" | "py"
            | "rb" | "rego" | "sh" | "tf" | "tfvars" | "toml" | "yaml" | "yml" | "zsh" => {
                Some(Self::HASH)
            }
            "c" | "cjs" | "cpp" | "cs" | "cue" | "go" | "groovy" | "h" | "java" | "js"
            | "json5" | "jsonc" | "jsx" | "kt" | "mjs" | "proto" | "rs" | "scss" | "swift"
            | "ts" | "tsx" => Some(Self::SLASHES),
            "lua" | "sql" => Some(Self::DASHES),
            "ini" => Some(Self::SEMICOLON),
            "css" => Some(Self::STAR),
            // A declaration or front matter comes before everything else.
            "htm" | "html" | "md" | "svg" | "xml"
                if !text.starts_with("<?") && !text.starts_with("---") =>
            {
                Some(Self::MARKUP)
            }
            _ => None,
        }
    }
}

/// A file with its header line, said to be rendered from `origin`.
pub fn stamp(origin: &str, body: &str) -> String {
    stamp_as(Comment::HASH, origin, body)
}

/// The same, with the header in a comment of this kind. What tells the system how to run the file,
/// `#!`, stays the first line.
pub fn stamp_as(comment: Comment, origin: &str, body: &str) -> String {
    let (first, body) = match body.split_inclusive('\n').next() {
        Some(first) if first.starts_with("#!") && first.ends_with('\n') => {
            body.split_at(first.len())
        }
        _ => ("", body),
    };
    let hash = hash(&[first, "\n", body]);
    let Comment { start, end } = comment;
    format!("{first}{start}{START}{origin}{MIDDLE}{hash}{end}\n\n{body}")
}

/// The line and what stands below it.
fn split_line(content: &[u8]) -> (&[u8], &[u8]) {
    match content.iter().position(|&byte| byte == b'\n') {
        Some(at) => (&content[..at], &content[at + 1..]),
        None => (content, &[][..]),
    }
}

/// What a header line claims: the hash of the rest.
fn claim(line: &str) -> Option<&str> {
    Comment::ALL.iter().find_map(|comment| {
        let inner = line.strip_prefix(comment.start)?.strip_suffix(comment.end)?;
        Some(inner.strip_prefix(START)?.rsplit_once(MIDDLE)?.1)
    })
}

/// Whose a file is.
pub fn ownership(content: &[u8]) -> Ownership {
    let (mut first, mut rest) = split_line(content);
    let mut above = &[][..];
    if first.starts_with(b"#!") {
        above = &content[..content.len() - rest.len()];
        (first, rest) = split_line(rest);
    }
    let Ok(first) = std::str::from_utf8(first) else { return Ownership::Foreign };
    let first = first.trim_end_matches('\r');
    if first.trim_start() == LOCK {
        return Ownership::Lock;
    }
    match claim(first) {
        None => Ownership::Foreign,
        Some(claimed) if claimed == hash(&[above, rest]) => Ownership::Intact,
        Some(_) => Ownership::Edited,
    }
}

/// A rendered file without its header line and the empty line below it.
pub fn body(content: &str) -> &str {
    match content.split_once('\n') {
        Some((first, rest)) if claim(first).is_some() => rest.strip_prefix('\n').unwrap_or(rest),
        _ => content,
    }
}

/// The hash of parts that stand one after another, as header lines have it.
pub(crate) fn hash<P: AsRef<[u8]>>(parts: &[P]) -> String {
    let parts: Vec<_> = parts.iter().map(|part| crate::yaml::without_flux(part.as_ref())).collect();
    sha256(&parts)[..DIGITS].to_owned()
}

/// What `sha256sum` says of parts that stand one after another.
pub(super) fn sha256<P: AsRef<[u8]>>(parts: &[P]) -> String {
    use std::fmt::Write as _;
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamped_file_is_intact_until_a_byte_of_it_changes() {
        let file = stamp("stacks/a/stack.hcl", "locals {}\n");
        assert_eq!(ownership(file.as_bytes()), Ownership::Intact);
        assert_eq!(body(&file), "locals {}\n");
        assert_eq!(ownership(file.replace("locals", "local").as_bytes()), Ownership::Edited);
        assert_eq!(ownership(file.replace('\n', "\r\n").as_bytes()), Ownership::Edited);
        assert_eq!(ownership(body(&file).as_bytes()), Ownership::Foreign);
    }

    #[test]
    fn each_format_has_the_header_in_its_own_comments() {
        for (name, text) in [
            ("a.tf", "locals {}\n"),
            ("a.ts", "let a = 1\n"),
            ("a.sql", "select 1;\n"),
            ("a.ini", "[a]\n"),
            ("a.css", "a {}\n"),
            ("a.md", "# A\n"),
            ("a.sh", "#!/bin/sh\necho a\n"),
        ] {
            let file = stamp_as(Comment::of(name, text).unwrap(), "x", text);
            assert_eq!(ownership(file.as_bytes()), Ownership::Intact, "{file}");
            let edited = file.replacen(&text[text.len() - 2..], "!\n", 1);
            assert_eq!(ownership(edited.as_bytes()), Ownership::Edited, "{edited}");
            assert_eq!(file.starts_with("#!"), text.starts_with("#!"));
        }
        let script = stamp_as(Comment::HASH, "x", "#!/bin/sh\necho a\n");
        let other = script.replace("#!/bin/sh", "#!/bin/bash");
        assert_eq!(ownership(other.as_bytes()), Ownership::Edited);
    }

    #[test]
    fn where_no_comment_can_come_first_there_is_none() {
        for (name, text) in [
            ("policy.json", "{}"),
            ("Dockerfile", "FROM scratch"),
            ("a.txt", "a"),
            ("a.xml", "<?xml version=\"1.0\"?>"),
            ("a.md", "---\ntitle: a\n---\n"),
        ] {
            assert_eq!(Comment::of(name, text), None, "{name}");
        }
    }

    #[test]
    fn flux_may_write_what_it_is_to_write() {
        let line = "newTag: v1.2.3 # {\"$imagepolicy\": \"flux-system:app:tag\"}\n";
        let file = stamp("stacks/a/stack.hcl", &format!("images:\n- {line}"));
        let moved = file.replace("v1.2.3", "\"1.20\"");
        assert_eq!(ownership(moved.as_bytes()), Ownership::Intact);
        assert_eq!(ownership(file.replace("newTag", "tag").as_bytes()), Ownership::Edited);
        assert_eq!(ownership(file.replace("app:tag", "b:tag").as_bytes()), Ownership::Edited);
    }

    #[test]
    fn the_hash_is_what_sha256sum_says_of_the_rest() {
        let file = stamp("x", "a\n");
        // printf '\na\n' | sha256sum | cut -c-16
        assert!(file.starts_with("# Rendered by stackwright from x; edits are lost. sha256:"));
        let rest = file.split_once('\n').unwrap().1;
        assert_eq!(rest, "\na\n");
        assert!(file.contains(&hash(&[b"\na\n"])));
    }
}
