//! The catalogue of everything that can be wrong, one documented constant each.

/// The stable name of a rule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Code {
    /// For machines and searches, `SW101`.
    pub id: &'static str,
    /// For people, `unknown-field`.
    pub name: &'static str,
    /// What the rule is and where it comes from: its doc comment.
    pub doc: &'static str,
}

impl Code {
    /// A code of a component of one's own. Its id should not begin with `SW`.
    pub const fn new(id: &'static str, name: &'static str, doc: &'static str) -> Self {
        Self { id, name, doc }
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

macro_rules! catalogue {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal, $label:literal;)+) => {
        /// Every code as a constant.
        pub mod codes {
            use super::Code;
            $($(#[doc = $doc])+ pub const $name: Code = Code {
                id: $id,
                name: $label,
                doc: concat!($($doc, "\n"),+),
            };)+
        }
        /// Every code, in the order of ids.
        pub const ALL: &[Code] = &[$(codes::$name),+];
    };
}

catalogue! {
    // Reading a file.
    /// A file cannot be read: permissions, a folder in its place, an I/O error.
    UNREADABLE = "SW001", "unreadable";
    /// A description is UTF-8 text without a byte-order mark.
    ENCODING = "SW002", "encoding";
    /// A description ends its lines with a line feed; carriage returns make the rendered bytes
    /// depend on the editor.
    LINE_ENDING = "SW003", "line-ending";
    /// A description is at most 4 MiB long: anything longer was not written by a person.
    TOO_LARGE = "SW004", "too-large";
    /// The text is not HCL ("HCL Native Syntax Specification").
    SYNTAX = "SW005", "syntax";
    /// A path leaves the project through a symbolic link.
    OUTSIDE = "SW006", "outside-project";

    // The shape of a description.
    /// A block of a type that this place does not know.
    UNKNOWN_BLOCK = "SW101", "unknown-block";
    /// A field that this block does not have.
    UNKNOWN_FIELD = "SW102", "unknown-field";
    /// A field without which the block means nothing.
    MISSING_FIELD = "SW103", "missing-field";
    /// The same name twice where it can stand once.
    DUPLICATE = "SW104", "duplicate";
    /// A value of another type than the field's.
    WRONG_TYPE = "SW105", "wrong-type";
    /// A block has the wrong number of labels, or a label that is no identifier.
    BAD_LABEL = "SW106", "bad-label";
    /// A reference to something that does not exist.
    UNKNOWN_REFERENCE = "SW107", "unknown-reference";
    /// A reference to something of another kind than the field takes.
    WRONG_KIND = "SW108", "wrong-kind";
    /// An expression where only a literal can be checked.
    NOT_LITERAL = "SW109", "not-literal";
    /// A description has exactly one `stack` block, named as its folder.
    NO_STACK = "SW110", "no-stack";
    /// An environment has no value for something that the description names.
    MISSING_VALUE = "SW111", "missing-value";
    /// A value of an environment that nothing names, or an image or input that no layer uses.
    UNUSED_VALUE = "SW112", "unused-value";
    /// A component outside of the layers of a stack that has some. Only what is of the whole stack
    /// may stand there: `bundle`, `image`, `input` and `locals`.
    IN_NO_LAYER = "SW131", "in-no-layer";

    // Single values.
    /// A value that AWS or Terraform refuses on its own; the message names the rule.
    BAD_VALUE = "SW201", "bad-value";
    /// A number outside its bounds.
    OUT_OF_RANGE = "SW202", "out-of-range";
    /// A name with the wrong length or characters.
    BAD_NAME = "SW203", "bad-name";
    /// A `rate()` or `cron()` that EventBridge refuses (Amazon EventBridge User Guide,
    /// "Cron expressions reference" and "Rate expressions").
    BAD_SCHEDULE = "SW204", "bad-schedule";
    /// A CIDR block that is malformed, has host bits set, or has a size that a VPC cannot have
    /// (Amazon VPC User Guide, "VPC CIDR blocks").
    BAD_CIDR = "SW205", "bad-cidr";
    /// A tag or digest that is not one (OCI Distribution Specification, "Pulling manifests").
    BAD_IMAGE = "SW206", "bad-image";
    /// A secret's value stands in a description, from where it would reach the repository.
    SECRET_WRITTEN = "SW207", "secret-written";
    /// A pattern for tags that is no regular expression, or that matches other tags than it seems
    /// to: it is not anchored, or a dot in it stands for any character.
    BAD_PATTERN = "SW208", "bad-pattern";

    // Fields and components that must fit together.
    /// A CPU and memory pair that Fargate does not offer (Amazon ECS Developer Guide, "Task
    /// definition parameters for Fargate", task size).
    FARGATE_SIZE = "SW301", "fargate-size";
    /// Bounds that exclude each other or the value between them.
    INVERTED_BOUNDS = "SW302", "inverted-bounds";
    /// A DNS record whose type, value and time to live do not fit (Amazon Route 53 Developer
    /// Guide, "Supported DNS record types").
    DNS_RECORD = "SW303", "dns-record";
    /// A task is told of a database it has no network access to.
    NO_ACCESS = "SW304", "no-access";
    /// Two components that must share a network do not.
    OTHER_NETWORK = "SW305", "other-network";
    /// A listener rule that can never be reached, or forwards to a service behind another load
    /// balancer.
    LISTENER_RULE = "SW306", "listener-rule";
    /// Fewer than two zones where AWS wants two (Elastic Load Balancing, "Availability Zones and
    /// load balancer nodes"; Amazon RDS User Guide, "Working with DB subnet groups").
    TOO_FEW_ZONES = "SW307", "too-few-zones";
    /// A sensitive input would be stored in clear text where anybody who can describe the
    /// resource can read it.
    SECRET_IN_CLEAR = "SW308", "secret-in-clear";
    /// An image has no tag and no digest in the lock, so that nobody can say what runs.
    UNPINNED_IMAGE = "SW309", "unpinned-image";
    /// Address ranges that overlap.
    OVERLAP = "SW310", "overlap";
    /// An engine, version, class or parameter that do not belong together.
    ENGINE_MISMATCH = "SW311", "engine-mismatch";
    /// Fields of one block that exclude or need each other.
    CONFLICT = "SW312", "conflict";
    /// Two components would be one thing in AWS: the same name, path or priority.
    NAME_CLASH = "SW313", "name-clash";
    /// Components that need each other in a circle.
    CYCLE = "SW314", "cycle";
    /// Something is open to the whole internet that seldom has to be.
    OPEN_TO_ALL = "SW315", "open-to-all";
    /// An alarm tells nobody.
    UNHEARD_ALARM = "SW316", "unheard-alarm";
    /// An image policy that orders tags by what has no order, or not the one it seems to have.
    NO_ORDER = "SW317", "no-order";
    /// An image policy that takes no tag that is ever pushed.
    NEVER_TAKEN = "SW318", "never-taken";
    /// An image policy that takes tags which say nothing of where they are meant to run: `latest`,
    /// a bare commit hash, or a moving tag where tags cannot move.
    DEPLOY_SOURCE = "SW319", "deploy-source";
    /// Two environments take the same tag of the same repository.
    SHARED_TAG = "SW320", "shared-tag";
    /// Images of a bundle that move without the others.
    PARTIAL_MOVE = "SW321", "partial-move";
    /// Two environments keep their state in one place.
    SHARED_STATE = "SW322", "shared-state";
    /// A `renamed_from` that cannot be: the old label is in use, or named twice, or is no label.
    /// Terraform refuses such moves (Terraform language, "Refactor modules").
    BAD_RENAME = "SW323", "bad-rename";
    /// A component is gone, and a new one of its kind says nearly the same. Terraform destroys the
    /// one and makes the other.
    UNSAID_RENAME = "SW324", "unsaid-rename";
    /// Layers that need each other in a circle. Terraform makes one after the other, each with a
    /// state of its own.
    LAYER_CYCLE = "SW331", "layer-cycle";
    /// A component that cannot move between layers in the way that it says, or a state that has not
    /// what moves.
    BAD_MOVE = "SW332", "bad-move";
    /// A component is in another layer than before, and does not say so.
    UNSAID_MOVE = "SW333", "unsaid-move";
    /// A job would be done twice, or be stopped before it is done.
    UNFINISHED_JOB = "SW341", "unfinished-job";
    /// A task that must not run just anywhere does not say where, or nobody knows where it is.
    WRONG_ENVIRONMENT = "SW342", "wrong-environment";
    /// A role that more could assume than its description says.
    OPEN_TRUST = "SW343", "open-trust";
    /// Two stages of an API lead to the same function, so that one runs the other's code.
    SHARED_FUNCTION = "SW351", "shared-function";

    /// Programs that work together are of versions that do not (Kubernetes, "Version Skew Policy").
    VERSION_SKEW = "SW352", "version-skew";
    /// A probe asks more than the process itself (Dockerflow, "Containerized App Requirements").
    UNFIT_PROBE = "SW353", "unfit-probe";
    /// Something that must never run twice at once could.
    SINGLETON = "SW354", "singleton";
    /// The steps of a rollout are not in an order in which each finds what it needs.
    ROLLOUT_ORDER = "SW355", "rollout-order";

    // Schedules.
    /// A schedule whose times no calendar has, or that ends before its first: the 31st of February,
    /// no year's sixth Monday.
    NEVER_FIRES = "SW361", "never-fires";
    /// A run that takes longer, by its `duration_minutes`, than the time to the next one, which
    /// EventBridge starts all the same.
    OVERLAPS_ITSELF = "SW362", "overlaps-itself";
    /// Many tasks of a cluster start in the same minute, which asks for all of their capacity at once.
    SAME_MINUTE = "SW363", "same-minute";
    /// A schedule that has fired for the last time. Only `check` tells, which knows what time it is;
    /// what is rendered does not depend on that.
    SCHEDULE_OVER = "SW364", "schedule-over";

    // The lock.
    /// `images.tf` is not the lock that Stackwright writes.
    BAD_LOCK = "SW401", "bad-lock";
    /// The lock holds an image that the description does not declare.
    UNDECLARED_IMAGE = "SW402", "undeclared-image";
    /// A list of tags that is not one.
    BAD_TAGS = "SW410", "bad-tags";

    // Registries.
    /// Nobody can say which registry has an image: the account, region or name is known to
    /// Terraform only.
    UNKNOWN_ADDRESS = "SW451", "unknown-address";
    /// The registry has no such repository, tag or digest.
    NO_SUCH_IMAGE = "SW452", "no-such-image";
    /// The registry does not let us read, or the credentials for it cannot be found or sent.
    REGISTRY_LOGIN = "SW453", "registry-login";
    /// The registry cannot be reached, fails, or answers no more for now.
    NO_REGISTRY = "SW454", "no-registry";
    /// The registry's answer is not what the OCI Distribution Specification says, is too large, or
    /// has another digest than asked for.
    BAD_ANSWER = "SW455", "bad-answer";
    /// A locked tag names another image than the locked digest.
    MOVED_TAG = "SW456", "moved-tag";
    /// An image is not built for the processor of a task that runs it.
    OTHER_ARCHITECTURE = "SW457", "other-architecture";
    /// The lifecycle rule of an image's repository would delete it (Amazon ECR User Guide,
    /// "Automate the cleanup of images by using lifecycle policies in Amazon ECR").
    EXPIRING_IMAGE = "SW458", "expiring-image";

    // The checkout.
    /// A file that is not ours stands where a rendered one belongs; it is never overwritten.
    FOREIGN = "SW501", "foreign";
    /// A rendered file could not be written.
    UNWRITABLE = "SW502", "unwritable";
    /// A rendered file is not in the checkout.
    MISSING_FILE = "SW510", "missing";
    /// A rendered file is older than its description.
    STALE_FILE = "SW511", "stale";
    /// A rendered file was changed by hand.
    EDITED_FILE = "SW512", "edited";
    /// A rendered file that no description produces any more.
    ORPHAN_FILE = "SW513", "orphan";
    /// A rendered root that no description has any more. What it has made is still in AWS and in its
    /// state, and it is what Terraform destroys it by.
    UNDESCRIBED_ROOT = "SW514", "undescribed-root";

    // The plan.
    /// Neither `terraform` nor `tofu` can be run.
    NO_TERRAFORM = "SW601", "no-terraform";
    /// The Terraform found is older than 1.5.
    OLD_TERRAFORM = "SW602", "old-terraform";
    /// Terraform ended without an answer: it crashed, or was killed.
    TERRAFORM_FAILED = "SW603", "terraform-failed";
    /// Terraform took longer than it may.
    TERRAFORM_TIMEOUT = "SW604", "terraform-timeout";
    /// Terraform refuses the root; the message is Terraform's own.
    BAD_ROOT = "SW605", "bad-root";
    /// The revision to compare with cannot be found, or git cannot be asked.
    NO_BASE = "SW606", "no-base";
    /// The facts about a provider do not know something that a root names, or the provider cannot
    /// be served. An offline plan knows no more than the facts; `plan --live` does.
    NO_PROVIDER = "SW607", "no-provider";
    /// A plan that is not Terraform's, or of a format that is not known.
    BAD_PLAN = "SW608", "bad-plan";
    /// The old tree cannot be applied to a simulated state, so there is nothing to compare with.
    NOT_SIMULATED = "SW609", "not-simulated";
    /// The plan does what `--deny` forbids.
    DENIED = "SW610", "denied";
    /// A plan of files that are not what the description says.
    PLAN_OF_DRIFT = "SW611", "plan-of-drift";
    /// An attribute of a resource that holds data changes, which replaces the resource under a
    /// condition that only the provider's code knows.
    MAY_BE_REPLACED = "SW612", "may-be-replaced";
    /// Something is replaced or destroyed that `protect`, or `prevent_destroy`, keeps, or kept until
    /// its block was taken out. Terraform refuses the first and not the second (Terraform language,
    /// "The lifecycle Meta-Argument").
    PROTECTED = "SW613", "protected";
    /// A layer is planned as it will be after another one is applied, which then tells it something
    /// else.
    PLAN_AFTER = "SW631", "plan-after";

    // The bump.
    /// The project is in no git repository, or in one that git does not trust.
    NO_REPOSITORY = "SW701", "no-repository";
    /// The branch to commit to is not there, or it is not known which one is meant.
    NO_BRANCH = "SW702", "no-branch";
    /// The commit cannot be made.
    NOT_COMMITTED = "SW703", "not-committed";
    /// The remote cannot be asked, or refuses the commit. Nothing was pushed.
    NOT_PUSHED = "SW704", "not-pushed";
    /// Somebody else was faster each time, for as long as it was tried. Nothing was pushed.
    LOST_RACES = "SW705", "lost-races";
    /// An image to bump that no stack has, or more than one.
    WHICH_IMAGE = "SW706", "which-image";
    /// What an image is to become is not a tag, a digest or both.
    BAD_BUMP = "SW707", "bad-bump";
    /// The tree of a stack had drifted before the bump.
    BUMP_OF_DRIFT = "SW708", "bump-of-drift";
    /// The template of the commit's message is wrong.
    BAD_TEMPLATE = "SW709", "bad-template";
    /// An older image than the one that is locked, without `--rollback`.
    ROLLBACK = "SW710", "rollback";
    /// A tag that the image's policy does not take.
    REFUSED_BY_POLICY = "SW711", "refused-by-policy";

    // What follows a bump.
    /// A step of a rollout failed; those after it were not begun.
    ROLLOUT_FAILED = "SW751", "rollout-failed";
    /// It is not clear which rollout is meant, or what it is about.
    WHICH_ROLLOUT = "SW752", "which-rollout";

    // Templates beside a description.
    /// A template is not in Jinja's language, or names a filter, function or template that is not
    /// there.
    TEMPLATE_SYNTAX = "SW901", "template-syntax";
    /// A template names something that its context does not have.
    TEMPLATE_UNDEFINED = "SW902", "template-undefined";
    /// A template cannot be filled in: it does not end, makes too much, or puts down something that
    /// has no text.
    TEMPLATE_FAILED = "SW903", "template-failed";
    /// A template's name is none that a rendered file can come from.
    TEMPLATE_NAME = "SW904", "template-name";
    /// What a template makes is not what its name says: HCL or JSON.
    TEMPLATE_OUTPUT = "SW905", "template-output";

    // Pictures of systems.
    /// More systems than a picture can show so that somebody can read it.
    TOO_MUCH_TO_DRAW = "SW951", "too-much-to-draw";
    /// A plan whose changes are to be marked cannot be read.
    UNREADABLE_PLAN = "SW952", "unreadable-plan";

    // What is put together from the results of several runs.
    /// A file is not what `check --format json` or `plan --format json` prints, or is of another
    /// version.
    NO_PART = "SW961", "no-part";
    /// Two results of other runs speak of the same root.
    PART_TWICE = "SW962", "part-twice";
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn ids_and_names_are_unique_and_sorted() {
        assert!(ALL.is_sorted_by(|a, b| a.id < b.id));
        let mut names: Vec<_> = ALL.iter().map(|code| code.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }
}
