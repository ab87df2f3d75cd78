#!/usr/bin/env python3
"""Measures what docs/PERFORMANCE.md says, side by side with `sqlite3 .import`, and writes its figures and curves.

usage: performance.py BINARY [--only PART ...] [--scale F] [--folder DIR] [--write]

PART    import   the shapes of bench/workload.py beside sqlite3's own .import into a table with four indexes
        again    a catalogue of which 95 % is unchanged, a hundred times over
        scale    one file of ten times the rows; many imports, and what a question costs when they are there
        small    thousands of small imports, and pages of them (benches/listings.rs)
        upkeep   undo, check, rescore, backup, migration from 1.0.0, start
        queries  a page by each filter in each order (benches/listings.rs)
--scale  1 is what the document has: a million rows; 0.02 tries everything in a minute
--write  puts the figures into docs/PERFORMANCE.md and the curves beside it; else they are printed

Whole processes are timed. Machines differ and are noisy: compare within a run, by the ratios.
"""
import argparse
import concurrent.futures
import os
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import workload

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
MIB = 2**20
PLAIN_INDEXES = ["model", "price", "geographic_region", "listing_age"]


def timed(command, accept=(0,)):
    """Seconds, peak MiB and output of a whole process."""
    start = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = child.stdout.read(), child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.monotonic() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in accept:
        sys.exit(f"{command} ended with {child.returncode}: {err.decode(errors='replace')[-400:]}")
    return seconds, usage.ru_maxrss / 1024, out


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


def curve(title, unit, points, width=640, height=220):
    """A line of (x, y) as SVG, from 0, with its ends named."""
    most = max(y for _, y in points) * 1.15 or 1
    last = points[-1][0] or 1
    place = lambda x, y: f"{50 + x / last * (width - 70):.1f},{height - 30 - y / most * (height - 60):.1f}"
    path = " ".join(place(x, y) for x, y in points)
    text = lambda x, y, words, anchor="start": f'<text x="{x}" y="{y}" text-anchor="{anchor}">{words}</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">\n'
        f'<rect width="{width}" height="{height}" fill="#fff"/>\n<path d="M50,{height - 30}H{width - 20}" stroke="#999"/>\n'
        f'<polyline fill="none" stroke="#1565c0" stroke-width="2" points="{path}"/>\n'
        + "\n".join([text(50, 18, f"{title}, {unit}"), text(50, height - 12, points[0][0]), text(width - 20, height - 12, last, "end"),
                     text(width - 20, 18, f"first {points[0][1]:,.4g}, last {points[-1][1]:,.4g}, highest {max(y for _, y in points):,.4g}", "end")])
        + "\n</svg>\n")


