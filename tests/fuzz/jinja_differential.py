#!/usr/bin/python3
"""Random templates from a grammar, rendered by Jinja2 and by ours; prints where they differ.

usage: tests/fuzz/jinja_differential.py SEED COUNT [MOST]

Needs build/asan/test_jinja, which renders a file of templates when it is given one. Prints at most
MOST (20) differences and ends with 1 where there are any. An error must be an error on both sides;
its text and, in tags of several lines, its line are each one's own.
"""
import json
import os
import random
import re
import subprocess
import sys
import tempfile

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "fixtures", "jinja"))
import reference  # noqa: E402

STRINGS = ["''", "'a'", "'abc'", "' a b '", "'a,b,,c'", "'Hello World'", "'x-y_z'", "'12'", "'-3'",
           "'1.5'", "'ünï €'", "'a\\nb\\n'", "'<b>&\"'", "\"it's\"", "'%s-%s'", "'tEsT x1y'", "'\\t\\\\'",
           "'aXbX'", "'1e3'", "'foo bar baz qux'", "name", "text", "uni", "empty"]
INTS = ["0", "1", "2", "3", "-1", "7", "10", "-5", "255", "1000000", "n", "neg"]
FLOATS = ["0.0", "1.5", "-2.5", "3.14159", "1e3", "1e-7", "2.0", "1e20", "0.1", "pi"]
LISTS = ["[]", "[1,2,3]", "['b','a','C']", "[3,1,2,1]", "[[1,2],[3,4]]", "list", "words", "(1,2)", "()",
         "('x',)", "range(4)|list", "[none,true,0]", "[1.5,2]", "'a b c'.split()"]
MAPS = ["{}", "{'a':1}", "{'b':2,'a':'x'}", "map", "dict(k='v',j=2)", "{'B':1,'a':3,'c':2}"]
OTHERS = ["none", "true", "false", "yes", "nothing"]


