#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the README files, and the comments of the sources, without any program: links, paths, words, length.

usage: check_pages.py
"""

import re
import sys

from pages import FRONT, LIBRARY, ROOT, all_pages, name, read

MAX_LINES = 200  # of the page for those who arrive
MAX_LINES_OF_FOLDER = 60  # one page for each folder of lib/
FOLDERS = ("apps", "benchmarks", "include", "lib", "tests", ".ci")


def without_code(text):
    """Neither fenced blocks nor `code`."""
    return re.sub(r"`[^`]*`", "", without_fences(text))


def without_fences(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M)


def anchors(page):
    """As GitHub makes them from headings: small letters, no punctuation, hyphens for spaces, numbered when repeated."""
    seen, found = {}, set()
    for heading in re.findall(r"^#+ (.*)$", without_fences(read(page)), re.M):
        anchor = re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        count = seen[anchor] = seen.get(anchor, -1) + 1
        found.add(f"{anchor}-{count}" if count else anchor)
    return found


def broken_links(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(read(page))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.is_relative_to(ROOT) or not file.exists():
            yield f"link to {target}: there is no such file"
        elif anchor and anchor not in anchors(file):
            yield f"link to {target}: no heading makes that anchor"


def broken_paths(page):
    """`lib/engine/shard.hpp`: from the root, or from the page's folder; with * for any text, <...> for a name."""
    for code in re.findall(r"`([^`]+)`", without_fences(read(page))):
        for word in code.split():
            path = re.sub(r"<[^>]*>", "*", word.rstrip(".,:/"))
            first = path.split("/")[0]
            folders = [folder for folder, known in ((ROOT, first in FOLDERS), (page.parent, (page.parent / first).is_dir()))
                       if first and known and "/" in word]
            if folders and not any(any(folder.glob(path)) for folder in folders):
                yield f"`{word}`: there is no such file"


def broken_headers():
    """Names of the code in the glossary occur in the code."""
    glossary = read(LIBRARY).split("\n## Glossary\n")[1]
    code = "\n".join(file.read_text(encoding="utf-8") for folder in ("include", "lib")
                     for file in (ROOT / folder).rglob("*.[ch]pp"))
    for word in re.findall(r"`([A-Z]\w+)`", glossary):
        if not re.search(rf"\b{word}\b", code):
            yield f"glossary: `{word}` is no name of the code"


def untold_folders():
    """Every folder of lib/ is in the table of lib/README.md, every folder of tests/ in that of tests/README.md."""
    for parent in (LIBRARY.parent, ROOT / "tests"):
        told = re.findall(r"`(\w+)/`", read(parent / "README.md"))
        for folder in sorted(path.name for path in parent.iterdir() if path.is_dir() and path.name != "__pycache__"):
            if folder not in told and (parent / folder / "CMakeLists.txt").exists():
                yield f"{name(parent / 'README.md')} does not tell what {folder}/ is"


def broken_comments():
    """Files that comments of the sources name exist, as seen from the root, its folders, the file's own one, or anywhere
    if no folder is told."""
    sources = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*.[ch]pp")]
    names = {file.name for file in sources}
    for file in sources:
        for comment in re.findall(r"//.*", file.read_text(encoding="utf-8")):
            for path in re.findall(r"(?<![\w/.<-])((?:[\w<>-]+/)*[\w<>-]+\.[ch]pp)\b", comment):
                pattern = re.sub(r"<[^>]*>", "*", path)
                roots = (ROOT, *(ROOT / folder for folder in FOLDERS), file.parent)
                if path not in names and not any(any(root.glob(pattern)) for root in roots):
                    yield f"{name(file)}: a comment names {path}: there is no such file"


def wrong_uses():
    """The table of lib/README.md says for each folder which others it includes, and all of them stand above it."""
    above = []
    for folder, told in re.findall(r"^\| `(\w+)/` \|[^|\n]*\|([^|\n]*)\|$", read(LIBRARY), re.M):
        included = {used for file in (LIBRARY.parent / folder).rglob("*.[ch]pp")
                    for used in re.findall(r'^#include "(\w+)/', file.read_text(encoding="utf-8"), re.M)}
        included -= {folder, "foundation", "va_event"}
        if included != set(re.findall(r"`(\w+)/`", told)):
            yield f"lib/README.md: {folder}/ uses {', '.join(sorted(included)) or 'no other folder'}"
        if below := included - set(above):
            yield f"lib/README.md: {folder}/ uses {', '.join(sorted(below))}, not above it in the table"
        above.append(folder)


def untested_examples():
    """C++ and Python examples are on the pages whose examples the tests compile and run."""
    for page in all_pages():
        for language, pages in (("cpp", (FRONT, LIBRARY)), ("python", (FRONT,))):
            count = len(re.findall(rf"^```{language}$", read(page), re.M))
            if count != (1 if page in pages else 0):
                yield f"{name(page)}: {count} examples in {language}, tested are those of {[name(p) for p in pages]}"


def main():
    problems = [f"{name(page)}: {problem}" for page in all_pages()
                for problem in (*broken_links(page), *broken_paths(page))]
    problems += [*broken_headers(), *broken_comments(), *untold_folders(), *wrong_uses(), *untested_examples()]
    lines = read(FRONT).count("\n")
    if lines > MAX_LINES:
        problems.append(f"README.md: {lines} lines, at most {MAX_LINES}: the rest belongs to the README of a folder")
    for page in LIBRARY.parent.glob("*/README.md"):
        if read(page).count("\n") > MAX_LINES_OF_FOLDER:
            problems.append(f"{name(page)}: more than {MAX_LINES_OF_FOLDER} lines, which is a page")
    if len(all_pages()) < 9:
        problems.append(f"only {len(all_pages())} README files are found")
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
