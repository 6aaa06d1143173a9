#include "log/channel.h"

namespace tailrace {

namespace {

constexpr std::uint64_t kBasis = 14695981039346656037ull;
constexpr std::uint64_t kPrime = 1099511628211ull;

std::uint64_t mix_byte(std::uint64_t hash, unsigned char byte) { return (hash ^ byte) * kPrime; }

std::uint64_t mix(std::uint64_t hash, const std::string& part) {
  for (auto size = static_cast<std::uint64_t>(part.size()), i = std::uint64_t{0}; i < 8; ++i, size >>= 8)
    hash = mix_byte(hash, static_cast<unsigned char>(size));
  for (const char c : part) hash = mix_byte(hash, static_cast<unsigned char>(c));
  return hash;
}

}  // namespace

std::uint32_t channel_epoch(const std::string& cluster, const std::string& topic, const std::string& definition) {
  const auto hash = mix(mix(mix(kBasis, cluster), topic), definition);
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

}  // namespace tailrace
