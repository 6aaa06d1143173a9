// What the target of a request says: its path, its parameters, and the subscriptions that /ws?channel=…&from=… asks for.
#pragma once

#include "wire/command.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tailrace {

std::string_view path_of(std::string_view target);  // without the query
std::vector<std::pair<std::string, std::string>> parameters_of(std::string_view target);

struct QuerySubscription {
  SubscribeCommand command;
  std::optional<Error> error;  // a mistake in the query, to be told after welcome
};
std::vector<QuerySubscription> subscriptions_in(std::string_view target);

}  // namespace tailrace
