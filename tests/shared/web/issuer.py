"""An identity provider for tests: keys that are made here, their JWK set, and tokens."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from shared.rules.clock_and_ids import ClockAndIds

ISSUER, AUDIENCE = "https://login.example.com/", "funnelcast"
RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
PRIVATE: dict[str, Any] = {"RS256": RSA, "ES256": EC, "EdDSA": ED}


def key_set(*algorithms: str) -> str:
    """A JWK set; the `kid` of each key is its algorithm in small letters."""
    public = {
        "RS256": RSAAlgorithm.to_jwk(RSA.public_key(), as_dict=True),
        "ES256": ECAlgorithm.to_jwk(EC.public_key(), as_dict=True),
        "EdDSA": OKPAlgorithm.to_jwk(ED.public_key(), as_dict=True),
    }
    return json.dumps({"keys": [public[each] | {"kid": each.lower(), "use": "sig"} for each in algorithms]})


def write_keys(folder: Path, *algorithms: str) -> Path:
    path = folder / "keys.json"
    path.write_text(key_set(*algorithms))
    return path


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a token that is valid for an hour. None leaves a claim out."""
    now = ClockAndIds().now()
    valid = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ann",
        "iat": now,
        "exp": now + timedelta(hours=1),
        "scope": "openid pipeline:read",
    }
    return {name: value for name, value in (valid | changes).items() if value is not None}


def token(algorithm: str = "RS256", *, key: Any = None, headers: dict[str, Any] | None = None, **changes: Any) -> str:
    """`headers`: of the token, in place of its `kid`."""
    named = {"kid": algorithm.lower()} if headers is None else headers
    return jwt.encode(claims(**changes), key or PRIVATE[algorithm], algorithm, headers=named)
