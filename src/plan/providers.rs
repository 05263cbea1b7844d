//! The providers that a root names, served for as long as its plan takes.

use std::path::Path;

use super::error::Error;
use super::root::Needs;
use super::terraform::Terraform;

/// Providers that are being served.
#[derive(Debug)]
pub(super) struct Serving(String);

impl Serving {
    /// The value of `TF_REATTACH_PROVIDERS`.
    pub fn reattach(&self) -> String {
        self.0.clone()
    }
}

/// Serves what a root wants; `None` when it wants nothing.
pub(super) fn serve(
    _terraform: &Terraform,
    _needs: &Needs,
    _folder: &Path,
) -> Result<Option<Serving>, Error> {
    Ok(None)
}
