# SPDX-License-Identifier: Apache-2.0
"""The HTML report, as a browser sees it."""

import fcntl
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import unittest

from program import CrossValidationTest

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
STUDY = {
    "study": "neuron", "title": "A <title> & more", "command": "va-crossval neuron", "version": "9.9.9",
    "parameters": {"dt_ms": [1, 0.5]},
    "tables": [{"name": "t", "title": "The table", "columns": [{"name": "method", "unit": ""}, {"name": "error",
                "unit": "ms"}], "rows": [["rk4 <b>", 0.123456], ["exact", None]]}],
    "figures": [{"file": "f.svg", "title": "The figure", "caption": "Its caption"}], "notes": ["A note"]}
SVG = '<?xml version="1.0"?>\n<!DOCTYPE svg>\n<svg viewBox="0 0 9 5" xmlns="http://www.w3.org/2000/svg"><rect/></svg>'


class Report(CrossValidationTest):
    def make(self, *studies):
        os.makedirs(self.path("crossval"), exist_ok=True)
        for study in studies:
            with open(self.path("crossval", study["study"] + ".json"), "w", encoding="utf-8") as file:
                json.dump(study, file)
        with open(self.path("crossval", "f.svg"), "w", encoding="utf-8") as file:
            file.write(SVG)
        self.run_program("report")
        with open(self.path("crossval", "report.html"), encoding="utf-8") as file:
            return file.read()

    def browse(self, *arguments):
        if not BROWSER:
            self.skipTest("chromium is not installed; on Debian: apt-get install chromium")
        done = subprocess.run(
            [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--user-data-dir=" + self.path("profile"), *arguments, "file://" + self.path("crossval", "report.html")],
            capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_text_is_escaped_and_nothing_comes_from_outside(self):
        page = self.make(STUDY)
        self.assertIn("A &lt;title&gt; &amp; more", page)
        self.assertIn("rk4 &lt;b&gt;", page)
        self.assertNotIn("<script", page)
        self.assertNotIn("<?xml", page)
        self.assertEqual(re.findall(r'(?:src|href)="(?!#|data:)[^"]*"|url\(|@import', page), [])
        self.assertIn("prefers-color-scheme: dark", page)

    def test_a_browser_finds_figures_tables_notes_and_contents(self):
        self.make(STUDY, {**STUDY, "study": "chaos", "title": "Second"})
        page = self.browse("--dump-dom")
        self.assertEqual(page.count("<svg"), 2)
        self.assertEqual(page.count("<table"), 2)
        for words in ['href="#neuron"', 'id="neuron"', 'href="#chaos"', "<td>0.1235</td>", "<td>–</td>", "[ms]",
                      "Its caption", "A note", "va-crossval neuron", "9.9.9"]:
            self.assertIn(words, page)
        self.assertLess(page.index('id="neuron"'), page.index('id="chaos"'), "in the order of the help")

    def test_it_can_be_drawn_on_a_phone_and_on_a_desk(self):
        self.make(STUDY)
        for width in (500, 1200):  # headless Chromium has no narrower window
            picture = self.path(f"{width}.png")
            self.browse(f"--window-size={width},900", f"--screenshot={picture}")
            with open(picture, "rb") as file:
                start = file.read(24)
            self.assertEqual(struct.unpack(">II", start[16:24]), (width, 900))
            self.assertGreater(os.path.getsize(picture), 8000, "it is not blank")

    def test_without_studies_it_is_wrong_use(self):
        self.assertIn("must be a folder with studies", self.run_program("report", code=2).stderr)

    def test_a_broken_file_is_named(self):
        os.makedirs(self.path("crossval"))
        with open(self.path("crossval", "x.json"), "w", encoding="utf-8") as file:
            file.write("{")
        self.assertIn("x.json", self.run_program("report", code=1).stderr)


@unittest.skipUnless(shutil.which("gnuplot"), "gnuplot is not installed")
class Unwritable(CrossValidationTest):
    def test_a_figure_that_cannot_be_written_costs_no_numbers(self):
        os.makedirs(self.path("crossval", "neuron_errors.svg"))
        done = self.run_program("neuron", "--quick", code=1)
        self.assertIn("va-crossval: crossval/neuron_errors.svg: is a folder", done.stderr)
        self.assertEqual(sorted(os.listdir(self.path("crossval"))),
                         ["neuron.json", "neuron_errors.csv", "neuron_errors.svg", "neuron_orders.csv"])

    def test_a_second_run_into_a_folder_is_told_of_the_first(self):
        os.makedirs(self.path("crossval"))
        folder = os.open(self.path("crossval"), os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            done = self.run_program("neuron", "--quick")
        finally:
            os.close(folder)
        self.assertIn("va-crossval: another run is writing into crossval", done.stderr)
        self.assertNotIn("another run", self.run_program("neuron", "--quick").stderr)


class Interrupted(CrossValidationTest):
    def test_the_first_signal_ends_a_study_cleanly(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number):
                process = subprocess.Popen([os.environ["VA_CROSSVAL"], "chaos"], cwd=self.folder,
                                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                self.addCleanup(process.kill)
                self.assertIn("1 of", process.stderr.readline(), "it has begun")
                process.send_signal(number)
                self.assertIn("va-crossval: stopped; this study has written nothing", process.communicate()[1])
                self.assertEqual(process.returncode, 128 + number)
        self.assertEqual(os.listdir(self.path("crossval")), [])


if __name__ == "__main__":
    unittest.main()
