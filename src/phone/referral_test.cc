#include "phone/referral.h"

#include <gtest/gtest.h>

namespace call_agent::phone {
namespace {

TEST(ReferTarget, IsTheUriOfTheHeader) {
  EXPECT_EQ(refer_target("<tel:+442079460107>"), "tel:+442079460107");
  EXPECT_EQ(refer_target("\"Front desk\" <sip:desk@example.com;user=phone>;method=INVITE"),
            "sip:desk@example.com;user=phone");
  EXPECT_EQ(refer_target("tel:+442079460107 ;method=INVITE"), "tel:+442079460107");
}

TEST(ReferTarget, OfABrokenHeaderIsEmpty) {
  for (const char* broken : {"", " ", ";method=INVITE", "<tel:+442079460107", "<>"}) {
    EXPECT_EQ(refer_target(broken), "") << broken;
  }
}

}  // namespace
}  // namespace call_agent::phone
