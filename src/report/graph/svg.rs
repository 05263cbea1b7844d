//! A picture of each system, in one file.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::layout::{Direction, Input, Item, Point, Rect, TITLE, layout};
use super::text::{fit, width};
use crate::component::{Family, Relation};
use crate::graph::{Edge, Frame, Graph, Mark, Node, Origin, Picture, System};
use crate::plan::summary::Action;
use crate::report::picture::{PALETTE, escape};

/// The colours of families and edges, as [`PALETTE`] has the others.
const COLOURS: &str = "\
:root{--sw-c-edge:#8250df;--sw-c-compute:#0969da;--sw-c-jobs:#0e7490;--sw-c-data:#1a7f37;\
--sw-c-network:#6e7781;--sw-c-images:#9a5b13;--sw-c-security:#bf3989;--sw-c-operations:#b35900}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){--sw-c-edge:#b083f0;\
--sw-c-compute:#58a6ff;--sw-c-jobs:#39c5cf;--sw-c-data:#56d364;--sw-c-network:#9198a1;\
--sw-c-images:#d7a35c;--sw-c-security:#f778ba;--sw-c-operations:#ffa657}}
:root[data-theme=dark]{--sw-c-edge:#b083f0;--sw-c-compute:#58a6ff;--sw-c-jobs:#39c5cf;\
--sw-c-data:#56d364;--sw-c-network:#9198a1;--sw-c-images:#d7a35c;--sw-c-security:#f778ba;\
--sw-c-operations:#ffa657}
";

/// How everything looks.
const RULES: &str = "\
.sw-graph{background:var(--sw-bg);font-family:system-ui,sans-serif}
.sw-graph text{fill:var(--sw-fg);font-size:13px}
.sw-graph .sw-name{font-size:18px;font-weight:600}
.sw-graph .sw-kind,.sw-graph .sw-note{fill:var(--sw-muted);font-size:10px}
.sw-graph .sw-note{font-size:12px}
.sw-frame>rect{fill:var(--sw-panel);fill-opacity:.55;stroke:var(--sw-line)}
.sw-frame-title{paint-order:stroke;stroke:var(--sw-panel);stroke-width:4px;stroke-linejoin:round}
.sw-graph .sw-frame-title{font-size:12px;fill:var(--sw-muted)}
.sw-layer>rect{stroke-dasharray:2 4;stroke:var(--sw-muted);fill:none}
.sw-node>rect{fill:var(--sw-bg);stroke:var(--sw-line);stroke-width:1.2}
.sw-node>.sw-stripe{stroke:none}
.sw-node.sw-outside>rect:first-of-type{stroke:var(--sw-muted);stroke-dasharray:4 3}
.sw-node.sw-gone>rect:first-of-type{stroke-dasharray:4 3;fill-opacity:.4}
.sw-edge path{fill:none;stroke-width:1.3}
.sw-edge:hover path{stroke-width:3}
.sw-edge .sw-tip,.sw-edge:hover .sw-tip{stroke:none}
";

/// What a picture is of, beside a graph.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Options {
    /// Where edges lead to.
    pub direction: Direction,
}

/// The room around everything.
const AROUND: f64 = 20.0;
const NODE: f64 = 42.0;
const LABEL: f64 = 13.0;
const KIND: f64 = 10.0;
/// The least and most that a node's text has.
const TEXT: (f64, f64) = (86.0, 200.0);

/// Systems one below the other, with what their colours and lines mean.
pub fn svg(graph: &Graph, options: Options) -> String {
    let mut body = String::new();
    let mut used = Used::default();
    let (mut wide, mut high) = (360.0_f64, AROUND);
    for system in &graph.systems {
        let (text, width, height) = draw(system, options, &mut used, high);
        body.push_str(&text);
        wide = wide.max(width + 2.0 * AROUND);
        high += height + 28.0;
    }
    let (legend, high) = used.legend(wide, high);
    let name = match &graph.systems[..] {
        [one] => one.name.clone(),
        many => format!("{} systems", many.len()),
    };
    let name = escape(&name);
    let high = high + AROUND;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"sw-graph\" width=\"{w}\" \
         height=\"{h}\" viewBox=\"0 0 {w} {h}\" role=\"img\" aria-label=\"{name}\">\n\
         <style>\n{PALETTE}{COLOURS}{RULES}{lines}</style>\n\
         <rect width=\"{w}\" height=\"{h}\" fill=\"var(--sw-bg)\"/>\n{body}{legend}</svg>\n",
        w = number(wide.ceil()),
        h = number(high.ceil()),
        lines = used.rules(),
    )
}

