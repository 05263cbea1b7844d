//! The tags of a repository, page after page (OCI Distribution Specification, "Listing Tags").

use serde::Deserialize;

/// One page.
#[derive(Deserialize)]
pub(super) struct Page {
    /// Missing or null where there are none.
    #[serde(default)]
    pub tags: Option<Vec<String>>,
}
