"""Services of providers that programs call: their products, their hosts, their keys and their client libraries."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from archgen.importers.names import words_of

_KEY = r"(?:\w+_)?(?:API_?)?(?:KEY|TOKEN|SECRET|SID)S?"
"""The end of a variable by which a program makes itself known to a provider."""

_INCOMING = re.compile(
    r"WEBHOOK|OAUTH|(?:^|_)(?:SOCIAL|SSO|LOGIN|SIGN_?IN)_|CLIENT_SECRET|PUBLISHABLE|PUBLIC_|VERIF|SIGNING"
)
"""Words of keys for what a provider sends, for the sign-in of visitors, and of those that pages hold."""


class Provider(Struct, frozen=True):
    """A service of a provider: its product, its kind, and the words for it in hosts, in variables and in lists of packages."""

    product: str
    kind: str
    hosts: tuple[str, ...]
    stem: str
    libraries: str


def _of_kind(kind: str, *rows: tuple[str, str, str, str]) -> tuple[Provider, ...]:
    return tuple(
        Provider(product, kind, tuple(hosts.split()), stem or product.upper(), libraries or product)
        for product, hosts, stem, libraries in rows
    )


PROVIDERS: tuple[Provider, ...] = (
    *_of_kind(
        "external-service",
        ("azure-openai", "openai.azure.com", "AZURE_OPENAI", r"azure[-.](ai[-.])?openai"),
        ("openai", "api.openai.com", "", ""),
        ("anthropic", "api.anthropic.com", "ANTHROPIC|CLAUDE", ""),
        ("gemini", "generativelanguage.googleapis.com", "GEMINI|GOOGLE_(GEN)?AI", "generativeai|generative-ai|google-genai|genai|gemini"),
        ("groq", "api.groq.com", "", ""),
        ("mistral", "api.mistral.ai", "MISTRAL(AI)?", "mistral|mistralai"),
        ("cohere", "api.cohere.com api.cohere.ai", "", ""),
        ("deepseek", "api.deepseek.com", "", ""),
        ("openrouter", "openrouter.ai", "", ""),
        ("perplexity", "api.perplexity.ai", "", ""),
        ("replicate", "api.replicate.com", "", ""),
        ("elevenlabs", "api.elevenlabs.io", "ELEVEN(_?LABS)?", "elevenlabs"),
        ("stripe", "api.stripe.com", "", ""),
        ("paypal", "paypal.com", "", "paypal|paypalrestsdk"),
        ("adyen", "adyen.com", "", ""),
        ("braintree", "braintreegateway.com", "", ""),
        ("mollie", "api.mollie.com", "", ""),
        ("razorpay", "api.razorpay.com", "", ""),
        ("plaid", "plaid.com", "", ""),
        ("mercadopago", "api.mercadopago.com", "MERCADO_?PAGO", "mercadopago"),
        ("twilio", "twilio.com", "", ""),
        ("vonage", "nexmo.com vonage.com", "VONAGE|NEXMO", "vonage|nexmo"),
        ("messagebird", "messagebird.com", "", ""),
        ("algolia", "algolia.net algolianet.com", "", "algolia|algoliasearch"),
        ("cloudinary", "cloudinary.com", "", ""),
        ("pusher", "pusher.com pusherapp.com", "", "pusher"),
        ("firebase", "fcm.googleapis.com firebaseio.com", "FIREBASE|FCM", "firebase|fcm"),
        ("google-maps", "maps.googleapis.com", "GOOGLE_MAPS", "googlemaps|google-maps"),
        ("mapbox", "api.mapbox.com", "", ""),
        ("slack", "slack.com", "", "slack|slack_sdk"),
        ("spotify", "api.spotify.com", "", "spotify|spotipy|spotdl"),
        ("telegram", "api.telegram.org", "", "telegram|telegraf|aiogram|telebot|grammy"),
        ("discord", "discord.com discordapp.com", "", "discord|discordrb|discordgo|serenity"),
        ("github", "api.github.com", "", "octokit|pygithub|go-github"),
        ("salesforce", "salesforce.com", "", "salesforce|jsforce|restforce"),
        ("hubspot", "api.hubapi.com", "", ""),
        ("shopify", "myshopify.com", "", ""),
        ("pexels", "api.pexels.com", "", ""),
        ("notion", "api.notion.com", "", "notion|notionhq"),
    ),
    *_of_kind(
        "identity-provider",
        ("auth0", "auth0.com", "", ""),
        ("okta", "okta.com", "", ""),
        ("clerk", "clerk.dev clerk.com", "", ""),
        ("workos", "api.workos.com", "", ""),
        ("entra-id", "login.microsoftonline.com", "AZURE_AD|ENTRA", "msal"),
    ),
    *_of_kind(
        "mail",
        ("sendgrid", "sendgrid.net api.sendgrid.com", "", ""),
        ("mailgun", "mailgun.org api.mailgun.net", "", ""),
        ("postmark", "postmarkapp.com", "", ""),
        ("resend", "resend.com", "", ""),
        ("mailjet", "mailjet.com", "", ""),
        ("brevo", "brevo.com sendinblue.com", "BREVO|SENDINBLUE", "brevo|sendinblue|sib"),
        ("mandrill", "mandrillapp.com", "", ""),
        ("sparkpost", "sparkpost.com sparkpostmail.com", "", ""),
        ("google-workspace", "smtp.gmail.com smtp-relay.gmail.com", "-", "-"),
        ("govuk-notify", "api.notifications.service.gov.uk", "(GOVUK_)?NOTIFY", "govuk[-_]notify|notifications-(ruby|python|node)-client"),
        ("microsoft-365", "smtp.office365.com smtp-mail.outlook.com", "-", "-"),
    ),
)  # fmt: skip

_BY_HOST = {host: provider for provider in PROVIDERS for host in provider.hosts}
_STEMS = tuple(
    (re.compile(rf"(?:^|_)(?:{each.stem})_{_KEY}$"), re.compile(rf"(?:^|_)(?:{each.stem})_"), each)
    for each in PROVIDERS
    if each.stem != "-"
)


_PRODUCTS = frozenset(each.product for each in PROVIDERS)


def is_provider(product: str) -> bool:
    """Return True for the product of a provider that is known here."""
    return product in _PRODUCTS


def provider_at(host: str) -> Provider | None:
    """Return the provider of a host, by its domain or one above it; Amazon sends mail for a region by a host of its own."""
    labels = host.lower().split(".")
    found = (_BY_HOST.get(".".join(labels[start:])) for start in range(len(labels) - 1))
    return next(
        filter(None, found), _SES if labels[0] == "email-smtp" and labels[-2:] == ["amazonaws", "com"] else None
    )


_OF_TELEMETRY = re.compile(
    r"(^|\.)(honeycomb\.io|datadoghq\.(com|eu)|newrelic\.com|nr-data\.net|sentry\.io|grafana\.net|lightstep\.com|logz\.io|axiom\.co|"
    r"dash0\.com|signoz\.cloud|loggly\.com|papertrailapp\.com|betterstack(data)?\.com|uptrace\.dev|applicationinsights\.azure\.com)$"
)


def measures(host: str) -> bool:
    """Return True for a host to which programs send measurements and traces, without which they work as well."""
    return _OF_TELEMETRY.search(host.lower()) is not None


_SES = Provider("ses", "mail", (), "-", "-")


@lru_cache(maxsize=4096)
def provider_of_key(name: str) -> tuple[Provider, str] | None:
    """Return the provider for which a variable is a key, and what the names of its other variables begin with."""
    # two underscores part the levels of settings
    upper = name.upper().replace("__", "_")
    if not upper.endswith(_ENDS):
        return None
    is_of_client = _CLIENT.search(upper) is not None
    if _INCOMING.search(upper) is not None and not is_of_client:
        return None
    for key, beginning, provider in _STEMS:
        match = beginning.search(upper)
        if match is not None and (provider.product in _OF_CLIENT if is_of_client else key.search(upper) is not None):
            return provider, match[0].strip("_")
    return None


_SIGN_INS = tuple((re.compile(pattern), product) for pattern, product in (
    (r"(^|_)AUTH0_(\w+_)?(DOMAIN|CLIENT_?ID|CLIENT_?SECRET)$", "auth0"), (r"(^|_)OKTA_(\w+_)?(DOMAIN|CLIENT_?ID|CLIENT_?SECRET)$", "okta"),
    (r"(^|_)GOOGLE_(\w+_)?CLIENT_?SECRET$", "google-sign-in"), (r"(^|_)GITHUB_(\w+_)?CLIENT_?SECRET$", "github"),
    (r"(^|_)GITLAB_(\w+_)?CLIENT_?SECRET$", "gitlab"),
    (r"(^|_)SLACK_(\w+_)?(WEB_?)?HOOK(_URL)?$", "slack"), (r"(^|_)(FACEBOOK|META)_(\w+_)?(APP|CLIENT)_?SECRET$", "facebook"),
    (r"(^|_)LINKEDIN_(\w+_)?CLIENT_?SECRET$", "linkedin"), (r"(^|_)DISCORD_(\w+_)?CLIENT_?SECRET$", "discord"),
    (r"(^|_)(AZURE_?AD|ENTRA|MICROSOFT)_(\w+_)?CLIENT_?SECRET$", "entra-id"), (r"(^|_)APPLE_(\w+_)?CLIENT_?SECRET$", "apple-sign-in"),
    (r"TURNSTILE_?(\w+_)?(SECRET|KEY)(_KEY)?$", "turnstile"), (r"RE_?CAPTCHA_(\w+_)?(SECRET|PRIVATE)(_KEY)?$", "recaptcha"),
    (r"HCAPTCHA_(\w+_)?SECRET(_KEY)?$", "hcaptcha"),
))  # fmt: skip
"""Keys by which a program has somebody else say who its visitors are, or that they are people, and by which it writes to a chat."""


@lru_cache(maxsize=4096)
def sign_in_of_key(name: str) -> str | None:
    """Return what is asked who visitors are, with the key of a name; what pages show of it is no such key."""
    upper = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.replace("__", "_")).upper()
    if "SITE" in upper or "PUBLIC" in upper:
        return None
    return next((product for pattern, product in _SIGN_INS if pattern.search(upper) is not None), None)


_ENDS = ("KEY", "TOKEN", "SECRET", "SID", "KEYS", "TOKENS", "CLIENT_ID")
_CLIENT = re.compile(r"_CLIENT_(ID|SECRET)$")
_OF_CLIENT = frozenset(("paypal", "plaid", "salesforce", "spotify"))
"""Providers to which programs make themselves known by the name and the secret of a client, with or without a visitor."""

_OF_SEVERAL = (
    (re.compile(r"(^|_)BOT_TOKEN$"), ("telegram", "discord", "slack")),
    (re.compile(r"(^|_)(GOOGLE_API|API_GOOGLE)_KEY$"), ("gemini", "google-maps")),
)
"""Keys that are for one of several providers, which a client library tells."""


def provider_of_common_key(name: str, libraries: str) -> tuple[Provider, str] | None:
    """Return the provider for which a variable is a key by its name and by the client libraries in lists of packages."""
    upper = name.upper().replace("__", "_")
    products = next((each for pattern, each in _OF_SEVERAL if pattern.search(upper) is not None), ())
    named = [each for each in PROVIDERS if each.product in products and has_client_for(each, libraries)]
    return (named[0], upper.rpartition("_")[0]) if len(named) == 1 else None


@lru_cache(maxsize=1024)
def has_client_for(provider: Provider, libraries: str) -> bool:
    """Return True if the text of lists of packages, in small letters, holds a client library for a provider."""
    return re.search(rf"(?<![a-z])(?:{provider.libraries})(?:js|\d)*(?![a-z])", libraries) is not None


def has_client_for_any(kind: str, libraries: str) -> bool:
    """Return True if lists of packages hold a client library for any provider of a kind."""
    return any(has_client_for(each, libraries) for each in PROVIDERS if each.kind == kind)


_ANY = re.compile(
    rf"(?<![a-z])(?:{'|'.join(each.libraries for each in PROVIDERS if each.libraries != '-')})(?:js|\d)*(?![a-z])"
)
_CALLS_NOTHING = re.compile(
    r"react|vue|angular|svelte|expo|next|nuxt|browser|-js$|-web$|elements|webhooks?$|types$|auth-app$|oauth-app$"
)
"""Parts of the names of libraries for pages, for what a provider sends, and for its words alone."""

_MODELS = frozenset((
    "azure-openai", "openai", "anthropic", "gemini", "groq", "mistral", "cohere", "deepseek", "openrouter", "perplexity",
))  # fmt: skip
"""Providers of language models, of which programs know several and call the one that is set."""


@lru_cache(maxsize=1024)
def has_any_client(libraries: str) -> bool:
    """Return True if lists of packages, in small letters, hold a client library for any provider."""
    return _ANY.search(libraries) is not None


@lru_cache(maxsize=4096)
def provider_of_library(name: str) -> Provider | None:
    """Return the provider that a library which a source imports is the client for."""
    lower = name.lower()
    if _ANY.search(lower) is None or _CALLS_NOTHING.search(lower) is not None:
        return None
    return next((each for each in PROVIDERS if each.libraries != "-" and has_client_for(each, lower)), None)


_AMAZON_CLIENTS = re.compile(
    r"(?:^aws-sdk/|^@aws-sdk/(?:client|lib)-|aws-sdk-go(?:-v2)?/service/|awssdk\.services\.|amazonaws\.services\.|^Amazon\.|^aws_sdk_)"
    r"(s3|sqs|sns|dynamodb|kinesis)(?![a-z])",
    re.IGNORECASE,
)
"""Clients for services of Amazon in the languages that have one for each."""


@lru_cache(maxsize=4096)
def amazon_service_of_library(name: str) -> str | None:
    """Return the service of Amazon that a library which a source imports is the client for."""
    match = _AMAZON_CLIENTS.search(name)
    return match[1].lower() if match is not None else None


def is_client_library(name: str) -> bool:
    """Return True for a library that is the client for a provider, or for a service of Amazon."""
    return provider_of_library(name) is not None or amazon_service_of_library(name) is not None


def is_one_of_several(provider: Provider, others: Iterable[Provider]) -> bool:
    """Return True for a provider of language models beside another one."""
    return provider.product in _MODELS and any(each.product in _MODELS and each != provider for each in others)


def may_be_led(provider: Provider) -> bool:
    """Return True for a provider whose client also calls others that answer as it does, at an address that a program has for it."""
    return provider.product in _MODELS or provider.product in ("github", "salesforce", "shopify")


def is_named_after_provider(name: str, provider: Provider) -> bool:
    """Return True for a variable that begins with the word for a provider, or has it after the word for the system."""
    return any(beginning.search(name.upper()) is not None for _, beginning, each in _STEMS if each is provider)


def names_library(stem: str, libraries: str) -> bool:
    """Return True if the name of a library in lists of packages, in small letters, begins with what a key is called after."""
    name = "[-_.]?".join(map(re.escape, words_of(stem)))
    return libraries != "" and re.search(rf"(?<![a-z0-9]){name}(?![a-z0-9])", libraries) is not None
