#include "mcp/authorization/authorization.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/id.h"
#include "mcp/authorization/imposter_issuer.h"
#include "mcp/http_transport.h"
#include "net/imposter_server.h"

namespace call_agent::mcp {
namespace {

using net::Header;
using net::HttpResponse;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kResource = "https://calls.example/mcp";
constexpr const char* kMetadata =
    R"(resource_metadata="https://calls.example/.well-known/oauth-protected-resource/mcp")";
const std::string kStaticToken = "static-0123456789abcdef0123456789";

const TestKey& issuer_key() {
  static const TestKey key = TestKey::p256("key");
  return key;
}

class TokenFile {
 public:
  explicit TokenFile(std::string_view text) { std::ofstream(path) << text; }
  ~TokenFile() { std::filesystem::remove(path); }
  TokenFile(const TokenFile&) = delete;
  TokenFile& operator=(const TokenFile&) = delete;
  const std::string path = std::filesystem::temp_directory_path() / new_id("tokens_");
};

awaitable<ToolOutcome> name_caller(const RequestContext& context) {
  ToolResult result;
  result.text = context.principal().id;
  co_return result;
}

enum class Kind { kStatic, kIssued, kBoth };

/// An MCP server over HTTP that asks for tokens, and their issuer.
class Scene {
 public:
  Scene(const asio::any_io_executor& executor, Kind kind)
      : issuer(executor), file(kStaticToken + " carol read place\n"), catalog_(offer()), client_(executor) {
    issuer.keys = key_set_of({issuer_key()});
    authorization = Authorization::create(executor, {.resource = kResource,
                                                     .token_file = kind == Kind::kIssued ? "" : file.path,
                                                     .issuer = kind == Kind::kStatic ? "" : issuer.url,
                                                     .scopes = {"read", "place"}})
                        .value();
    transport_ = std::make_unique<HttpTransport>(executor, catalog_, authorization.get(), HttpTransport::Options{});
    server_ = net::HttpServer::create(executor, {}, [this](net::ServerRequest request, net::ServerReply& reply) {
                return route(std::move(request), reply);
              }).value();
    port_ = server_->listen("127.0.0.1", 0).value();
  }
  awaitable<void> close() {
    co_await server_->stop(Deadline::after(milliseconds(0)));
    co_await authorization->stop();
    co_await issuer.stop();
  }

  Json claims(std::string_view scope = "read place") const {
    return {
        {"iss", issuer.url}, {"aud", kResource}, {"sub", "alice"}, {"exp", unix_ms() / 1000 + 300}, {"scope", scope}};
  }

