"""An imposter of an OAuth 2.1 issuer, as far as a resource server sees one: metadata (RFC 8414) and keys (RFC 7517)."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
from cryptography.hazmat.primitives.asymmetric import ec


class ImposterIssuer:
    def __init__(self):
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body = json.dumps(issuer.pages.get(self.path, {})).encode()
                self.send_response(200 if self.path in issuer.pages else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._key = ec.generate_private_key(ec.SECP256R1())
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self._key.public_key()))
        self.pages = {"/.well-known/oauth-authorization-server": {"issuer": self.url, "jwks_uri": f"{self.url}/keys"},
                      "/keys": {"keys": [{**public, "kid": "key", "alg": "ES256", "use": "sig"}]}}
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def token(self, subject: str, audience: str, scope: str, lives_s: int = 300) -> str:
        claims = {"iss": self.url, "sub": subject, "aud": audience, "scope": scope, "exp": int(time.time()) + lives_s}
        return jwt.encode(claims, self._key, algorithm="ES256", headers={"kid": "key"})

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
