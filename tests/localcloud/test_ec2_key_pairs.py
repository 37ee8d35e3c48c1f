"""EC2's fingerprints of ED25519 keys: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/verify-keys.html"""

from __future__ import annotations

from typing import Any

#: A public key, and what `ssh-keygen -l -E sha256` says of it.
KEY = b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE1oeXZYbAyb/xTxeyrWX7yH47HmHfkoRZHkRJnPMtpU someone@example.org"
FINGERPRINT = "LYQmtz9zY64lcT6/WCHofowspeGGlMUmPgWpXRXhfQ0="


def test_imported(cloud: Any) -> None:
    """OpenSSH's SHA-256 in base64, whatever the comment says, and it is found by it."""
    client = cloud.client("ec2")
    made = client.import_key_pair(KeyName="imported", PublicKeyMaterial=KEY)
    assert made["KeyFingerprint"] == FINGERPRINT
    filters = [{"Name": "fingerprint", "Values": [FINGERPRINT]}]
    assert [key["KeyName"] for key in client.describe_key_pairs(Filters=filters)["KeyPairs"]] == ["imported"]
    other = client.import_key_pair(KeyName="other", PublicKeyMaterial=KEY.rsplit(b" ", 1)[0])
    assert other["KeyFingerprint"] == FINGERPRINT


def test_created(cloud: Any) -> None:
    """In the same form; a key of RSA has one in hexadecimal pairs."""
    client = cloud.client("ec2")
    made = client.create_key_pair(KeyName="made", KeyType="ed25519")["KeyFingerprint"]
    assert (len(made), made[-1], made.count(":")) == (44, "=", 0)
    assert client.create_key_pair(KeyName="rsa")["KeyFingerprint"].count(":") == 19
