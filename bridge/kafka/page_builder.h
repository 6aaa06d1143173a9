// Makes a page of the records of one partition that come in order: batches that account for its range without a hole.
// Pure; one page reader's.
#pragma once

#include "log/archive.h"
#include "log/record.h"
#include "wire/batch_builder.h"

#include <string>

namespace tailrace {

class PageBuilder {
 public:
  PageBuilder(UpdateWriter& writer, ChannelPtr channel, Partition partition, Offset from);

  void add(const Record& record);
  void cover(Offset next);                           // [next(), next) holds nothing
  void gap(Offset next, const std::string& reason);  // [next(), next) will not come
  Offset next() const { return next_; }              // of the last record; the hole behind it is nobody's yet
  std::size_t bytes() const { return page_->bytes; }

  // The page accounts for everything below `next`.
  PagePtr finish(Offset next, bool at_end);

 private:
  void flush(Offset next);
  void push(BatchPtr batch);

  ChannelPtr channel_;
  Partition partition_;
  BatchBuilder builder_;
  std::shared_ptr<Page> page_ = std::make_shared<Page>();
  Offset from_;  // what the batches so far account for
  Offset next_;
};

}  // namespace tailrace
