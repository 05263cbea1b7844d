//! How wide text is, at most: pictures have no font of their own.

/// The advance widths of the printable characters of ASCII, from the space on, in thousandths of
/// the font's size: for each the greater one of Helvetica's (Adobe, "Font Metrics for PDF Core 14
/// Fonts") and DejaVu Sans's, which is the widest of the usual fonts of systems.
const WIDTHS: [u16; 95] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318,
    337, // space to /
    636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 556, // 0 to ?
    1015, 684, 686, 722, 770, 667, 611, 778, 752, 295, 500, 667, 557, 863, 748, 787, // @ to O
    667, 787, 722, 667, 611, 732, 684, 989, 685, 667, 685, 390, 337, 390, 838, 556, // P to _
    500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, // ` to o
    635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838, // p to ~
];

fn character(c: char) -> f64 {
    let thousandths = match u32::from(c) {
        code @ 0x20..=0x7e => WIDTHS[(code - 0x20) as usize],
        0..=0x24f => 1000,
        0x1_f000.. => 1500,
        _ => 1100,
    };
    f64::from(thousandths) / 1000.0
}

/// How wide a text is at most, at a size of its font.
pub fn width(text: &str, size: f64) -> f64 {
    text.chars().map(character).sum::<f64>() * size
}

/// As much of a text as fits, with `…` in place of the rest.
pub fn fit(text: &str, size: f64, most: f64) -> String {
    if width(text, size) <= most {
        return text.to_owned();
    }
    let mut room = most - width("…", size);
    let fits = text.chars().take_while(|c| {
        room -= character(*c) * size;
        room >= 0.0
    });
    fits.chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_fits() {
        for text in ["", "service", "WWWWWWWWWWWW", "服务服务服务服务", "🚀🚀🚀🚀🚀🚀"]
        {
            let cut = fit(text, 13.0, 60.0);
            assert!(width(&cut, 13.0) <= 60.0, "{cut}");
        }
        assert_eq!(fit("service", 13.0, 60.0), "service");
    }
}
