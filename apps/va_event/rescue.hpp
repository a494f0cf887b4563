// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "va_event/processes.hpp"

namespace va_event::cli {

/// A file that could not be written in its place.
struct FileFailure {
  std::string path;
  std::string reason;      ///< with the path: "results/va_COBA_exc.gdf: No space left on device"
  std::string written_to;  ///< where it is instead; "": nowhere

  /// "<reason>; written to <path> instead"
  [[nodiscard]] std::string text() const;
};

/// Writes files one after the other. One that fails keeps no other from being written, and is tried once more in a
/// folder of its own below the one for temporary files, which is usually on another disk: what was computed for hours
/// must not be lost because a disk is full or a folder was deleted.
class RescuingWriter {
 public:
  /// All processes make the same calls; the first one writes.
  explicit RescuingWriter(Processes& processes) : processes_(processes) {}
  RescuingWriter(const RescuingWriter&) = delete;
  RescuingWriter& operator=(const RescuingWriter&) = delete;
  /// Removes the folder of the fallback if nothing could be written there.
  ~RescuingWriter();

  /// @param write writes the file under the name that it gets, or throws, in all processes
  /// @return where the file is; "" when it could not be written
  std::string write(const std::string& path, const std::function<void(const std::string& path)>& write);

  [[nodiscard]] const std::vector<FileFailure>& failures() const noexcept { return failures_; }

 private:
  [[nodiscard]] std::string fallback_for(const std::string& path);

  Processes& processes_;
  std::string folder_;  ///< of the fallback, in the first process; "": not made yet
  std::vector<FileFailure> failures_;
};

}  // namespace va_event::cli
