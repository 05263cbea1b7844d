//! The digest of what an archive or a folder holds, and of nothing else.
//!
//! Archives carry times and the order in which a program happened to add files: packed again, the
//! same sources are other bytes. What a function runs is names, modes and bytes, so the digest is
//! the SHA-256 of one line for each file, sorted by name:
//!
//! ```text
//! 100644 <SHA-256 of its bytes> app.py
//! 100755 <SHA-256 of its bytes> bin/tool
//! 120000 <SHA-256 of the path it points to> latest
//! ```
//!
//! Modes are git's: of permissions only whether the owner may execute the file. Folders are in the
//! names of what is in them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use zip::ZipArchive;
use zip::result::ZipError;

use crate::value::{Digest, Scalar as _};

/// Why something has no digest.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It cannot be read.
    #[error("cannot read `{}`: {error}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// It is no archive.
    #[error("`{}` is no zip archive that can be read: {error}", path.display())]
    Zip {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: ZipError,
    },
    /// A file in it that Lambda would not see where its name says.
    #[error("{name:?} in `{}` {why}", path.display())]
    Name {
        /// The archive or folder.
        path: PathBuf,
        /// The name.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// There is nothing in it.
    #[error("`{}` holds no file", .0.display())]
    Empty(PathBuf),
}

/// By name: mode and digest of each file.
type Listing = BTreeMap<String, (Mode, String)>;

/// The modes of git's trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    File,
    Executable,
    Link,
}

impl Mode {
    /// Of the mode that Unix has, without the kind of file.
    fn of(permissions: u32) -> Self {
        if permissions & 0o100 == 0 { Self::File } else { Self::Executable }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::File => "100644",
            Self::Executable => "100755",
            Self::Link => "120000",
        }
    }
}

/// The digest of the content of a zip archive, or of what a folder holds: both are the same where
/// the archive was made of the folder.
///
/// # Errors
/// What cannot be read, or is no archive.
pub fn content_digest(path: &Path) -> Result<Digest, ArchiveError> {
    let metadata = fs::metadata(path).map_err(|error| io_error(path, error))?;
    let listing = if metadata.is_dir() { of_folder(path)? } else { of_zip(path)? };
    if listing.is_empty() {
        return Err(ArchiveError::Empty(path.to_owned()));
    }
    let mut digest = Sha256::new();
    for (name, (mode, content)) in &listing {
        digest.update(format!("{} {content} {name}\n", mode.as_str()));
    }
    let digest = format!("sha256:{}", hex(digest));
    Ok(Digest::parse(&digest).expect("a SHA-256 is a digest"))
}

fn io_error(path: &Path, error: io::Error) -> ArchiveError {
    ArchiveError::Io { path: path.to_owned(), error }
}

fn of_zip(path: &Path) -> Result<Listing, ArchiveError> {
    let broken = |error: ZipError| match error {
        ZipError::Io(error) => io_error(path, error),
        error => ArchiveError::Zip { path: path.to_owned(), error },
    };
    let file = File::open(path).map_err(|error| io_error(path, error))?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(broken)?;
    let mut listing = Listing::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(broken)?;
        if entry.is_dir() {
            continue;
        }
        let name = entry.name().map_err(broken)?.into_owned();
        check_name(path, &name)?;
        let mode = match entry.unix_mode() {
            _ if entry.is_symlink() => Mode::Link,
            Some(mode) => Mode::of(mode),
            // Made where files have no modes.
            None => Mode::File,
        };
        let content = hash(&mut entry).map_err(|error| io_error(path, error))?;
        add(path, &mut listing, name, mode, content)?;
    }
    Ok(listing)
}

fn of_folder(folder: &Path) -> Result<Listing, ArchiveError> {
    let mut listing = Listing::new();
    for entry in walkdir::WalkDir::new(folder).follow_root_links(true) {
        let entry = entry.map_err(|error| {
            let at = error.path().unwrap_or(folder).to_owned();
            let error = error.into_io_error().unwrap_or_else(|| io::Error::other("a loop"));
            ArchiveError::Io { path: at, error }
        })?;
        let kind = entry.file_type();
        if kind.is_dir() {
            continue;
        }
        let path = entry.path();
        let below = path.strip_prefix(folder).unwrap_or(path);
        let parts: Option<Vec<&str>> = below.iter().map(|part| part.to_str()).collect();
        let name = parts.map(|parts| parts.join("/")).ok_or_else(|| ArchiveError::Name {
            path: folder.to_owned(),
            name: below.to_string_lossy().into_owned(),
            why: "is not UTF-8",
        })?;
        check_name(folder, &name)?;
        let (mode, content) = if kind.is_symlink() {
            let target = fs::read_link(path).map_err(|error| io_error(path, error))?;
            let target = target.to_string_lossy().into_owned();
            (Mode::Link, hex(Sha256::new_with_prefix(target)))
        } else {
            let mut file = File::open(path).map_err(|error| io_error(path, error))?;
            let metadata = file.metadata().map_err(|error| io_error(path, error))?;
            let content = hash(&mut file).map_err(|error| io_error(path, error))?;
            (permissions(&metadata), content)
        };
        add(folder, &mut listing, name, mode, content)?;
    }
    Ok(listing)
}

