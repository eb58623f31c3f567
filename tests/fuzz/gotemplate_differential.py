#!/usr/bin/python3
"""Random templates from a grammar, rendered by Go's text/template and by ours; prints where they differ.

usage: tests/fuzz/gotemplate_differential.py SEED COUNT [MOST]

Needs build/asan/test_template_go, which renders a file of templates when it is given one, and Go.
Prints at most MOST (20) differences and ends with 1 where there are any. Errors must be the same, text
and all.
"""
import os
import random
import re
import subprocess
import sys
import tempfile

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.join(here, "..", "..")
MAP = '(parseJSON "{\\"a\\":1,\\"b\\":[1,2,3],\\"c\\":{\\"d\\":\\"x\\"},\\"n\\":null,\\"f\\":1.5,\\"t\\":true}")'
LIST = '(parseJSON "[3,1.5,\\"z\\",null,[],{\\"k\\":\\"v\\"}]")'
NUMBERS = ["0", "1", "-1", "7", "42", "0x1f", "1_000", "'a'", "1.5", "-0.0", "1e3", "1e100", "0b101", "0o17"]
STRINGS = ['""', '"a"', '"abc"', '"ünï €"', '"a b\\tc"', '`raw\\n`', '"<&\'>"', '"%d"', '"12"', '"x,y,,z"']
VERBS = ["%d", "%5d", "%-5d|", "%05d", "%+d", "%x", "%X", "%o", "%b", "%c", "%U", "%q", "%s", "%10s", "%.2s", "%v",
         "%+v", "%#v", "%T", "%t", "%f", "%.2f", "%8.3f", "%e", "%g", "%%", "%!", "%[1]d", "%[2]v", "%*d", "%z"]


class Maker:
    def __init__(self, rng):
        self.r = rng
        self.names = []

    def pick(self, *choices):
        return self.r.choice(choices)

    def value(self, d):
        """An operand: of any type, so that half of what is made is an error, which must be the same."""
        if d <= 0 or self.r.random() < .35:
            return self.pick(self.pick(*NUMBERS), self.pick(*STRINGS), "true", "false", "nil", MAP, LIST, ".", "$",
                             *["$" + n for n in self.names] or ["."])
        v, w, s, n = (lambda: self.value(d - 1)), (lambda: self.value(d - 1)), self.string, lambda: self.pick(*NUMBERS)
        return "(" + self.pick(
            lambda: f"{self.pick('len', 'not', 'print', 'html', 'js', 'urlquery', 'println', 'toLower', 'toUpper')} {v()}",
            lambda: f"{self.pick('eq', 'ne', 'lt', 'le', 'gt', 'ge', 'and', 'or', 'print', 'println', 'index')} {v()} {w()}",
            lambda: f"eq {n()} {n()} {n()}", lambda: f"printf {self.format()} {v()} {w()}",
            lambda: f"printf {self.format()} {n()}", lambda: f"printf {self.format()} {s()}",
            lambda: f"{self.pick('lt', 'gt', 'le', 'eq')} {n()} {n()}", lambda: f"{self.pick('lt', 'eq')} {s()} {s()}",
            lambda: f"index {LIST} {self.pick('0', '1', '4', '5', '9', '-1')}", lambda: f"index {MAP} {s()}",
            lambda: f"slice {s()} {self.pick('0', '1', '2', '0 1', '1 2', '2 1', '9')}",
            lambda: f"slice {LIST} {self.pick('1', '1 2', '0 6', '7')}",
            lambda: f"{v()} | {self.pick('print', 'printf ' + self.format(), 'len', 'html', 'js', 'not', 'eq 1', 'toJSON')}",
            lambda: f"{MAP}.{self.pick('a', 'b', 'c', 'c.d', 'n', 'x', 'c.x.y', 'f')}",
            lambda: f"split {self.pick(*STRINGS)} {self.pick(*STRINGS)}", lambda: f"toJSON {v()}",
            lambda: f"join {s()} (split {s()} {s()})", lambda: f'parseInt "{self.pick("1", "-7", "0x1", "x")}"', lambda: f"parseJSON {s()}")() + ")"

    def string(self):
        return self.pick(*STRINGS)

    def format(self):
        return '"' + self.pick("", "a ") + self.pick(*VERBS) + self.pick("", "|" + self.pick(*VERBS)) + '"'

    def action(self, body):
        return "{{" + self.pick("", "", "", "- ") + body + self.pick("", "", "", " -") + "}}"

    def scoped(self, d, *names):
        self.names += names
        made = self.body(d)
        del self.names[len(self.names) - len(names):]
        return made

    def body(self, d):
        return "".join(self.space() + self.statement(d) for _ in range(self.r.randint(1, 3))) + self.space()

    def space(self):
        return self.pick("", " ", "a", "\n ", " b\n")

    def statement(self, d):
        if d <= 0 or self.r.random() < .4:
            return self.action(self.value(2))
        v, end = self.value(1), self.action("end")
        list_ = self.pick(LIST, MAP, v, '(split "," "a,b")', "nil", "3")
        return self.pick(
            lambda: self.action("if " + v) + self.body(d - 1) + self.pick(
                "", self.action("else") + self.body(d - 1),
                self.action("else if " + self.value(1)) + self.body(d - 1)) + end,
            lambda: self.action("range " + list_) + self.scoped(d - 1) + self.pick(
                "", self.action("else") + "none", self.action("break"), self.action("continue") + "x") + end,
            lambda: self.action("range $i, $e := " + list_) + self.scoped(d - 1, "i", "e") + end,
            lambda: self.action("with " + v) + self.body(d - 1) + self.pick("", self.action("else") + "no") + end,
            lambda: self.action("with $w := " + v) + self.scoped(d - 1, "w") + end,
            lambda: self.action("$x := " + v) + self.action("$x") + self.action("$x = " + self.value(1)) + self.action("$x"),
            lambda: self.action('define "d"') + self.body(0) + end + self.action('template "d" ' + v),
            lambda: self.action('block "b" ' + v) + self.body(0) + end,
            lambda: "{{/* note */}}", lambda: "{{- /* note */ -}}",
            lambda: self.action(self.pick("end", "else", "break", "template", "if", ")", "1 2", "$no", ".x.", "|")))()


