"""The names of products that archgen knows something about, and what a misspelled one is meant to be."""

from __future__ import annotations

from functools import lru_cache

from archgen.language.schema.suggestions import KINDS_OF_PRODUCTS
from archgen.model.kinds import KINDS
from archgen.model.nearest import nearest
from archgen.model.product_facts.support_table import TABLE
from archgen.model.products import PRODUCTS, product_name

_BESIDE = (
    *("alloy", "grafana-alloy", "nestjs", "unicorn", "vector"),
    *(
        "activemq",
        "celery",
        "cert-manager",
        "clickhouse",
        "cockroachdb",
        "couchdb",
        "django",
        "express",
        "fluentbit",
        "flask",
    ),
    *("gunicorn", "influxdb", "ingress-nginx", "jenkins", "keepalived", "kubernetes", "laravel"),
    *("mosquitto", "neo4j", "nextcloud", "nextjs", "oracle", "patroni", "percona", "pgbouncer", "postfix", "proxysql"),
    *("openssh", "openstack", "openshift", "openvpn", "open-policy-agent", "opensearch-dashboards"),
    *("cloudflared", "dockge", "rqlite"),
    *("pulsar", "rails", "sidekiq", "solr", "spring", "telegraf", "timescaledb", "uwsgi", "wordpress", "zabbix"),
)
"""Products that no table has, so that their names aren't taken for others misspelled."""

KNOWN = frozenset((*PRODUCTS, *TABLE, *KINDS_OF_PRODUCTS, *_BESIDE))
_SHORT = 5
"""Letters below which a name says too little to be called a misspelling."""

_OF_WORDS = 0.6
"""The likeness of two words of which one is the other misspelled."""

_ABBREVIATED = 4
"""The most letters of an abbreviation: with another letter in it, it is another one, as `sqs` is for `sns`."""


@lru_cache(4096)
def meant_product(name: str, kind: str) -> str | None:
    """Return the product that a name is a misspelling of; None for a known product, and for one that resembles none.

    A product that is used as other kinds of components, in other parts of a system, is another product.
    """
    text = product_name(name)
    if text in KNOWN or len(text) < _SHORT:
        return None
    meant = nearest(text, sorted(each for each in KNOWN if _may_be(each, kind)), 0.83)
    if meant is None or not _is_slip(text, meant):
        return None
    # a slip seldom hits the first letter: two names that merely end alike are two products
    return meant if meant[0] == text[0] or meant[1:] in (text, text[1:]) else None


def _may_be(product: str, kind: str) -> bool:
    """Return True unless a product is known to be used in another part of a system than a kind of component."""
    kinds = KINDS_OF_PRODUCTS.get(product, ())
    alike = {KINDS[each].role for each in kinds} - {_OF_PACKETS}
    return not kinds or kind in kinds or KINDS[kind].role in alike


_OF_PACKETS = KINDS["router"].role
"""The role of kinds that have little in common: a router is no firewall."""


def _is_slip(text: str, meant: str) -> bool:
    """Return True unless a whole word of a name is another one: a vendor's NAT gateway is no API gateway."""
    words, others = text.split("-"), meant.split("-")
    if len(words) != len(others):
        return True
    return all(_is_slip_of_word(word, other) for word, other in zip(words, others, strict=True))


def _is_slip_of_word(word: str, other: str) -> bool:
    """Return True if a word may be another one misspelled; of an abbreviation, its letters in another order, or one more."""
    if len(word) == len(other) <= _ABBREVIATED and sorted(word) != sorted(other):
        return False
    return nearest(word, (other,), _OF_WORDS) is not None
