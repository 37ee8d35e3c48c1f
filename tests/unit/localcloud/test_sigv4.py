"""Signatures: what botocore signs verifies, and nothing else does."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from localcloud import sigv4

KEY, SECRET = "AKIALOCALAAAAAAAAAAA", "hidden"
AUTHS = [(SigV4Auth, "iam"), (S3SigV4Auth, "s3"), (SigV4QueryAuth, "sts"), (S3SigV4QueryAuth, "s3")]
PATHS = st.text(alphabet="abc /.~-_+ü%&=", max_size=12)


def signed(
    kind: type, service: str, path: str, query: dict[str, str], body: bytes
) -> tuple[sigv4.Signed, dict[str, object]]:
    """A request as botocore signs it: its signature, and the arguments for `sigv4.signature`."""
    url = "http://127.0.0.1:5000/" + quote(path, safe="/~")
    if query:
        url += "?" + "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query.items())
    request = AWSRequest("POST", url, data=body, headers={"Host": "127.0.0.1:5000", "X-Thing": "  a   b "})
    kind(Credentials(KEY, SECRET), service, "eu-west-1").add_auth(request)
    parts = urlsplit(request.url)
    headers = {name.lower(): value for name, value in request.headers.items()}
    found = sigv4.read(headers, parts.query)
    assert found is not None
    return found, {"method": "POST", "raw_path": parts.path, "query": parts.query, "headers": headers, "body": body}


@given(
    st.sampled_from(AUTHS),
    PATHS,
    st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=5), max_size=3),
    st.binary(max_size=20),
)
def test_what_botocore_signs_verifies(auth: tuple[type, str], path: str, query: dict[str, str], body: bytes) -> None:
    """With the right secret only; for every way to sign."""
    body = b"" if "Query" in auth[0].__name__ else body  # botocore puts it into the query string then
    query = {name: value for name, value in query.items() if not name.startswith("X-Amz")}
    found, request = signed(*auth, path, query, body)
    assert (found.access_key_id, found.service, found.region) == (KEY, auth[1], "eu-west-1")
    assert sigv4.signature(found, SECRET, **request) == found.signature  # type: ignore[arg-type]
    assert sigv4.signature(found, "another", **request) != found.signature  # type: ignore[arg-type]
    assert sigv4.signature(found, SECRET, **{**request, "raw_path": "/other"}) != found.signature  # type: ignore[arg-type]


@given(st.text(), st.text())
def test_reading_never_fails(authorization: str, query: str) -> None:
    """What is no signature is None."""
    assert sigv4.read({"authorization": authorization}, query) is None or "AWS4-HMAC-SHA256" in authorization + query