  /// Calls a tool; `authorization` is the header's value.
  awaitable<HttpResponse> call(std::string tool, std::string authorization_header, std::string query = {},
                               std::vector<Header> more = {}) {
    std::vector<Header> headers{{"Content-Type", "application/json"},
                                {"MCP-Protocol-Version", "2026-07-28"},
                                {"Mcp-Method", "tools/call"},
                                {"Mcp-Name", tool}};
    headers.insert(headers.end(), more.begin(), more.end());
    if (!authorization_header.empty()) headers.push_back({"Authorization", std::move(authorization_header)});
    const Json request{{"jsonrpc", "2.0"},
                       {"id", 1},
                       {"method", "tools/call"},
                       {"params",
                        {{"name", tool},
                         {"_meta",
                          {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                           {"io.modelcontextprotocol/clientCapabilities", Json::object()}}}}}};
    co_return (co_await client_.send({.method = "POST",
                                      .url = fmt::format("http://127.0.0.1:{}/mcp{}", port_, query),
                                      .headers = std::move(headers),
                                      .body = dump_json(request)},
                                     Deadline::after(milliseconds(10'000))))
        .value();
  }
  awaitable<HttpResponse> get(std::string path) {
    co_return (co_await client_.send({.url = fmt::format("http://127.0.0.1:{}{}", port_, path)},
                                     Deadline::after(milliseconds(10'000))))
        .value();
  }

  ImposterIssuer issuer;
  TokenFile file;
  std::unique_ptr<Authorization> authorization;

 private:
  static Offer offer() {
    Offer made;
    made.info = {.name = "test", .title = "Test", .version = "1", .instructions = ""};
    for (const auto* name : {"read", "place"}) {
      Tool tool;
      tool.name = name;
      tool.scope = name;
      tool.input_schema = {{"type", "object"}};
      tool.handler = [](Json, const RequestContext& context) { return name_caller(context); };
      made.tools.push_back(std::move(tool));
    }
    return made;
  }
  awaitable<void> route(net::ServerRequest request, net::ServerReply& reply) {
    if (auto metadata = authorization->metadata(request.path())) {
      co_await reply.send(*std::move(metadata));
    } else {
      co_await transport_->handle(std::move(request), reply);
    }
  }

  const Catalog catalog_;
  std::unique_ptr<HttpTransport> transport_;
  std::unique_ptr<net::HttpServer> server_;
  net::HttpClient client_;
  std::uint16_t port_ = 0;
};

awaitable<void> signed_tokens() {
  Scene scene(co_await asio::this_coro::executor, Kind::kIssued);
  for (const auto* scheme : {"Bearer ", "bearer ", "BEARER  "}) {
    const auto answer = co_await scene.call("place", scheme + issuer_key().sign(scene.claims()));
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_THAT(answer.body, HasSubstr(scene.issuer.url + "|alice"));
  }
  co_await scene.close();
}
TEST(Authorization, ATokenOfTheIssuerSpeaksForItsSubject) {
  net::run_test(signed_tokens);
}

awaitable<void> no_token() {
  Scene scene(co_await asio::this_coro::executor, Kind::kIssued);
  const std::string token = issuer_key().sign(scene.claims());
  for (const auto& header :
       {std::string(), std::string("Basic YTpi"), token, std::string("Bearer"), "Bearer" + token}) {
    const auto answer = co_await scene.call("read", header);
    EXPECT_EQ(answer.status, 401) << header;
    EXPECT_THAT(
        std::string(answer.header("WWW-Authenticate")),
        AllOf(HasSubstr("Bearer "), HasSubstr(kMetadata), HasSubstr(R"(scope="read place")"), Not(HasSubstr("error"))));
  }
  const auto in_query = co_await scene.call("read", "", "?access_token=" + token);
  EXPECT_EQ(in_query.status, 401) << "a token in a URL ends up in logs";
  EXPECT_EQ(scene.issuer.key_fetches, 0);
  co_await scene.close();
}
TEST(Authorization, WithoutATokenInItsHeaderTheWayToOneIsShown) {
  net::run_test(no_token);
}

awaitable<void> wrong_tokens() {
  Scene scene(co_await asio::this_coro::executor, Kind::kIssued);
  const auto changed = [&](const char* name, const Json& value) {
    Json claims = scene.claims();
    claims[name] = value;
    return claims;
  };
  const auto unsigned_header = base64url(R"({"alg":"none"})") + ".";
  const std::vector<std::pair<const char*, std::string>> tokens{
      {"another issuer", issuer_key().sign(changed("iss", "https://id.example"))},
      {"another resource", issuer_key().sign(changed("aud", "https://else.example/mcp"))},
      {"expired", issuer_key().sign(changed("exp", 1'000'000))},
      {"not yet", issuer_key().sign(changed("nbf", unix_ms() / 1000 + 3600))},
      {"nobody", issuer_key().sign(changed("sub", ""))},
      {"alg=none", unsigned_header + base64url(dump_json(scene.claims())) + "."},
      {"somebody else's key", TestKey::p256("key").sign(scene.claims())},
      {"an unknown key", TestKey::p256("unknown").sign(scene.claims())},
      {"a static token where there are none", kStaticToken},
      {"no token", "nonsense"},
  };
  for (const auto& [why, token] : tokens) {
    const auto answer = co_await scene.call("read", "Bearer " + token);
    EXPECT_EQ(answer.status, 401) << why;
    EXPECT_THAT(std::string(answer.header("WWW-Authenticate")),
                AllOf(HasSubstr(R"(error="invalid_token")"), HasSubstr(kMetadata)))
        << why;
    EXPECT_THAT(answer.body, Not(HasSubstr(token))) << why;
  }
  co_await scene.close();
}
TEST(Authorization, AWrongTokenIsRefused) {
  net::run_test(wrong_tokens);
}

awaitable<void> scopes() {
  Scene scene(co_await asio::this_coro::executor, Kind::kIssued);
  const std::string reader = "Bearer " + issuer_key().sign(scene.claims("read"));
  EXPECT_EQ((co_await scene.call("read", reader)).status, 200);
  const auto refused = co_await scene.call("place", reader);
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(std::string(refused.header("WWW-Authenticate")),
              AllOf(HasSubstr(R"(error="insufficient_scope")"), HasSubstr(R"(scope="place")"), HasSubstr(kMetadata)));
  co_await scene.close();
}
TEST(Authorization, TheMissingScopeIsNamed) {
  net::run_test(scopes);
}

awaitable<void> issuer_down() {
  Scene scene(co_await asio::this_coro::executor, Kind::kBoth);
  scene.issuer.down = true;
  const auto answer = co_await scene.call("read", "Bearer " + issuer_key().sign(scene.claims()));
  EXPECT_EQ(answer.status, 503) << "the token may well be good";
  EXPECT_EQ((co_await scene.call("read", "Bearer " + kStaticToken)).status, 200);
  co_await scene.close();
}
TEST(Authorization, AnIssuerOutOfReachIsNotTheClientsFault) {
  net::run_test(issuer_down);
}

awaitable<void> metadata() {
  Scene scene(co_await asio::this_coro::executor, Kind::kIssued);
  for (const auto* path : {"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"}) {
    const auto answer = co_await scene.get(path);
    EXPECT_EQ(answer.status, 200);
    const Json said = Json::parse(answer.body);
    EXPECT_EQ(said["resource"], kResource);
    EXPECT_EQ(said["authorization_servers"], Json::array({scene.issuer.url}));
    EXPECT_EQ(said["scopes_supported"], Json::array({"read", "place"}));
    EXPECT_EQ(said["bearer_methods_supported"], Json::array({"header"}));
  }
  EXPECT_NE((co_await scene.get("/.well-known/oauth-protected-resource/else")).status, 200);
  co_await scene.close();
}
TEST(Authorization, TheMetadataNamesTheIssuer) {
  net::run_test(metadata);
}

awaitable<void> static_only() {
  Scene scene(co_await asio::this_coro::executor, Kind::kStatic);
  const auto answer = co_await scene.call("place", "Bearer " + kStaticToken);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("carol"));
  const auto refused = co_await scene.call("place", "Bearer " + kStaticToken + "0");
  EXPECT_EQ(refused.status, 401);
  EXPECT_THAT(std::string(refused.header("WWW-Authenticate")),
              AllOf(HasSubstr("invalid_token"), Not(HasSubstr("resource_metadata"))));
  EXPECT_EQ((co_await scene.call("place", "")).header("WWW-Authenticate"), "Bearer");
  EXPECT_FALSE(scene.authorization->metadata("/.well-known/oauth-protected-resource")) << "there is no issuer to ask";
  const std::vector<Header> another{{"authorization", "Bearer somebody-else"}};
  EXPECT_EQ((co_await scene.call("read", "Bearer " + kStaticToken, "", another)).status, 400);
  co_await scene.close();
}
TEST(Authorization, TokensOfAFileNeedNoIssuer) {
  net::run_test(static_only);
}

TEST(Authorization, SaysWhichOptionIsWrong) {
  asio::io_context io(1);
  const auto what = [&](Authorization::Options options) {
    return Authorization::create(io.get_executor(), std::move(options)).error().what;
  };
  EXPECT_THAT(what({.resource = kResource}), HasSubstr("token file"));
  EXPECT_THAT(what({.resource = "calls.example", .issuer = "https://id.example"}), HasSubstr("calls.example"));
  EXPECT_THAT(what({.resource = kResource, .issuer = "http://id.example"}), HasSubstr("issuer"));
  EXPECT_THAT(what({.resource = kResource, .token_file = "/no/such/tokens"}), HasSubstr("/no/such/tokens"));
}

}  // namespace
}  // namespace call_agent::mcp
