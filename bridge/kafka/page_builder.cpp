#include "kafka/page_builder.h"

namespace tailrace {

PageBuilder::PageBuilder(UpdateWriter& writer, ChannelPtr channel, Partition partition, Offset from)
    : channel_(std::move(channel)), partition_(partition), builder_(writer, channel_, partition), from_(from), next_(from) {
  page_->from = from;
}

// A full batch goes out before the next record, so that the hole behind the last one is still its own.
void PageBuilder::add(const Record& record) {
  if (builder_.full()) flush(next_);
  builder_.add(record);
  next_ = record.offset + 1;
}

void PageBuilder::cover(Offset next) {
  flush(next);
  if (from_ < next) push(make_coverage(*channel_, {Span{partition_, from_, next}}));
  from_ = next_ = next;
}

void PageBuilder::gap(Offset next, const std::string& reason) {
  cover(next_);
  push(make_gap(*channel_, Span{partition_, from_, next}, reason));
  from_ = next_ = next;
}

PagePtr PageBuilder::finish(Offset next, bool at_end) {
  cover(next);
  page_->next = next;
  page_->at_end = at_end;
  return page_;
}

void PageBuilder::flush(Offset next) {
  if (builder_.empty()) return;
  push(builder_.finish(from_, next));
  from_ = next;
}

void PageBuilder::push(BatchPtr batch) {
  page_->bytes += batch->bytes();
  page_->batches.push_back(std::move(batch));
}

}  // namespace tailrace
