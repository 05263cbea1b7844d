//! Simulated states of old trees, kept between runs.
//!
//! A base seldom changes while a branch is worked on, and what is simulated of it follows from its
//! files, the facts, this program and Terraform. A digest of these is an entry's name, so an entry
//! is never out of date; it is only missing. What a root reads by absolute paths is not seen.
//!
//! Nothing here is an error: without a cache, a plan takes longer.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

/// A folder of the user's with simulated states.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
    limits: Limits,
}

/// How much is kept; the entries that were not used for longest go first.
#[derive(Debug, Clone, Copy)]
struct Limits {
    entries: usize,
    bytes: u64,
}

const LIMITS: Limits = Limits { entries: 200, bytes: 256 << 20 };

/// What an entry begins with; the digest of the rest and a newline follow, then what was made up, as
/// JSON in a line, and the state.
const MAGIC: &str = "stackwright-state 1 ";

impl Cache {
    /// The cache below a user's folder for such things, for nobody else to read. `None` when it can
    /// be neither found nor made.
    pub fn open(caches: &Path) -> Option<Self> {
        let folder = caches.join("stackwright").join("states");
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        let made = made.and_then(|()| fs::set_permissions(&folder, Permissions::from_mode(0o700)));
        match made {
            Ok(()) => Some(Self { folder, limits: LIMITS }),
            Err(error) => {
                tracing::debug!(%error, "there is no cache");
                None
            }
        }
    }

    /// Puts a state where Terraform reads it, and gives back what was made up for it. `None` when it
    /// is not there, or damaged.
    pub(super) fn take(&self, key: &Key, to: &Path) -> Option<Vec<String>> {
        let path = self.folder.join(&key.0);
        let entry = fs::read(&path).ok()?;
        let Some((made_up, state)) = checked(&entry) else {
            tracing::debug!(entry = key.0, "a cached state is damaged");
            return None;
        };
        if let Err(error) = fs::write(to, state) {
            tracing::debug!(%error, "cannot use a cached state");
            return None;
        }
        // It was used: it stays longer. Where that cannot be said, it goes earlier.
        let _ = File::options()
            .append(true)
            .open(&path)
            .and_then(|file| file.set_modified(SystemTime::now()));
        Some(made_up)
    }

    /// Keeps a state, and the texts in it that data sources were made up of. One in which the name of the folder stands that it was made in would be another
    /// one in the next run, and is left out.
    pub(super) fn keep(&self, key: &Key, state: &Path, made_up: &[String], made_in: &str) {
        let kept = fs::read(state).and_then(|state| {
            if !String::from_utf8_lossy(&state).contains(made_in) {
                let mut content = serde_json::to_vec(made_up)?;
                content.push(b'\n');
                content.extend(state);
                self.write(key, &content)?;
                self.sweep()?;
            }
            Ok(())
        });
        if let Err(error) = kept {
            tracing::debug!(%error, "a state is not kept");
        }
    }

    fn write(&self, key: &Key, content: &[u8]) -> io::Result<()> {
        // Readable by nobody else, as all temporary files of this crate are.
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        writeln!(file, "{MAGIC}{}", hex(&Sha256::digest(content)))?;
        file.write_all(content)?;
        file.persist(self.folder.join(&key.0))?;
        Ok(())
    }

    fn sweep(&self) -> io::Result<()> {
        let mut files: Vec<(SystemTime, u64, OsString)> = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let found = entry.metadata()?;
            files.push((found.modified()?, found.len(), entry.file_name()));
        }
        files.sort_unstable();
        let mut bytes = 0;
        for (place, (_, size, name)) in files.iter().rev().enumerate() {
            bytes += size;
            if place >= self.limits.entries || bytes > self.limits.bytes {
                fs::remove_file(self.folder.join(name))?;
            }
        }
        Ok(())
    }
}

/// What was made up for the state of an entry that is whole, and the state.
fn checked(entry: &[u8]) -> Option<(Vec<String>, &[u8])> {
    let (head, content) = line(entry)?;
    if head.strip_prefix(MAGIC.as_bytes())? != hex(&Sha256::digest(content)).as_bytes() {
        return None;
    }
    let (made_up, state) = line(content)?;
    Some((serde_json::from_slice(made_up).ok()?, state))
}

/// The first line, and the rest.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    Some((&bytes[..end], &bytes[end + 1..]))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a simulated state follows from, as the name of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key(String);

impl Key {
    /// Of every file below these folders, and of texts that say the rest. A folder may be missing.
    pub fn new(trees: &[&Path], texts: &[&str]) -> io::Result<Self> {
        let mut digest = Sha256::new();
        let mut add = |bytes: &[u8]| {
            // Its length tells where it ends.
            digest.update((bytes.len() as u64).to_be_bytes());
            digest.update(bytes);
        };
        add(this_build()?.as_bytes());
        texts.iter().for_each(|text| add(text.as_bytes()));
        for tree in trees {
            add(b"tree");
            if !tree.is_dir() {
                continue;
            }
            // A module that is downloaded from git brings its history along.
            let entries = walkdir::WalkDir::new(tree).sort_by_file_name().into_iter();
            let entries = entries.filter_entry(|entry| entry.file_name() != ".git");
            for entry in entries {
                let entry = entry?;
                let path = entry.path().strip_prefix(tree).unwrap_or(entry.path());
                let kind = entry.file_type();
                if kind.is_symlink() {
                    add(b"link");
                    add(path.as_os_str().as_bytes());
                    add(fs::read_link(entry.path())?.as_os_str().as_bytes());
                } else if kind.is_file() {
                    add(b"file");
                    add(path.as_os_str().as_bytes());
                    add(&fs::read(entry.path())?);
                }
            }
        }
        Ok(Self(hex(&digest.finalize())))
    }
}

