// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "foundation/large_pages.hpp"

namespace va_event::neurons::order_free_conductances {

/// An array whose new elements are not cleared by resize(): they are written before they are read.
template <class T>
using UnwrittenVector = foundation::LargeArray<T>;

}  // namespace va_event::neurons::order_free_conductances
