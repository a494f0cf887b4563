#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares README.md with what the program really does.

usage: check_readme.py {options|report|commands|update} path/to/va-event
"update" writes the program's present options and report into README.md.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
# Lines of the report that say how fast this machine is, not what the result is.
TIMED = ("Host", "Threads", "Build time", "Simulation time", "Writing time", "Speed", "Time per event")


def options_shown_by(program):
    """The options of --help, group by group, without the introduction and the closing example."""
    text = subprocess.run([program, "--help"], check=True, capture_output=True, text=True).stdout
    return text[text.index("Positionals:"):text.index("\nExample:")].rstrip("\n")


def report_shown_by(program):
    with tempfile.TemporaryDirectory() as folder:
        text = subprocess.run([program, "COBA", "--quiet", "--output", folder], check=True, capture_output=True,
                              text=True).stdout
    return text.strip("\n")


def find_block(text, heading, language):
    """Where the content of the first fenced block of that language behind a heading begins and ends."""
    fence = re.compile(rf"^```{language}\n(.*?)\n```$", re.S | re.M)
    return fence.search(text, text.index(f"\n## {heading}\n")).span(1)


def block(heading, language):
    text = README.read_text(encoding="utf-8")
    begin, end = find_block(text, heading, language)
    return text[begin:end]


def untimed(report):
    return [line for line in report.splitlines() if not line.startswith(TIMED)]


def check_equal(what, shown, real):
    for number, (a, b) in enumerate(zip(shown, real)):
        if a != b:
            sys.exit(f"README.md, {what}, line {number + 1}:\n  README : {a}\n  program: {b}")
    if len(shown) != len(real):
        sys.exit(f"README.md, {what}: {len(shown)} lines, the program prints {len(real)}")


def check_commands(program):
    lines = block("Two commands", "sh").splitlines()
    commands = [line.split("#")[0].split() for line in lines]
    if commands != [["bash", "apps/run.sh", "COBA"], ["bash", "tests/run.sh"]]:
        sys.exit(f"README.md: these are not the two commands: {commands}")
    for command in commands:
        subprocess.run(["bash", "-n", str(ROOT / command[1])], check=True)
    # The first command as it stands where this build is the one that it uses; building again elsewhere takes too long.
    if pathlib.Path(program).resolve().is_relative_to(ROOT / "build" / "release"):
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.run([*commands[0], "--output", folder], cwd=ROOT, check=True, capture_output=True, text=True)
            if "Number of Neurons      : 4000" not in run.stdout or not any(pathlib.Path(folder).iterdir()):
                sys.exit(f"`{' '.join(commands[0])}` does not show its result:\n{run.stdout}{run.stderr}")


def update(program):
    text = README.read_text(encoding="utf-8")
    for heading, language, content in (("Two commands", "text", report_shown_by(program)),
                                       ("Options of the command line", "text", options_shown_by(program))):
        begin, end = find_block(text, heading, language)
        text = text[:begin] + content + text[end:]
    README.write_text(text, encoding="utf-8")


def main():
    part, program = sys.argv[1:]
    if part == "options":
        check_equal("options", block("Options of the command line", "text").splitlines(),
                    options_shown_by(program).splitlines())
    elif part == "report":
        check_equal("report", untimed(block("Two commands", "text")), untimed(report_shown_by(program)))
    elif part == "commands":
        check_commands(program)
    elif part == "update":
        update(program)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
