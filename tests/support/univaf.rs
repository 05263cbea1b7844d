//! The real system that is described in this repository, and changes that really happened to it.

use std::path::Path;

use super::{Project, Run};

/// Its description.
pub const DESCRIPTION: &str = "stacks/univaf/stack.hcl";

/// An edit of the description or of the lock.
pub struct Change {
    /// What was done, as a file's name.
    pub name: &'static str,
    /// The file.
    pub file: &'static str,
    /// What was written, and what is.
    pub edits: &'static [(&'static str, &'static str)],
}

impl Change {
    /// Edits and renders: what the render said.
    pub fn make(&self, project: &Project) -> Run {
        for (old, new) in self.edits {
            project.edit(self.file, old, new);
        }
        project.run(&["render"])
    }
}

/// Both images move to a new commit.
pub const NEW_IMAGES: Change = Change {
    name: "new-images",
    file: "stacks/univaf/images.tf",
    edits: &[("b5735582", "aaaaaaaa"), ("b5735582", "aaaaaaaa")],
};

/// A loader more.
pub const NEW_LOADER: Change = Change {
    name: "new-loader",
    file: DESCRIPTION,
    edits: &[(
        "  loader \"heb\"",
        "  loader \"riteAidSmart\" { schedule = \"rate(1 hour)\" }\n  loader \"heb\"",
    )],
};

/// Three loaders run more often.
pub const THREE_SCHEDULES: Change = Change {
    name: "three-schedules",
    file: DESCRIPTION,
    edits: &[
        ("cron(2/15 ", "cron(2/10 "),
        ("cron(8/15 ", "cron(8/10 "),
        ("cron(1/15 ", "cron(1/10 "),
    ],
};

/// The loaders no longer run, and the API has less to do.
pub const SWITCHED_OFF: Change = Change {
    name: "switched-off",
    file: DESCRIPTION,
    edits: &[
        (
            "  cluster = cluster.main\n  image   = image.loader\n",
            "  cluster = cluster.main\n  image   = image.loader\n  enabled = false\n",
        ),
        ("    min = 2\n    max = 4\n", "    min = 1\n    max = 1\n"),
    ],
};

/// The API's task gets smaller.
pub const SMALLER_API: Change = Change {
    name: "smaller-api",
    file: DESCRIPTION,
    edits: &[
        ("  cpu     = 1024\n  memory  = 2048\n  port", "  cpu     = 512\n  memory  = 1024\n  port"),
        ("    min = 2\n", "    min = 1\n"),
    ],
};

/// The database gets more storage.
pub const MORE_STORAGE: Change = Change {
    name: "more-storage",
    file: DESCRIPTION,
    edits: &[("storage_gib    = 48", "storage_gib    = 60")],
};

/// The CDN forwards a header more.
pub const MORE_HEADERS: Change = Change {
    name: "more-headers",
    file: DESCRIPTION,
    edits: &[("\"Origin\", \"x-api-key\"]", "\"Origin\", \"Referer\", \"x-api-key\"]")],
};

/// A zone fewer, which is refused.
pub const ONE_ZONE: Change =
    Change { name: "one-zone", file: DESCRIPTION, edits: &[("zones = 2", "zones = 1")] };

/// All loaders get other addresses, and say which they had.
pub const MOVED_LOADERS: Change = Change {
    name: "moved-loaders",
    file: DESCRIPTION,
    edits: &[("loaders \"source\" {\n", "loaders \"sources\" {\n  renamed_from = \"source\"\n")],
};

/// All of them.
pub const CHANGES: [Change; 9] = [
    NEW_IMAGES,
    NEW_LOADER,
    THREE_SCHEDULES,
    SWITCHED_OFF,
    SMALLER_API,
    MORE_STORAGE,
    MORE_HEADERS,
    ONE_ZONE,
    MOVED_LOADERS,
];

/// The stack and its lock, rendered in a project of its own.
pub fn rendered() -> Project {
    let project = Project::empty();
    for path in [DESCRIPTION, "stacks/univaf/images.tf"] {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        project.write(path, std::fs::read(here).unwrap());
    }
    project.run(&["render"]).success();
    project
}

/// This repository's stacks and modules.
pub fn project() -> Project {
    let project = Project::empty();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["stacks", "modules"] {
        for (path, content) in super::files(&here.join(folder)) {
            project.write(&format!("{folder}/{path}"), content);
        }
    }
    project.write("stackwright.hcl", std::fs::read(here.join("stackwright.hcl")).unwrap());
    project
}
