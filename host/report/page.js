/* Draws the events of builds (docs/events.md): those of a record, and such as are still to come. */
"use strict";
(() => {
const byId = id => document.getElementById(id);
const builds = new Map(); /* by their names */
const everyBuild = []; /* those too that were begun again elsewhere */
const words = {waiting: "waiting", running: "running", passed: "passed", failed: "failed", cached: "cached", lost: "begun again"};
const marks = {waiting: "○", running: "▶", passed: "✓", failed: "✗", cached: "≡", lost: "↷"};
const MOST_LINES = 5000, MOST_REASONS = 5;
const general = {id: "all", more: byId("general")}; /* what belongs to no build */
const chart = endpointChart(make);
let last = 0, query = "";

/* make("td", {class: "number"}, "text", child...) */
function make(name, attributes, ...children) {
	const svg = ["svg", "g", "rect", "text", "path", "title"].includes(name) || attributes?.svg;
	const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
	for (const [key, value] of Object.entries(attributes || {}))
		if (key !== "svg")
			element.setAttribute(key, value);
	element.append(...children);
	return element;
}

function time(seconds) {
	if (seconds < 1)
		return (seconds * 1000).toFixed(1) + " ms";
	return seconds < 60 ? seconds.toFixed(2) + " s" : Math.floor(seconds / 60) + " min " + Math.round(seconds % 60) + " s";
}

function size(bytes) {
	const units = ["B", "kB", "MB", "GB", "TB"];
	let unit = 0;
	for (; bytes >= 999.95 && unit < units.length - 1; unit++)
		bytes /= 1000;
	return (unit ? bytes.toFixed(1) : bytes) + " " + units[unit];
}

/* Without what was meant for a terminal. */
function readable(text) {
	return text.replace(/\x1b(\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(\x07|\x1b\\)?|[ -/]*[0-~])/g, "")
		.replace(/^.*\r(?=.)/, "").replace(/[\x00-\x08\x0b-\x1f\x7f]/g, "");
}

/* --- a build --- */

function section(title, id, ...children) {
	return make("section", {"aria-labelledby": id}, make("h3", {id}, title), ...children);
}

function begin(name, graph, endpoint) {
	const id = "build-" + everyBuild.length;
	const build = {name, id, graph, endpoint: endpoint || "unknown endpoint", title: name || "Build", nodes: new Map(), began: Infinity, state: "running",
		verdict: make("p", {}), failure: make("div", {}), picture: make("div", {class: "wide", tabindex: "0", role: "region", "aria-label": "Graph, may be scrolled"}),
		rows: make("tbody", {}), logs: make("div", {}), more: make("div", {})};
	for (const node of graph.nodes)
		build.nodes.set(node.id, {...node, state: "waiting", lines: []});
	const columns = ["Node", "What", "State", "Why", "Time", "When"].map(text =>
		make("th", text === "Time" ? {scope: "col", class: "number"} : {scope: "col"}, text));
	build.element = make("section", {"aria-labelledby": id},
		make("h2", {id}, build.title), build.verdict, build.failure,
		section("Graph", id + "-graph", build.picture),
		section(endpoint ? "Timeline at " + endpoint : "Timeline", id + "-time", make("div", {class: "wide", tabindex: "0", role: "region", "aria-label": "Timeline, may be scrolled"},
			make("table", {class: "times", "aria-labelledby": id + "-time"}, make("thead", {}, make("tr", {}, ...columns)), build.rows))),
		section("Logs", id + "-logs", build.logs), build.more);
	byId("builds").append(build.element);
	for (const node of build.nodes.values())
		beginNode(build, node);
	drawGraph(build, make);
	if (builds.has(name))
		lose(builds.get(name));
	builds.set(name, build);
	everyBuild.push(build);
	chart.add(build);
}

function beginNode(build, node) {
	const anchor = build.id + "-" + node.id;
	node.anchor = anchor;
	node.stateCell = make("td", {class: "state"});
	node.timeCell = make("td", {class: "number"});
	node.whyCell = make("td", {class: "why"});
	node.bar = make("div", {class: "bar", hidden: ""});
	build.rows.append(make("tr", {}, make("th", {scope: "row"}, make("a", {href: "#" + anchor}, node.id)),
		make("td", {class: "label", title: node.label}, node.label), node.stateCell, node.whyCell, node.timeCell,
		make("td", {}, make("div", {class: "track", "aria-hidden": "true"}, node.bar))));
	node.text = make("pre", {tabindex: "0", "aria-label": "Output of " + node.id});
	node.count = make("span", {class: "quiet"});
	node.mark = make("span", {"aria-hidden": "true"});
	node.details = make("details", {id: anchor}, make("summary", {}, node.mark, " " + node.id + "  ",
		make("code", {}, node.label), " ", node.count), node.text);
	node.details.addEventListener("toggle", () => showLines(node));
	build.logs.append(node.details);
	showState(node);
}

/* The endpoint is gone: another one builds it anew. */
function lose(build) {
	build.state = build.verdict.className = "lost";
	build.ended = last;
	build.verdict.textContent = `${marks.lost} ${words.lost} at another endpoint`;
	for (const node of build.nodes.values())
		if (node.state === "running") {
			node.state = "lost";
			node.ended = last;
			node.box.setAttribute("class", node.state);
			showState(node);
		}
}

function showState(node) {
	node.mark.className = node.state;
	node.stateCell.className = "state " + node.state;
	node.stateCell.textContent = marks[node.state] + " " + words[node.state];
	node.whyCell.textContent = node.why ?? "";
	node.mark.textContent = marks[node.state];
}

/* --- logs --- */

function showLines(node) {
	if (!node.details.open)
		return;
	const lines = query ? node.lines.filter(line => line.toLowerCase().includes(query)) : node.lines;
	const shown = lines.slice(-MOST_LINES);
	node.text.replaceChildren();
	if (shown.length < lines.length)
		node.text.append(`(${lines.length - shown.length} lines before these: a search finds them)\n`);
	for (const line of shown)
		addLine(node, line);
	if (!lines.length)
		node.text.append(query ? "(no line has it)" : "(no output)");
}

function addLine(node, line) {
	let from = 0;
	const small = query ? line.toLowerCase() : "";
	for (let at; query && (at = small.indexOf(query, from)) >= 0; from = at + query.length)
		node.text.append(line.slice(from, at), make("mark", {}, line.slice(at, at + query.length)));
	node.text.append(line.slice(from) + "\n");
}

function countLines(node) {
	const lines = node.lines.length;
	node.count.textContent = lines ? `(${lines} line${lines === 1 ? "" : "s"})` : "";
}

function search() {
	query = byId("search").value.toLowerCase();
	let found = 0;
	for (const build of everyBuild)
		for (const node of build.nodes.values()) {
			const matches = query ? node.lines.filter(line => line.toLowerCase().includes(query)).length : 0;
			found += matches;
			if (query)
				node.details.open = matches > 0;
			showLines(node);
		}
	byId("found").textContent = query ? `${found} line${found === 1 ? "" : "s"} found` : "";
}

/* --- tables below --- */

function table(build, key, title, head, rows) {
	const look = i => ["Layer", "Size"].includes(head[i]) ? {class: "number"} : {};
	const cells = (row, name) => row.map((text, i) => make(i ? name : "th",
		i && name === "td" ? look(i) : {...look(i), scope: name === "th" ? "col" : "row"}, String(text)));
	const all = make("table", {"aria-label": title}, make("thead", {}, make("tr", {}, ...cells(head, "th"))),
		make("tbody", {}, ...rows.map(row => make("tr", {}, ...cells(row, "td")))));
	const details = make("details", {}, make("summary", {}, `${title} (${rows.length})`), make("div", {class: "wide"}, all));
	build[key]?.remove();
	build[key] = section(title, build.id + "-" + key, details);
	build.more.append(build[key]);
}

/* A list of words is one row. */
function flatten(value, path, rows) {
	const isList = Array.isArray(value) && value.every(item => typeof item !== "object");
	if (isList)
		rows.push([path, value.join(", ")]);
	else if (value && typeof value === "object")
		for (const [key, inner] of Object.entries(value))
			flatten(inner, path ? path + "." + key : key, rows);
	else
		rows.push([path, String(value)]);
	return rows;
}

function showLayers(build, layers) {
	const rows = layers.map((layer, i) => [layers.length - i, size(layer.Size || 0), layer.CreatedBy || layer.Comment || "", layer.Size || 0]);
	rows.sort((a, b) => b[3] - a[3]);
	table(build, "layers", "Layers of the image, by size", ["Layer", "Size", "Made by"], rows.map(row => row.slice(0, 3)));
}

/* --- events --- */

function spread(build) {
	const total = Math.max(last - build.began, 0.001);
	for (const node of build.nodes.values()) {
		if (node.began === undefined)
			continue;
		const end = node.ended ?? last;
		node.bar.hidden = false;
		node.bar.className = "bar " + node.state;
		node.bar.style.left = 100 * (node.began - build.began) / total + "%";
		node.bar.style.width = 100 * Math.max(end - node.began, 0) / total + "%";
		node.timeCell.textContent = time(node.wall ?? end - node.began);
		node.timeCell.title = node.cpu === undefined ? "" : `processor ${time(node.cpu)}, peak ${size(node.peak_kb * 1024)}`;
	}
}

function change(build, event, state) {
	const node = build?.nodes.get(event.node);
	if (!node)
		return;
	node.state = state;
	node.why = event.text ?? node.why;
	if (state === "running")
		node.began = event.at;
	if (state === "passed" || state === "failed")
		node.ended = event.at;
	if (event.wall !== undefined) {
		node.wall = event.wall;
		node.began = Math.max(0, Math.min(node.began ?? event.at, event.at - event.wall));
		node.cpu = event.cpu;
		node.peak_kb = event.peak_kb;
	}
	build.began = Math.min(build.began, node.began ?? event.at);
	if (node.began !== undefined)
		chart.begun(build, node);
	node.box.setAttribute("class", state);
	if (state === "failed")
		node.details.open = true;
	showState(node);
}

/* Why nodes will run. */
function plan(build, nodes) {
	for (const {id, cached, reasons} of nodes) {
		const node = build.nodes.get(id);
		if (!node || cached)
			continue;
		node.why = reasons.slice(0, MOST_REASONS).join(", ") + (reasons.length > MOST_REASONS ? ` and ${reasons.length - MOST_REASONS} more` : "");
		node.whyCell.title = reasons.join(", ");
		showState(node);
	}
}

function message(text, matters) {
	byId("messages").hidden = false;
	byId("message-list").append(make("li", matters ? {} : {class: "quiet"}, make("span", {style: "white-space: pre-wrap"}, readable(text.trim()))));
}

function over(build, event) {
	build.state = event.passed ? "passed" : "failed";
	build.ended = event.at;
	build.verdict.className = build.state;
	const parts = [`${marks[build.state]} ${words[build.state]} in ${time(event.wall)}`];
	if (event.passed)
		parts.push(event.name, `${event.ran} nodes run, ${event.cached} from the cache`);
	if (event.size !== undefined)
		parts.push(`image ${size(event.size)}` + (event.added === undefined ? "" : `, ${size(event.added)} of it added by this build`));
	build.verdict.textContent = parts.join("; ");
	if (event.failure)
		build.failure.replaceChildren(make("p", {class: "failure", role: "alert"}, readable(event.failure)));
}

const handlers = {
	begin: event => {
		byId("when").textContent = `${new Date(event.time).toLocaleString()}, by factory ${event.factory}`;
		if (event.version !== 1)
			message(`The record's format is version ${event.version}: this page knows version 1.`, true);
	},
	build: event => begin(event.build, event.graph, event.endpoint),
	plan: (event, build) => build && plan(build, event.nodes),
	node: (event, build) => change(build, event, "running"),
	done: (event, build) => change(build, event, "passed"),
	failed: (event, build) => change(build, event, "failed"),
	cached: (event, build) => change(build, event, "cached"),
	output: (event, build) => {
		const node = build?.nodes.get(event.node), line = readable(event.text);
		if (!node)
			return;
		node.lines.push(line);
		if (node.details.open && (!query || line.toLowerCase().includes(query))) {
			if (node.lines.length === 1)
				node.text.replaceChildren();
			addLine(node, line);
		}
	},
	notice: event => message(event.text, false),
	message: event => message(event.text, true),
	facts: event => {
		byId("general-part").hidden = false;
		table(general, "facts-" + event.text, "Facts of " + event.text, ["Fact", "Value"], flatten(event.facts, "", []));
	},
	image: (event, build) => build && showLayers(build, event.layers),
	end: (event, build) => build && over(build, event),
	truncated: () => message("The rest of the output was left out: there was too much of it.", true),
};

function feed(line) {
	let event;
	try {
		event = JSON.parse(line);
	} catch {
		return; /* the last line of a build that was cut short */
	}
	last = Math.max(last, event.at ?? 0);
	handlers[event.event]?.(event, builds.get(event.build));
}

function refresh() {
	for (const build of everyBuild) {
		spread(build);
		for (const node of build.nodes.values())
			countLines(node);
	}
	chart.update(last, state => `${marks[state]} ${words[state]}`, time);
	byId("endpoints").hidden = everyBuild.length < 2;
	const all = [...builds.values()], failed = all.filter(build => build.state === "failed").length;
	const running = all.filter(build => build.state === "running").length;
	const text = `${all.length} build${all.length === 1 ? "" : "s"}: ${all.length - failed - running} passed, ${failed} failed, ${running} not over`;
	if (byId("status").textContent !== text) /* screen readers read it out */
		byId("status").textContent = text;
}

function follow(url) {
	const source = new EventSource(url);
	let waiting = false;
	source.onmessage = news => {
		feed(news.data);
		if (!waiting)
			setTimeout(() => { waiting = false; refresh(); }, 100);
		waiting = true;
	};
	source.addEventListener("over", () => source.close());
}

/* A link to a log opens it. */
function openTarget() {
	const target = byId(decodeURIComponent(location.hash.slice(1)));
	if (target instanceof HTMLDetailsElement) {
		target.open = true;
		target.querySelector("summary").focus();
	}
}

byId("endpoints").append(chart.element);
for (const line of byId("record").textContent.split("\n"))
	if (line)
		feed(line);
refresh();
byId("search").addEventListener("input", search);
byId("search-form").addEventListener("submit", event => event.preventDefault());
addEventListener("hashchange", openTarget);
openTarget();
if (document.body.dataset.follow)
	follow(document.body.dataset.follow);
})();