/// A number with at most one decimal.
fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// What has to be explained.
#[derive(Default)]
struct Used {
    relations: BTreeSet<Relation>,
    families: BTreeSet<Family>,
    actions: BTreeSet<Action>,
    outside: bool,
}

fn draw(system: &System, options: Options, used: &mut Used, top: f64) -> (String, f64, f64) {
    let picture = system.picture();
    let most = picture.nodes.iter().map(|(node, _)| text_width(node)).fold(TEXT.0, f64::max);
    let node_width = most.min(TEXT.1) + 28.0;
    let layout = layout(&input(&picture, options.direction, node_width));
    let top = top + 14.0;
    let mut text = format!(
        "<g class=\"sw-system\" data-system=\"{name}\">\n\
         <text class=\"sw-name\" x=\"{AROUND}\" y=\"{y}\">{name}</text>\n\
         <g transform=\"translate({AROUND} {down})\">\n",
        name = escape(&system.name),
        y = number(top),
        down = number(top + 18.0),
    );
    let boxes = picture.frames.iter().zip(&layout.frames);
    for (frame, rect) in boxes.clone() {
        frame_box(&mut text, frame, rect);
    }
    for (edge, way) in picture.edges.iter().zip(&layout.edges) {
        used.relations.insert(edge.relation);
        edge_line(&mut text, &picture, edge, way, options.direction);
    }
    for ((node, _), rect) in picture.nodes.iter().zip(&layout.nodes) {
        used.families.insert(node.family);
        used.outside |= node.origin == Origin::Outside;
        used.actions.extend(node.mark.as_ref().map(|mark| mark.action));
        node_box(&mut text, system, node, rect);
    }
    for (frame, rect) in boxes {
        used.actions.extend(frame.node.and_then(|node| node.mark.as_ref()).map(|it| it.action));
        frame_title(&mut text, frame, rect);
    }
    text.push_str("</g>\n");
    let mut height = layout.height + 32.0;
    if picture.nodes.is_empty() {
        let y = number(top + 26.0);
        let _ = writeln!(
            text,
            "<text class=\"sw-note\" x=\"{AROUND}\" y=\"{y}\">nothing to draw</text>"
        );
        height += 20.0;
    }
    let missing: Vec<String> = picture
        .left_out
        .iter()
        .map(|(relation, count)| format!("{} ({count})", relation.name()))
        .collect();
    if !missing.is_empty() {
        height += 22.0;
        let note = format!("not drawn: {}", missing.join(", "));
        let y = number(top + height - 14.0);
        let _ = writeln!(text, "<text class=\"sw-note\" x=\"{AROUND}\" y=\"{y}\">{note}</text>");
    }
    text.push_str("</g>\n");
    (text, layout.width, height)
}

fn kind_of(node: &Node) -> String {
    node.kind.replace('_', " ").to_uppercase()
}

fn text_width(node: &Node) -> f64 {
    let mark = if node.mark.is_some() { 18.0 } else { 0.0 };
    (width(&kind_of(node), KIND) + mark).max(width(&node.label, LABEL))
}

fn input(picture: &Picture<'_>, direction: Direction, node_width: f64) -> Input {
    let mut ends = vec![(0_u32, 0_u32); picture.nodes.len()];
    for edge in &picture.edges {
        ends[edge.from].0 += 1;
        ends[edge.to].1 += 1;
    }
    let item = |((_, frame), (out, into)): (&(&Node, Option<usize>), &(u32, u32))| {
        // So that the ends of many edges can be told apart.
        let spaces = f64::from((*out).max(*into).saturating_sub(1));
        let height = match direction {
            Direction::Right => NODE.max((14.0 + 6.0 * spaces).min(140.0)),
            Direction::Down => NODE,
        };
        Item { width: node_width, height, frame: *frame }
    };
    Input {
        nodes: picture.nodes.iter().zip(&ends).map(item).collect(),
        edges: picture.edges.iter().map(|edge| (edge.from, edge.to)).collect(),
        against: picture.edges.iter().map(|edge| is_against(picture, edge)).collect(),
        frames: picture.frames.iter().map(|frame| frame.inside).collect(),
        direction,
    }
}

