#!/usr/bin/python3
"""Configurations made from HCL's grammar, with what each means: all must be read as that; and the same
with one mistake, which must be refused. Prints where ours differs.

usage: tests/fuzz/hcl_grammar.py SEED COUNT [MOST]

Needs build/asan/test_hcl, which reads a file of texts when it is given one. Prints at most MOST (20)
differences and ends with 1 where there are any.
"""
import json
import os
import random
import subprocess
import sys
import tempfile

here = os.path.dirname(os.path.abspath(__file__))
ESCAPES = [("\\n", "\n"), ("\\t", "\t"), ('\\"', '"'), ("\\\\", "\\"), ("\\u00e9", "é"), ("\\x41", "A"), ("\\101", "A"),
           ("\\U0001F600", "\U0001F600")]
PIECES = ["a", "word", " ", "é", "€", "#", "//", "{", "}", "[", "=", "{{ key }}", "'", "$1", "%", "<<EOF", "/*"]
NUMBERS = [("0", 0), ("7", 7), ("-3", -3), ("0640", 416), ("0x1F", 31), ("0xff", 255), ("2.5", 2.5), ("-0.5", -0.5),
           ("1e3", 1000.0), ("1.5E-2", 0.015), ("1234567890123", 1234567890123)]


class Maker:
    def __init__(self, rng):
        self.r = rng

    def pick(self, *choices):
        return self.r.choice(choices)

    def space(self):
        return self.pick("", " ", " ", "  ", "\t", " /* c */ ", " /* # \n * */")

    def line(self):
        """Between two things of a body."""
        return self.pick("\n", "\n", "\n\n", "\r\n", " # note\n", " // note \" {\n", "\n/* a\n b */\n", "\n\t")

    def string(self):
        parts = [self.pick(self.pick(*ESCAPES), (lambda p: (p, p))(self.pick(*PIECES))) for _ in range(self.r.randint(0, 4))]
        if self.r.random() < .15:
            parts.append(self.pick(*[(t, t) for t in ('${a}', '${f("x", "${b}")}', '${ {"q"} }')]))
        text = "".join(written for written, _ in parts)
        return f'"{text}"', "".join(meant for _, meant in parts)

    def heredoc(self):
        word = self.pick("EOF", "END", "X1")
        lines = [self.pick("", "a", "  b", "x \"y\" \\n", "#", "{{ if }}", word + "x", "x " + word) for _ in range(self.r.randint(0, 3))]
        if self.r.random() < .5:
            return f"<<{word}\n" + "".join(l + "\n" for l in lines) + word + "\n", "".join(l + "\n" for l in lines)
        pad = self.pick("", "  ", "\t")
        return f"<<-{word}\n" + "".join(pad + l + "\n" for l in lines) + pad + word + "\n", "".join(l + "\n" for l in lines)

    def value(self, d):
        """(text, meaning); a heredoc must be the last on its line."""
        kind = self.r.random()
        if d > 0 and kind < .2:
            return self.list(d - 1)
        if kind < .5:
            return self.string()
        if kind < .75:
            return self.pick(*NUMBERS)
        return self.pick(("true", True), ("false", False))

    def list(self, d):
        items = [self.object(d) if d > 0 and self.r.random() < .2 else self.value(d) for _ in range(self.r.randint(0, 3))]
        gap = lambda: self.pick("", " ", "\n", "\n# c\n", "/* c */")
        text = "[" + gap() + ("," + gap()).join(t + gap() for t, _ in items) + (self.pick("", ",") if items else "") + gap() + "]"
        return text, [m for _, m in items]

    def key(self, taken):
        while True:
            name = self.pick("a", "b", "key", "with-dash", "dot.ted", "_x", "N9", "quoted key", "é")
            if name not in taken or len(taken) > 7:
                taken.add(name)
                bare = name not in ("quoted key", "é")
                return (name if bare and self.r.random() < .7 else f'"{name}"'), name

    def object(self, d):
        text, meaning = self.body(d)
        return "{" + text + "}", meaning

    def body(self, d):
        taken, meaning, out = set(), {}, self.pick("", "\n", " ")
        for _ in range(self.r.randint(0, 4)):
            if len(taken) > 7:
                break
            written, name = self.key(taken)
            out += self.entry(d, written, name, meaning) + self.line()
        return out, meaning

    def entry(self, d, written, name, meaning):
        if d > 0 and self.r.random() < .35:
            times = self.r.randint(1, 2)
            found, texts = [], []
            for _ in range(times):
                labels = self.pick([], [], ["x"], ["x", "y"])
                text, inner = self.object(d - 1)
                for label in reversed(labels):
                    inner = {label: inner}
                middle = " ".join(self.pick(l, f'"{l}"') for l in labels) if labels else self.pick("", "= ")
                texts.append(f"{written} {middle}{' ' if labels else ''}{text}")
                found.append(inner)
            meaning[name] = found
            return "\n".join(texts)
        text, meaning[name] = self.heredoc() if self.r.random() < .15 else self.value(d)
        return f"{written}{self.space()}={self.space()}{text}" if not text.startswith("<<") else f"{written} = {text}"


MISTAKES = ["}\n", "\nx = \n", "\nx = [1, 2\n", "\nx = \"open\n", "\nx {\n", "\nx = 1 2\n", "\n= 3\n", "\nx = <<EOF\nnever\n", "\nx = {a = }\n",
            "\nx = tru\n", "\nx = 0x\n", "\nx = 1.2.3\n", "\n/* open\n", "\nx = \"\\q\"\n", "\nx = [1 2]\n", "\nx = @\n", "\nx = \"${a\"\n",
            "\nx = ,\n", "\nx y\n", "\nx = 1\nx = 2\n", "\n\"x = 1\n", "\nx = ]\n"]


def ours(texts):
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".json", newline="") as file:
        json.dump(texts, file)
        file.flush()
        run = subprocess.run([os.path.join(here, "..", "..", "build/asan/test_hcl"), file.name],
                             stdout=subprocess.PIPE, check=False)
    if run.returncode:
        sys.exit("ours crashed")
    return json.loads(run.stdout)


def main():
    seed, count, most = int(sys.argv[1]), int(sys.argv[2]), int((sys.argv + ["20"])[3])
    maker = Maker(random.Random(seed))
    made = [maker.body(3) for _ in range(count)]
    wrong = [text + maker.pick(*MISTAKES) for text, _ in made]
    read = ours([text for text, _ in made] + wrong)
    found = [(text, meaning, got) for (text, meaning), got in zip(made, read) if got != meaning]
    found += [(text, "refused", got) for text, got in zip(wrong, read[count:]) if got is not None]
    for text, expected, got in sorted(found, key=lambda f: len(f[0]))[:most]:
        print(f"{text!r}\n  expected {json.dumps(expected, ensure_ascii=False)}\n  ours     {json.dumps(got, ensure_ascii=False)}")
    print(f"seed {seed}: {count} configurations, as many with a mistake, {len(found)} differences")
    sys.exit(1 if found else 0)


main()
