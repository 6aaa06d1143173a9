// Someone who stands in a channel log: the part of a cursor that the log knows of. Lives on its shard's thread.
// Leaving is by destruction or leave(); both hooks unlink themselves.
#pragma once

#include "log/offset.h"

#include <boost/intrusive/list.hpp>

namespace tailrace {

struct Segment;

namespace hooks {
using AutoUnlink = boost::intrusive::link_mode<boost::intrusive::auto_unlink>;
using Hook = boost::intrusive::list_member_hook<AutoUnlink>;
}  // namespace hooks

class Reader {
 public:
  virtual ~Reader() = default;

  // The segment it stands in is being evicted; `next` is what it has not had, per partition.
  virtual void lapped(Offsets next) = 0;
  // It waited at the head, and something was appended.
  virtual void woken() = 0;

  bool standing() const { return segment != nullptr; }

  Segment* segment = nullptr;
  std::uint32_t index = 0;  // of the batch in the segment that it takes next
  hooks::Hook standing_hook;
  hooks::Hook waiting_hook;
};

template <hooks::Hook Reader::*Member>
using ReaderList = boost::intrusive::list<Reader, boost::intrusive::member_hook<Reader, hooks::Hook, Member>,
                                          boost::intrusive::constant_time_size<false>>;
using StandingReaders = ReaderList<&Reader::standing_hook>;
using WaitingReaders = ReaderList<&Reader::waiting_hook>;

}  // namespace tailrace
