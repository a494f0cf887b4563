# SPDX-License-Identifier: Apache-2.0
"""What the networks of two populations in Brian2's C++ standalone mode share."""

from session import become

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


def compile_program(task, network, parts):
    """parts(brian2, network, task) makes all objects, among them a SpikeMonitor of all neurons that is called recorded."""
    import brian2

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


def build(task):
    become("./main", folder=task.folder / "program")
