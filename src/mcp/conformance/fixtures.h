#pragma once

#include <memory>
#include <vector>

#include "mcp/catalog.h"

/// What the official conformance suite expects a server to offer, by the names it asks for
/// (npm @modelcontextprotocol/conformance, `list --server`).
namespace call_agent::mcp::conformance {

/// A PNG of one red pixel, and a WAV of two silent samples, in base64.
inline constexpr const char* kPixel =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4z8AAAAMBAQD3A0FDAAAAAElFTkSuQmCC";
inline constexpr const char* kSilence = "UklGRigAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQQAAAAAAAAA";

/// `hub` outlives the tools: two of them change the lists.
std::vector<Tool> tools(ChangeHub& hub);
/// Those that ask the client, in every revision's way.
std::vector<Tool> asking_tools();
std::vector<Prompt> prompts();
std::unique_ptr<ResourceProvider> resources();
Completer completer();

}  // namespace call_agent::mcp::conformance
