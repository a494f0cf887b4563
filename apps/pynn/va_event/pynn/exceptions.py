# SPDX-License-Identifier: Apache-2.0
"""The library's exceptions as PyNN's."""

from contextlib import contextmanager

from pyNN import errors

from .. import _native


class NotAvailableError(errors.NoModelAvailableError, NotImplementedError):
    """Something that PyNN has and this simulator has not."""


@contextmanager
def as_pynn_errors():
    """What the library says about a value, raised as PyNN's exception for it."""
    try:
        yield
    except (_native.ParameterError, _native.UnknownNameError) as error:
        raise errors.InvalidParameterValueError(str(error)) from error
    except _native.SizeError as error:
        raise errors.InvalidDimensionsError(str(error)) from error
    except _native.ConnectionError as error:
        raise errors.ConnectionError(str(error)) from error
