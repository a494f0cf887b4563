# SPDX-License-Identifier: Apache-2.0
"""The README files of the project, and their parts."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
FRONT = ROOT / "README.md"
COMMAND_LINE = ROOT / "apps" / "va_event" / "README.md"
CROSS_VALIDATION = ROOT / "apps" / "va_crossval" / "README.md"
LIBRARY = ROOT / "lib" / "README.md"


def all_pages():
    """Every README.md that belongs to the project, not those of build folders."""
    return sorted(path for folder in (ROOT, *(ROOT / name for name in ("apps", "benchmarks", "include", "lib", "tests")))
                  for path in (folder.glob("README.md") if folder == ROOT else folder.rglob("README.md")))


def read(page):
    return page.read_text(encoding="utf-8")


def name(page):
    return str(page.relative_to(ROOT))


def find_block(page, heading, language):
    """Where the content of the first fenced block of that language behind a heading begins and ends."""
    text = read(page)
    fence = re.compile(rf"^```{language}\n(.*?)\n```$", re.S | re.M)
    start = re.search(rf"^#+ {re.escape(heading)}$", text, re.M)
    if start is None:
        raise SystemExit(f"{name(page)}: no heading '{heading}'")
    return fence.search(text, start.end()).span(1)


def block(page, heading, language):
    begin, end = find_block(page, heading, language)
    return read(page)[begin:end]


def replace_block(page, heading, language, content):
    begin, end = find_block(page, heading, language)
    text = read(page)
    page.write_text(text[:begin] + content + text[end:], encoding="utf-8")


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
