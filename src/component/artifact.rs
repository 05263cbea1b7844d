//! `artifact`: the code of a function or layer, by the lock.

use super::{Image, Outputs};
use crate::component::Component;
use crate::component::drawn::{Drawn, Family, Meaning};
use crate::diagnostic::{Diagnostic, codes};
use crate::hcl::Expr;
use crate::hcl::print::escaped;
use crate::image::deployable::Needs;
use crate::image::{Policy, policy};
use crate::stack::check::Check;
use crate::stack::field::Literal;
use crate::stack::lower::Lower;
use crate::stack::value::Value;
use crate::value::{ArtifactKey, BucketName, DIGEST, LayerPattern, Producer, TAG};
use crate::{block, outputs};

block! {
    /// The code of a function or of a layer: an archive, or a layer that somebody else publishes.
    /// Which one it is now is said by the lock, `images.tf` in the root, as of an image, and moved
    /// there by `stackwright bump`.
    ///
    /// The digest of an archive is that of its content: of the names, modes and bytes of its files
    /// and of nothing else, so that the same sources packed again are the same artifact.
    /// `stackwright artifact hash` says it.
    ///
    /// ```hcl
    /// artifact "api" {
    ///   bucket = "acme-builds"
    ///   key    = "api/{digest}.zip"
    /// }
    /// ```
    pub struct Artifact {
        /// The bucket that archives are uploaded to, before the stack that runs them is applied.
        bucket: Option<Value<BucketName>>,
        /// Where in the bucket the archive is. In it `{digest}` stands for the 64 digits of the
        /// locked digest, `{tag}` for the locked tag.
        key: Option<Literal<ArtifactKey>>,
        /// In place of a bucket: the archive's path from the root's folder, where whoever applies it
        /// has built it.
        path: Option<Value<String>>,
        /// In place of an archive: the ARN of a layer's version with `{tag}` in it, for the number
        /// of the version, or in the layer's name, where the dots of a tag are underscores.
        layer: Option<Literal<LayerPattern>>,
        /// Which tags it may have, and which of two is newer, as of an image. The versions of a
        /// layer are ordered by number, or by the version in its name.
        policy: Policy = Policy::default(),
        /// How tags are made, as far as it is known.
        produced: Vec<Literal<Producer>>,
    }
}

impl Component for Artifact {
    const KIND: &'static str = "artifact";
    const FILE: &'static str = "images.tf";
    const DRAWN: Drawn = Drawn::new(Family::Images, Meaning::RUN);

    fn outputs() -> Outputs {
        outputs! {
            "Its digest, `null` where the lock has none." digest,
            "Its tag, `null` where the lock has none." tag,
        }
    }

    fn address(label: &str) -> String {
        format!("local.images.{label}")
    }

    fn check(&self, check: &Check<'_>) {
        policy::check(&self.policy, &self.produced).into_iter().for_each(|d| check.report(d));
        let written = |name: &str| self.origin.wrote(name);
        let ways = [written("bucket") || written("key"), written("path"), written("layer")];
        if ways.iter().filter(|way| **way).count() != 1 {
            check.report(
                Diagnostic::error(codes::CONFLICT, "an artifact is kept in one place")
                    .at(self.origin.head, "")
                    .help("write `bucket` and `key`, or `path`, or `layer`"),
            );
        } else if written("bucket") != written("key") {
            let (there, missing) =
                if written("bucket") { ("bucket", "key") } else { ("key", "bucket") };
            check.report(
                Diagnostic::error(codes::MISSING_FIELD, format!("`{missing}` is missing"))
                    .at(self.origin.field(there), "is half of a place")
                    .help(match missing {
                        "key" => "add `key = \"app/{digest}.zip\"`",
                        _ => "add `bucket = \"…\"`",
                    }),
            );
        }
        if let Some(Value::Literal(path)) = &self.path
            && (path.starts_with('/') || path.starts_with('~') || path.contains('\\'))
        {
            check.report(
                Diagnostic::error(codes::BAD_VALUE, "this path is one of one machine")
                    .at(self.origin.field("path"), "")
                    .help("write it from the root's folder: `../../build/app.zip`"),
            );
        }
        if let Policy::Pushed(_) | Policy::Moving(_) = self.policy {
            check.report(
                Diagnostic::error(
                    codes::CONFLICT,
                    format!("no registry tells of artifacts, which `{}` needs", self.policy.kind()),
                )
                .at(self.origin.field("policy"), "")
                .help("take one of `commit`, `semver`, `timestamp` and `number`"),
            );
        }
        if let Some(image) = check.stack.component::<Image>(check.label) {
            check.report(
                Diagnostic::error(
                    codes::NAME_CLASH,
                    format!("`image.{}` has this place in the lock", check.label),
                )
                .at(self.origin.head, "")
                .also(image.origin.head, "the image")
                .help("give one of them another label"),
            );
        }
    }

