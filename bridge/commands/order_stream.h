// A lively shop that does not exist: orders with regions, amounts, statuses and latencies; a rate that breathes,
// bursts, and now and then an incident in one region. The same seed and times give the same orders.
#pragma once

#include "log/offset.h"

#include <cstdint>
#include <random>
#include <string>

namespace tailrace {

struct Order {
  Millis time = 0;
  std::string id;
  std::string value;  // JSON
};

class OrderStream {
 public:
  OrderStream(Millis start, std::uint32_t seed);

  // When the next order comes; next() is that order.
  Millis due() const { return due_; }
  Order next();

 private:
  struct Spell {  // of a burst or an incident
    Millis from = 0;
    Millis to = 0;
    bool holds(Millis time) const { return time >= from && time < to; }
  };

  double rate(Millis time) const;  // orders a second
  void plan_spells(Millis time);
  std::string status(bool ill);
  double uniform() { return std::uniform_real_distribution<double>(0, 1)(random_); }

  std::mt19937 random_;
  Millis start_;
  double exact_due_ = 0;  // with fractions, so that fast streams keep their pace
  Millis due_ = 0;
  std::uint64_t number_ = 884'200;
  Spell burst_;
  Spell incident_;
  std::size_t ill_region_ = 0;
};

}  // namespace tailrace