class Run:
    def __init__(self, binary, folder, scale):
        self.binary, self.folder, self.scale = os.path.abspath(binary), folder, scale
        self.figures, self.curves = {}, {}

    def path(self, name):
        return os.path.join(self.folder, name)

    def clear(self, name):
        for end in ("", "-wal", "-shm"):
            if os.path.exists(self.path(name) + end):
                os.remove(self.path(name) + end)
        return self.path(name)

    def rows(self, count):
        return max(int(count * self.scale), 200)

    def make(self, shape, rows, seed=1):
        path = self.path(f"{shape}-{rows}-{seed}.csv")
        if not os.path.exists(path):
            workload.write(path, shape, rows, seed)
        with open(path, "rb") as file:
            while file.read(MIB):
                pass
        return path

    def glyphd(self, database, *arguments):
        return timed([self.binary, "--db-path", database, *arguments], accept=(0, 3))

    def plain_import(self, source, database):
        """sqlite3's .import of a file into a table of its columns with indexes on four of them."""
        with open(source, encoding="utf-8") as file:
            head = file.readline().strip().split(",")
        columns = ", ".join(f'"{name}" {"REAL" if name == "price" else "TEXT"}' for name in head)
        script = f"PRAGMA journal_mode=WAL; CREATE TABLE l ({columns});"
        script += " ".join(f'CREATE INDEX i{name} ON l("{name}");' for name in PLAIN_INDEXES)
        return timed(["sqlite3", database, script, ".mode csv", f".import --skip 1 {source} l"])[0]

    def imports(self):
        rows, clean = self.rows(1_000_000), None
        lines = []
        for shape in ("clean", "dirty", "wide", "unicode", "distinct"):
            source, ours, plain, peaks = self.make(shape, rows), [], [], []
            for _ in range(3):
                seconds, peak, _ = self.glyphd(self.clear("ours.sqlite"), "import", source, "--json")
                ours.append(seconds)
                peaks.append(peak)
                plain.append(self.plain_import(source, self.clear("plain.sqlite")))
            pace = rows / statistics.median(ours)
            clean = clean or pace
            ratio = statistics.median(b / a for a, b in zip(ours, plain))
            lines.append([shape, f"{pace:,.0f}", f"{rows / statistics.median(plain):,.0f}", f"**{ratio:.1f}**", f"{pace / clean:.2f}",
                          f"{max(peaks):.0f}", f"{os.path.getsize(self.path('ours.sqlite')) / MIB:.0f}",
                          f"{os.path.getsize(self.path('plain.sqlite')) / MIB:.0f}"])
            os.remove(source)
        self.figures["import"] = table(["shape", "rows/s", "`.import` rows/s", "times as fast", "of clean", "peak MiB", "file MiB",
                                        "its file MiB"], lines)

    def again(self):
        rows, times = self.rows(100_000), 100
        numbers = random.Random(7)
        source = workload.rows("distinct", rows * 2, distinct=rows)
        head = next(source)
        everything = list(source)
        offers, spare = everything[:rows], everything[rows:]
        database, path = self.clear("again.sqlite"), self.path("again.csv")
        plain = sqlite3.connect(self.clear("text-in-every-row.sqlite"))
        plain.executescript(f"PRAGMA page_size=16384; PRAGMA journal_mode=WAL; CREATE TABLE l (import_id, import_index, {', '.join(head)});"
                            "CREATE UNIQUE INDEX u ON l (import_id, import_index)")
        took, grew, plain_grew, size, plain_size = [], [], [], 0, 0
        for turn in range(times):
            for place in numbers.sample(range(rows), rows // 20 if turn else 0):
                if numbers.random() < 0.2:
                    offers[place] = spare[numbers.randrange(rows)]
                else:
                    offers[place] = offers[place][:2] + [f"{float(offers[place][2]) * numbers.uniform(0.9, 1.1):.2f}"] + offers[place][3:]
            with open(path, "w", newline="", encoding="utf-8") as file:
                workload.csv.writer(file, lineterminator="\n").writerows([head] + offers)
            seconds, _, _ = self.glyphd(database, "import", path, "--json")
            took.append(seconds)
            grew.append(os.path.getsize(database) - size)
            size += grew[-1]
            if turn < 3:
                with plain:
                    plain.executemany(f"INSERT INTO l VALUES ({', '.join('?' * (len(head) + 2))})",
                                      ([f"{turn:012}", place, *offer] for place, offer in enumerate(offers)))
                plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                plain_grew.append(os.path.getsize(self.path("text-in-every-row.sqlite")) - plain_size)
                plain_size += plain_grew[-1]
        plain.close()
        tenth = times // 10
        self.figures["again"] = table(
            ["of a hundred imports of %s rows" % f"{rows:,}", "seconds", "rows/s", "file grows by MiB"],
            [["the first", f"{took[0]:.2f}", f"{rows / took[0]:,.0f}", f"{grew[0] / MIB:.1f}"],
             ["2 to 11, median", f"{statistics.median(took[1:tenth + 1]):.2f}", f"{rows / statistics.median(took[1:tenth + 1]):,.0f}",
              f"{statistics.median(grew[1:tenth + 1]) / MIB:.1f}"],
             ["91 to 100, median", f"{statistics.median(took[-tenth:]):.2f}", f"{rows / statistics.median(took[-tenth:]):,.0f}",
              f"{statistics.median(grew[-tenth:]) / MIB:.1f}"],
             ["all text in every row, no look-up index", "", "", f"{plain_grew[-1] / MIB:.1f}"]])
        self.curves["again"] = curve("Seconds of each of a hundred imports", "s", list(enumerate(took, 1)))

    def scaled(self):
        sizes = [self.rows(1_000_000) * factor for factor in (1, 10)]
        taken = {rows: [] for rows in sizes}
        database = {}
        # In turn, so that a slow minute of the machine is not that of one size alone.
        for _ in range(3):
            for rows in sizes:
                taken[rows].append(self.glyphd(self.clear("scale.sqlite"), "import", self.make("clean", rows), "--json")[:2])
                database[rows] = os.path.getsize(self.path("scale.sqlite")) / MIB
        pace = {rows: rows / statistics.median(seconds for seconds, _ in taken[rows]) for rows in sizes}
        self.figures["scale"] = table(
            ["rows in one file", "seconds", "rows/s", "of the first", "peak MiB", "database MiB"],
            [[f"{rows:,}", f"{rows / pace[rows]:.1f}", f"{pace[rows]:,.0f}", f"{pace[rows] / pace[sizes[0]]:.2f}",
              f"{max(peak for _, peak in taken[rows]):.0f}", f"{database[rows]:,.0f}"] for rows in sizes])
        for rows in sizes:
            os.remove(self.make("clean", rows))
        self.many()

    def small(self):
        """Thousands of small imports, and a page of them."""
        rows, times = 500, self.rows(2000 * 500) // 500
        database, source, took = self.clear("small.sqlite"), self.path("small.csv"), []
        for turn in range(times):
            workload.write(source, "clean", rows, turn + 1)
            seen_at = f"20{10 + turn // 336:02}-{turn // 28 % 12 + 1:02}-{turn % 28 + 1:02}"
            took.append(self.glyphd(database, "import", source, "--json", "--seen-at", seen_at)[0])
        tenth = max(times // 10, 1)
        self.figures["small"] = (
            f"{times:,} imports of {rows} rows: one takes {statistics.median(took[:tenth]) * 1e3:.0f} ms among the first tenth and "
            f"{statistics.median(took[-tenth:]) * 1e3:.0f} ms among the last.\n\n" + self.ask_pages(database))

    def many(self):
        """Two hundred imports of a hundred thousand rows each, and what is asked of them."""
        rows, times = self.rows(100_000), 200
        database, took, pages = self.clear("many.sqlite"), [], []
        sources = [self.make("clean", rows, seed) for seed in range(1, 6)]
        for turn in range(times):
            seen_at = f"20{10 + turn // 12:02}-{turn % 12 + 1:02}-01T00:00:00Z"
            took.append(self.glyphd(database, "import", sources[turn % 5], "--json", "--seen-at", seen_at)[0])
            if turn % 5 == 4:
                asked = [self.glyphd(database, "listings", "--json")[0] for _ in range(5)]
                pages.append((turn + 1, statistics.median(asked) * 1e3))
        ids = [line[0] for line in sqlite3.connect(database).execute("SELECT import_id FROM import_batches WHERE state = 'done' ORDER BY id")]
        one = lambda *arguments: f"{self.glyphd(database, *arguments)[0]:.3f}"
        deep = str(int(rows * times * 0.35))
        middle = statistics.median(took[-20:])
        self.figures["many"] = table(
            ["with %d imports, %s rows, %s MiB" % (times, f"{rows * times:,}", f"{os.path.getsize(database) / MIB:,.0f}"), "seconds"],
            [["one more import of %s rows (first twenty %.2f)" % (f"{rows:,}", statistics.median(took[:20])), f"{middle:.2f}"],
             ["a page of listings, whole process", one("listings", "--json")],
             [f"a page of listings from {int(deep):,} on", one("listings", "--offset", deep, "--json")],
             ["a page of one model by price", one("listings", "--model", "L40S", "--sort", "price", "--json")],
             ["one import's rows in order (export)", one("export", "--import", ids[len(ids) // 2], "--output", self.path("rows.csv"))],
             ["`imports list`", one("imports", "list", "--json")],
             ["undo of one import", one("imports", "undo", ids[len(ids) // 2])],
             ["`check`", one("check")]])
        self.curves["many"] = curve("Seconds of each import", "s", list(enumerate(took, 1)))
        self.curves["many-pages"] = curve("A page of listings after so many imports, whole process", "ms", pages)

    def upkeep(self):
        rows = self.rows(1_000_000)
        source, database = self.make("clean", rows), self.clear("upkeep.sqlite")
        self.glyphd(database, "import", source, "--json")
        import_id = sqlite3.connect(database).execute("SELECT import_id FROM import_batches WHERE state = 'done'").fetchone()[0]
        lines = [["`check`", f"{self.glyphd(database, 'check')[0]:.2f}"],
                 ["`imports rescore`", f"{self.glyphd(database, 'imports', 'rescore', import_id, '--profile', 'workstation')[0]:.2f}"],
                 ["`migrate backup`, verified", f"{self.glyphd(database, 'migrate', 'backup', self.clear('copy.sqlite'))[0]:.2f}"],
                 ["start (`imports list`)", f"{statistics.median(self.glyphd(database, 'imports', 'list', '--json')[0] for _ in range(9)):.4f}"],
                 ["`imports undo`", f"{self.glyphd(database, 'imports', 'undo', import_id)[0]:.2f}"]]
        old = self.old_database(rows)
        lines.append(["`migrate up` from 1.0.0, with its backup", f"{self.glyphd(old, 'migrate', 'up')[0]:.2f}"])
        self.figures["upkeep"] = table([f"with {rows:,} rows", "seconds"], lines)

    def old_database(self, rows):
        """A database of the old program with so many scored rows, out of the one that .ci/run migrates."""
        path = self.clear("old.sqlite")
        database = sqlite3.connect(path)
        with open(os.path.join(ROOT, ".ci", "legacy.sql"), encoding="utf-8") as file:
            database.executescript(file.read())
        columns = [line[1] for line in database.execute("PRAGMA table_info(scored_listings)")]
        kept = database.execute("SELECT * FROM scored_listings ORDER BY id").fetchall()
        highest = max(line[0] for line in kept)
        database.executemany(f"INSERT INTO scored_listings ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
                             ((highest + 1 + number, *kept[number % len(kept)][1:]) for number in range(rows)))
        database.commit()
        database.close()
        return path

    def queries(self):
        rows = self.rows(1_000_000)
        database = self.clear("queries.sqlite")
        self.glyphd(database, "import", self.make("clean", rows), "--json")
        self.figures["queries"] = self.ask_pages(database)

    @staticmethod
    def ask_pages(database):
        """The table of benches/listings.rs."""
        out = subprocess.run(["cargo", "bench", "-q", "-p", "glyph-store", "--bench", "listings", "--", database], cwd=ROOT, check=True,
                             stdout=subprocess.PIPE, text=True).stdout
        return "\n".join(line for line in out.splitlines() if line.startswith("|"))

    def pages(self):
        """The first view of each page, right after the server starts and later, and how long the market takes to be looked through."""
        rows, few, times = self.rows(1_000_000), self.rows(10_000), max(10, int(1000 * self.scale))
        large, many = self.clear("large.sqlite"), self.clear("thousand.sqlite")
        for seed, day in ((1, "2026-01-01"), (2, "2026-01-02")):
            self.glyphd(large, "import", self.make("clean", rows, seed), "--json", "--name", "shop.csv", "--seen-at", day)
        sources = [self.make("clean", few, seed) for seed in range(1, 6)]
        for turn in range(times):
            seen_at = f"20{10 + turn // 336:02}-{turn // 28 % 12 + 1:02}-{turn % 28 + 1:02}"
            self.glyphd(many, "import", sources[turn % 5], "--json", "--name", f"shop-{turn % 20}.csv", "--seen-at", seen_at)
        lines = []
        for name, database in ((f"two imports of {rows:,} rows", large), (f"{times:,} imports of {few:,} rows", many)):
            first, ready, later = self.views(database)
            lines.append([name, f"{max(first) * 1e3:.0f}", f"{ready:.1f}", f"{statistics.median(later) * 1e3:.1f}", f"{max(later) * 1e3:.0f}"])
        self.figures["pages"] = table(["database", "slowest first view, ms", "market ready after, s", "median view, ms", "slowest view, ms"], lines)

    def views(self, database):
        """Seconds of each page at once, until the market is there, and of each page five times from then on."""
        server = subprocess.Popen([self.binary, "--db-path", database, "serve", "--port", "0"], stderr=subprocess.PIPE, text=True)
        try:
            address = next(line for line in server.stderr if "listening at" in line).split("listening at ")[1].strip()
            threading.Thread(target=server.stderr.read, daemon=True).start()
            started = time.perf_counter()
            first = [self.view(address + page)[0] for page in PAGES]
            while b'aria-busy="true"' in self.view(address + "/")[1]:
                time.sleep(0.05)
            ready = time.perf_counter() - started
            return first, ready, [self.view(address + page)[0] for page in PAGES for _ in range(5)]
        finally:
            server.terminate()
            server.wait()

    @staticmethod
    def view(address):
        started = time.perf_counter()
        with urllib.request.urlopen(urllib.request.Request(address, headers={"Accept": "text/html"})) as answer:
            body = answer.read()
        return time.perf_counter() - started, body


# The pages that show something of the database.
PAGES = ["/", "/listings", "/listings?q=rtx+a5000&sort=price", "/listings?verdict=deal", "/listings/1", "/models", "/models/L4", "/imports",
         "/imports/last", "/difference?a=last&b=last", "/state", "/import"]

PARTS = {"import": Run.imports, "again": Run.again, "scale": Run.scaled, "small": Run.small, "upkeep": Run.upkeep,
         "queries": Run.queries, "pages": Run.pages}


def measure(part, binary, folder, scale):
    """The figures and curves of one part."""
    run = Run(binary, folder, scale)
    PARTS[part](run)
    return run.figures, run.curves


def main():
    arguments = argparse.ArgumentParser(usage=__doc__.replace("%", "%%"))
    arguments.add_argument("binary")
    arguments.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    arguments.add_argument("--scale", type=float, default=1.0)
    arguments.add_argument("--folder")
    arguments.add_argument("--write", action="store_true")
    given = arguments.parse_args()
    folder = given.folder or tempfile.mkdtemp(prefix="performance-")
    os.makedirs(folder, exist_ok=True)
    figures, curves = {}, {}
    for part in given.only:
        # In a process of its own: a child's peak memory is at least what its parent has when it starts it.
        with concurrent.futures.ProcessPoolExecutor(1) as pool:
            measured, drawn = pool.submit(measure, part, given.binary, folder, given.scale).result()
        figures.update(measured)
        curves.update(drawn)
    if not given.folder:
        shutil.rmtree(folder)
    document = os.path.join(ROOT, "docs", "PERFORMANCE.md")
    with open(document, encoding="utf-8") as file:
        text = file.read()
    for name, lines in figures.items():
        print(f"\n{name}\n{lines}")
        text, found = re.subn(rf"(<!-- figures: {name} -->\n).*?(<!-- end -->)", lambda match, lines=lines: match[1] + lines + "\n" + match[2], text,
                              flags=re.DOTALL)
        if found != 1:
            sys.exit(f"docs/PERFORMANCE.md has no place for the figures of `{name}`")
    if given.write:
        with open(document, "w", encoding="utf-8") as file:
            file.write(text)
        os.makedirs(os.path.join(ROOT, "docs", "performance"), exist_ok=True)
        for name, drawing in curves.items():
            with open(os.path.join(ROOT, "docs", "performance", f"{name}.svg"), "w", encoding="utf-8") as file:
                file.write(drawing)


if __name__ == "__main__":
    main()
