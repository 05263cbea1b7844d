//! What all pictures share: their colours, by day and by night, and how text gets into XML.

/// The colours of pictures and pages as CSS custom properties: light, and dark where the reader's
/// system is. A page that lets its reader choose sets `data-theme` on its root element.
pub const PALETTE: &str = "\
:root{color-scheme:light dark;--sw-bg:#ffffff;--sw-fg:#1f2328;--sw-muted:#59636e;--sw-line:#d1d9e0;\
--sw-panel:#f6f8fa;--sw-accent:#0969da;--sw-create:#1a7f37;--sw-update:#9a6700;--sw-replace:#bc4c00;\
--sw-destroy:#cf222e}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){--sw-bg:#0d1117;--sw-fg:#e6edf3;\
--sw-muted:#9198a1;--sw-line:#3d444d;--sw-panel:#151b23;--sw-accent:#4493f8;--sw-create:#3fb950;\
--sw-update:#d29922;--sw-replace:#f0883e;--sw-destroy:#f85149}}
";

/// What a page adds to [`PALETTE`] that lets its reader choose: the dark colours where
/// `data-theme=dark` is set, and never on paper.
pub const CHOSEN: &str = "\
@media screen{:root[data-theme=dark]{color-scheme:dark;--sw-bg:#0d1117;--sw-fg:#e6edf3;\
--sw-muted:#9198a1;--sw-line:#3d444d;--sw-panel:#151b23;--sw-accent:#4493f8;--sw-create:#3fb950;\
--sw-update:#d29922;--sw-replace:#f0883e;--sw-destroy:#f85149}:root[data-theme=light]{color-scheme:light}}
";

/// A text as it stands in XML and HTML, between tags or in a quoted attribute. Characters that XML
/// has no way to write become the replacement character ("Extensible Markup Language (XML) 1.0",
/// Characters).
///
/// ```
/// use stackwright::report::picture::escape;
///
/// assert_eq!(escape("<b id=\"x\">"), "&lt;b id=&quot;x&quot;&gt;");
/// ```
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{CHOSEN, PALETTE, escape};

    #[test]
    fn dark_is_the_same_whoever_chose_it() {
        let dark = |css: &str| {
            let (_, rest) =
                css.split_once("dark]{color-scheme:dark;").or(css.split_once("=light]){"))?;
            Some(rest.split_once('}')?.0.replace(['\n', ' '], ""))
        };
        assert!(dark(PALETTE).is_some_and(|colours| colours.contains("--sw-bg")));
        assert_eq!(dark(PALETTE), dark(CHOSEN));
    }

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(escape("a<script>&'\u{1}\n"), "a&lt;script&gt;&amp;&#39;\u{fffd}\n");
    }
}
