#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reads the files of write_sample_files with other people's readers and compares every value.

Usage: check_files.py {text|numpy|h5py|neo|libsonata|bmtk} FOLDER. Exit code 77: the reader is not installed.
The expected values follow from the formulas of sample_data.hpp; fractions.Fraction makes comparisons exact.
"""
import os
import struct
import sys
from fractions import Fraction

SKIPPED = 77
POPULATIONS = [("exc", 0, 30), ("inh é", 30, 20), ("stim/ulus", 50, 5)]


def expected_spikes():
    """(id, whole ms, fraction of a ms) of every spike."""
    spikes = []
    for k in range(1000):
        whole, fraction = (k, 0.0) if k < 10 else (10**7 + k, (k % 10) / 10.0 + 2.0**-40)
        spikes.append((7 * k % 50, whole, fraction))
    return spikes


def expected_wide_spikes():
    """(id, exact time in ms) of every spike with tails."""
    tail = Fraction(1, 2**80) - Fraction(1, 2**140)
    return [(cell, exact(whole, fraction) + (k + 1) * tail)
            for k, (cell, whole, fraction) in enumerate(expected_spikes()[:100])]


def expected_connections():
    """(pre, post, weight, delay) of every synapse."""
    return [(7 * k % 55, 3 * k % 50, k / 7.0 - 20.0, (k + 1) / 10.0) for k in range(500)]


def expected_synapse_signal():
    """(synapses, times, rows)"""
    synapses = list(range(1, 500, 3))
    return synapses, [7.5, 10.0, 12.5], [[k / 3 + c for c in range(len(synapses))] for k in (3, 4, 5)]


def expected_changes():
    """(whole ms, fraction, synapse, pre, post, value) of every change."""
    cells = expected_connections()
    return [(whole, fraction, 11 * k % 500, cells[11 * k % 500][0], cells[11 * k % 500][1], k / 7)
            for k, (_, whole, fraction) in enumerate(expected_spikes())]


def exact(whole, fraction):
    return Fraction(whole) + Fraction(fraction)


def expected_ids():
    return list(range(20, 30)) + list(range(30, 50, 2))


def expected_values():
    rows = [[-70.0 + ((131 * s + 17 * c) % 1000) / 7.0 for c in range(len(expected_ids()))] for s in range(5000)]
    rows[0][0] = 5e-324
    rows[0][1] = -0.0
    return rows


def expected_times(samples=5000):
    return [(99999995 + k) * 0.1 for k in range(samples)]


def same(values, expected):
    """Equality of lists of doubles that also tells 0 from -0."""
    assert len(values) == len(expected), (len(values), len(expected))
    for k, (value, wanted) in enumerate(zip(values, expected)):
        assert float(value).hex() == float(wanted).hex(), (k, float(value).hex(), float(wanted).hex())


def single(value):
    """The nearest number of single precision."""
    return struct.unpack("f", struct.pack("f", value))[0]


def check_spike_lines(lines, separator):
    assert len(lines) == 1000
    for line, (cell, whole, fraction) in zip(lines, expected_spikes()):
        cell_text, time_text = line.split(separator)
        whole_text, _, fraction_text = time_text.partition(".")
        assert int(cell_text) == cell, line
        assert int(whole_text) == whole, line
        assert float("0." + (fraction_text or "0")) == fraction, line


def check_text(folder):
    def lines(name):
        with open(os.path.join(folder, name), encoding="ascii", newline="") as file:
            text = file.read()
        assert text == "" or text.endswith("\n")
        return text.split("\n")[:-1]

    check_spike_lines(lines("spikes.gdf"), "\t")
    assert lines("no_spikes.gdf") == []
    csv = lines("spikes.csv")
    assert csv[0] == "id,time_ms"
    check_spike_lines(csv[1:], ",")
    assert lines("no_spikes.csv") == ["id,time_ms"]

    for wide, separator in ((lines("wide_spikes.gdf"), "\t"), (lines("wide_spikes.csv")[1:], ",")):
        assert len(wide) == 100
        for line, (cell, time) in zip(wide, expected_wide_spikes()):
            cell_text, time_text = line.split(separator)
            assert int(cell_text) == cell and len(time_text.partition(".")[2]) == 45, line
            assert abs(Fraction(time_text) - time) <= Fraction(1, 2 * 10**45), line

    signal = lines("signal.csv")
    header = "time_ms," + ",".join(map(str, expected_ids()))
    assert signal[0] == header
    rows = [[float(cell) for cell in line.split(",")] for line in signal[1:]]
    same([row[0] for row in rows], expected_times())
    assert len(rows) == 5000
    for row, values in zip(rows, expected_values()):
        same(row[1:], values)
    assert lines("unsampled.csv") == [header]
    assert lines("no_cells.csv") == ["time_ms"]

    connections = lines("connections.csv")
    assert connections[0] == "pre,post,weight_nA,delay_ms"
    rows = [line.split(",") for line in connections[1:]]
    assert [(int(r[0]), int(r[1]), float(r[2]), float(r[3])) for r in rows] == expected_connections()

    synapses, times, values = expected_synapse_signal()
    signal = lines("synapse_signal.csv")
    assert signal[0] == "time_ms," + ",".join(map(str, synapses))
    assert [list(map(float, line.split(","))) for line in signal[1:]] == [[t, *row] for t, row in zip(times, values)]
    changes = lines("synapse_changes.csv")
    assert changes[0] == "time_ms,synapse,pre,post,u"
    assert len(changes) == 1001
    for line, (whole, fraction, *others) in zip(changes[1:], expected_changes()):
        time_text, *numbers = line.split(",")
        whole_text, _, fraction_text = time_text.partition(".")
        assert int(whole_text) == whole and float("0." + (fraction_text or "0")) == fraction, line
        assert list(map(float, numbers)) == others, line
    assert lines("no_changes.csv") == ["time_ms,synapse,pre,post,"]


def check_numpy(folder):
    import numpy

    def load(name):
        return numpy.load(os.path.join(folder, name), allow_pickle=False)

    def check_populations(arrays):
        assert list(arrays["population_labels"]) == [label for label, _, _ in POPULATIONS]
        assert list(arrays["population_first_ids"]) == [first for _, first, _ in POPULATIONS]
        assert list(arrays["population_sizes"]) == [size for _, _, size in POPULATIONS]

    table = numpy.loadtxt(os.path.join(folder, "spikes.gdf"))
    same(table[:, 1], [float(exact(whole, fraction)) for _, whole, fraction in expected_spikes()])

    spikes = load("spikes.npz")
    assert spikes["ids"].dtype == numpy.uint32
    assert spikes["times"].dtype == spikes["times_residual"].dtype == numpy.float64
    assert list(spikes["ids"]) == [cell for cell, _, _ in expected_spikes()]
    for time, residual, (_, whole, fraction) in zip(spikes["times"], spikes["times_residual"], expected_spikes()):
        assert Fraction(time) + Fraction(residual) == exact(whole, fraction)
        assert time == float(exact(whole, fraction))
    assert any(spikes["times_residual"] != 0)
    check_populations(spikes)
    for name in ("ids", "times", "times_residual"):
        assert load("no_spikes.npz")[name].shape == (0,)

    wide = load("wide_spikes.npz")
    names = ("times", "times_residual", "times_residual2", "times_residual3")
    sums = [sum(map(Fraction, row)) for row in zip(*(wide[name] for name in names))]
    assert sums == [time for _, time in expected_wide_spikes()]
    assert "times_residual2" not in spikes

    signal = load("signal.npz")
    assert signal["values"].shape == (5000, 20)
    same(signal["values"].ravel(), sum(expected_values(), []))
    same(signal["times"], expected_times())
    assert list(signal["ids"]) == expected_ids()
    assert signal["sampling_interval"].shape == () and float(signal["sampling_interval"]) == 0.1
    assert str(signal["variable"]) == "v" and str(signal["unit"]) == "mV"
    check_populations(signal)
    unsampled = load("unsampled.npz")
    assert unsampled["values"].shape == (0, 20) and unsampled["times"].shape == (0,)
    connections = load("connections.npz")
    assert connections["pre"].dtype == connections["post"].dtype == numpy.uint32
    assert list(zip(*(connections[name].tolist() for name in ("pre", "post", "weights", "delays")))
                ) == expected_connections()
    assert str(connections["weight_unit"]) == "nA"
    check_populations(connections)
    synapses, times, values = expected_synapse_signal()
    signal = load("synapse_signal.npz")
    assert signal["synapses"].dtype == numpy.uint64 and signal["synapses"].tolist() == synapses
    assert signal["times"].tolist() == times and signal["values"].tolist() == values
    assert list(zip(signal["pre"].tolist(), signal["post"].tolist())) == [expected_connections()[k][:2] for k in synapses]
    assert float(signal["sampling_interval"]) == 2.5
    assert (str(signal["variable"]), str(signal["unit"])) == ("weight", "nA")
    check_populations(signal)
    changes = load("synapse_changes.npz")
    wanted = expected_changes()
    sums = [Fraction(a) + Fraction(b) for a, b in zip(changes["times"], changes["times_residual"])]
    assert sums == [exact(whole, fraction) for whole, fraction, *_ in wanted]
    assert list(zip(*(changes[name].tolist() for name in ("synapses", "pre", "post", "values")))
                ) == [tuple(others) for _, _, *others in wanted]
    assert changes["pre"].dtype == numpy.uint32 and str(changes["variable"]) == "u" and str(changes["unit"]) == ""
    check_populations(changes)
    assert load("no_changes.npz")["times"].shape == (0,)
    no_cells = load("no_cells.npz")
    assert no_cells["values"].shape == (0, 0) and str(no_cells["variable"]) == ""


def check_h5py(folder):
    import h5py

    groups = [("exc", 0, 30), ("inh é", 30, 20), ("stim_ulus", 50, 5)]

    def load(name):
        file = h5py.File(os.path.join(folder, name), "r")
        assert file.attrs["magic"] == 0x0A7A and file.attrs["magic"].dtype == "uint32"
        assert list(file.attrs["version"]) == [0, 1]
        return file

    spikes = load("spikes.h5")["spikes"]
    assert set(spikes) == {name for name, _, _ in groups}
    for name, first, size in groups:
        mine = [spike for spike in expected_spikes() if first <= spike[0] < first + size]
        group = spikes[name]
        sorting = group.attrs.get_id("sorting").dtype
        assert h5py.check_enum_dtype(sorting) == {"none": 0, "by_id": 1, "by_time": 2}
        assert group.attrs["sorting"] == 2
        assert group["node_ids"].dtype == "uint64"
        assert list(group["node_ids"]) == [spike[0] - first for spike in mine]
        assert group["timestamps"].dtype == "float64" and group["timestamps"].attrs["units"] == "ms"
        same(group["timestamps"], [float(exact(whole, fraction)) for _, whole, fraction in mine])
        sums = [Fraction(a) + Fraction(b) for a, b in zip(group["timestamps"], group["timestamps_residual"])]
        assert sums == [exact(whole, fraction) for _, whole, fraction in mine]
    wide = load("wide_spikes.h5")["spikes"]
    names = ("timestamps", "timestamps_residual", "timestamps_residual2", "timestamps_residual3")
    for name, first, size in groups:
        assert all(wide[name][array].attrs["units"] == "ms" for array in names)
        sums = [sum(map(Fraction, row)) for row in zip(*(wide[name][array] for array in names))]
        assert sums == [time for cell, time in expected_wide_spikes() if first <= cell < first + size]
        assert "timestamps_residual2" not in spikes[name]
    for name, _, _ in groups:
        assert load("no_spikes.h5")["spikes"][name]["timestamps"].shape == (0,)

    edges = load("connections.h5")["edges"]
    found = 0
    for pre, pre_first, pre_size in groups:
        for post, post_first, post_size in groups[:2]:
            mine = [one for one in expected_connections()
                    if 0 <= one[0] - pre_first < pre_size and 0 <= one[1] - post_first < post_size]
            group = edges[f"{pre}_to_{post}"]
            for name, place, first, population in (("source_node_id", 0, pre_first, pre),
                                                   ("target_node_id", 1, post_first, post)):
                assert group[name].dtype == "uint64" and group[name].attrs["node_population"] == population
                assert group[name][:].tolist() == [one[place] - first for one in mine]
            same(group["0"]["syn_weight"], [one[2] for one in mine])
            same(group["0"]["delay"], [one[3] for one in mine])
            assert group["0"]["syn_weight"].attrs["units"] == "nA" and group["0"]["delay"].attrs["units"] == "ms"
            assert set(group["edge_type_id"][:]) == set(group["edge_group_id"][:]) == {0}
            assert group["edge_group_index"][:].tolist() == list(range(len(mine)))
            found += len(mine)
    assert found == 500 and len(edges) == 6

    def check_report(report, name, first, columns, samples):
        group = report[name]
        mapping = group["mapping"]
        ids = expected_ids()
        assert group["data"].shape == (samples, len(columns)), group["data"].shape
        assert group["data"].attrs["units"] == "mV" and group["data"].attrs["variable"] == "v"
        assert group["data"].dtype == "float32"
        for row, values in zip(group["data"][:], expected_values()):
            same(row, [single(values[column]) for column in columns])
        assert mapping["node_ids"].dtype == "uint64"
        assert mapping["node_ids"].attrs["sorted"] == 1 and mapping["node_ids"].attrs["sorted"].dtype == "uint8"
        assert list(mapping["node_ids"]) == [ids[column] - first for column in columns]
        for name in ("index_pointers", "index_pointer"):
            assert mapping[name].dtype == "uint64"
            assert list(mapping[name]) == list(range(len(columns) + 1))
        assert list(mapping["element_pos"]) == [0.0] * len(columns)
        assert list(mapping["element_ids"]) == [1] * len(columns)
        assert mapping["time"].dtype == "float64"
        same(mapping["time"], [99999995 * 0.1, (99999995 + samples) * 0.1, 0.1])
        assert mapping["time"].attrs["units"] == "ms"

    for file, samples in (("signal.h5", 5000), ("unsampled.h5", 0)):
        report = load(file)["report"]
        check_report(report, "exc", 0, range(10), samples)
        check_report(report, "inh é", 30, range(10, 20), samples)
        check_report(report, "stim_ulus", 50, [], samples)
    assert load("no_cells.h5")["report"]["exc"]["data"].shape == (0, 0)


def check_neo(folder):
    import quantities
    from neo.io import NestIO

    segment = NestIO(filenames=os.path.join(folder, "spikes.gdf")).read_segment(
        gid_list=[], t_start=0 * quantities.ms, t_stop=2e7 * quantities.ms, id_column_gdf=0, time_column_gdf=1)
    assert len(segment.spiketrains) == 50
    for train in segment.spiketrains:
        mine = [float(exact(w, f)) for cell, w, f in expected_spikes() if cell == train.annotations["id"]]
        same(train.rescale(quantities.ms).magnitude, mine)


SONATA_GROUPS = [("exc", 0, 30), ("inh é", 30, 20), ("stim_ulus", 50, 5)]


def check_libsonata(folder):
    import libsonata

    spikes = libsonata.SpikeReader(os.path.join(folder, "spikes.h5"))
    assert sorted(spikes.get_population_names()) == [name for name, _, _ in SONATA_GROUPS]
    for name, first, size in SONATA_GROUPS:
        mine = [(cell - first, float(exact(w, f))) for cell, w, f in expected_spikes() if first <= cell < first + size]
        assert spikes[name].get() == mine
        assert spikes[name].sorting == "by_time"
        assert spikes[name].get(node_ids=[3]) == [spike for spike in mine if spike[0] == 3]

    for pre, pre_first, pre_size in SONATA_GROUPS:
        edges = libsonata.EdgeStorage(os.path.join(folder, "connections.h5")).open_population(f"{pre}_to_exc")
        mine = [one for one in expected_connections() if 0 <= one[0] - pre_first < pre_size and one[1] < 30]
        everything = libsonata.Selection([(0, edges.size)])
        assert edges.size == len(mine) and edges.source == pre and edges.target == "exc"
        assert edges.source_nodes(everything).tolist() == [one[0] - pre_first for one in mine]
        assert edges.target_nodes(everything).tolist() == [one[1] for one in mine]
        same(edges.get_attribute("syn_weight", everything).tolist(), [one[2] for one in mine])
        same(edges.get_attribute("delay", everything).tolist(), [one[3] for one in mine])

    # From 2 ms on: libsonata adds up steps to find the times, and at 10^7 ms counts one frame too many.
    ids, rows = expected_ids(), expected_values()
    for reader in (libsonata.SomaReportReader, libsonata.ElementReportReader):
        report = reader(os.path.join(folder, "early_signal.h5"))
        assert sorted(report.get_population_names()) == [name for name, _, _ in SONATA_GROUPS]
        for name, first, columns in (("exc", 0, range(10)), ("inh é", 30, range(10, 20))):
            population = report[name]
            nodes = [ids[column] - first for column in columns]
            assert population.data_units == "mV" and population.time_units == "ms" and population.sorted
            assert list(population.get_node_ids()) == nodes
            same(population.times, [20 * 0.1, 5020 * 0.1, 0.1])
            frame = population.get()
            assert frame.data.shape == (5000, len(nodes))
            elements = [node[0] if reader is libsonata.ElementReportReader else node for node in frame.ids]
            assert list(elements) == nodes
            for row, values in zip(frame.data.tolist(), rows):
                same(row, [single(values[column]) for column in columns])
            one = population.get(node_ids=[nodes[4]]).data.ravel().tolist()
            same(one, [single(values[columns[4]]) for values in rows])


def check_bmtk(folder):
    from bmtk.utils.reports.compartment import CompartmentReport
    from bmtk.utils.reports.spike_trains import SpikeTrains

    trains = SpikeTrains.load(os.path.join(folder, "spikes.h5"))
    for name, first, size in SONATA_GROUPS[:2]:
        for node in range(size):
            mine = [float(exact(w, f)) for cell, w, f in expected_spikes() if cell == first + node]
            same(trains.get_times(node, population=name), mine)

    ids, rows = expected_ids(), expected_values()
    report = CompartmentReport(os.path.join(folder, "signal.h5"), mode="r")
    assert sorted(report.populations) == [name for name, _, _ in SONATA_GROUPS]
    for name, first, columns in (("exc", 0, range(10)), ("inh é", 30, range(10, 20))):
        nodes = [ids[column] - first for column in columns]
        assert list(report.node_ids(population=name)) == nodes
        assert report.units(population=name) == "mV" and report.variable(population=name) == "v"
        assert report.tstart(population=name) == 99999995 * 0.1 and report.dt(population=name) == 0.1
        for node, column in zip(nodes, columns):
            assert report.n_elements(node_id=node, population=name) == 1
            values = report.data(node_id=node, population=name).ravel().tolist()
            assert 4999 <= len(values) <= 5000  # it computes the number from the times, rounded down
            same(values, [single(row[column]) for row in rows[: len(values)]])


def main():
    check = {"text": check_text, "numpy": check_numpy, "h5py": check_h5py, "neo": check_neo,
             "libsonata": check_libsonata, "bmtk": check_bmtk}[sys.argv[1]]
    try:
        check(sys.argv[2])
    except ImportError as error:
        print("skipped:", error)
        sys.exit(SKIPPED)


if __name__ == "__main__":
    main()
