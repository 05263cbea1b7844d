//! The first line of a rendered file: who wrote it, from what, and a hash of the rest.
//!
//! What Flux writes in a line is no part of the hash: it may do that.

use sha2::{Digest as _, Sha256};

const START: &str = "# Rendered by stackwright from ";
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

/// A file with its header line, said to be rendered from `origin`.
pub fn stamp(origin: &str, body: &str) -> String {
    let mut rest = String::with_capacity(body.len() + 128);
    rest.push('\n');
    rest.push_str(body);
    let hash = hash(rest.as_bytes());
    let mut file = format!("{START}{origin}{MIDDLE}{hash}\n");
    file.push_str(&rest);
    file
}

/// Whose a file is.
pub fn ownership(content: &[u8]) -> Ownership {
    let (first, rest) = match content.iter().position(|&byte| byte == b'\n') {
        Some(at) => (&content[..at], &content[at + 1..]),
        None => (content, &[][..]),
    };
    let Ok(first) = std::str::from_utf8(first) else { return Ownership::Foreign };
    let first = first.trim_end_matches('\r');
    if first == LOCK {
        return Ownership::Lock;
    }
    let claimed = first.strip_prefix(START).and_then(|line| line.rsplit_once(MIDDLE));
    match claimed {
        None => Ownership::Foreign,
        Some((_, claimed)) if claimed == hash(rest) => Ownership::Intact,
        Some(_) => Ownership::Edited,
    }
}

/// A rendered file without its header line and the empty line below it.
pub fn body(content: &str) -> &str {
    match content.split_once('\n') {
        Some((first, rest)) if first.starts_with(START) => rest.strip_prefix('\n').unwrap_or(rest),
        _ => content,
    }
}

/// The hash of some bytes, as header lines have it.
pub(crate) fn hash(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(crate::yaml::without_flux(bytes));
    digest.iter().take(DIGITS / 2).fold(String::with_capacity(DIGITS), |mut text, byte| {
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
        assert!(file.contains(&hash(b"\na\n")));
    }
}
