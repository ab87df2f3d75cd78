#!/usr/bin/env python3
"""Counts the instructions of each stage, which a busy machine does not change as it changes times.

usage: instructions.py BINARY [--vs OTHER] [--rows N] [--write]

Runs BINARY under valgrind on files of bench/workload.py and prints millions of instructions of its own (the system's are
not counted), less what the same command takes where it has nothing to do. With --vs also those of OTHER and the ratio.
The same binary comes within a thousandth of itself. --write puts the figures into docs/PERFORMANCE.md.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

import workload

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHAPES = ("clean", "dirty", "wide", "unicode", "distinct")


def count(command, stdin=None, accept=(0, 3)):
    """Millions of instructions of a command."""
    with open(stdin or os.devnull, "rb") as source:
        done = subprocess.run(["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", *command],
                              stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    refs = re.search(r"I +refs: +([\d,]+)", done.stderr)
    if done.returncode not in accept or not refs:
        sys.exit(f"{command} ended with {done.returncode}: {done.stderr[-600:]}")
    return int(refs[1].replace(",", "")) / 1e6


class Counts:
    def __init__(self, binary, folder, rows):
        self.binary, self.folder, self.rows = os.path.abspath(binary), folder, rows

    def path(self, name):
        return os.path.join(self.folder, name)

    def glyphd(self, database, *arguments, stdin=None):
        return count([self.binary, "--db-path", self.path(database), *arguments], stdin)

    def fresh(self):
        for end in ("", "-wal", "-shm"):
            if os.path.exists(self.path("new.sqlite") + end):
                os.remove(self.path("new.sqlite") + end)
        return "new.sqlite"

    def measured(self):
        """(what is done, millions of instructions), a line at a time."""
        none, empty = self.path("none.csv"), self.path("empty.txt")
        workload.write(none, "clean", 1, 1)
        open(empty, "w").close()
        titles = self.path("titles.txt")
        lines = workload.rows("distinct", self.rows, 1)
        place = next(lines).index("title")
        with open(titles, "w", encoding="utf-8") as file:
            file.writelines(line[place].replace("\n", " ") + "\n" for line in lines)
        yield "titles matched", self.glyphd("none.sqlite", "match", "--json", "-", stdin=titles) - self.glyphd(
            "none.sqlite", "match", "--json", "-", stdin=empty)
        nothing = self.glyphd(self.fresh(), "import", none, "--json")
        for shape in SHAPES:
            source = self.path(f"{shape}.csv")
            workload.write(source, shape, self.rows, 1)
            yield f"{shape} rows imported", self.glyphd(self.fresh(), "import", source, "--json") - nothing
        start = self.glyphd("new.sqlite", "imports", "list", "--json")
        for name, more in (("a page of listings", []), ("a page by words and price", ["--text", "rtx 40", "--sort", "price"])):
            yield name, self.glyphd("new.sqlite", "listings", "--json", *more) - start
        yield "`imports undo`", self.glyphd("new.sqlite", "imports", "undo", "last", "--json") - start


def main():
    arguments = argparse.ArgumentParser(usage=__doc__)
    arguments.add_argument("binary")
    arguments.add_argument("--vs")
    arguments.add_argument("--rows", type=int, default=20_000)
    arguments.add_argument("--write", action="store_true")
    given = arguments.parse_args()
    if not shutil.which("valgrind"):
        sys.exit("valgrind is not there; install it with your system's packages")
    figures = []
    for binary in filter(None, (given.binary, given.vs)):
        with tempfile.TemporaryDirectory(prefix="instructions-") as folder:
            figures.append(list(Counts(binary, folder, given.rows).measured()))
    head = [f"of {given.rows:,} rows", "million instructions"] + (["of the other", "ratio"] if given.vs else [])
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for same in zip(*figures):
        cells = [same[0][0]] + [f"{millions:,.1f}" for _, millions in same]
        lines.append("| " + " | ".join(cells + ([f"{same[0][1] / same[1][1]:.3f}"] if given.vs else [])) + " |")
    table = "\n".join(lines)
    print(table)
    if given.write:
        document = os.path.join(ROOT, "docs", "PERFORMANCE.md")
        with open(document, encoding="utf-8") as file:
            text = file.read()
        text, found = re.subn(r"(<!-- figures: instructions -->\n).*?(<!-- end -->)", lambda match: match[1] + table + "\n" + match[2],
                              text, flags=re.DOTALL)
        if found != 1:
            sys.exit("docs/PERFORMANCE.md has no place for the figures of instructions")
        with open(document, "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main()
