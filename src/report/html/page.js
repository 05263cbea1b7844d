// The page's own script. It reads one JSON value that stands in the page, and builds of it what is
// looked at: a stack when it is opened, never before. Text gets into the page as text only; pictures
// are our own SVG, escaped where it was made, and read as XML here without anything that could run.
"use strict";

(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const SIGNS = { replace: "±", destroy: "−", update: "~", create: "+", import: "<", move: ">", forget: "." };
  const DONE = { replace: "replaced", destroy: "destroyed", update: "updated", create: "created", import: "imported", move: "moved", forget: "forgotten" };
  // The worst first; what is as described comes last.
  const RANKS = ["loss", "error", "replace", "destroy", "update", "create", "import", "move", "forget", "drift", "warning", "good"];
  const BATCH = 30;
  const DIFF_LINES = 600;
  const SHORT = 100;
  const ADDRESSES = 4;
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");

  // --- making elements ---

  /** An element with attributes and what is in it: texts, elements, nothing. */
  function make(name, attributes, ...inside) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes ?? {})) {
      if (key === "on") for (const [event, run] of Object.entries(value)) element.addEventListener(event, run);
      else if (value === true) element.setAttribute(key, "");
      else if (value !== false && value != null) element.setAttribute(key, value);
    }
    element.append(...inside.flat().filter((it) => it != null && it !== "" && it !== false));
    return element;
  }

  const count = (number, what) => `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;

  /** A message in which what stands in backquotes is code. */
  function prose(text) {
    const parts = text.split("`");
    if (parts.length % 2 === 0) return [text];
    return parts.map((part, at) => (at % 2 ? make("code", {}, part) : part));
  }

  /** Pictures are read as XML; what could run or fetch is not among what we draw, and is taken out. */
  function picture(svg) {
    const parsed = new DOMParser().parseFromString(svg, "image/svg+xml");
    const root = parsed.documentElement;
    const painted = [];
    if (root.localName !== "svg" || parsed.querySelector("parsererror")) return null;
    for (const element of [root, ...root.querySelectorAll("*")]) {
      if (/^(script|foreignObject|iframe|image|use|a|style)$/i.test(element.localName) && element !== root) {
        if (element.localName === "use" && /^#/.test(element.getAttribute("href") ?? "")) continue;
        element.remove();
        continue;
      }
      // The page's policy refuses styles that are written out, so they come as data; what only
      // colours is set.
      const colours = (element.dataset.style ?? "").split(";").map((one) => one.split(":")).filter(([name, value]) => /^(fill|stroke)(-[a-z]+)?$|^font-weight$/.test(name) && /^(var\(--sw-[a-z-]+\)|[\w.#-]+)$/.test(value ?? ""));
      if (colours.length) painted.push([element, colours]);
      for (const { name } of [...element.attributes]) {
        if (/^on/i.test(name) || name === "style" || (/href$/i.test(name) && !/^#/.test(element.getAttribute(name)))) element.removeAttribute(name);
      }
    }
    document.adoptNode(root);
    for (const [element, colours] of painted) for (const [name, value] of colours) element.style.setProperty(name, value);
    return root;
  }

  // --- what is known of each stack ---

  const views = data.roots.map((root, at) => {
    const kinds = new Set(Object.keys(root.counts).filter((kind) => root.counts[kind] > 0));
    return { root, at, kinds, label: root.name || "modules and the project", items: [], text: null, element: null, built: false };
  });
  const ranked = [...views].sort((a, b) => RANKS.indexOf(a.root.status) - RANKS.indexOf(b.root.status) || a.at - b.at);
  const isNoted = (view) => view.root.status !== "good" || view.root.files.length > 0;
  const byName = new Map(views.map((view) => [view.root.name, view]));

  const valueText = (shown) => ("value" in shown ? (typeof shown.value === "string" ? shown.value : JSON.stringify(shown.value)) : shown.hidden);
  const componentText = (component) =>
    [component.name || "the root itself", component.headline,
      ...component.groups.flatMap((group) => [group.action, group.type, group.words, group.reason,
        ...group.attributes.flatMap((it) => [`${it.path} ${valueText(it.old)} ${valueText(it.new)}`, it.condition]),
        ...group.resources.flatMap((it) => [it.address, it.moved_from, it.imported])])].filter(Boolean).join("\n");
  const outputText = (output) => `${output.name} ${valueText(output.old)} ${valueText(output.new)}`;
  const problemText = (problem) =>
    [`${problem.code} ${problem.name} ${problem.severity} ${problem.message}`, problem.path, ...problem.help, ...problem.lines].filter(Boolean).join("\n");
  const fileText = (file) => [`${file.state} ${file.path}`, ...file.hunks.map((hunk) => `${hunk.heading}\n${hunk.lines}`)].join("\n");

  /** All that can be found of a stack, made when somebody first looks for something. */
  function textOf(view) {
    const { root } = view;
    view.text ??= [view.label, ...root.notes, ...root.problems.map(problemText), ...root.components.map(componentText),
      ...root.outputs.map(outputText), ...root.files.map(fileText)].join("\n").toLowerCase();
    return view.text;
  }

  /** How many lines of a text have another in them. */
  function linesWith(text, query) {
    let found = 0;
    for (let at = text.indexOf(query); at >= 0; ) {
      found += 1;
      const end = text.indexOf("\n", at);
      at = end < 0 ? -1 : text.indexOf(query, end);
    }
    return found;
  }

  // --- what is looked at ---

  const state = { query: "", kinds: new Set(), limit: BATCH, opened: new Set() };
  const isFiltered = () => state.query !== "" || state.kinds.size > 0;
  const hasKind = (kinds) => state.kinds.size === 0 || [...state.kinds].some((kind) => kinds.has(kind));

  // --- the bar ---

  const theme = make("button", { type: "button", class: "plainly", id: "theme" });
  const THEMES = ["auto", "light", "dark"];
  const remembered = () => { try { return localStorage.getItem("stackwright-theme"); } catch { return null; } };
  function setTheme(name) {
    if (name === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    try { localStorage.setItem("stackwright-theme", name); } catch { /* a page from a file may not remember */ }
    theme.dataset.theme = name;
    theme.textContent = { auto: "◐", light: "☀", dark: "☾" }[name];
    theme.append(make("span", { class: "words" }, { auto: " Auto", light: " Light", dark: " Dark" }[name]));
    theme.setAttribute("aria-label", `Theme: ${{ auto: "as the system", light: "light", dark: "dark" }[name]}`);
  }
  theme.addEventListener("click", () => setTheme(THEMES[(THEMES.indexOf(theme.dataset.theme) + 1) % THEMES.length]));
  setTheme(THEMES.includes(remembered()) ? remembered() : "auto");

  const search = make("input", { type: "search", id: "search", placeholder: "Search stacks, resources, attributes, diffs…", "aria-label": "Search", autocomplete: "off", spellcheck: "false" });
  const status = make("span", { class: "found", role: "status", "aria-live": "polite", id: "found" });
  const keys = make("dialog", { "aria-labelledby": "keys-title", id: "keys" },
    make("h2", { id: "keys-title" }, "Keys"),
    make("dl", {}, [["/", "search"], ["Esc", "clear the search and filters"], ["j k", "next and previous"], ["e", "open or close"], ["g", "show in the graph, and back"], ["t", "switch the theme"], ["?", "these keys"]]
      .flatMap(([key, what]) => [make("dt", {}, key.split(" ").flatMap((one) => [make("kbd", {}, one), " "])), make("dd", {}, what)])),
    make("form", { method: "dialog" }, make("button", { class: "plainly", autofocus: true }, "Close")));
  document.querySelector(".top").append(
    make("div", { class: "search", role: "search" }, search, make("kbd", { "aria-hidden": "true" }, "/")),
    make("div", { class: "tools" }, theme,
      make("button", { type: "button", class: "plainly", "aria-label": "Keys", on: { click: () => keys.showModal() } }, "?")));
  document.body.append(keys);

  // --- chips, tree, stacks ---

  const main = document.getElementById("main");
  const clear = make("button", { type: "button", class: "link", id: "clear", hidden: true, on: { click: clearAll } }, "Clear");
  const openAll = make("button", { type: "button", class: "link", on: { click: () => toggleAll() } }, "Open all");
  const chips = make("div", { class: "chips", role: "group", "aria-label": "Show only" },
    Object.entries(data.counts).filter(([, number]) => number > 0).map(([kind, number]) =>
      make("button", { type: "button", class: `chip ${kind}`, "data-kind": kind, "aria-pressed": "false", on: { click: (event) => toggleKind(kind, event.currentTarget) } },
        make("b", {}, number.toLocaleString("en")), { error: number === 1 ? "error" : "errors", warning: number === 1 ? "warning" : "warnings" }[kind] ?? kind)),
    status, clear, make("span", { class: "grow" }), openAll);
  const list = make("div", { id: "roots", tabindex: "-1" });
  const more = make("button", { type: "button", class: "plainly more", hidden: true, on: { click: () => { state.limit += BATCH; update(); } } });
  const tree = make("nav", { class: "tree", "aria-label": "Stacks" });
  main.append(chips, make("div", { class: `columns${views.length === 1 ? " single" : views.length < 4 ? " few" : ""}` },
    views.length > 1 ? tree : null, make("div", {}, list, more)));

  /** What stands above roots of one stack but is none itself is a folder. */
  function buildTree() {
    const top = make("ul", {});
    const lists = new Map([["", top]]);
    const listOf = (name) => {
      if (lists.has(name)) return lists.get(name);
      const above = name.includes("/") ? name.slice(0, name.lastIndexOf("/")) : "";
      const inner = make("ul", {});
      const known = byName.get(name);
      if (known?.entry) known.entry.append(inner);
      else listOf(above).append(make("li", {}, make("span", { class: "folder" }, name.slice(above.length ? above.length + 1 : 0)), inner));
      lists.set(name, inner);
      return inner;
    };
    for (const view of views) {
      const { root } = view;
      const parent = root.name.includes("/") ? root.name.slice(0, root.name.lastIndexOf("/")) : "";
      view.link = make("a", { href: `#/${encoded(root.name)}`, class: root.status, title: root.words },
        make("span", { class: `dot ${root.status}`, "aria-hidden": "true" }),
        make("span", { class: "label" }, root.name ? root.name.slice(parent ? parent.length + 1 : 0) : view.label),
        tally(root), make("span", { class: "aside" }, `, ${root.words}`));
      view.entry = make("li", {}, view.link);
      listOf(parent).append(view.entry);
    }
    tree.append(make("h2", {}, data.roots.some((root) => root.name.includes("/")) ? "Stacks and roots" : "Stacks"), top);
  }

  function tally(root) {
    const signs = Object.keys(SIGNS).filter((action) => root.counts[action] > 0)
      .map((action) => make("span", { class: action }, `${SIGNS[action]}${root.counts[action]}`));
    const wrong = root.counts.error > 0 ? [make("span", { class: "error" }, `!${root.counts.error}`)] : [];
    return make("span", { class: "tally", "aria-hidden": "true" }, wrong, signs);
  }

  /** A stack, folded; what is in it is built when it is opened. */
  function card(view) {
    if (view.element) return view.element;
    const { root } = view;
    view.details = make("details", { class: "card", on: { toggle: () => opened(view) } },
      make("summary", { "data-stop": true }, make("span", { class: "turn", "aria-hidden": "true" }), make("span", { class: `dot ${root.status}`, "aria-hidden": "true" }),
        make("h2", {}, view.label), make("span", { class: "words" }, root.words), tally(root)));
    view.element = make("section", { class: `root ${isNoted(view) ? "" : "quiet"}`, "data-root": root.name, "aria-label": view.label }, view.details);
    return view.element;
  }

  function opened(view) {
    view.element.classList.toggle("open", view.details.open);
    if (view.details.open) build(view);
  }

  function open(view) {
    card(view);
    build(view);
    view.details.open = true;
    view.element.classList.add("open");
  }

  function build(view) {
    if (view.built) return;
    view.built = true;
    const { root } = view;
    const body = make("div", { class: "body" });
    section(body, "Problems", root.problems.length, root.problems.map((it) => problemItem(view, it)));
    const plan = root.components.map((it) => componentItem(view, it));
    if (root.outputs.length) plan.push(outputsItem(view, root.outputs));
    section(body, "Plan", null, plan);
    if (!root.planned) body.append(make("p", { class: "hint" }, "There is no plan of this root: the problems say why."));
    if (root.notes.length) body.append(make("ul", { class: "remarks" }, root.notes.map((note) => make("li", {}, prose(note)))));
    if (root.graph && data.graphs[root.graph]) drawn(body, view, "Graph", data.graphs[root.graph], "graph");
    if (root.schedule) drawn(body, view, "Schedule", root.schedule, "schedule");
    view.diffLines = root.files.reduce((sum, file) => sum + file.hunks.reduce((lines, hunk) => lines + hunk.lines.split("\n").length, 0), 0);
    const since = root.files.filter((file) => !file.drift);
    const drift = root.files.filter((file) => file.drift);
    section(body, "Not as described", drift.length, drift.map((it) => fileItem(view, it)));
    section(body, "Files changed since the base", since.length, since.map((it) => fileItem(view, it)));
    if (!body.childElementCount) body.append(make("p", { class: "hint" }, "Nothing changes here, and everything is as described."));
    view.details.append(body);
    apply(view);
  }

  function section(body, title, number, items) {
    if (items.length) body.append(make("section", { "aria-label": title }, make("h3", {}, title, number == null ? null : make("span", { class: "count" }, String(number))), items));
  }

  /** Notes what an element is found and filtered by. */
  function item(view, element, kinds, text) {
    view.items.push({ element, kinds: new Set(kinds), text: text.toLowerCase() });
    return element;
  }

  function problemItem(view, problem) {
    const place = problem.path ? `${problem.path}${problem.start ? `:${problem.start.line}:${problem.start.column}` : ""}` : null;
    const element = make("div", { class: `problem ${problem.severity}`, "data-stop": true, tabindex: "-1" },
      make("div", { class: "what" }, make("span", { class: "severity" }, problem.severity), make("code", {}, problem.code), make("span", {}, prose(problem.message))),
      place && make("div", { class: "place" }, make("code", {}, place)),
      problem.lines.length > 0 && make("pre", { tabindex: "0", role: "region", "aria-label": "Lines" }, problem.lines.flatMap((line, at) => sourceLine(problem, line, at))),
      problem.related.length > 0 && make("ul", { class: "help" }, problem.related.map((it) => make("li", {}, prose(it.message || "see"), " ", make("code", {}, `${it.path}${it.start ? `:${it.start.line}` : ""}`)))),
      problem.help.length > 0 && make("ul", { class: "help" }, problem.help.map((help) => make("li", {}, prose(help)))));
    return item(view, element, [problem.severity], problemText(problem));
  }

  function sourceLine(problem, line, at) {
    const number = problem.start.line + at;
    const chars = [...line];
    const from = at === 0 ? problem.start.column - 1 : chars.length - [...line.trimStart()].length;
    const to = problem.end && number === problem.end.line ? problem.end.column - 1 : chars.length;
    const text = (a, b) => chars.slice(a, b).join("");
    return [make("span", { class: "number", "aria-hidden": "true" }, String(number)), text(0, from), make("mark", {}, text(from, Math.max(to, from))), text(Math.max(to, from)), "\n"];
  }

  function componentItem(view, component) {
    const name = component.name || "the root itself";
    const counts = {};
    for (const group of component.groups) counts[group.action] = (counts[group.action] ?? 0) + group.resources.length;
    const details = make("details", { open: true },
      make("summary", { "data-stop": true }, make("span", { class: "turn", "aria-hidden": "true" }), make("h4", {}, name), tally({ counts }),
        make("span", { class: "headline" }, component.headline)),
      component.groups.map((group) => groupLines(view, component, group)));
    const element = make("div", { class: "component", "data-component": component.name }, details,
      view.root.graph && component.name && make("button", { type: "button", class: "link show", "aria-label": `Show ${name} in the graph`, on: { click: () => follow(view, component.name, "graph") } }, "in the graph"));
    return item(view, element, component.groups.map((group) => group.action), componentText(component));
  }

  function groupLines(view, component, group) {
    const number = group.resources.length;
    const goes = group.action === "replace" || group.action === "destroy";
    // What the attributes or the headline say is not said again.
    const isTold = group.attributes.length > 0 && !group.follows || (component.headline ?? "").endsWith(group.words)
      || group.resources.some((it) => it.moved_from || it.imported);
    const words = isTold && !(group.words.startsWith("new image") && !component.headline) ? "" : group.words;
    return make("div", { class: `group ${group.action}`, "data-action": group.action },
      make("div", { class: "line" },
        make("span", { class: "sign", "aria-hidden": "true" }, SIGNS[group.action] ?? ""),
        make("span", {}, number > 1 ? `${number} × ` : "", make("code", {}, group.type)),
        make("span", { class: "done" }, DONE[group.action] ?? group.action),
        group.stateful && (goes || group.may_be_replaced) && make("span", { class: "tag loud" }, "holds data"),
        group.protection && make("span", { class: "tag error" }, group.protection === "holds" ? "protected" : "was protected"),
        group.may_be_replaced && make("span", { class: "tag replace" }, "may be replaced"),
        group.follows ? make("span", { class: "muted" }, "follows from another change") : words && make("span", { class: "muted" }, words),
        group.reason && !words.includes(group.reason) && make("span", { class: "muted" }, group.reason)),
      !group.follows && group.attributes.length > 0 && make("table", { class: "attributes" }, make("tbody", {}, group.attributes.map(attributeRow))),
      addresses(group.resources.map((resource) =>
        view.root.graph && component.name
          ? make("button", { type: "button", title: "Show in the graph", on: { click: () => follow(view, component.name, "graph") } }, addressOf(resource))
          : make("span", {}, addressOf(resource)))));
  }

  /** Addresses; of many, the first. */
  function addresses(all) {
    const first = all.length > ADDRESSES + 1 ? all.slice(0, ADDRESSES) : all;
    const rest = all.slice(first.length);
    return make("div", { class: "addresses" }, first, rest.length > 0 && make("details", {}, make("summary", { class: "link" }, `and ${rest.length} more`), make("div", {}, rest)));
  }

  const addressOf = (resource) =>
    [resource.moved_from && `${resource.moved_from} → `, resource.address, resource.imported && ` as ${resource.imported}`].filter(Boolean).join("");

  function attributeRow(attribute) {
    const note = attribute.forces ? make("span", { class: "note tag error" }, "forces the replacement")
      : attribute.may_force ? make("span", { class: "note tag replace" }, `may force a replacement${attribute.condition ? `: ${attribute.condition}` : ""}`) : null;
    return make("tr", {}, make("th", { scope: "row" }, breakable(attribute.path)), make("td", {}, change(attribute.old, attribute.new), note));
  }

  /** A path that may be broken after its dots. */
  const breakable = (path) => path.split(/(?<=\.)/).flatMap((part, at) => (at ? [make("wbr"), part] : [part]));

  /** A value as people read it: texts that are JSON are laid out. */
  function laidOut(shown) {
    if (!("value" in shown)) return null;
    let { value } = shown;
    if (typeof value === "string" && /^\s*[[{]/.test(value)) {
      try { value = JSON.parse(value); } catch { /* only looks like it */ }
    }
    if (typeof value === "string") return value.includes("\n") ? value : JSON.stringify(value);
    const short = JSON.stringify(value);
    return short.length > 72 && value !== null && typeof value === "object" ? JSON.stringify(value, null, 2) : short;
  }

  const WORDS = { unknown: "known after apply", sensitive: "sensitive", simulated: "simulated" };

  function change(old, now) {
    const [before, after] = [laidOut(old), laidOut(now)];
    const hidden = (shown) => make("span", { class: "hidden-value" }, `(${WORDS[shown.hidden] ?? shown.hidden})`);
    if (before != null && after != null && (before.includes("\n") || after.includes("\n"))) return lineChange(before, after);
    const [old_, new_] = before != null && after != null ? differing(before, after) : [[before], [after]];
    // What is long stands one below the other, so that the eye can compare.
    if (before != null && after != null && before.length + after.length > 90)
      return make("span", { class: "lines" }, make("span", { class: "old" }, "- ", old_), make("span", { class: "aside" }, "becomes"), make("span", { class: "new" }, "+ ", new_));
    return [before == null ? hidden(old) : make("span", { class: "old" }, old_), make("span", { class: "arrow", "aria-label": "becomes" }, "→"),
      after == null ? hidden(now) : make("span", { class: "new" }, new_)];
  }

  /** Two texts, with what differs between their common beginning and end marked. */
  function differing(before, after) {
    const [a, b] = [[...before], [...after]];
    let start = 0;
    while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
    let end = 0;
    while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
    // Where little is the same, marks only disturb.
    if (start + end < Math.max(a.length, b.length) * 0.3) return [[before], [after]];
    return [a, b].map((text) => [text.slice(0, start).join(""), make("i", {}, text.slice(start, text.length - end).join("")), text.slice(text.length - end).join("")]);
  }

  /** Two texts of several lines, those that differ marked, with the lines around them. */
  function lineChange(before, after) {
    const [a, b] = [before.split("\n"), after.split("\n")];
    let start = 0;
    while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
    let end = 0;
    while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
    const around = 2;
    const line = (className, sign) => (text) => make("span", { class: className }, `${sign} ${text}`);
    return make("span", { class: "lines" },
      start > around ? line("", " ")("…") : null, a.slice(Math.max(0, start - around), start).map(line("", " ")),
      a.slice(start, a.length - end).map(line("old", "-")), b.slice(start, b.length - end).map(line("new", "+")),
      a.slice(a.length - end, a.length - end + around).map(line("", " ")), end > around ? line("", " ")("…") : null);
  }

  function outputsItem(view, outputs) {
    const element = make("div", { class: "component" }, make("details", { open: true },
      make("summary", { "data-stop": true }, make("span", { class: "turn", "aria-hidden": "true" }), make("h4", {}, "outputs")),
      make("div", { class: "group update" }, make("table", { class: "attributes" }, make("tbody", {}, outputs.map((output) =>
        make("tr", {}, make("th", { scope: "row" }, output.name), make("td", {}, change(output.old, output.new)))))))));
    return item(view, element, outputs.map((output) => output.action), outputs.map(outputText).join("\n"));
  }

  // --- files ---

  function fileItem(view, file) {
    const rows = file.hunks.flatMap((hunk) => hunk.lines.split("\n").filter((line) => line !== ""));
    const [come, gone] = ["+", "-"].map((sign) => rows.filter((line) => line.startsWith(sign)).length);
    const details = make("details", {
      class: "file", "data-path": file.path, on: { toggle: () => { if (details.open && !details.dataset.built) buildFile(details, view, file); } },
    }, make("summary", { "data-stop": true }, make("span", { class: "turn", "aria-hidden": "true" }), make("code", {}, file.path),
      make("span", { class: `tag ${file.state}` }, file.state),
      make("span", { class: "tally" }, come ? make("span", { class: "create" }, `+${come}`) : null, gone ? make("span", { class: "destroy" }, `−${gone}`) : null)));
    details.fill = () => { if (!details.dataset.built) buildFile(details, view, file); };
    // A short diff is read at once.
    if (view.diffLines <= SHORT) { details.fill(); details.open = true; }
    return item(view, details, file.drift ? ["drift"] : [], fileText(file));
  }

  function buildFile(details, view, file) {
    details.dataset.built = "true";
    if (file.note) details.append(make("p", { class: "note" }, prose(file.note)));
    if (!file.hunks.length) return;
    const body = make("tbody", {});
    const rows = file.hunks.flatMap((hunk) => hunkRows(view, hunk));
    const first = rows.slice(0, DIFF_LINES);
    body.append(...first.map((row) => row()));
    const table = make("table", { class: "diff", "aria-label": `Changes of ${file.path}` }, body);
    details.append(make("div", { class: "scroll" }, table));
    const rest = rows.slice(DIFF_LINES);
    if (rest.length) {
      const button = make("button", { type: "button", class: "plainly more", on: { click: () => { body.append(...rest.map((row) => row())); button.remove(); mark(); } } }, `Show ${count(rest.length, "more line")}`);
      details.append(button);
    }
    mark();
  }

  /** The rows of a hunk, each made when it is wanted. A line that replaces one shows what differs. */
  function hunkRows(view, hunk) {
    let { old, new: now } = hunk;
    const lines = hunk.lines.split("\n");
    if (lines.at(-1) === "") lines.pop();
    const partners = pairs(lines);
    const rows = [() => make("tr", { class: "hunk" }, make("td", { class: "at" }), make("td", { class: "at" }),
      make("td", { class: "text" }, hunk.heading || "…", hunk.component && view.root.graph
        ? make("button", { type: "button", "aria-label": `Show ${hunk.component} in the graph`, on: { click: () => follow(view, hunk.component, "graph") } }, hunk.component) : null))];
    lines.forEach((line, at) => {
      const [sign, text] = [line[0], line.slice(1)];
      const partner = partners.get(at);
      const shown = () => (partner == null ? [text] : differing(...(sign === "-" ? [text, lines[partner].slice(1)] : [lines[partner].slice(1), text]))[sign === "-" ? 0 : 1]);
      const cells = (left, right, className) => () => make("tr", { class: className }, make("td", { class: "at", "data-line": left }), make("td", { class: "at", "data-line": right }),
        make("td", { class: "text", "data-sign": sign }, sign === "-" ? make("span", { class: "aside" }, "removed: ") : sign === "+" ? make("span", { class: "aside" }, "added: ") : null, shown()));
      if (sign === "-") rows.push(cells(old++, "", "gone"));
      else if (sign === "+") rows.push(cells("", now++, "come"));
      else if (sign === " ") rows.push(cells(old++, now++, ""));
      else rows.push(() => make("tr", { class: "remark" }, make("td", { class: "at" }), make("td", { class: "at" }), make("td", { class: "text" }, line)));
    });
    return rows;
  }

  /** Which removed line became which added one: runs of the same length, in order. */
  function pairs(lines) {
    const partners = new Map();
    for (let at = 0; at < lines.length; ) {
      if (lines[at][0] !== "-") { at += 1; continue; }
      let gone = at;
      while (lines[gone]?.[0] === "-") gone += 1;
      let come = gone;
      while (lines[come]?.[0] === "+") come += 1;
      if (gone - at === come - gone) for (let one = at; one < gone; one += 1) { partners.set(one, one + gone - at); partners.set(one + gone - at, one); }
      at = Math.max(come, at + 1);
    }
    return partners;
  }

  // --- pictures, and following things through them ---

  function drawn(body, view, title, svg, className) {
    const drawing = picture(svg);
    if (!drawing) return;
    drawing.setAttribute("role", "group");
    drawing.setAttribute("aria-label", `${title} of ${view.label}`);
    const frame = make("div", { class: `picture ${className}`, tabindex: "0", role: "region", "aria-label": `${title} of ${view.label}` }, drawing);
    const size = make("button", { type: "button", class: "link", "aria-pressed": "false", on: { click: () => size.setAttribute("aria-pressed", String(frame.classList.toggle("large"))) } }, "Full size");
    for (const node of drawing.querySelectorAll("[data-component]")) {
      const component = node.dataset.component;
      const words = view.root.components.find((it) => it.name === component);
      node.setAttribute("tabindex", "0");
      node.setAttribute("role", "button");
      if (!node.hasAttribute("aria-label")) node.setAttribute("aria-label", `${component}${words ? `, ${[...new Set(words.groups.map((group) => DONE[group.action]))].join(", ")}` : ""}`);
      const owner = () => byName.get(node.dataset.root ?? view.root.name) ?? view;
      node.addEventListener("click", () => follow(owner(), component, "plan"));
      node.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); follow(owner(), component, "plan"); }
      });
    }
    body.append(make("section", { "aria-label": title }, make("h3", {}, title, size), frame));
  }

  const encoded = (root) => root.split("/").map(encodeURIComponent).join("/");

  /** Goes to a component in the graph, the plan or the files, marks it everywhere, and makes it the
      page's address. */
  function follow(view, component, where) {
    const hash = `#/${encoded(view.root.name)}${component ? `/${encodeURIComponent(component)}` : ""}`;
    if (location.hash !== hash) history.pushState(null, "", hash);
    show(view, component, where);
  }

  let followed = [];

  function show(view, component, where) {
    reveal(view);
    for (const other of views) {
      if (other === view) other.link?.setAttribute("aria-current", "true");
      else other.link?.removeAttribute("aria-current");
    }
    followed.forEach((element) => element.classList.remove("followed"));
    followed = [];
    let target = null;
    if (component) {
      const is = (element) => element.dataset.component === component && (element.dataset.root ?? view.root.name) === view.root.name;
      const found = [...view.element.querySelectorAll("[data-component]")].filter(is);
      const node = found.find((element) => element.matches(".graph .sw-node")) ?? found.find((element) => element.closest(".graph")) ?? found.find((element) => element.closest(".picture"));
      const block = found.find((element) => element.classList.contains("component"));
      const file = block ?? fileOf(view, component);
      followed = found;
      found.forEach((element) => element.classList.add("followed"));
      target = where === "graph" ? node ?? file : file ?? node;
      if (target?.localName === "details") { target.open = true; target.fill(); }
      say(target ? `${component} ${target === node ? "in the graph" : target === block ? "in the plan" : "in the files"}` : `${component} is not shown here`);
    }
    const stop = target ? target.querySelector("[data-stop]") ?? target : view.details.firstElementChild;
    stop.focus({ preventScroll: true });
    (target ?? view.element).scrollIntoView({ block: target?.closest(".picture") ? "center" : "start", inline: "center", behavior: reduced.matches ? "auto" : "smooth" });
  }

  /** The file whose lines are of a component. */
  function fileOf(view, component) {
    const at = view.root.files.findIndex((file) => file.hunks.some((hunk) => hunk.component === component));
    return at < 0 ? null : [...view.element.querySelectorAll(".file")].find((it) => it.dataset.path === view.root.files[at].path);
  }

  /** Opens a stack, also when a filter or the length of the list hides it. */
  function reveal(view) {
    if (!matching(view)) clearAll();
    const at = shownViews().indexOf(view);
    if (at >= state.limit) state.limit = at + 1;
    open(view);
    update();
  }

  function route() {
    if (!location.hash.startsWith("#/")) return;
    const steps = location.hash.slice(2).split("/").map((step) => { try { return decodeURIComponent(step); } catch { return step; } });
    // A root's name may have slashes; what is left is a component.
    for (let taken = steps.length; taken >= 0; taken -= 1) {
      const view = byName.get(steps.slice(0, taken).join("/"));
      if (view) { show(view, steps.slice(taken).join("/"), "plan"); return; }
    }
  }

  // --- searching and filtering ---

  const matching = (view) => hasKind(view.kinds) && (state.query === "" || textOf(view).includes(state.query));
  const shownViews = () => ranked.filter(matching);

  /** Hides what is built of a stack and not looked for. */
  function apply(view) {
    if (!view.built) return;
    const named = state.query === "" || view.label.toLowerCase().includes(state.query);
    for (const { element, kinds, text } of view.items) {
      const isShown = hasKind(kinds) && (named || text.includes(state.query));
      element.hidden = !isShown;
      if (isShown && state.query && !named) {
        if (element.localName === "details") { element.open = true; element.fill?.(); }
        for (const rest of element.querySelectorAll(".addresses details")) rest.open = true;
      }
      for (const group of element.querySelectorAll?.(".group[data-action]") ?? []) group.hidden = !hasKind(new Set([group.dataset.action]));
    }
    for (const part of view.details.querySelectorAll(":scope > .body > section")) {
      const own = view.items.filter(({ element }) => part.contains(element));
      // Pictures are not searched.
      part.hidden = own.length ? own.every(({ element }) => element.hidden) : !named;
    }
  }

  function update() {
    const shown = shownViews();
    const chosen = new Set(shown);
    for (const view of views) if (view.entry) view.link.hidden = !chosen.has(view);
    const cards = [];
    let divided = !shown.some(isNoted);
    for (const view of shown.slice(0, state.limit)) {
      if (!divided && !isNoted(view)) { divided = true; cards.push(divider(shown.filter((it) => !isNoted(it)).length)); }
      cards.push(card(view));
    }
    if (!cards.length) cards.push(make("p", { class: "empty" }, isFiltered() ? "Nothing here matches. Esc clears the search and the filters." : "There are no stacks."));
    // What stays in its place keeps its focus.
    if (cards.length !== list.children.length || cards.some((it, at) => list.children[at] !== it)) list.replaceChildren(...cards);
    if (isFiltered()) {
      for (const view of shown.slice(0, 3)) if (!view.details.open) { open(view); state.opened.add(view); }
    } else {
      for (const view of state.opened) { view.details.open = false; view.element.classList.remove("open"); }
      state.opened.clear();
    }
    views.forEach(apply);
    more.hidden = shown.length <= state.limit;
    more.textContent = `Show ${Math.min(BATCH, shown.length - state.limit)} more of ${(shown.length - state.limit).toLocaleString("en")}`;
    clear.hidden = !isFiltered();
    if (state.query) {
      const matches = shown.reduce((sum, view) => sum + linesWith(textOf(view), state.query), 0);
      say(`${count(matches, "match").replace("matchs", "matches")} in ${shown.length.toLocaleString("en")} of ${count(views.length, "stack")}`);
    } else say(isFiltered() ? `${shown.length.toLocaleString("en")} of ${count(views.length, "stack")}` : "");
    mark();
  }

  let line = null;
  function divider(number) {
    line ??= make("p", { class: "rest" });
    line.textContent = `${count(number, "stack")} without changes`;
    return line;
  }

  function say(text) {
    if (status.textContent !== text) status.textContent = text;
  }

  /** Marks what was searched for, without touching the elements (CSS Custom Highlight API). */
  function mark() {
    if (!("highlights" in CSS)) return;
    CSS.highlights.delete("found");
    if (!state.query) return;
    const found = new Highlight();
    for (const view of views) {
      if (!view.built || !view.details.open || !view.element.isConnected) continue;
      const walk = document.createTreeWalker(view.element, NodeFilter.SHOW_TEXT);
      // A line may be in several pieces, of which some are marked as changed.
      let pieces = [];
      const look = () => {
        const text = pieces.map((piece) => piece.data).join("").toLowerCase();
        const place = (offset) => {
          for (const piece of pieces) {
            if (offset <= piece.length) return [piece, offset];
            offset -= piece.length;
          }
          return [pieces.at(-1), pieces.at(-1).length];
        };
        for (let at = text.indexOf(state.query); at >= 0; at = text.indexOf(state.query, at + state.query.length)) {
          const range = new Range();
          range.setStart(...place(at));
          range.setEnd(...place(at + state.query.length));
          found.add(range);
        }
      };
      const lineOf = (node) => node.parentElement.localName === "i" ? node.parentElement.parentElement : node.parentElement;
      for (let node = walk.nextNode(); node && found.size < 2000; node = walk.nextNode()) {
        if (pieces.length && lineOf(pieces[0]) !== lineOf(node)) { look(); pieces = []; }
        pieces.push(node);
      }
      if (pieces.length) look();
    }
    CSS.highlights.set("found", found);
  }

  function toggleKind(kind, chip) {
    if (!state.kinds.delete(kind)) state.kinds.add(kind);
    chip.setAttribute("aria-pressed", String(state.kinds.has(kind)));
    state.limit = BATCH;
    update();
  }

  function clearAll() {
    state.query = "";
    state.kinds.clear();
    state.limit = BATCH;
    search.value = "";
    chips.querySelectorAll("[aria-pressed=true]").forEach((chip) => chip.setAttribute("aria-pressed", "false"));
    update();
  }

  function toggleAll() {
    const all = [...list.querySelectorAll(":scope > .root")].map((element) => byName.get(element.dataset.root));
    const closing = all.every((view) => view.details.open);
    for (const view of all) {
      if (closing) view.details.open = false;
      else open(view);
    }
    update();
    openAll.textContent = closing ? "Open all" : "Close all";
  }

  search.addEventListener("input", () => {
    state.query = search.value.trim().toLowerCase();
    state.limit = BATCH;
    update();
  });

  // --- keys ---

  /** The things that `j` and `k` go to, in their order, of those that are to be seen. */
  const stops = () => [...list.querySelectorAll("[data-stop]")].filter((it) => it.checkVisibility({ contentVisibilityAuto: false, visibilityProperty: true }) && (it.localName !== "summary" || isVisible(it)));
  const isVisible = (element) => { const closed = element.parentElement.parentElement.closest("details:not([open])"); return !closed; };

  function step(by) {
    const all = stops();
    const here = document.activeElement?.closest?.("[data-stop]") ?? document.activeElement?.closest?.(".component, .file, .root")?.querySelector("[data-stop]");
    const at = all.indexOf(here);
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "nearest", behavior: "auto" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
    if (event.key === "Escape") {
      if (isFiltered()) { event.preventDefault(); clearAll(); }
      if (document.activeElement === search) search.blur();
      return;
    }
    if (/^(input|textarea|select)$/i.test(event.target.localName)) return;
    const run = {
      "/": () => { search.focus(); search.select(); },
      j: () => step(1),
      k: () => step(-1),
      e: () => { const details = document.activeElement?.closest("details"); if (details) details.open = !details.open; },
      g: () => {
        const here = document.activeElement?.closest("[data-component]");
        const view = byName.get(document.activeElement?.closest(".root")?.dataset.root ?? "");
        if (here && view) follow(byName.get(here.dataset.root) ?? view, here.dataset.component, here.closest(".picture") ? "plan" : "graph");
      },
      t: () => theme.click(),
      "?": () => keys.showModal(),
    }[event.key];
    if (run) { event.preventDefault(); run(); }
  });

  // --- paper ---

  let folded = null;
  addEventListener("beforeprint", () => {
    if (folded) return;
    folded = { limit: state.limit, theme: document.documentElement.dataset.theme, details: [] };
    state.limit = Infinity;
    update();
    delete document.documentElement.dataset.theme;
    document.documentElement.dataset.theme = "light";
    for (const view of shownViews().filter(isNoted)) {
      if (!view.details.open) folded.details.push(view.details);
      open(view);
      for (const details of view.details.querySelectorAll("details")) {
        if (!details.open) folded.details.push(details);
        details.fill?.();
        details.open = true;
      }
    }
  });
  addEventListener("afterprint", () => {
    if (!folded) return;
    folded.details.forEach((details) => { details.open = false; });
    state.limit = folded.limit;
    if (folded.theme) document.documentElement.dataset.theme = folded.theme;
    else delete document.documentElement.dataset.theme;
    folded = null;
    update();
  });

  // --- begin ---

  for (const [at, entry] of [...document.querySelectorAll("#losses li")].entries()) {
    const loss = data.losses[at];
    const view = byName.get(loss.root);
    const address = entry.querySelector("code");
    const link = make("a", { href: `#/${encoded(loss.root)}/${encodeURIComponent(loss.component)}`, on: { click: (event) => { event.preventDefault(); follow(view, loss.component, "plan"); } } });
    address.replaceWith(link);
    link.append(address);
  }
  if (views.length > 1) buildTree();
  tree.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    const view = views.find((it) => it.link === link);
    if (!link || !view) return;
    event.preventDefault();
    follow(view, "", "plan");
  });
  const noted = ranked.filter(isNoted);
  // One stack, or a few, are looked at as a whole.
  if (noted.length <= 3) noted.forEach(open);
  if (views.length === 1) open(views[0]);
  update();
  addEventListener("hashchange", route);
  addEventListener("popstate", route);
  route();
  // Reads ahead what can be found, while there is nothing else to do.
  const idle = window.requestIdleCallback ?? ((run) => setTimeout(() => run({ timeRemaining: () => 8 }), 50));
  const readAhead = (at) => idle((deadline) => {
    while (at < views.length && deadline.timeRemaining() > 4) textOf(views[at++]);
    if (at < views.length) readAhead(at);
  });
  readAhead(0);
  document.documentElement.dataset.ready = "true";
})();
