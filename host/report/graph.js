/* The graph of a build as a picture, in columns from left to right. Its boxes lead to the logs; they
 * become `box` of the nodes. */
"use strict";
function drawGraph(build, make) {
	const HEIGHT = 44, GAP_X = 44, GAP_Y = 12, LETTER = 8, MOST = 30;
	const {nodes, edges} = build.graph;
	const columns = [], places = new Map();
	let rows = 1;
	/* What forks stands in rows around where it does; what follows goes on in its row, up to where
	 * they join. */
	function row(before, id) {
		if (before.length !== 1)
			return 0;
		const {from} = before[0], beside = edges.filter(edge => edge.from === from);
		rows = Math.max(rows, beside.length);
		return places.get(from).row + beside.findIndex(edge => edge.to === id) - (beside.length - 1) / 2;
	}
	for (const node of nodes) {
		const before = edges.filter(edge => edge.to === node.id && places.has(edge.from));
		const column = Math.max(-1, ...before.map(edge => places.get(edge.from).column)) + 1;
		places.set(node.id, {column, row: row(before, node.id)});
		columns[column] ??= [];
		columns[column].push(node);
	}
	let x = 4;
	for (const column of columns) {
		const letters = Math.max(10, ...column.map(node => Math.min(MOST, Math.max(node.id.length, node.label.length))));
		for (const node of column) {
			const place = places.get(node.id);
			Object.assign(place, {x, width: (letters + 2) * LETTER,
				y: 4 + ((rows - 1) / 2 + place.row) * (HEIGHT + GAP_Y)});
		}
		x += (letters + 2) * LETTER + GAP_X;
	}
	const width = x - GAP_X + 4, height = rows * (HEIGHT + GAP_Y) - GAP_Y + 8;
	const picture = make("svg", {viewBox: `0 0 ${width} ${height}`, width, height, role: "group",
		"aria-label": "Graph of the build; the timeline below says the same in words"});
	for (const edge of edges.filter(edge => places.has(edge.from))) {
		const from = places.get(edge.from), to = places.get(edge.to), y = from.y + HEIGHT / 2;
		const start = from.x + from.width, middle = GAP_X / 2;
		picture.append(make("path", {d: `M${start} ${y}C${start + middle} ${y} ${to.x - middle} ${to.y + HEIGHT / 2} ${to.x} ${to.y + HEIGHT / 2}`}));
	}
	for (const {id, label} of nodes) {
		const place = places.get(id), node = build.nodes.get(id), middle = place.x + place.width / 2;
		const cut = label.length > MOST ? label.slice(0, MOST - 1) + "…" : label;
		const told = id !== label;
		node.box = make("g", {class: node.state}, make("title", {}, id + ": " + label),
			make("rect", {x: place.x, y: place.y, width: place.width, height: HEIGHT, rx: 6}),
			make("text", {x: middle, y: place.y + (told ? 19 : 27), "text-anchor": "middle"}, id));
		if (told)
			node.box.append(make("text", {class: "detail", x: middle, y: place.y + 35, "text-anchor": "middle"}, cut));
		picture.append(make("a", {svg: true, href: "#" + node.anchor}, node.box));
	}
	build.picture.replaceChildren(picture);
}