class Maker:
    def __init__(self, rng):
        self.r = rng

    def pick(self, *choices):
        return self.r.choice(choices)

    def string(self, d):
        if d <= 0 or self.r.random() < .3:
            return self.r.choice(STRINGS)
        s, i = self.string(d - 1), self.small()
        return self.pick(
            lambda: f"({s})|{self.pick('upper','lower','title','capitalize','trim','string','e','escape','urlencode','reverse','striptags','forceescape','safe')}",
            lambda: f"({s})|replace({self.string(0)},{self.string(0)})",
            lambda: f"({s})|center({i})", lambda: f"({s})|indent({self.pick('2','0','width=3','1,true','2,blank=true','4,first=true',chr(39)+'> '+chr(39))})",
            lambda: f"({s})|truncate({self.pick('3','5,true','10,false','6,true,leeway=0','4,true,'+chr(39)+chr(39)+',0')})",
            lambda: f"({s})|wordwrap({self.pick('3','5','10,false','4,true')})",
            lambda: f"({s}).{self.pick('upper()','lower()','strip()','title()','capitalize()','lstrip()','rstrip()','swapcase()','strip('+chr(39)+'ab'+chr(39)+')','zfill(6)','casefold()','expandtabs()','ljust(5)','rjust(5)','center(6)')}",
            lambda: f"({s}).replace({self.string(0)},{self.string(0)}{self.pick('',',1')})",
            lambda: f"({s})[{self.pick(i, '::-1', '1:', ':2', '-2:', ':-1', '::2', '1:3')}]",
            lambda: f"({s}) ~ ({self.any(d-1)})", lambda: f"({s}) + ({self.string(d-1)})", lambda: f"({s}) * {self.pick('0','2','3','-1')}",
            lambda: f"({self.list(d-1)})|join({self.pick('',chr(39)+','+chr(39))})",
            lambda: f"{self.pick(chr(39)+'%s|%r'+chr(39),chr(39)+'%5s|%-4s'+chr(39))} % ({self.any(d-1)},{self.any(d-1)})",
            lambda: f"'%{self.pick('d','5d','-5d','05d','+d','x','o','X','#x',' d','.3d','i')}' % {self.int(0)}",
            lambda: f"'%{self.pick('f','.2f','8.3f','e','g','G','.0f','+.1f','-9.2f','09.3f','s','r','.3e')}' % {self.num(0)}",
            lambda: f"'%{self.pick('s','.2s','6s','-6s')}'|format({self.any(d-1)})",
            lambda: f"'{self.pick('{}','{0}-{0}','{:>6}','{:<6}|','{:^7}|','{!r}','{:s}','{:*^9}')}'.format({self.string(d-1)})",
            lambda: f"'{self.pick('{:d}','{:5}','{:05d}','{:x}','{:,}','{:+d}','{:b}','{:<4}|','{:#x}','{:_}')}'.format({self.int(0)})",
            lambda: f"'{self.pick('{:.2f}','{:8.3f}','{}','{:e}','{:g}','{:.1%}')}'.format({self.num(0)})",
            lambda: f"({self.any(d-1)})|string", lambda: f"({self.data(d-1)})|tojson{self.pick('','(2)','(indent=1)')}",
            lambda: f"({s})|default({self.string(0)}{self.pick('',',true')})",
            lambda: f"({self.pick(self.data,self.long)(d-1)})|pprint", lambda: self.addresses(),
            lambda: f"({self.map(d-1)})|urlencode", lambda: f"({self.map(d-1)})|xmlattr",
            lambda: f"({self.int(0)})|filesizeformat{self.pick('','(true)')}",
        )()

    def long(self, d):
        """What does not fit into a line of pprint."""
        text = "'" + " ".join(self.r.choice(["lorem", "ipsum\\n", "it\\'s", "dolor", "x" * 30, "ü" * 20]) for _ in range(self.r.randint(1, 40))) + "'"
        return self.pick(
            lambda: text, lambda: f"[{self.any(d-1)},{text},{self.any(d-1)},({text},)]",
            lambda: f"{{'z':{text},'a':[{text},{{'k':{text},'b':{self.any(d-1)}}}],'m':{self.any(d-1)}}}",
            lambda: f"range({self.r.randint(1, 60)})|list", lambda: f"({text},{self.any(d-1)})")()

    def addresses(self):
        host = self.pick("example.com", "www.a-b.org", "http://x.y/z?q=1", "https://10.0.0.1:80/", "https://[::1:2:3]/", "www.x", "a.b.c.info/p_(q)", "http://-", "ftp://a.com", "MAILTO:a@b.c", "mailto:a@b.co", "me@host.example.net", "www.me@host.net", "a:b@c.de", "x.com:8080", "HTTP://UP.COM", "http://\u00fc.de/\u00fc", "example.comx", "a@b")
        words = " ".join(f"{self.pick('', '(', '<', '((')}{host}{self.pick('', ')', '.', '),', '>', '&gt;', ').')}" for _ in range(2))
        return f"'see {words} there'|urlize({self.pick('', '5', '10,true', 'nofollow=true', 'target=' + chr(39) + '_blank' + chr(39), 'rel=' + chr(39) + 'x a' + chr(39), 'extra_schemes=[' + chr(39) + 'ftp://' + chr(39) + ']')})"

    def small(self):
        return self.pick("0", "1", "2", "-1", "5", "10")

    def int(self, d):
        if d <= 0 or self.r.random() < .3:
            return self.r.choice(INTS)
        return self.pick(
            lambda: f"({self.int(d-1)}) {self.pick('+','-','*','//','%')} ({self.int(d-1)})",
            lambda: f"({self.any(d-1)})|length", lambda: f"({self.any(d-1)})|int{self.pick('','(9)','(default=1)')}",
            lambda: f"({self.string(d-1)})|wordcount", lambda: f"({self.int(d-1)})|abs",
            lambda: f"-({self.int(d-1)})", lambda: f"{self.small()} ** {self.small()}",
            lambda: f"({self.string(d-1)}).{self.pick('find','count','rfind','index','rindex')}({self.string(0)}{self.bounds()})",
            lambda: f"({self.list(d-1)})|{self.pick('sum','max','min','first','last')}",
            lambda: f"({self.string(0)})|int(0, {self.pick('2','8','10','16')})",
        )()

    def num(self, d):
        if d <= 0:
            return self.r.choice(FLOATS + INTS)
        return self.pick(
            lambda: f"({self.num(d-1)}) {self.pick('+','-','*','/','//','%')} ({self.num(d-1)})",
            lambda: f"({self.any(d-1)})|float{self.pick('','(1.5)')}",
            lambda: f"({self.num(d-1)})|round({self.pick('','1','2','-1','0,'+chr(39)+'ceil'+chr(39),'1,'+chr(39)+'floor'+chr(39))})",
            lambda: f"({self.num(d-1)}) ** {self.pick('2','0.5','-1','3')}", lambda: self.int(d))()

    def list(self, d):
        if d <= 0 or self.r.random() < .3:
            return self.r.choice(LISTS)
        x = self.list(d - 1)
        return self.pick(
            lambda: f"({x})|{self.pick('sort','reverse','unique','list','sort(reverse=true)','sort(case_sensitive=true)')}|list",
            lambda: f"({x})|{self.pick('select','reject')}({self.pick('',chr(39)+'odd'+chr(39),chr(39)+'string'+chr(39),chr(39)+'gt'+chr(39)+',1',chr(39)+'in'+chr(39)+',[1,2]')})|list",
            lambda: f"({x})|map({self.pick(*[repr(f) for f in ('upper','string','length','int','float','abs','first','title')])})|list",
            lambda: f"({x})|{self.pick('batch(2)','batch(2,0)','slice(2)','slice(3,'+chr(39)+'x'+chr(39)+')')}|list",
            lambda: f"({x}) + ({self.list(d-1)})", lambda: f"({x}) * {self.pick('0','2')}",
            lambda: f"({x})[{self.pick('::-1','1:',':2','-2:','::2','1:2','-1::-1',':0')}]",
            lambda: f"[{self.any(d-1)},{self.any(d-1)}]", lambda: f"({self.any(d-1)},)",
            lambda: f"({self.string(d-1)}).{self.pick('split()','split('+chr(39)+','+chr(39)+')','splitlines()','splitlines(true)','rsplit('+chr(39)+'aa'+chr(39)+',1)','rsplit(none,1)','rpartition('+chr(39)+','+chr(39)+')','rsplit('+chr(39)+' '+chr(39)+',1)','split(none,1)','partition('+chr(39)+' '+chr(39)+')','split('+chr(39)+' '+chr(39)+')')}",
            lambda: f"({self.map(d-1)}).{self.pick('items','keys','values')}()|list", lambda: f"({self.map(d-1)})|{self.pick('dictsort','dictsort(true)','dictsort(by='+chr(39)+'value'+chr(39)+')','items|list','list','dictsort(reverse=true)')}",
            lambda: f"({self.string(d-1)})|list", lambda: f"users|map(attribute='{self.pick('name','age','on')}')|list",
            lambda: f"users|{self.pick('selectattr','rejectattr')}({self.pick(chr(39)+'on'+chr(39),chr(39)+'age'+chr(39)+','+chr(39)+'gt'+chr(39)+',26')})|map(attribute='name')|list",
            lambda: f"users|groupby('{self.pick('age','on','name')}')|map('first')|list",
            lambda: f"users|groupby('{self.pick('age','on')}')",
            lambda: f"range({self.pick('3','1,6','5,0,-2','0')})|list")()

    def map(self, d):
        if d <= 0 or self.r.random() < .6:
            return self.r.choice(MAPS)
        return f"{{{self.string(0)}: {self.any(d-1)}, {self.string(0)}: {self.any(d-1)}}}"

    def data(self, d):
        return self.pick(self.list, self.map, self.num, self.string, lambda d: self.r.choice(OTHERS))(d)

    def bool(self, d):
        if d <= 0:
            return self.r.choice(OTHERS)
        return self.pick(
            lambda: f"({self.num(d-1)}) {self.cmp()} ({self.num(d-1)}) {self.pick('',self.cmp()+' '+self.num(0))}",
            lambda: f"({self.string(d-1)}) {self.cmp()} ({self.string(d-1)})", lambda: f"({self.any(d-1)}) {self.pick('==','!=')} ({self.any(d-1)})",
            lambda: f"({self.any(0)}) {self.pick('in','not in')} ({self.list(d-1)})", lambda: f"({self.string(0)}) in ({self.pick(self.string,self.map)(d-1)})",
            lambda: f"({self.any(d-1)}) is {self.pick('','not ')}{self.pick('defined','none','string','number','integer','float','sequence','mapping','iterable','boolean','true','false','callable','undefined','escaped')}",
            lambda: f"({self.int(d-1)}) is {self.pick('odd','even','divisibleby 3','gt 2','le(3)','eq 1','ne 2','lessthan 5','in [1,2]','sameas 1')}",
            lambda: f"({self.string(d-1)}) is {self.pick('upper','lower','filter','test')}",
            lambda: f"({self.string(d-1)}).{self.pick('isdigit','isalpha','isupper','islower','isspace','isalnum','istitle')}()",
            lambda: f"({self.string(d-1)}).{self.pick('startswith','endswith')}({self.string(0)}{self.bounds()})",
            lambda: f"({self.any(d-1)}) {self.pick('and','or')} ({self.any(d-1)})", lambda: f"not ({self.any(d-1)})")()

    def bounds(self):
        return self.pick("", "", ",1", ",-2", ",0,3", ",2,-1", ",none,4", ",9", ",3,2")

    def cmp(self):
        return self.pick("<", "<=", ">", ">=", "==", "!=")

    def any(self, d):
        if self.r.random() < .1 and d > 0:
            return f"(({self.any(d-1)}) if ({self.bool(d-1)}) else {self.any(d-1)})"
        if self.r.random() < .02:
            return self.pick("missing", "map.q", "list[9]", "name.zz", "missing.a")
        return self.pick(self.string, self.int, self.num, self.list, self.map, self.bool)(d)

    def space(self):
        return self.pick("", "", " ", "\n", "  \n", "\n\n", "\t", " text ", "\n  ")

    def tag(self, body):
        return f"{{%{self.pick('','','','-','+')} {body} {self.pick('','','','-','+')}%}}"

    def body(self, d):
        return "".join(self.space() + self.statement(d) for _ in range(self.r.randint(1, 3))) + self.space()

    def statement(self, d):
        if d <= 0 or self.r.random() < .3:
            return f"{{{{{self.pick('','','-')} {self.any(2)} {self.pick('','','-')}}}}}"
        x = self.pick("x", "y", "z")
        return self.pick(
            lambda: self.tag(f"if {self.bool(2)}") + self.body(d - 1) + self.pick("", self.tag("else") + self.body(d - 1), self.tag(f"elif {self.bool(1)}") + self.body(d - 1)) + self.tag("endif"),
            lambda: self.tag(f"for {x} in {self.list(1)}{self.pick('','',' if '+x)}") + "{{ " + self.pick(x, "loop.index", "loop.last", "loop.cycle(1,2)", "loop.revindex0", f"loop.changed({x})", "loop.depth", "loop.previtem|default('-')") + " }}" + self.body(d - 1) + self.pick("", self.tag("else") + "none") + self.tag("endfor"),
            lambda: self.tag(f"for k, v in ({self.map(1)})|items") + "{{ k }}={{ v }}" + self.tag("endfor"),
            lambda: self.tag(f"set {x} = {self.any(2)}") + "{{ " + x + " }}", lambda: self.tag(f"set {x}") + self.body(d - 1) + self.tag("endset") + "[{{ " + x + " }}]",
            lambda: self.tag(f"with {x} = {self.any(1)}") + "{{ " + x + " }}" + self.body(d - 1) + self.tag("endwith"),
            lambda: self.tag(f"filter {self.pick('upper','trim','title','indent(2)','replace('+chr(39)+'a'+chr(39)+','+chr(39)+'b'+chr(39)+')')}") + self.body(d - 1) + self.tag("endfilter"),
            lambda: self.tag(f"macro m({x}, w={self.any(0)})") + "<{{ " + x + " }}{{ w }}>" + self.tag("endmacro") + "{{ m(" + self.any(1) + self.pick("", ", w=1", ", 2") + ") }}",
            lambda: "{#" + self.pick("", "-") + " note " + self.pick("", "-") + "#}", lambda: "{% raw" + self.pick("", " -") + "%} {{ x }} " + self.tag("endraw"),
            lambda: self.tag("set l = [1]") + self.tag(f"do l.{self.pick('append(2)','extend([3,4])','insert(0,9)','pop()','reverse()','sort()','remove(1)','clear()')}") + "{{ l }}",
            lambda: self.tag("block b" + str(self.r.randint(0, 10**9))) + self.body(d - 1) + self.tag("endblock"))()


