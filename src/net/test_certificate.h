#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <boost/asio/ssl/context.hpp>
#include <cstdio>
#include <filesystem>
#include <string>

#include "core/asio.h"
#include "core/id.h"

namespace call_agent::net {

/// A self-signed certificate for `names`, such as "IP:127.0.0.1", with its key; removed with the test.
class TestCertificate {
 public:
  explicit TestCertificate(const char* names) : folder_(std::filesystem::temp_directory_path() / new_id("tls_test_")) {
    std::filesystem::create_directory(folder_);
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* x509 = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -60);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_set_pubkey(x509, key);
    X509_set_issuer_name(x509, X509_get_subject_name(x509));
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names);
    X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
    X509_sign(x509, key, EVP_sha256());
    std::FILE* file = std::fopen(path().c_str(), "w");
    PEM_write_X509(file, x509);
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_free(x509);
    EVP_PKEY_free(key);
  }
  ~TestCertificate() { std::filesystem::remove_all(folder_); }
  TestCertificate(const TestCertificate&) = delete;
  TestCertificate& operator=(const TestCertificate&) = delete;

  std::string path() const { return folder_ / "cert.pem"; }

  asio::ssl::context server_context() const {
    asio::ssl::context context(asio::ssl::context::tls_server);
    context.use_certificate_chain_file(path());
    context.use_private_key_file(path(), asio::ssl::context::pem);
    return context;
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace call_agent::net