def cases(command, count):
    run = subprocess.run(command, stdout=subprocess.PIPE, check=False, cwd=root, shell=True)
    if run.returncode:
        sys.exit(f"{command} ended with {run.returncode}")
    data, found = run.stdout, []
    while data:
        _, state, length, data = data.split(b"\0", 3)
        found.append((state.decode(), data[:int(length)].decode("utf-8", "replace")))
        data = data[int(length):]
    if len(found) != count:
        sys.exit(f"{command} rendered {len(found)} of {count}")
    return found


def same(go, ours):
    """Apart from what is meant: a parser's own words about JSON, and what releases after Debian's Go say."""
    if go == ours or re.search(r"range can't iterate over -?\d+$", go[1]):  # Go 1.22 can
        return True
    if go[0] != ours[0]:
        return False
    return any(cut(go[1]) == cut(ours[1]) for cut in (
        lambda text: "error calling parseJSON" in text and text.split("error calling parseJSON")[0],
        lambda text: text.replace('unexpected ")" in command', "unexpected right paren"))) and ours[0] == "error"


def main():
    seed, count, most = int(sys.argv[1]), int(sys.argv[2]), int((sys.argv + ["20"])[3])
    maker = Maker(random.Random(seed))
    templates = [maker.body(2) if i % 3 else "{{ " + maker.value(3) + " }}" for i in range(count)]
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        file.write("cases" + "".join(f"\n=== {i}\n{text}" for i, text in enumerate(templates)))
        file.flush()
        go = cases("GO111MODULE=off GOFLAGS= GOPATH=/usr/share/gocode GOCACHE=${GOCACHE:-$PWD/build/gocache} "
                   f"go run tests/fixtures/gotemplate/main.go {file.name}", count)
        ours = cases(f"build/asan/test_template_go {file.name}", count)
    found = [(t, g, o) for t, g, o in zip(templates, go, ours) if not same(g, o)]
    for template, expected, result in sorted(found, key=lambda f: len(f[0]))[:most]:
        print(f"{template!r}\n  Go   {expected}\n  ours {result}")
    print(f"seed {seed}: {count} templates, {sum(g[0] == 'ok' for g in go)} without an error, {len(found)} differences")
    sys.exit(1 if found else 0)


main()