#[cfg(unix)]
fn permissions(metadata: &fs::Metadata) -> Mode {
    use std::os::unix::fs::PermissionsExt as _;
    Mode::of(metadata.permissions().mode())
}

#[cfg(not(unix))]
fn permissions(_metadata: &fs::Metadata) -> Mode {
    Mode::File
}

/// A name says where the file is in the archive, in one way only.
fn check_name(path: &Path, name: &str) -> Result<(), ArchiveError> {
    let why = if name.starts_with('/') || name.contains('\\') || name.contains(':') {
        "is no path in an archive, where `/` stands between names and not first"
    } else if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        "leads out of the archive, or around in it"
    } else if name.contains(char::is_control) {
        "holds a control character"
    } else {
        return Ok(());
    };
    Err(ArchiveError::Name { path: path.to_owned(), name: name.to_owned(), why })
}

fn add(
    path: &Path,
    listing: &mut Listing,
    name: String,
    mode: Mode,
    content: String,
) -> Result<(), ArchiveError> {
    match listing.insert(name.clone(), (mode, content)) {
        None => Ok(()),
        Some(_) => Err(ArchiveError::Name { path: path.to_owned(), name, why: "stands twice" }),
    }
}

/// The digest of what a reader gives, whatever its length.
fn hash(content: &mut impl Read) -> io::Result<String> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match content.read(&mut buffer)? {
            0 => return Ok(hex(digest)),
            read => digest.update(&buffer[..read]),
        }
    }
}

fn hex(digest: Sha256) -> String {
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, DateTime, ZipWriter};

    use super::*;

    /// An archive of names, modes and contents.
    fn archive(
        files: &[(&str, u32, &str)],
        year: u16,
        method: CompressionMethod,
    ) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let mut zip = ZipWriter::new(&mut file);
        for (name, mode, content) in files {
            let time = DateTime::from_date_and_time(year, 1, 2, 3, 4, 6).unwrap();
            let options = SimpleFileOptions::default()
                .unix_permissions(*mode)
                .last_modified_time(time)
                .compression_method(method);
            zip.start_file(*name, options).unwrap();
            zip.write_all(content.as_bytes()).unwrap();
        }
        zip.finish().unwrap();
        file
    }

    const FILES: [(&str, u32, &str); 3] = [
        ("app.py", 0o644, "import lib\n"),
        ("bin/tool", 0o755, "#!/bin/sh\n"),
        ("lib/a.py", 0o600, ""),
    ];

    fn digest(files: &[(&str, u32, &str)], year: u16) -> Digest {
        content_digest(archive(files, year, CompressionMethod::Deflated).path()).unwrap()
    }

    #[test]
    fn times_order_and_compression_do_not_reach_the_digest() {
        let first = digest(&FILES, 2020);
        assert_eq!(first, digest(&FILES, 2026));
        let mut turned = FILES;
        turned.reverse();
        assert_eq!(first, digest(&turned, 2020));
        let stored = archive(&FILES, 2020, CompressionMethod::Stored);
        assert_eq!(first, content_digest(stored.path()).unwrap());
        // Who besides the owner may read it is not what it is.
        assert_eq!(first, digest(&[FILES[0], FILES[1], ("lib/a.py", 0o644, "")], 2020));
    }

    #[test]
    fn names_modes_and_bytes_do() {
        let first = digest(&FILES, 2020);
        for other in [
            ("app.py", 0o644, "import lib2\n"),
            ("app.py", 0o755, "import lib\n"),
            ("main.py", 0o644, "import lib\n"),
        ] {
            assert_ne!(first, digest(&[other, FILES[1], FILES[2]], 2020), "{other:?}");
        }
        assert_ne!(first, digest(&FILES[..2], 2020));
    }

    #[test]
    fn the_digest_can_be_had_with_sha256sum() {
        let listing = "100644 01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b a\n";
        let expected = format!("sha256:{}", hex(Sha256::new_with_prefix(listing)));
        assert_eq!(digest(&[("a", 0o644, "\n")], 2020).to_string(), expected);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_has_the_digest_of_its_archive() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        for (name, mode, content) in FILES {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, content).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        }
        assert_eq!(content_digest(folder.path()).unwrap(), digest(&FILES, 2020));
        std::os::unix::fs::symlink("app.py", folder.path().join("latest")).unwrap();
        assert_ne!(content_digest(folder.path()).unwrap(), digest(&FILES, 2020));
    }

    #[test]
    fn what_is_no_archive_says_so() {
        let told = |path: &Path| {
            let error = content_digest(path).unwrap_err().to_string();
            error.replace(path.to_str().unwrap(), "<path>")
        };
        let mut text = tempfile::NamedTempFile::new().unwrap();
        text.write_all(b"not a zip").unwrap();
        assert!(
            told(text.path()).starts_with("`<path>` is no zip archive"),
            "{}",
            told(text.path())
        );
        assert!(told(Path::new("/nowhere.zip")).starts_with("cannot read `<path>`"));
        let empty = archive(&[], 2020, CompressionMethod::Stored);
        assert_eq!(told(empty.path()), "`<path>` holds no file");
        let out = archive(&[("../app.py", 0o644, "")], 2020, CompressionMethod::Stored);
        assert_eq!(
            told(out.path()),
            "\"../app.py\" in `<path>` leads out of the archive, or around in it"
        );
    }
}
