"""Opens a page in Chromium and prints what it shows once an expression is true there; then likewise
for the next one.

usage: browser.py URL EXPRESSION...

Chromium's protocol (https://chromedevtools.github.io/devtools-protocol/) on a pair of pipes.
"""
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe"]


class Browser:
    def __init__(self, directory):
        # The browser reads from its descriptor 3 and writes to 4.
        to_browser, self.commands = os.pipe()
        self.answers, from_browser = os.pipe()
        self.process = subprocess.Popen(
            ["sh", "-c", 'exec "$@" 3<&%d 4>&%d' % (to_browser, from_browser), "sh", "chromium", *FLAGS,
             "--user-data-dir=" + directory, "about:blank"],
            pass_fds=[to_browser, from_browser], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.numbers = itertools.count(1)
        self.pending = b""

    def call(self, method, session=None, **params):
        message = {"id": next(self.numbers), "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.next_message()
            if answer.get("id") == message["id"]:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']}")
                return answer["result"]

    def next_message(self):
        while b"\0" not in self.pending:
            data = os.read(self.answers, 65536)
            if not data:
                raise SystemExit("the browser has gone away")
            self.pending += data
        line, self.pending = self.pending.split(b"\0", 1)
        return json.loads(line)

    def open(self, url):
        target = self.call("Target.createTarget", url=url)["targetId"]
        return self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def evaluate(self, session, expression):
        result = self.call("Runtime.evaluate", session, expression=expression, returnByValue=True, awaitPromise=True)
        return result["result"].get("value")

    def wait(self, session, expression):
        """Until it is true; what it is in the end."""
        end = time.monotonic() + 30
        found = self.evaluate(session, expression)
        while not found and time.monotonic() < end:
            time.sleep(0.1)
            found = self.evaluate(session, expression)
        return found


def main():
    url, *expressions = sys.argv[1:]
    found = True
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        browser = Browser(directory)
        try:
            page = browser.open(url)
            while found and expressions:
                found = browser.wait(page, expressions.pop(0))
                print(browser.evaluate(page, "document.body.innerText"), flush=True)
        finally:
            browser.process.kill()
            browser.process.wait()
    sys.exit(0 if found else 1)


if __name__ == "__main__":
    main()
