# SPDX-License-Identifier: Apache-2.0
"""Brunel's network: what is built, and that its rates are those of the mean-field theory."""

import math
import unittest

from examples import BRUNEL, ExampleTest

SMALL = ["--scale", "0.1", "--warm-up", "30"]


def scaled_erfc(u):
    """exp(u^2) (1 + erf(u)), for u < -5 from its asymptotic series."""
    if u > -5:
        return math.exp(u * u) * (1 + math.erf(u))
    return (1 - 1 / (2 * u * u) + 3 / (4 * u**4)) / (-u * math.sqrt(math.pi))


def rate_of_input(mean, deviation):
    """Rate of a neuron with Gaussian white input [Hz]: Brunel 2000, equation 21; potentials in mV."""
    low, high, steps = (10 - mean) / deviation, (20 - mean) / deviation, 2000
    width = (high - low) / steps
    integral = width * sum(scaled_erfc(low + (step + 0.5) * width) for step in range(steps))
    return 1 / (0.002 + 0.020 * math.sqrt(math.pi) * integral)


def mean_field_rate(g, eta):
    """The rate that makes itself by the inputs that it brings [Hz]; inputs of 0.1 mV, tau_m 20 ms."""
    low, high = 0.0, 400.0
    external = eta * 20 / (0.1 * 0.020)
    for _ in range(40):
        rate = 0.5 * (low + high)
        mean = 0.020 * 0.1 * (external + rate * (1000 - g * 250))
        deviation = 0.1 * math.sqrt(0.020 * (external + rate * (1000 + g * g * 250)))
        if rate_of_input(mean, deviation) > rate:
            low = rate
        else:
            high = rate
    return rate


class Brunel(ExampleTest):
    def test_the_theory_here_is_that_of_the_publication(self):
        for g, eta, published in [(6, 4, 55.8), (5, 2, 38.0), (4.5, 0.9, 6.5)]:  # table 1
            self.assertAlmostEqual(mean_field_rate(g, eta), published, delta=0.06)

    def test_neurons_and_synapses_are_those_of_the_publication(self):
        result = self.run_json(BRUNEL, "--scale", "0.12", "--warm-up", "0", "--duration", "1")
        self.assertEqual([population["neurons"] for population in result["populations"]], [1200, 300])
        self.assertEqual(result["neurons"], 1500)
        self.assertEqual(result["synapses"], 1500 * 1250)

    def test_rates_are_those_of_the_theory(self):
        theory = mean_field_rate(5, 2)
        for model in ["IF_curr_delta", "IF_curr_exp"]:
            with self.subTest(model=model):
                result = self.run_json(BRUNEL, *SMALL, "--duration", "60", "--model", model)
                for population in result["populations"]:
                    self.assertEqual(population["published_rate_hz"], 37.7)
                    # So few neurons share so many of their inputs that their rate varies.
                    self.assertAlmostEqual(population["rate_hz"], theory, delta=0.25 * theory)

    def test_inhibition_and_external_rate_are_options(self):
        quiet = self.run_json(BRUNEL, *SMALL, "--duration", "50", "--eta", "0.5")  # 10 mV on average: no spikes
        self.assertEqual([population["rate_hz"] for population in quiet["populations"]], [0, 0])
        self.assertIsNone(quiet["populations"][0]["published_rate_hz"])
        excited = self.run_json(BRUNEL, *SMALL, "--duration", "10", "--g", "3")  # excitation wins: near 1 / 2 ms
        self.assertGreater(excited["populations"][0]["rate_hz"], 200)

    def test_any_number_of_threads_gives_the_same_spikes(self):
        self.assert_same_spikes_on_any_threads(BRUNEL, *SMALL, "--duration", "5", "--seed", "3")

    def test_a_scale_with_too_few_neurons_for_the_inputs_is_refused(self):
        done = self.run_example(BRUNEL, "--scale", "0.05", code=2)
        self.assertIn("--scale = 0.05: must be >= 0.1", done.stderr)


if __name__ == "__main__":
    unittest.main()
