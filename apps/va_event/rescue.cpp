// SPDX-License-Identifier: Apache-2.0
#include "rescue.hpp"

#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <filesystem>

#include "va_event/error.hpp"

namespace va_event::cli {

std::string FileFailure::text() const {
  return reason + (written_to.empty() ? "" : "; written to " + written_to + " instead");
}

RescuingWriter::~RescuingWriter() {
  if (!folder_.empty()) {
    (void)::rmdir(folder_.c_str());  // fails when there is a file in it
  }
}

std::string RescuingWriter::write(const std::string& path, const std::function<void(const std::string& path)>& write) {
  try {
    write(path);
    return path;
  } catch (const std::exception& error) {
    failures_.push_back({path, error.what(), ""});
  }
  try {
    const std::string instead = fallback_for(path);
    write(instead);
    failures_.back().written_to = instead;
    return instead;
  } catch (const std::exception&) {
    return "";  // the first reason is the one to know
  }
}

std::string RescuingWriter::fallback_for(const std::string& path) {
  const std::filesystem::path name = std::filesystem::path(path).filename();
  together(processes_, [this, &path] {
    if (processes_.rank() == 0 && folder_.empty()) {
      std::string pattern = (std::filesystem::temp_directory_path() / "va-event-XXXXXX").string();
      if (::mkdtemp(pattern.data()) == nullptr) {
        throw FileError(path, "no other folder can be made for it");
      }
      folder_ = pattern;
    }
  });
  return (std::filesystem::path(folder_) / name).string();
}

}  // namespace va_event::cli
