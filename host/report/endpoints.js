/* The times of several builds side by side, by the endpoint that worked for each: a part of the
 * table for an endpoint, a row for a build, a bar for a node. `make` makes elements. */
"use strict";
function endpointChart(make) {
	const MOST_LANES = 8, LANE = 0.7; /* rem */
	const groups = new Map(), rows = [];
	const span = make("p", {class: "quiet"});
	const columns = ["Build", "State", "Time", "When"].map(text =>
		make("th", text === "Time" ? {scope: "col", class: "number"} : {scope: "col"}, text));
	const table = make("table", {class: "times", "aria-labelledby": "endpoints-title"}, make("thead", {}, make("tr", {}, ...columns)));
	const element = make("div", {}, span, make("div", {class: "wide", tabindex: "0", role: "region",
		"aria-label": "Times by endpoint, may be scrolled"}, table));

	function group(endpoint) {
		let body = groups.get(endpoint);
		if (!body) {
			body = make("tbody", {}, make("tr", {class: "endpoint"}, make("th", {scope: "rowgroup", colspan: "4"}, endpoint)));
			groups.set(endpoint, body);
			table.append(body);
		}
		return body;
	}

	/* Of what runs at once each has a lane of its own, as far as there are some. */
	function lane(row, node) {
		let at = row.lanes.findIndex(other => !other || other.ended !== undefined);
		if (at < 0)
			at = Math.min(row.lanes.length, MOST_LANES - 1);
		row.lanes[at] = node;
		row.track.style.height = row.lanes.length * LANE + 0.4 + "rem";
		return at;
	}

	function barOf(row, node) {
		if (!node.chartBar) {
			node.chartBar = make("div", {class: "bar", title: node.id + ": " + node.label});
			node.chartBar.style.top = lane(row, node) * LANE + 0.2 + "rem";
			row.track.append(node.chartBar);
		}
		return node.chartBar;
	}

	return {
		element,
		add(build) {
			const row = {build, lanes: [], state: make("td", {class: "state"}), time: make("td", {class: "number"}),
				track: make("div", {class: "track lanes", "aria-hidden": "true"})};
			rows.push(row);
			group(build.endpoint).append(make("tr", {}, make("th", {scope: "row"}, make("a", {href: "#" + build.id}, build.title)),
				row.state, row.time, make("td", {}, row.track)));
		},
		/* A node of the build has begun. */
		begun(build, node) {
			barOf(rows.find(row => row.build === build), node);
		},
		update(last, words, time) {
			const begin = Math.min(...rows.map(row => row.build.began)), total = Math.max(last - begin, 0.001);
			for (const {build, state, time: cell} of rows) {
				state.className = "state " + build.state;
				state.textContent = words(build.state);
				cell.textContent = build.began === Infinity ? "" : time(Math.max(0, (build.ended ?? last) - build.began));
				for (const node of build.nodes.values()) {
					if (!node.chartBar)
						continue;
					node.chartBar.className = "bar " + node.state;
					node.chartBar.style.left = 100 * (node.began - begin) / total + "%";
					node.chartBar.style.width = 100 * Math.max((node.ended ?? last) - node.began, 0) / total + "%";
				}
			}
			span.textContent = begin === Infinity ? "" : `From left to right ${time(total)}; each bar is a node.`;
		},
	};
}
