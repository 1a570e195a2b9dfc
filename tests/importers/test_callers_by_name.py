"""Which lines say who may call, so that the hosts in them are no targets."""

from __future__ import annotations

import pytest

from archgen.importers.variable_names import names_callers


@pytest.mark.parametrize(
    "line",
    [
        'CORS_ALLOWED_ORIGINS = ["http://front:3000"]',
        "allowed_hosts: api",
        "'allowed_origins' => [",
        "app.use(cors({ origin: 'http://front' }))",
        "app.add_middleware(CORSMiddleware, allow_origins=['http://front'])",
        "csrf_trusted_origins:",
        "trusted-proxies: 10.0.0.1",
        "add_header Access-Control-Allow-Origin http://front;",
    ],
)
def test_a_setting_named_after_callers_names_them(line: str) -> None:
    assert names_callers(line)


@pytest.mark.parametrize(
    "line",
    [
        "authz_url: http://authz:8080/v1/allowed",
        "pay_url: http://pay:8080  # not subject to CORS",
        "origin: http://img:8080",
        "trusted-devices:",
        "url: authz:8080/allowed",
    ],
)
def test_such_a_word_elsewhere_in_a_line_names_none(line: str) -> None:
    assert not names_callers(line)
