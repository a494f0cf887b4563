// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "declaration.hpp"
#include "vogels_abbott.hpp"

namespace va_event::cli {

/// The options of the group "Plasticity".

void declare_plasticity(Declaration& declare);

/// Reads them into `p.plasticity`; --gexc has been read before. Options of another rule than the one that was chosen
/// are refused. @throws UserError
void read_plasticity(const OptionTexts& texts, VogelsAbbottParameters& p);

}  // namespace va_event::cli