    /// The lock is its Terraform; [`crate::image::Lock`] prints it.
    fn lower(&self, _lower: &mut Lower<'_>) {}
}

impl Artifact {
    /// What the lock must say of it.
    pub fn needs(&self) -> Needs {
        let tag = match (&self.key, &self.layer) {
            (Some(key), _) => key.as_str().contains(TAG),
            (None, layer) => layer.is_some(),
        };
        Needs { tag, digest: self.layer.is_none() }
    }

    /// Where it is kept, as the lock has it: with places for the tag and the digest.
    pub(crate) fn repository(&self) -> Expr {
        match (&self.bucket, &self.key, &self.path, &self.layer) {
            (Some(Value::Literal(bucket)), Some(key), ..) => {
                Expr::String(format!("s3://{bucket}/{}", key.0))
            }
            (Some(bucket), Some(key), ..) => {
                Expr::raw(format!("\"s3://{}/{}\"", bucket.template(), escaped(key.as_str())))
            }
            (.., Some(path), _) => path.expr(),
            (.., Some(layer)) => Expr::String(layer.to_string()),
            _ => Expr::Null,
        }
    }

    /// The archive as modules take it: where it is, and its digest.
    pub(crate) fn code(&self, label: &str) -> Expr {
        let locked = Self::address(label);
        let mut code: Vec<(&str, Expr)> = Vec::new();
        if let (Some(bucket), Some(key)) = (&self.bucket, &self.key) {
            let key = escaped(key.as_str())
                .replace(DIGEST, &format!("${{trimprefix({locked}.digest, \"sha256:\")}}"))
                .replace(TAG, &format!("${{{locked}.tag}}"));
            code.push(("bucket", bucket.expr()));
            code.push(("key", Expr::raw(format!("\"{key}\""))));
        }
        if let Some(path) = &self.path {
            let path = path.template();
            code.push(("filename", Expr::raw(format!("\"${{path.root}}/{path}\""))));
        }
        code.push(("hash", Expr::raw(format!("{locked}.digest"))));
        Expr::object(code)
    }

    /// The ARN of the layer's version, where it is one.
    pub(crate) fn layer_arn(&self, label: &str) -> Option<Expr> {
        let layer = self.layer.as_ref()?;
        let tag = format!("{}.tag", Self::address(label));
        let tag = if layer.numbered() { tag } else { format!("replace({tag}, \".\", \"_\")") };
        let arn = escaped(layer.as_str()).replace(TAG, &format!("${{{tag}}}"));
        Some(Expr::raw(format!("\"{arn}\"")))
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::problems;

    #[test]
    fn an_artifact_is_kept_in_one_place() {
        insta::assert_snapshot!(problems(r#"
artifact "a" {}
artifact "b" {
  bucket = "acme-builds"
  path   = "../../b.zip"
}
artifact "c" { bucket = "acme-builds" }
artifact "d" { key = "{tag}.zip" }
artifact "e" { path = "/home/me/e.zip" }
"#), @r#"
        1:1 SW312 an artifact is kept in one place; write `bucket` and `key`, or `path`, or `layer`
        2:1 SW312 an artifact is kept in one place; write `bucket` and `key`, or `path`, or `layer`
        6:25 SW103 `key` is missing; add `key = "app/{digest}.zip"`
        7:22 SW103 `bucket` is missing; add `bucket = "…"`
        8:23 SW201 this path is one of one machine; write it from the root's folder: `../../build/app.zip`
        "#);
    }

    #[test]
    fn what_every_build_overwrites_is_refused() {
        insta::assert_snapshot!(problems(r#"
artifact "a" {
  bucket = "acme-builds"
  key    = "app/archive.zip"
}
"#), @"3:12 SW201 every build would overwrite the one before it; put `{digest}` into the key, or `{tag}`: what runs can then be had again, and a build for one stage is not that of another");
    }

    #[test]
    fn an_artifact_and_an_image_share_the_lock() {
        insta::assert_snapshot!(problems(r#"
artifact "a" { path = "../../a.zip" }
image "a" { repository = "example.org/a" }
"#), @"1:1 SW313 `image.a` has this place in the lock; give one of them another label");
    }

    #[test]
    fn what_only_a_registry_could_say_is_refused() {
        insta::assert_snapshot!(problems(r#"
artifact "a" {
  path = "../../a.zip"
  policy "pushed" { tags = "^v[0-9]+$" }
}
"#), @"3:3 SW312 no registry tells of artifacts, which `pushed` needs; take one of `commit`, `semver`, `timestamp` and `number`");
    }

    #[test]
    fn a_layer_without_a_version_is_refused() {
        insta::assert_snapshot!(problems(r#"
artifact "a" { layer = "arn:aws:lambda:eu-west-1:123456789012:layer:coworks-{tag}" }
"#), @"1:24 SW201 nobody says which version of the layer `coworks-1` this is; add the number of the version, which is what functions are given; try `arn:aws:lambda:eu-west-1:123456789012:layer:coworks-1:1`");
    }
}