/// What works with data stands before it, also where it hears of it.
fn is_against(picture: &Picture<'_>, edge: &Edge) -> bool {
    let family = |node: usize| picture.nodes[node].0.family;
    family(edge.from) == Family::Data && matches!(family(edge.to), Family::Compute | Family::Jobs)
}

fn frame_box(text: &mut String, frame: &Frame<'_>, rect: &Rect) {
    let class = if frame.node.is_none() { "sw-frame sw-layer" } else { "sw-frame" };
    let data = frame
        .node
        .map_or_else(String::new, |node| format!(" data-component=\"{}\"", escape(&node.name)));
    let mark = frame.node.and_then(|node| node.mark.as_ref()).map_or_else(String::new, |mark| {
        format!(" style=\"stroke:{};stroke-width:2\"", action_colour(mark.action))
    });
    let _ = writeln!(
        text,
        "<g class=\"{class}\"{data}><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" \
         rx=\"8\"{mark}/></g>",
        number(rect.x),
        number(rect.y),
        number(rect.width),
        number(rect.height),
    );
}

fn frame_title(text: &mut String, frame: &Frame<'_>, rect: &Rect) {
    let mark = frame.node.and_then(|node| node.mark.as_ref());
    let sign = mark.map_or_else(String::new, |mark| format!("{} ", action_sign(mark.action)));
    let title = format!("{sign}{} {}", frame.kind.replace('_', " "), frame.label);
    let colour = mark
        .map_or_else(String::new, |mark| format!(" style=\"fill:{}\"", action_colour(mark.action)));
    let _ = writeln!(
        text,
        "<text class=\"sw-frame-title\" x=\"{}\" y=\"{}\"{colour}>{}</text>",
        number(rect.x + 10.0),
        number(rect.y + TITLE - 8.0),
        escape(&fit(&title, 12.0, rect.width - 20.0)),
    );
}

fn edge_line(
    text: &mut String,
    picture: &Picture<'_>,
    edge: &Edge,
    way: &[Point],
    direction: Direction,
) {
    let (from, to) = (&picture.nodes[edge.from].0.name, &picture.nodes[edge.to].0.name);
    let relation = edge.relation.name();
    let fields: Vec<&str> = edge.fields.iter().map(String::as_str).collect();
    let Some((path, tip)) = path(way, direction) else { return };
    let _ = writeln!(
        text,
        "<g class=\"sw-edge sw-{relation}\" data-from=\"{from}\" data-to=\"{to}\">\
         <title>{from} → {to}: {relation} ({fields})</title><path d=\"{path}\"/>\
         <path class=\"sw-tip\" d=\"{tip}\"/></g>",
        from = escape(from),
        to = escape(to),
        fields = escape(&fields.join(", ")),
    );
}

/// The length of an arrow's tip.
const TIP: f64 = 7.0;

/// An edge's line and the tip at its end.
fn path(way: &[Point], direction: Direction) -> Option<(String, String)> {
    let [.., before, end] = way else { return None };
    let point = |it: &Point| format!("{} {}", number(it.x), number(it.y));
    // Tips point along the ranks, one way or the other.
    let ahead = match direction {
        Direction::Right => end.x >= before.x,
        Direction::Down => end.y >= before.y,
    };
    let back = if ahead { -TIP } else { TIP };
    let (neck, sides) = match direction {
        Direction::Right => (
            Point { x: end.x + back, y: end.y },
            [Point { x: end.x + back, y: end.y - 3.5 }, Point { x: end.x + back, y: end.y + 3.5 }],
        ),
        Direction::Down => (
            Point { x: end.x, y: end.y + back },
            [Point { x: end.x - 3.5, y: end.y + back }, Point { x: end.x + 3.5, y: end.y + back }],
        ),
    };
    let tip = format!("M{}L{}L{}Z", point(end), point(&sides[0]), point(&sides[1]));
    let mut line = format!("M{}", point(&way[0]));
    let last = way.len() - 1;
    for at in 1..way.len() {
        let (a, b) = (way[at - 1], if at == last { neck } else { way[at] });
        let straight = at % 2 == 0 || (a.y - b.y).abs() < 0.05 || (a.x - b.x).abs() < 0.05;
        if straight {
            let _ = write!(line, "L{}", point(&b));
            continue;
        }
        let (c, d) = match direction {
            Direction::Right => {
                let middle = f64::midpoint(a.x, b.x);
                (Point { x: middle, y: a.y }, Point { x: middle, y: b.y })
            }
            Direction::Down => {
                let middle = f64::midpoint(a.y, b.y);
                (Point { x: a.x, y: middle }, Point { x: b.x, y: middle })
            }
        };
        let _ = write!(line, "C{} {} {}", point(&c), point(&d), point(&b));
    }
    Some((line, tip))
}

