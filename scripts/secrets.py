"""Scan every tracked and new file for secrets with detect-secrets; exit 1 and name file and line when one is found.

A line that only looks like a secret says so itself: `pragma: allowlist secret`.
"""

from __future__ import annotations

import subprocess
import sys

from detect_secrets.core.scan import scan_file
from detect_secrets.settings import transient_settings

# Entropy detectors cry at every digest in a plan or lock file; these name real formats.
NAMES = """
AWSKeyDetector ArtifactoryDetector AzureStorageKeyDetector BasicAuthDetector CloudantDetector DiscordBotTokenDetector
GitHubTokenDetector GitLabTokenDetector IbmCloudIamDetector IbmCosHmacDetector JwtTokenDetector KeywordDetector
MailchimpDetector NpmDetector OpenAIDetector PrivateKeyDetector PypiTokenDetector SendGridDetector SlackDetector
SoftlayerDetector SquareOAuthDetector StripeDetector TelegramBotTokenDetector TwilioKeyDetector
"""
DETECTORS = NAMES.split()
SKIPPED = (
    "requirements/",
    "LICENSE",
    "localcloud/kubernetes/go.sum",
    "localcloud/authorization/reference.json",  # names of actions
)


def main() -> int:
    """Return 0 when no tracked or new file holds a secret, 1 otherwise."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], check=True, capture_output=True, text=True
    )
    paths = [path for path in listed.stdout.splitlines() if not path.startswith(SKIPPED)]
    settings = {
        "plugins_used": [{"name": name} for name in DETECTORS],
        "filters_used": [
            {"path": "detect_secrets.filters.allowlist.is_line_allowlisted"},
            {"path": "detect_secrets.filters.heuristic.is_indirect_reference"},
            {"path": "detect_secrets.filters.heuristic.is_templated_secret"},
            {"path": "detect_secrets.filters.heuristic.is_sequential_string"},
            # Keys of AWS's documentation, and those the local cloud makes up for itself.
            {"path": "detect_secrets.filters.regex.should_exclude_secret", "pattern": ["EXAMPLE", "^AKIALOCAL"]},
        ],
    }
    found = 0
    with transient_settings(settings):
        for path in paths:
            for secret in scan_file(path):
                if path.startswith(("tests/", "services/tests/")) and secret.type == "Secret Keyword":
                    continue  # tests of redaction and of logins are full of made-up passwords
                found += 1
                print(f"{path}:{secret.line_number}: {secret.type}")
    if not paths:
        print("No file was scanned: run this in a git checkout.", file=sys.stderr)
        return 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
