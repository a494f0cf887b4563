# SPDX-License-Identifier: Apache-2.0
"""Brian2 in C++ standalone mode: exact within a step, spikes on the grid, Poisson input by PoissonInput, which draws one
number per neuron and step."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import brunel
from session import become, serve

EQUATIONS = {False: "dv/dt = -v/tau_m : volt (unless refractory)",
             True: "dv/dt = (i_syn - v)/tau_m : volt (unless refractory)\ndi_syn/dt = -i_syn/tau_syn : volt"}
EXTERNAL_INPUTS = 1000  # that share the external rate: their sum is binomial, nearly Poisson

# In main(): Brian2 itself would simulate once, for a time that is fixed when it is compiled.
START = """
struct timespec wall_0, wall_1;
auto wall_s = [&] { return (wall_1.tv_sec - wall_0.tv_sec) + 1e-9 * (wall_1.tv_nsec - wall_0.tv_nsec); };
auto memory = [](const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind(name + ":", 0) == 0) return 1024 * std::stol(line.substr(name.size() + 1));
  return 0L;
};
const long memory_0 = memory("VmRSS");
clock_gettime(CLOCK_MONOTONIC, &wall_0);
"""
SESSION = """
clock_gettime(CLOCK_MONOTONIC, &wall_1);
printf("{\\"build_s\\": %%.6f, \\"neurons\\": %(neurons)d, \\"synapses\\": %(synapses)d, \\"memory_bytes\\": %%ld, "
       "\\"peak_bytes\\": %%ld, \\"settings\\": \\"C++ standalone, %(dt)g ms\\"}\\n",
       wall_s(), memory("VmRSS") - memory_0, memory("VmHWM") - memory_0);
fflush(stdout);
for (double milliseconds; std::cin >> milliseconds;) {
  clock_gettime(CLOCK_MONOTONIC, &wall_0);
  network.run(1e-3 * milliseconds, NULL, 10.0);
  clock_gettime(CLOCK_MONOTONIC, &wall_1);
  long spikes[2] = {0, 0};
  for (const auto neuron : _dynamic_array_recorded_i) ++spikes[neuron >= %(excitatory)d];
  _dynamic_array_recorded_i.clear();
  _dynamic_array_recorded_t.clear();
  _array_recorded_N[0] = 0;
  printf("{\\"run_s\\": %%.6f, \\"spikes\\": [%%ld, %%ld]}\\n", wall_s(), spikes[0], spikes[1]);
  fflush(stdout);
}
_exit(0);  // without the files that Brian2 writes
"""


def probe():
    import brian2

    return brian2.__version__


def prepare(task):
    import brian2

    network = brunel.Brunel(task.neurons, task.input == "exponential")
    brian2.set_device("cpp_standalone", build_on_run=False)
    brian2.prefs.devices.cpp_standalone.openmp_threads = task.threads if task.threads > 1 else 0
    brian2.prefs.codegen.cpp.headers += ["<unistd.h>"]
    brian2.defaultclock.dt = task.dt * brian2.ms
    brian2.seed(task.seed)
    brian2.device.insert_code("before_start", START)
    brian2.Network(parts(brian2, network, task)).run(0 * brian2.ms)
    brian2.device.insert_code("main", SESSION % {
        "neurons": network.sizes.sum(), "synapses": network.synapses.sum(), "dt": task.dt,
        "excitatory": network.sizes[0]})
    brian2.device.build(directory=str(task.folder / "program"), compile=True, run=False)


def parts(brian2, network, task):
    mv, ms = brian2.mV, brian2.ms
    cells = brian2.NeuronGroup(
        int(network.sizes.sum()), EQUATIONS[network.exponential], method="exact", threshold=f"v >= {brunel.V_THRESH}*mV",
        reset=f"v = {brunel.V_RESET}*mV", refractory=brunel.TAU_REFRAC * ms,
        namespace={"tau_m": brunel.TAU_M * ms, "tau_syn": brunel.TAU_SYN * ms})
    low, high = brunel.INITIAL_V
    cells.v = f"({low} + {high - low}*rand())*mV"
    target = "i_syn" if network.exponential else "v"
    # A current as the potential that it would bring about.
    weight = network.jump * (brunel.TAU_M / brunel.TAU_SYN if network.exponential else 1.0) * mv
    made = [cells, brian2.SpikeMonitor(cells, name="recorded"),
            brian2.PoissonInput(cells, target, EXTERNAL_INPUTS, network.external_rate / EXTERNAL_INPUTS * brian2.Hz,
                                weight)]
    for factor, (pre, post) in zip((1.0, brunel.INHIBITION), network.draw_sources(task.seed)):
        # One weight and one delay for all synapses: Brian2 is faster so.
        synapses = brian2.Synapses(cells, cells, on_pre=f"{target}_post += weight", namespace={"weight": factor * weight},
                                   delay=brunel.DELAY * ms)
        synapses.connect(i=pre, j=post)
        made.append(synapses)
    return made


def build(task):
    become("./main", folder=task.folder / "program")


if __name__ == "__main__":
    serve(probe, build, prepare)
