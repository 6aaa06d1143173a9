#include "net/static_files.h"

#include "base/whole_file.h"

#include <spdlog/spdlog.h>

#include <filesystem>

namespace tailrace {

namespace {

std::string type_of(const std::filesystem::path& path) {
  static const std::map<std::string, std::string> kTypes = {
      {".html", "text/html; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},   {".svg", "image/svg+xml"},
      {".png", "image/png"},                 {".ico", "image/x-icon"},
      {".json", "application/json"},         {".map", "application/json"},
      {".webmanifest", "application/manifest+json"}, {".woff2", "font/woff2"}, {".txt", "text/plain; charset=utf-8"}};
  const auto at = kTypes.find(path.extension().string());
  return at == kTypes.end() ? "application/octet-stream" : at->second;
}

}  // namespace

StaticFiles::StaticFiles(const std::string& directory) {
  std::error_code error;
  if (directory.empty() || !std::filesystem::is_directory(directory, error)) return;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    const auto text = read_file(entry.path().string());
    if (!text) {
      spdlog::warn("the page lacks {}: {}", entry.path().string(), text.error().message);
      continue;
    }
    File file{type_of(entry.path()), {}, std::make_shared<const std::string>(*text)};
    file.tag = '"' + std::to_string(std::hash<std::string>{}(*file.body)) + '"';
    files_["/" + std::filesystem::relative(entry.path(), directory).generic_string()] = std::move(file);
  }
}

std::optional<HttpResponse> StaticFiles::get(std::string_view path, const std::string& if_none_match) const {
  const auto at = files_.find(path.ends_with('/') ? std::string(path) + "index.html" : std::string(path));
  if (at == files_.end()) return std::nullopt;
  HttpResponse response;
  response.type = at->second.type;
  response.headers = page_headers();
  response.headers.emplace_back("ETag", at->second.tag);
  response.headers.emplace_back("Cache-Control", "no-cache");
  if (if_none_match == at->second.tag)
    response.status = 304;
  else
    response.body = at->second.body;
  return response;
}

std::vector<std::pair<std::string, std::string>> page_headers() {
  return {{"Content-Security-Policy",
           "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; "
           "frame-ancestors 'none'"},
          {"Referrer-Policy", "no-referrer"},
          {"Cross-Origin-Opener-Policy", "same-origin"},
          {"X-Frame-Options", "DENY"}};
}

}  // namespace tailrace
