#!/usr/bin/python3
"""tour.py FILE: executes the ```console blocks of a Markdown file, in one bash, in the current
directory, and compares what comes with what is written there. A line "$ COMMAND" begins a command,
"> TEXT" goes on with it, the others are its output; "..." in a line stands for anything, on a line
of its own for any number of lines. Prints what differs; the exit code is 1 then."""

import re
import subprocess
import sys


def commands(text):
    """Pairs of a command and the lines of its output."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.S | re.M):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line.startswith("> ") and not found[-1][1]:
                found[-1] = (found[-1][0] + "\n" + line[2:], [])
            else:
                found[-1][1].append(line)
    return found


def pattern(lines):
    """A regular expression for all of a command's output."""
    parts = []
    for line in lines:
        if line == "...":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*?".join(re.escape(part) for part in line.split("...")) + r"\n")
    return re.compile("".join(parts))


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        steps = commands(file.read())
    mark = "--- end of a command ---"
    script = "".join(f"{command}\necho '{mark}'\n" for command, _ in steps)
    ran = subprocess.run(["bash", "-c", "exec 2>&1\n" + script], stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, text=True, timeout=300, check=False)
    outputs = ran.stdout.split(mark + "\n")
    wrong = 0
    for (command, expected), output in zip(steps, outputs):
        if output and not output.endswith("\n"):
            output += "\n"
        if not pattern(expected).fullmatch(output):
            wrong += 1
            print(f"$ {command}\nis to print:\n" + "\n".join(expected) + f"\nand printed:\n{output}")
    print(f"{len(steps)} commands, {wrong} of them with another output")
    if wrong or len(outputs) != len(steps) + 1 or len(steps) < 20:
        sys.exit(1)


main()