def ours(templates):
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".json") as file:
        json.dump(templates, file)
        file.flush()
        run = subprocess.run([os.path.join(here, "..", "..", "build/asan/test_jinja"), file.name],
                             stdout=subprocess.PIPE, check=False)
    if run.returncode:
        sys.exit("ours crashed")
    return json.loads(run.stdout)


def differs(expected, result):
    if "64 bits" in result.get("error", "") or "no real number" in result.get("error", ""):
        return False
    if re.search(r"Markup\(|\d[+-][\d.e-]+j\)|\b\d{19}", expected.get("output", ""), re.I) or expected.get("line") == 0:
        # Escaped strings, complex numbers, large integers; no line: Python itself failed.
        return False
    if "output" in expected:
        return result.get("output") != expected["output"]
    return "output" in result


def main():
    seed, count, most = int(sys.argv[1]), int(sys.argv[2]), int((sys.argv + ["20"])[3])
    maker = Maker(random.Random(seed))
    templates = [maker.body(2) if i % 3 else "{{ " + maker.any(3) + " }}" for i in range(count)]
    found = [(t, e, r) for t, e, r in zip(templates, [reference.render(reference.plain, t) for t in templates],
                                          ours(templates)) if differs(e, r)]
    for template, expected, result in sorted(found, key=lambda f: len(f[0]))[:most]:
        print(json.dumps(template, ensure_ascii=False), "\n  jinja2", json.dumps(expected, ensure_ascii=False),
              "\n  ours  ", json.dumps(result, ensure_ascii=False))
    print(f"seed {seed}: {len(templates)} templates, {len(found)} differences")
    sys.exit(1 if found else 0)


main()
