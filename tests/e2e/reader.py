"""Looks at a page as people do who read otherwise: in the dark, by keyboard, by a screen reader, on
a narrow screen. Ends with what it finds wrong; its screenshots are left in a directory.

usage: reader.py URL DIRECTORY
"""
import base64
import os
import sys
import tempfile

from browser import Browser

LOWEST_CONTRAST = 4.5  # WCAG 2.1, 1.4.3
NARROW = 320  # CSS pixels: WCAG 2.1, 1.4.10

# Texts whose contrast with what is behind them is too low, and the lowest that there is.
CONTRAST = """(() => {
	const channels = color => color.match(/[\\d.]+/g).map(Number);
	const light = color => channels(color).slice(0, 3).map(c => c / 255)
		.map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
		.reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
	const behind = element => {
		for (; element; element = element.parentElement) {
			const color = element instanceof SVGElement ? null : getComputedStyle(element).backgroundColor;
			if (color && (channels(color)[3] ?? 1) === 1)
				return color;
		}
		return "rgb(255, 255, 255)";
	};
	const low = [];
	let lowest = 21;
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walker.nextNode()) {
		const element = walker.currentNode.parentElement;
		if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.matches("script, noscript, title"))
			continue;
		const style = getComputedStyle(element);
		const box = element.closest("svg a")?.querySelector("rect");
		const pair = [light(element instanceof SVGElement ? style.fill : style.color),
			light(box ? getComputedStyle(box).fill : behind(element))].sort((a, b) => b - a);
		const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
		lowest = Math.min(lowest, contrast);
		if (contrast < %f)
			low.push(`${contrast.toFixed(2)}: ${walker.currentNode.data.trim().slice(0, 40)}`);
	}
	return {low, lowest};
})()""" % LOWEST_CONTRAST

FOCUS = """(() => {
	const at = document.activeElement, style = getComputedStyle(at);
	const marked = style.outlineStyle !== "none" || at.querySelector?.("rect");
	const again = at.dataset.seen === "1";
	at.dataset.seen = "1";
	return {again, what: at.tagName.toLowerCase() + "#" + (at.id || at.getAttribute("href") || at.getAttribute("aria-label") || at.parentElement?.id || ""), marked: !!marked};
})()"""

faults = []


def check(good, fault):
    if not good:
        faults.append(fault)


def look_at_colours(browser, page, directory):
    for scheme in "light", "dark":
        browser.call("Emulation.setEmulatedMedia", page, features=[{"name": "prefers-color-scheme", "value": scheme}])
        found = browser.evaluate(page, CONTRAST)
        check(found["lowest"] < 21.1 and not found["low"], f"{scheme}: contrast {found}")
        paper = browser.evaluate(page, "getComputedStyle(document.body).backgroundColor")
        check((paper == "rgb(255, 255, 255)") == (scheme == "light"), f"{scheme}: the paper is {paper}")
        take_picture(browser, page, directory, scheme)


def look_narrow(browser, page, directory):
    browser.call("Emulation.setDeviceMetricsOverride", page, width=NARROW, height=900, deviceScaleFactor=1, mobile=False)
    width = browser.evaluate(page, "document.documentElement.scrollWidth")
    check(width <= NARROW, f"the page is {width} wide on a screen of {NARROW}")
    take_picture(browser, page, directory, "narrow")
    browser.call("Emulation.clearDeviceMetricsOverride", page)


def take_picture(browser, page, directory, name):
    picture = browser.call("Page.captureScreenshot", page, captureBeyondViewport=True)
    with open(os.path.join(directory, name + ".png"), "wb") as out:
        out.write(base64.b64decode(picture["data"]))


def press(browser, page, key, code):
    for kind in "keyDown", "keyUp":
        browser.call("Input.dispatchKeyEvent", page, type=kind, key=key, code=key, windowsVirtualKeyCode=code)


def go_by_keyboard(browser, page):
    browser.evaluate(page, "document.body.focus()")
    seen = []
    while len(seen) < 500:
        press(browser, page, "Tab", 9)
        at = browser.evaluate(page, FOCUS)
        if at["again"] or at["what"].startswith("body"):
            break
        seen.append((at["what"], at["marked"]))
    names = [what for what, _ in seen]
    check(names[:2] == ["a##main", "input#search"], f"the first two stops are {names[:2]}")
    check(all(marked for _, marked in seen), f"no mark around {[what for what, marked in seen if not marked]}")
    logs = browser.evaluate(page, "[...document.querySelectorAll('details[id]')].map(d => 'summary#' + d.id)")
    check(logs and set(logs) <= set(names), f"not reached: {set(logs) - set(names)} of {names}")
    # A link to a log opens it, and Enter opens what is closed.
    opened = "document.getElementById('build-0-start').open"
    browser.evaluate(page, "document.querySelector('a[href=\"#build-0-start\"]').focus()")
    browser.call("Input.dispatchKeyEvent", page, type="keyDown", key="Enter", code="Enter", text="\r", windowsVirtualKeyCode=13)
    check(browser.wait(page, opened), "Enter on a link to a log does not open it")


def listen(browser, page):
    browser.call("Accessibility.enable", page)
    nodes = browser.call("Accessibility.getFullAXTree", page)["nodes"]
    roles = {}
    for node in nodes:
        if not node.get("ignored"):
            roles.setdefault(node["role"]["value"], []).append(node.get("name", {}).get("value", ""))
    for role in "main", "search", "heading", "table", "columnheader", "rowheader", "link", "searchbox", "status":
        check(roles.get(role), f"there is no {role} among {sorted(roles)}")
    for role in "region", "link", "searchbox", "table", "heading", "rowheader", "columnheader", "DisclosureTriangle":
        check(all(name.strip() for name in roles.get(role, [])), f"a {role} has no name")


def main():
    url, directory = sys.argv[1:]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(profile)
        try:
            page = browser.open(url)
            browser.wait(page, "document.readyState === 'complete' && document.querySelector('details')")
            look_at_colours(browser, page, directory)
            listen(browser, page)
            look_narrow(browser, page, directory)
            go_by_keyboard(browser, page)
        finally:
            browser.process.kill()
            browser.process.wait()
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(1 if faults else 0)


main()