fn node_box(text: &mut String, system: &System, node: &Node, rect: &Rect) {
    let mut class = format!("sw-node sw-{}", node.family.name());
    match node.origin {
        Origin::Component => {}
        Origin::Schedule => class.push_str(" sw-schedule"),
        Origin::Outside => class.push_str(" sw-outside"),
        Origin::Gone => class.push_str(" sw-gone"),
    }
    let mut title = node.name.clone();
    for line in &node.details {
        title.push('\n');
        title.push_str(line);
    }
    if let Some(Mark { action, resources }) = &node.mark {
        let _ =
            write!(title, "\n{}: {}", action.name(), crate::report::count(*resources, "resource"));
    }
    let room = rect.width - 24.0;
    let middle = rect.y + rect.height / 2.0;
    let stroke = node.mark.as_ref().map_or_else(String::new, |mark| {
        format!(" style=\"stroke:{};stroke-width:2\"", action_colour(mark.action))
    });
    let badge = node.mark.as_ref().map_or_else(String::new, |mark| {
        format!(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\" style=\"fill:{};font-weight:700\">{}</text>",
            number(rect.x + rect.width - 9.0),
            number(middle - 5.0),
            action_colour(mark.action),
            action_sign(mark.action),
        )
    });
    let round = if node.origin == Origin::Schedule { 16.0 } else { 5.0 };
    let root = node.root.as_deref().unwrap_or(&system.name);
    let _ = writeln!(
        text,
        "<g class=\"{class}\" id=\"{id}\" data-component=\"{name}\" data-root=\"{root}\">\
         <title>{title}</title>\
         <rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"{round}\"{stroke}/>\
         <rect class=\"sw-stripe\" x=\"{sx}\" y=\"{sy}\" width=\"3\" height=\"{sh}\" rx=\"1.5\" \
         style=\"fill:{colour}\"/>\
         <text class=\"sw-kind\" x=\"{tx}\" y=\"{ky}\">{kind}</text>\
         <text x=\"{tx}\" y=\"{ly}\">{label}</text>{badge}</g>",
        id = escape(&id(&system.name, &node.name)),
        name = escape(&node.name),
        root = escape(root),
        title = escape(&title),
        x = number(rect.x),
        y = number(rect.y),
        w = number(rect.width),
        h = number(rect.height),
        sx = number(rect.x + 5.0),
        sy = number(middle - 15.0),
        sh = 30,
        colour = family_colour(node.family),
        tx = number(rect.x + 14.0),
        ky = number(middle - 6.0),
        kind = escape(&fit(&kind_of(node), KIND, room)),
        ly = number(middle + 11.0),
        label = escape(&fit(&node.label, LABEL, room)),
    );
}

/// The id of a node's element, which links of a page can lead to.
pub fn id(system: &str, node: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '_' | '.') { c } else { '-' };
    format!("sw-{}-{}", system.replace('/', "-"), node.chars().map(plain).collect::<String>())
}

fn family_colour(family: Family) -> String {
    match family {
        Family::Values | Family::Other => "var(--sw-muted)".to_owned(),
        family => format!("var(--sw-c-{})", family.name()),
    }
}

fn action_colour(action: Action) -> &'static str {
    match action {
        Action::Create => "var(--sw-create)",
        Action::Update => "var(--sw-update)",
        Action::Replace => "var(--sw-replace)",
        Action::Destroy => "var(--sw-destroy)",
        Action::Import | Action::Move => "var(--sw-accent)",
        Action::Forget => "var(--sw-muted)",
    }
}

/// What stands for an action where there is no colour.
pub(super) fn action_sign(action: Action) -> &'static str {
    match action {
        Action::Create => "+",
        Action::Update => "~",
        Action::Replace => "±",
        Action::Destroy => "−",
        Action::Import => "↓",
        Action::Move => "»",
        Action::Forget => "×",
    }
}

