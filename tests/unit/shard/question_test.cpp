#include "shard/question.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

constexpr Millis kKeep = 1000;

class Questions : public testing::Test {
 protected:
  // Puts it at a time; what is answered is noted as "name=answer".
  void put(Millis now, const std::string& name) {
    question_.put(now, kKeep, [this] { ++asked_; }, [this, name](const Result<int>& result) {
      heard_ += (heard_.empty() ? "" : " ") + name + "=" + (result ? std::to_string(*result) : result.error().code);
    });
  }
  std::string heard() { return std::exchange(heard_, {}); }

  Question<int> question_;
  int asked_ = 0;
  std::string heard_;
};

TEST_F(Questions, is_asked_once_for_all_who_wait) {
  put(10'000, "a");
  put(10'500, "b");
  EXPECT_EQ(asked_, 1);
  EXPECT_EQ(heard(), "");
  question_.answer(7);
  EXPECT_EQ(heard(), "a=7 b=7");
}

TEST_F(Questions, an_answer_is_remembered_for_a_moment) {
  put(10'000, "a");
  question_.answer(7);
  put(10'999, "b");
  EXPECT_EQ(heard(), "a=7 b=7");
  EXPECT_EQ(asked_, 1);
  put(11'000, "c");
  EXPECT_EQ(asked_, 2);
  question_.answer(8);
  EXPECT_EQ(heard(), "c=8");
}

TEST_F(Questions, errors_are_told_and_not_remembered) {
  put(10'000, "a");
  put(10'000, "b");
  question_.answer(Error{"unavailable", ""});
  EXPECT_EQ(heard(), "a=unavailable b=unavailable");
  put(10'001, "c");
  EXPECT_EQ(asked_, 2);
  question_.answer(9);
  EXPECT_EQ(heard(), "c=9");
}

TEST_F(Questions, an_error_after_an_answer_forgets_that) {
  put(10'000, "a");
  question_.answer(7);
  put(12'000, "b");
  question_.answer(Error{"unavailable", ""});
  put(12'001, "c");
  EXPECT_EQ(heard(), "a=7 b=unavailable");
  EXPECT_EQ(asked_, 3);
}

TEST_F(Questions, who_asks_again_when_answered_starts_anew) {
  question_.put(10'000, kKeep, [this] { ++asked_; }, [this](const Result<int>&) { put(10'001, "again"); });
  question_.answer(Error{"unavailable", ""});
  EXPECT_EQ(asked_, 2);
  question_.answer(5);
  EXPECT_EQ(heard(), "again=5");
}

TEST_F(Questions, is_idle_when_nobody_waits_and_nothing_is_remembered) {
  EXPECT_TRUE(question_.idle(10'000, kKeep));
  put(10'000, "a");
  EXPECT_FALSE(question_.idle(20'000, kKeep));
  question_.answer(1);
  EXPECT_FALSE(question_.idle(10'999, kKeep));
  EXPECT_TRUE(question_.idle(11'000, kKeep));
}

}  // namespace
}  // namespace tailrace
