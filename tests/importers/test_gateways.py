"""Gateways by their names: those that let visitors in, and those that lead out to providers and devices."""

from __future__ import annotations

import pytest

from archgen.importers.products import guess


@pytest.mark.parametrize(
    "name",
    ["gateway", "api-gateway", "apigateway", "edge_gateway", "shop-gateway", "gateway-service", "display-gateway"],
)
def test_gateway_that_lets_visitors_in(name: str) -> None:
    assert guess(name, f"acme/{name}", "", frozenset()).known.kind == "api-gateway"


@pytest.mark.parametrize(
    "name",
    [
        "payment-gateway", "paymentgateway", "pay_gateway", "bank-gateway", "sms-gateway", "email-gateway", "mail-gateway",
        "notification-gateway", "push-gateway", "shop-payment-gateway", "iot-gateway", "lora-gateway", "mqtt-gateway",
    ],
)  # fmt: skip
def test_gateway_that_leads_out(name: str) -> None:
    assert guess(name, f"acme/{name}", "", frozenset()).known.kind == "service"
