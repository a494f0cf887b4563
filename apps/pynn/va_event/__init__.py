# SPDX-License-Identifier: Apache-2.0
"""va-event: exact, event-driven simulation of integrate-and-fire networks. The simulator of PyNN is `va_event.pynn`,
which PyNN finds as `pyNN.va_event`."""

from ._native import version

__version__ = version()
__all__ = ["__version__"]
