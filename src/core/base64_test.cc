#include "core/base64.h"

#include <gtest/gtest.h>

namespace call_agent {
namespace {

TEST(Base64, HasOneTextForEachSequenceOfBytes) {
  for (const auto* bytes : {"", "f", "fo", "foo", "foob", "\xff\xfe\xfd"}) {
    EXPECT_EQ(from_base64url(base64url(bytes)), bytes);
    EXPECT_EQ(from_base64(base64(bytes)), bytes);
  }
  EXPECT_EQ(base64url("\xfb\xff"), "-_8");
  EXPECT_EQ(base64("\xfb\xff"), "+/8=");
  for (const auto* text : {"A", "AB", "-_9", "Zg==", "Zm9v\n", "Zm 9", "+/8"}) {
    EXPECT_FALSE(from_base64url(text)) << text;
  }
  for (const auto* text : {"A", "Zg", "Zg=", "Zh==", "Zg===", "Zg==\n", "-_8="})
    EXPECT_FALSE(from_base64(text)) << text;
}

}  // namespace
}  // namespace call_agent
