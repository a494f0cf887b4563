# SPDX-License-Identifier: Apache-2.0
"""What is refused, with which exit code, and that nothing was started."""

import json
import os
import resource
import unittest

from program import PROGRAM, SMALL, CommandLineTest

NUMBER_OPTIONS = {
    "--neurons": ["0", "2"],
    "--probability": ["1.1"],
    "--delay": ["0"],
    "--gexc": [],
    "--ginh": [],
    "--rate": [],
    "--stim-duration": [],
    "--duration": ["0"],
    "--seed": ["0.5"],
    "--record-cells": ["0", "3201"],
    "--sampling-interval": ["0"],
    "--checkpoint-every": ["0"],
}


class Errors(CommandLineTest):
    def refused(self, *arguments, **more):
        done = self.run_program(*arguments, code=2, **more)
        self.assertEqual(done.stdout, "")
        self.assertEqual(self.listing(), [], "nothing may be started")
        return done.stderr

    def test_bad_numbers_are_refused_with_option_value_and_rule(self):
        for option, more in NUMBER_OPTIONS.items():
            for text in ["-1", "nan", "inf", "-inf", "many", ""] + more:
                with self.subTest(option=option, text=text):
                    message = self.refused("COBA", option, text)
                    self.assertIn(f"{option} = {text or chr(39) * 2}", message)
                    self.assertIn(": must be ", message)

    def test_bad_words_are_refused(self):
        for option in ["--format", "--record", "--network", "--debug"]:
            with self.subTest(option=option):
                message = self.refused("CUBA", option, "nonsense")
                self.assertIn(f"{option} = nonsense: must be ", message)

    def test_no_benchmark_or_a_wrong_one_is_refused(self):
        self.assertIn("must be COBA or CUBA", self.refused())
        self.assertIn("benchmark = BRAIN: must be COBA or CUBA", self.refused("BRAIN"))

    def test_errors_keep_stdout_clean_for_programs(self):
        self.refused("COBA", "--json", "--duration", "-1")

    def test_a_network_beyond_all_memory_is_refused(self):
        self.assertIn("--neurons = 4000000000", self.refused("COBA", "--neurons", "4000000000"))

    def test_threads_that_the_system_does_not_start_are_refused(self):
        def little_memory():
            resource.setrlimit(resource.RLIMIT_AS, (3 << 29, 3 << 29))

        with open(PROGRAM, "rb") as file:
            if b"__asan_init" in file.read():
                self.skipTest("the address sanitizer needs more address space than the test allows")
        done = self.run_program("CUBA", *SMALL, "--threads", "1024", code=2, preexec_fn=little_memory)
        self.assertRegex(done.stderr, r"threads = 1024: must be at most \d+, since the system starts no more")

    @unittest.skipIf(os.cpu_count() == 1, "one thread is all that there is")
    def test_threads_that_nobody_asked_for_and_that_do_not_start_are_warned_of(self):
        def no_room_for_a_stack():
            resource.setrlimit(resource.RLIMIT_STACK, (8 << 30, resource.getrlimit(resource.RLIMIT_STACK)[1]))
            resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))

        with open(PROGRAM, "rb") as file:
            if b"__asan_init" in file.read():
                self.skipTest("the address sanitizer needs more address space than the test allows")
        busy = ["CUBA", "--delay", "1", "--duration", "20", "--json"]  # enough for two threads
        usual = json.loads(self.run_program(*busy).stdout)
        self.assertEqual(usual["warnings"], [])
        self.assertGreater(usual["threads"], 1)
        done = self.run_program(*busy, preexec_fn=no_room_for_a_stack)
        result = json.loads(done.stdout)
        self.assertEqual(done.stderr.count("Warning: The system did not start"), 1, done.stderr)
        self.assertEqual(len(result["warnings"]), 1)
        self.assertEqual(result["threads"], 1)
        self.assertEqual(result["spikes"], usual["spikes"])

    def test_an_output_folder_that_cannot_be_is_refused_before_the_simulation(self):
        with open(self.path("file"), "w") as file:
            file.write("no folder\n")
        for output in ["file", "file/below", "/proc/nothing/here"]:
            with self.subTest(output=output):
                done = self.run_program("COBA", *SMALL, "--output", output, code=2)
                self.assertIn(f"--output = {output}: must be a folder that can be written to", done.stderr)
                self.assertEqual(done.stdout, "", "nothing may be started")
        self.assertEqual(self.listing(), ["file"])

    @unittest.skipIf(os.geteuid() == 0, "root can write everywhere")
    def test_a_folder_without_permission_is_refused_before_the_simulation(self):
        os.mkdir(self.path("locked"), 0o555)
        done = self.run_program("COBA", *SMALL, "--output", "locked", code=2)
        self.assertIn("--output = locked", done.stderr)

    def test_a_folder_in_the_place_of_a_file_is_refused_before_the_simulation(self):
        os.makedirs(self.path("results", "va_COBA_inh.gdf"))
        done = self.run_program("COBA", *SMALL, code=2)
        self.assertIn("va_COBA_inh.gdf: must not be a folder", done.stderr)


if __name__ == "__main__":
    unittest.main()
