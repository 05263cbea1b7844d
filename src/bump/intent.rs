//! What a bump is asked for: these images to these references.

use std::fmt;

use crate::diagnostic::{Diagnostic, codes};
use crate::value::{Digest, Scalar as _, Tag};

/// One image that is to run something else: `server=b5735582`, `univaf/server=v1.2.3@sha256:…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The stack, or an environment or layer of it (`shop/production/jobs`), where it is said.
    pub stack: Option<String>,
    /// The image's label.
    pub image: String,
    /// What it is to run; nothing where a hold is only to be released.
    pub wanted: Wanted,
}

/// What an image is to run. Where both are said, both hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The tag.
    pub tag: Option<Tag>,
    /// The digest.
    pub digest: Option<Digest>,
}

impl Wanted {
    /// Reads `tag`, `sha256:…` or `tag@sha256:…`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Diagnostic> {
        let (tag, digest) = match text.split_once('@') {
            Some((tag, digest)) => (Some(tag), Some(digest)),
            None if text.starts_with("sha256:") => (None, Some(text)),
            None => (Some(text), None),
        };
        let wrong = |invalid: crate::value::Invalid| {
            let message = format!("`{text}`: {}", invalid.message);
            let diagnostic = Diagnostic::error(codes::BAD_BUMP, message);
            invalid.help.into_iter().fold(diagnostic, Diagnostic::help)
        };
        Ok(Self {
            tag: tag.map(Tag::parse).transpose().map_err(wrong)?,
            digest: digest.map(Digest::parse).transpose().map_err(wrong)?,
        })
    }

    /// True when nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.tag.is_none() && self.digest.is_none()
    }
}

impl Intent {
    /// Reads `[<stack>/[<environment>/][<layer>/]]<image>=<tag, digest, or tag@digest>`, or an image
    /// alone.
    ///
    /// # Errors
    /// What is wrong with it.
    ///
    /// ```
    /// use stackwright::bump::Intent;
    ///
    /// let intent = Intent::parse("univaf/server=b5735582").unwrap();
    /// assert_eq!(intent.stack.as_deref(), Some("univaf"));
    /// assert_eq!(intent.wanted.tag.unwrap().as_str(), "b5735582");
    /// assert!(Intent::parse("server=a b").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, Diagnostic> {
        let (name, wanted) = match text.split_once('=') {
            Some((name, value)) => (name, Wanted::parse(value)?),
            None => (text, Wanted::default()),
        };
        // `shop/production/web` is of an environment, `shop/production/jobs/web` of a layer in it.
        let (stack, image) = match name.rsplit_once('/') {
            Some((stack, image)) => (Some(stack), image),
            None => (None, name),
        };
        let word = |word: &str| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
        };
        let root = |name: &str| name.split('/').count() <= 3 && name.split('/').all(word);
        if !word(image) || !stack.is_none_or(root) {
            return Err(Diagnostic::error(codes::BAD_BUMP, format!("`{text}` names no image"))
                .help("write `image=tag`, `stack/image=tag` or `stack/environment/image=tag`"));
        }
        Ok(Self { stack: stack.map(str::to_owned), image: image.to_owned(), wanted })
    }
}

impl fmt::Display for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(stack) = &self.stack {
            write!(f, "{stack}/")?;
        }
        f.write_str(&self.image)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn a_value_is_a_tag_a_digest_or_both() {
        let read = |text: &str| {
            let wanted = Intent::parse(text).unwrap().wanted;
            (wanted.tag.map(|tag| tag.to_string()), wanted.digest.map(|digest| digest.to_string()))
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(read("a=v1"), (some("v1"), None));
        assert_eq!(read(&format!("a={SHA}")), (None, some(SHA)));
        assert_eq!(read(&format!("s/a=v1@{SHA}")), (some("v1"), some(SHA)));
        assert_eq!(read("a"), (None, None));
    }

    #[test]
    fn what_names_no_image_is_refused() {
        for text in [
            "",
            "=v1",
            "/a=v1",
            "s/=v1",
            "a b=v1",
            "a/b/c/d/e=1",
            "a=",
            "a=-x",
            "a=v1@",
            "a=@x",
            "a=sha256:12",
        ] {
            let problem = Intent::parse(text).unwrap_err();
            assert_eq!(problem.code, codes::BAD_BUMP, "{text}");
        }
    }
}
