#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the README files with what the programs really do and with the stored results.

usage: check_readme.py {options|studies|report|commands|figures|update} path/to/va-event path/to/va-crossval
"update" writes the present options, report and tables into the README files.
"""

import pathlib
import subprocess
import sys
import tempfile

import figures
from pages import (COMMAND_LINE, CROSS_VALIDATION, FRONT, ROOT, all_pages, block, name, output_of, read,
                   replace_block)

# Lines of the report that say how fast this machine is or, as looks, depend on its threads; not what the result is.
TIMED = ("Host", "Threads", "Build time", "Simulation time", "Writing time", "Speed", "Time per event",
         "Looks at neurons")


def options_shown_by(program):
    """The options of --help, group by group, without the introduction and the closing example."""
    text = output_of(program, "--help")
    return text[text.index("Positionals:"):text.index("\nExample:")].rstrip("\n")


def studies_shown_by(program):
    text = output_of(program, "--help")
    return text[text.index("Commands:"):text.index("\nBegin with")].rstrip("\n")


def report_shown_by(program):
    with tempfile.TemporaryDirectory() as folder:
        return output_of(program, "COBA", "--quiet", "--output", folder).strip("\n")


def untimed(report):
    return [line for line in report.splitlines() if not line.startswith(TIMED)]


def check_equal(page, what, shown, real):
    for number, (a, b) in enumerate(zip(shown, real)):
        if a != b:
            sys.exit(f"{name(page)}, {what}, line {number + 1}:\n  README: {a}\n  really: {b}")
    if len(shown) != len(real):
        sys.exit(f"{name(page)}, {what}: {len(shown)} lines, really {len(real)}")


def check_commands(program):
    lines = block(FRONT, "Two commands", "sh").splitlines()
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


def check_figures():
    shown = []
    for page in all_pages():
        for table, (begin, end) in figures.marked_tables(read(page)).items():
            shown.append(table)
            check_equal(page, f"table {table}", read(page)[begin:end].splitlines(), figures.TABLES[table]())
    if sorted(shown) != sorted(figures.TABLES):
        sys.exit(f"each table stands in one place: {sorted(shown)} are shown, there are {sorted(figures.TABLES)}")


def update(program, studies):
    replace_block(FRONT, "Two commands", "text", report_shown_by(program))
    replace_block(COMMAND_LINE, "Options", "text", options_shown_by(program))
    replace_block(CROSS_VALIDATION, "Cross-validation: va-crossval", "text", studies_shown_by(studies))
    for page in all_pages():
        text = read(page)
        for table, (begin, end) in reversed(figures.marked_tables(text).items()):
            text = text[:begin] + "\n".join(figures.TABLES[table]()) + "\n" + text[end:]
        page.write_text(text, encoding="utf-8")


def main():
    part, program, studies = sys.argv[1:]
    if part == "options":
        check_equal(COMMAND_LINE, "options", block(COMMAND_LINE, "Options", "text").splitlines(),
                    options_shown_by(program).splitlines())
    elif part == "studies":
        check_equal(CROSS_VALIDATION, "studies",
                    block(CROSS_VALIDATION, "Cross-validation: va-crossval", "text").splitlines(),
                    studies_shown_by(studies).splitlines())
    elif part == "report":
        check_equal(FRONT, "report", untimed(block(FRONT, "Two commands", "text")), untimed(report_shown_by(program)))
    elif part == "commands":
        check_commands(program)
    elif part == "figures":
        check_figures()
    elif part == "update":
        update(program, studies)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