/// The colour, the pattern and the width of a relation's line.
fn line(relation: Relation) -> (&'static str, &'static str, f64) {
    match relation {
        Relation::Traffic => ("var(--sw-accent)", "", 2.0),
        Relation::Access => ("var(--sw-c-data)", "", 1.3),
        Relation::Messages => ("var(--sw-c-edge)", "7 3", 1.3),
        Relation::Schedules => ("var(--sw-c-jobs)", "2 3", 1.8),
        Relation::Images => ("var(--sw-c-images)", "9 3 2 3", 1.3),
        Relation::Uses => ("var(--sw-muted)", "", 1.0),
        Relation::Encryption => ("var(--sw-c-security)", "1 3", 1.5),
        Relation::Values => ("var(--sw-muted)", "4 4", 1.0),
        Relation::Placement => ("var(--sw-c-network)", "1 4", 1.5),
    }
}

impl Used {
    fn rules(&self) -> String {
        let mut rules = String::new();
        for relation in &self.relations {
            let (name, (colour, dashes, width)) = (relation.name(), line(*relation));
            let dashes = match dashes {
                "" => String::new(),
                dashes => format!(";stroke-dasharray:{dashes}"),
            };
            let _ = writeln!(
                rules,
                ".sw-edge.sw-{name} path{{stroke:{colour};stroke-width:{width}{dashes}}}\n\
                 .sw-edge.sw-{name} .sw-tip{{fill:{colour};stroke:none}}",
            );
        }
        rules
    }

    /// What lines and colours mean, as wide as the picture is; and where it ends.
    fn legend(&self, wide: f64, top: f64) -> (String, f64) {
        let mut text = "<g class=\"sw-legend\">\n".to_owned();
        let mut at = Point { x: AROUND, y: top + 4.0 };
        let mut put =
            |text: &mut String, sign: &dyn Fn(Point) -> String, lead: f64, words: &str| {
                let needs = lead + 4.0 + width(words, 12.0) + 18.0;
                if at.x > AROUND && at.x + needs > wide - AROUND {
                    at = Point { x: AROUND, y: at.y + 20.0 };
                }
                text.push_str(&sign(at));
                let _ = writeln!(
                    text,
                    "<text class=\"sw-note\" x=\"{}\" y=\"{}\">{}</text>",
                    number(at.x + lead),
                    number(at.y + 4.0),
                    escape(words),
                );
                at.x += needs;
                at.y
            };
        let mut bottom = top;
        for relation in &self.relations {
            let name = relation.name();
            let sign = |at: Point| {
                let way = [at, Point { x: at.x + 34.0, y: at.y }];
                let (line, tip) = path(&way, Direction::Right).unwrap_or_default();
                format!(
                    "<g class=\"sw-edge sw-{name}\"><path d=\"{line}\"/>\
                     <path class=\"sw-tip\" d=\"{tip}\"/></g>\n"
                )
            };
            let (from, to) = relation.ends();
            let words = format!("{name}: from {from} to {to}");
            bottom = put(&mut text, &sign, 42.0, &words);
        }
        for family in self.families.iter().filter(|family| **family != Family::Other) {
            let sign = |at: Point| {
                format!(
                    "<rect x=\"{}\" y=\"{}\" width=\"3\" height=\"14\" rx=\"1.5\" \
                     style=\"fill:{}\"/>\n",
                    number(at.x),
                    number(at.y - 7.0),
                    family_colour(*family),
                )
            };
            bottom = put(&mut text, &sign, 10.0, family.name());
        }
        for action in &self.actions {
            let sign = |at: Point| {
                format!(
                    "<text x=\"{}\" y=\"{}\" style=\"fill:{};font-weight:700\">{}</text>\n",
                    number(at.x),
                    number(at.y + 4.0),
                    action_colour(*action),
                    action_sign(*action),
                )
            };
            bottom = put(&mut text, &sign, 16.0, action.name());
        }
        if self.outside {
            let sign = |at: Point| {
                format!(
                    "<g class=\"sw-node sw-outside\"><rect x=\"{}\" y=\"{}\" width=\"30\" \
                     height=\"14\" rx=\"4\"/></g>\n",
                    number(at.x + 4.0),
                    number(at.y - 7.0),
                )
            };
            bottom = put(&mut text, &sign, 42.0, "written by hand");
        }
        text.push_str("</g>\n");
        (text, bottom + 8.0)
    }
}
