//! A folder of a commit, read as if it were checked out.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use git2::{ObjectType, Oid};

use super::{Error, Repository};

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link; it is never followed.
    Link,
    /// Another repository.
    Submodule,
}

/// A folder of a commit. Paths are relative to it, with `/`.
#[derive(Debug, Clone)]
pub struct Snapshot {
    repository: Repository,
    /// The commit.
    pub commit: Oid,
    tree: Oid,
    /// The folder, relative to the repository; empty for its top.
    pub folder: String,
    /// The folders read so far: libgit2 keeps no tree of more than a hundred entries.
    trees: Arc<Mutex<BTreeMap<Oid, Tree>>>,
}

/// What a folder holds, by name; names that are not UTF-8 are passed over.
type Tree = Arc<BTreeMap<String, (Kind, Oid)>>;

impl Snapshot {
    /// The whole of a commit.
    ///
    /// # Errors
    /// When there is no such commit.
    pub fn of(repository: &Repository, commit: Oid) -> Result<Self, Error> {
        let tree = repository.lock().find_commit(commit)?.tree_id();
        Ok(Self {
            repository: repository.clone(),
            commit,
            tree,
            folder: String::new(),
            trees: Arc::default(),
        })
    }

    /// A folder of it; `None` when there is none.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub fn below(&self, folder: &str) -> io::Result<Option<Self>> {
        if folder.is_empty() {
            return Ok(Some(self.clone()));
        }
        Ok(match self.entry(folder)? {
            Some((Kind::Folder, tree)) => {
                Some(Self { tree, folder: self.path(folder), ..self.clone() })
            }
            _ => None,
        })
    }

    /// A path of it as the repository has it.
    pub fn path(&self, path: &str) -> String {
        if self.folder.is_empty() { path.to_owned() } else { format!("{}/{path}", self.folder) }
    }

    /// What stands at a path.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub fn kind(&self, path: &str) -> io::Result<Option<Kind>> {
        Ok(self.entry(path)?.map(|(kind, _)| kind))
    }

    /// The bytes of a file; `None` when there is no file.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        match self.entry(path)? {
            Some((Kind::File, blob)) => self.blob(blob).map(Some),
            _ => Ok(None),
        }
    }

    /// Where a symbolic link leads, as it is written; `None` when there is none.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub fn link(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        match self.entry(path)? {
            Some((Kind::Link, blob)) => self.blob(blob).map(Some),
            _ => Ok(None),
        }
    }

    /// What a folder holds, sorted by name; names that are not UTF-8 are passed over.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn list(&self, folder: &str) -> io::Result<Vec<(String, Kind)>> {
        let tree = match self.entry(folder)? {
            Some((Kind::Folder, tree)) => tree,
            _ => return Err(io::ErrorKind::NotFound.into()),
        };
        let tree = self.tree(tree)?;
        Ok(tree.iter().map(|(name, (kind, _))| (name.clone(), *kind)).collect())
    }

    /// The paths of all files below a folder whose names, and those of their folders, do not begin
    /// with a dot.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub fn files(&self, folder: &str) -> io::Result<BTreeSet<String>> {
        let mut files = BTreeSet::new();
        let mut pending = vec![folder.to_owned()];
        while let Some(folder) = pending.pop() {
            let entries = match self.list(&folder) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                entries => entries?,
            };
            for (name, kind) in entries.into_iter().filter(|(name, _)| !name.starts_with('.')) {
                let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
                match kind {
                    Kind::File => {
                        files.insert(path);
                    }
                    Kind::Folder => pending.push(path),
                    Kind::Link | Kind::Submodule => {}
                }
            }
        }
        Ok(files)
    }

    fn entry(&self, path: &str) -> io::Result<Option<(Kind, Oid)>> {
        let mut found = (Kind::Folder, self.tree);
        for name in path.split('/').filter(|_| !path.is_empty()) {
            let (Kind::Folder, tree) = found else { return Ok(None) };
            match self.tree(tree)?.get(name) {
                Some(entry) => found = *entry,
                None => return Ok(None),
            }
        }
        Ok(Some(found))
    }

    fn tree(&self, id: Oid) -> io::Result<Tree> {
        let mut trees = self.trees.lock().expect("no thread panics while it holds this");
        if let Some(tree) = trees.get(&id) {
            return Ok(Arc::clone(tree));
        }
        let repository = self.held(id)?;
        let tree = repository.find_tree(id).map_err(io::Error::other)?;
        let entries = tree
            .iter()
            .filter_map(|entry| Some((entry.name().ok()?.to_owned(), (kind(&entry), entry.id()))));
        let tree: Tree = Arc::new(entries.collect());
        trees.insert(id, Arc::clone(&tree));
        Ok(tree)
    }

    fn blob(&self, id: Oid) -> io::Result<Vec<u8>> {
        let repository = self.held(id)?;
        let blob = repository.find_blob(id).map_err(io::Error::other)?;
        Ok(blob.content().to_vec())
    }

    /// The repository, with an object in it.
    fn held(&self, id: Oid) -> io::Result<MutexGuard<'_, git2::Repository>> {
        let repository = self.repository.lock();
        if repository.odb().is_ok_and(|objects| objects.exists(id)) {
            return Ok(repository);
        }
        // A partial clone does not hold it yet; the user's git fetches it.
        let name = id.to_string();
        let found = self.repository.command(&["cat-file", "-e", &name]).output()?;
        match found.status.success() {
            true => Ok(repository),
            false => Err(io::Error::other(format!("the object {id} is not in this clone"))),
        }
    }
}

fn kind(entry: &git2::TreeEntry<'_>) -> Kind {
    match (entry.kind(), entry.filemode()) {
        (Some(ObjectType::Tree), _) => Kind::Folder,
        (Some(ObjectType::Commit), _) => Kind::Submodule,
        (_, 0o120_000) => Kind::Link,
        _ => Kind::File,
    }
}
