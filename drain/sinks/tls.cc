// See tls.h.
#include "drain/sinks/tls.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <cerrno>

namespace muster::drain {
namespace {

std::string last_problem() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return reason ? reason : "TLS does not say why";
}

}  // namespace

Result<std::unique_ptr<Tls>> Tls::open(int fd, const TlsOptions& options) {
  auto tls = std::make_unique<Tls>();
  tls->context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* context = tls->context_.get();
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  const int trusted = options.ca.empty()
                          ? SSL_CTX_set_default_verify_paths(context)
                          : SSL_CTX_load_verify_locations(context, options.ca.c_str(), nullptr);
  if (trusted != 1) return fail("{}: {}", options.ca, last_problem());
  SSL_CTX_set_verify(context, options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  tls->ssl_.reset(SSL_new(context));
  SSL* ssl = tls->ssl_.get();
  X509_VERIFY_PARAM* wanted = SSL_get0_param(ssl);
  // An address is looked for among the certificate's addresses, a name among its names.
  if (X509_VERIFY_PARAM_set1_ip_asc(wanted, options.host.c_str()) != 1) {
    SSL_set1_host(ssl, options.host.c_str());
    SSL_set_tlsext_host_name(ssl, options.host.c_str());
  }
  SSL_set_fd(ssl, fd);
  SSL_set_connect_state(ssl);
  return tls;
}

Result<Tls::Step> Tls::step_after(int result, const char* doing) {
  const int system = errno;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Step::wants_read;
    case SSL_ERROR_WANT_WRITE:
      return Step::wants_write;
    case SSL_ERROR_ZERO_RETURN:
      return Step::end;
    case SSL_ERROR_SYSCALL:
      if (system != 0) return fail_errno(system, "{}", doing);
      return Step::end;
    default:
      break;
  }
  // Some receivers close their connection without a word of TLS.
  if (ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) return Step::end;
  const long verified = SSL_get_verify_result(ssl_.get());
  if (verified != X509_V_OK)
    return fail("{}: the receiver's certificate is not trusted: {}", doing,
                X509_verify_cert_error_string(verified));
  return fail("{}: {}", doing, last_problem());
}

Result<Tls::Step> Tls::shake_hands() {
  ERR_clear_error();
  errno = 0;
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) return Step::done;
  return step_after(result, "TLS handshake");
}

Result<Tls::Step> Tls::write(std::string_view& bytes) {
  while (!bytes.empty()) {
    ERR_clear_error();
    errno = 0;
    size_t sent = 0;
    const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &sent);
    if (result != 1) return step_after(result, "write");
    bytes.remove_prefix(sent);
  }
  return Step::done;
}

// The answer to it is what `read` waits for.
Result<Tls::Step> Tls::finish() {
  ERR_clear_error();
  errno = 0;
  const int result = SSL_shutdown(ssl_.get());
  if (result >= 0) return Step::done;
  return step_after(result, "end of TLS");
}

Result<Tls::Step> Tls::read() {
  char thrown_away[4096];
  for (;;) {
    ERR_clear_error();
    errno = 0;
    size_t got = 0;
    const int result = SSL_read_ex(ssl_.get(), thrown_away, sizeof thrown_away, &got);
    if (result != 1) return step_after(result, "read");
  }
}

}  // namespace muster::drain
