//! stub
/// stub
pub fn format(source: &str) -> String {
    source.to_owned()
}
