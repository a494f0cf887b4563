# SPDX-License-Identifier: Apache-2.0
"""The figure: file types, names, and no gnuplot."""

import os
import resource
import shutil
import signal
import struct
import unittest

from program import SMALL, CommandLineTest


@unittest.skipUnless(shutil.which("gnuplot"), "gnuplot is not installed")
class Figures(CommandLineTest):
    def assert_no_leftovers(self, *folder):
        self.assertEqual([name for name in self.listing(*folder) if name.endswith(".part")], [])

    def test_the_default_figure_is_a_png_beside_the_data(self):
        done = self.run_program("COBA", *SMALL, "--plot-figure", "--quiet")
        self.assertEqual(done.stderr, "", "gnuplot has nothing to complain of")
        with open(self.path("results", "va_COBA.png"), "rb") as file:
            start = file.read(24)
        self.assertEqual(start[:8], b"\x89PNG\r\n\x1a\n")
        width, height = struct.unpack(">II", start[16:24])
        self.assertGreaterEqual(min(width, height), 1000)
        self.assert_no_leftovers("results")

    def test_svg_and_pdf_go_by_the_ending(self):
        report = self.run_json("CUBA", *SMALL, "--plot-figure", "it's a figure.SVG", "--format", "none")
        self.assertEqual(report["files"], ["it's a figure.SVG"])
        with open(self.path("it's a figure.SVG"), encoding="utf-8") as file:
            text = file.read()
        self.assertIn("<svg", text)
        for words in ["Vogels-Abbott network, CUBA: 400 neurons", "Population rate", "Membrane potential",
                      "Inter-spike intervals", "Firing rates", "time [ms]", "rate [Hz]", "v [mV]", "excitatory",
                      "inhibitory"]:
            self.assertIn(words, text)
        self.run_program("CUBA", *SMALL, "--plot-figure", "deep/er/figure.pdf", "--format", "none")
        with open(self.path("deep", "er", "figure.pdf"), "rb") as file:
            self.assertEqual(file.read(5), b"%PDF-")
        self.assert_no_leftovers("deep", "er")

    def test_a_silent_or_tiny_or_long_run_can_be_drawn(self):
        for arguments in [
            ["COBA", "--rate", "0", "--probability", "0", "--duration", "200"],
            ["CUBA", "--neurons", "3", "--duration", "0.01", "--record-cells", "1"],
            ["CUBA", "--neurons", "50", "--duration", "2500", "--sampling-interval", "1500"],
        ]:
            with self.subTest(arguments=arguments):
                done = self.run_program(*arguments, "--plot-figure", "x.png", "--format", "none", "--quiet")
                self.assertEqual(done.stderr, "")

    def test_the_figure_does_not_change_what_is_recorded_in_files(self):
        self.run_program("COBA", *SMALL, "--plot-figure", "--record", "spikes")
        self.assertEqual(self.listing("results"),
                         ["va_COBA.json", "va_COBA.png", "va_COBA_exc.gdf", "va_COBA_inh.gdf"])

    def test_a_full_disk_leaves_the_old_figure_and_is_said(self):
        def small_files_only():  # a file that grows beyond this fails as on a full disk
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

        for ending in ["png", "svg", "pdf"]:
            with self.subTest(ending=ending):
                name = "figure." + ending
                with open(self.path(name), "w", encoding="ascii") as file:
                    file.write("old")
                done = self.run_program("CUBA", *SMALL, "--plot-figure", name, "--format", "none", code=1,
                                        preexec_fn=small_files_only)
                self.assertIn(f"va-event: {name}: File too large", done.stderr)
                with open(self.path(name), encoding="ascii") as file:
                    self.assertEqual(file.read(), "old")
                self.assertEqual([other for other in self.listing() if not other.startswith("figure.")], [])

    def test_a_figure_without_its_end_is_no_figure(self):
        os.mkdir(self.path("bin"))
        with open(self.path("bin", "gnuplot"), "w", encoding="ascii") as file:
            file.write("#!/bin/sh\n/bin/cat >/dev/null\nprintf '<svg><path'\n")
        os.chmod(self.path("bin", "gnuplot"), 0o755)
        done = self.run_program("CUBA", *SMALL, "--plot-figure", "x.svg", "--format", "none", code=1,
                                env={"PATH": self.path("bin")})
        self.assertIn("va-event: x.svg: gnuplot drew only a part of it", done.stderr)
        self.assertEqual(self.listing(), ["bin"])

    def test_no_link_is_followed_while_it_is_drawn(self):
        with open(self.path("other"), "w", encoding="ascii") as file:
            file.write("somebody else's")
        os.symlink("other", self.path("x.png.part"))
        os.symlink("other", self.path("x.png"))
        self.run_program("CUBA", *SMALL, "--plot-figure", "x.png", "--format", "none")
        with open(self.path("other"), encoding="ascii") as file:
            self.assertEqual(file.read(), "somebody else's")
        self.assertEqual(self.listing(), ["other", "x.png", "x.png.part"])

    def test_a_name_never_becomes_a_command(self):
        for name in ["x\n!touch PWNED\n.png", "x'\nsystem('touch PWNED')\n'.svg", "`touch PWNED`.pdf",
                     "$(touch PWNED).png", "x\r!touch PWNED\r.png"]:
            with self.subTest(name=name):
                report = self.run_json("CUBA", *SMALL, "--plot-figure", name, "--output", "o\n!touch PWNED\n",
                                       "--record", "spikes")
                self.assertIn(name, report["files"])
                self.assertTrue(os.path.exists(self.path(name)))
                self.assertNotIn("PWNED", self.listing())

    def test_a_figure_in_an_impossible_place_is_refused_before_the_simulation(self):
        done = self.run_program("COBA", *SMALL, "--plot-figure", "/proc/nothing/x.png", code=2)
        self.assertIn("--plot-figure = /proc/nothing: must be a folder", done.stderr)
        self.assertEqual(done.stdout, "")


class NoGnuplot(CommandLineTest):
    def test_without_gnuplot_nothing_is_simulated(self):
        os.mkdir(self.path("bin"))
        done = self.run_program("COBA", *SMALL, "--plot-figure", code=1, env={"PATH": self.path("bin")})
        self.assertIn("--plot-figure = results/va_COBA.png: must have gnuplot", done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(self.listing(), ["bin"])


if __name__ == "__main__":
    unittest.main()