/// What plans: another build may have other rules under the same version.
fn this_build() -> io::Result<String> {
    let program = fs::metadata(std::env::current_exe()?)?;
    Ok(format!("{} {} {:?}", env!("CARGO_PKG_VERSION"), program.len(), program.modified()?))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn cache(folder: &TempDir, entries: usize, bytes: u64) -> Cache {
        let cache = Cache::open(folder.path()).unwrap();
        Cache { limits: Limits { entries, bytes }, ..cache }
    }

    fn keep(cache: &Cache, name: &str, state: &str) {
        let file = cache.folder.parent().unwrap().join("state");
        fs::write(&file, state).unwrap();
        cache.keep(&Key(name.into()), &file, &["vpc-1".to_owned()], "made-here");
    }

    fn take(cache: &Cache, name: &str) -> Option<String> {
        let file = cache.folder.parent().unwrap().join("taken");
        let made_up = cache.take(&Key(name.into()), &file)?;
        assert_eq!(made_up, ["vpc-1"]);
        Some(fs::read_to_string(file).unwrap())
    }

    /// Makes an entry so many seconds old.
    fn age(cache: &Cache, name: &str, seconds: u64) {
        let then = SystemTime::now() - std::time::Duration::from_secs(seconds);
        let file = File::options().append(true).open(cache.folder.join(name)).unwrap();
        file.set_modified(then).unwrap();
    }

    #[test]
    fn what_is_kept_is_the_users_alone() {
        let folder = TempDir::new().unwrap();
        let cache = cache(&folder, 9, 999);
        keep(&cache, "a", "state");
        assert_eq!(take(&cache, "a").as_deref(), Some("state"));
        assert_eq!(take(&cache, "b"), None);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&cache.folder), 0o700);
        assert_eq!(mode(&cache.folder.join("a")), 0o600);
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let folder = TempDir::new().unwrap();
        let cache = cache(&folder, 2, 999);
        keep(&cache, "old", "1");
        keep(&cache, "used", "2");
        age(&cache, "used", 200);
        age(&cache, "old", 100);
        assert_eq!(take(&cache, "used").as_deref(), Some("2"));
        keep(&cache, "new", "3");
        let left = ["old", "used", "new"].map(|name| take(&cache, name).is_some());
        assert_eq!(left, [false, true, true]);
    }

    #[test]
    fn what_is_too_large_is_not_kept_and_takes_nothing_newer_with_it() {
        let folder = TempDir::new().unwrap();
        let cache = cache(&folder, 9, 300);
        keep(&cache, "large", &"x".repeat(200));
        age(&cache, "large", 100);
        keep(&cache, "small", "x");
        assert_eq!(take(&cache, "large"), None);
        assert_eq!(take(&cache, "small").as_deref(), Some("x"));
    }

    #[test]
    fn a_damaged_entry_is_no_entry() {
        let folder = TempDir::new().unwrap();
        let cache = cache(&folder, 9, 999);
        keep(&cache, "a", "state");
        let entry = fs::read(cache.folder.join("a")).unwrap();
        for damaged in [&entry[..entry.len() - 1], b"", b"state", &[&entry[..], b"x"].concat()] {
            fs::write(cache.folder.join("a"), damaged).unwrap();
            assert_eq!(take(&cache, "a"), None);
        }
        keep(&cache, "a", "again");
        assert_eq!(take(&cache, "a").as_deref(), Some("again"));
    }

    #[test]
    fn a_state_that_names_the_folder_it_was_made_in_is_not_kept() {
        let folder = TempDir::new().unwrap();
        let cache = cache(&folder, 9, 999);
        keep(&cache, "a", "{\"path\": \"/tmp/made-here/tree\"}");
        assert_eq!(take(&cache, "a"), None);
    }

    #[test]
    fn a_key_is_of_every_path_and_byte() {
        let folder = TempDir::new().unwrap();
        let missing = folder.path().join("missing");
        let key = || Key::new(&[folder.path(), &missing], &["a"]).unwrap();
        let mut keys = vec![Key::new(&[folder.path(), &missing], &["b"]).unwrap(), key()];
        fs::write(folder.path().join("x"), "1").unwrap();
        keys.push(key());
        fs::write(folder.path().join("x"), "2").unwrap();
        keys.push(key());
        fs::rename(folder.path().join("x"), folder.path().join("y")).unwrap();
        keys.push(key());
        assert_eq!(key(), keys[4]);
        let names: std::collections::BTreeSet<_> = keys.iter().map(|key| &key.0).collect();
        assert_eq!(names.len(), 5);
    }

    #[test]
    fn where_nothing_can_be_made_there_is_no_cache() {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        assert!(Cache::open(&folder.path().join("file")).is_none());
    }
}
