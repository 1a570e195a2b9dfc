"""Names of products: each spelling that people write leads to the entry of the tables."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from archgen.model.architecture import Component
from archgen.model.products import PRODUCTS, product_name, product_of, scope_of


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("aws-s3", "s3"),
        ("Amazon S3", "s3"),
        ("amazon_rds", "aws-rds"),
        ("Amazon Aurora", "aurora"),
        ("aws-route53", "route53"),
        ("google-cloud-sql", "cloud-sql"),
        ("gcp-storage", "google-cloud-storage"),
        ("azure-cosmos-db", "cosmos-db"),
        ("Apache Kafka", "kafka"),
        ("apache-traffic-server", "apache-traffic-server"),
        ("Microsoft SQL Server", "mssql"),
        ("Postgres", "postgresql"),
        ("rabbit", "rabbitmq"),
        ("haproxy", "haproxy"),
        ("Application Load Balancer", "aws-alb"),
        ("AWS Application Load Balancer", "aws-alb"),
        ("ALB", "aws-alb"),
        ("AWS Elastic Load Balancer", "aws-elb"),
        ("Google Cloud Load Balancing", "google-cloud-load-balancing"),
        ("Cloud Load Balancing", "google-cloud-load-balancing"),
        ("Google Cloud Pub/Sub", "pubsub"),
        ("Cloud Pub/Sub", "pubsub"),
        ("Amazon RDS for MySQL", "aws-rds"),
        ("RDS for PostgreSQL", "aws-rds"),
        ("aurora-postgresql", "aurora"),
        ("amazon-elasticache-for-redis", "elasticache"),
        ("Cloud SQL for SQL Server", "cloud-sql"),
        ("Amazon Simple Queue Service", "sqs"),
        ("google-pub-sub", "pubsub"),
        ("AWS Step Functions", "step-functions"),
        ("stepfunctions", "step-functions"),
        ("event-bridge", "eventbridge"),
        ("Amazon Dynamo DB", "dynamodb"),
        ("Azure Event Grid", "event-grid"),
        ("Azure ServiceBus", "azure-service-bus"),
        ("GCP Secret Manager", "secret-manager"),
        ("aws-something-new", "aws-something-new"),
        (None, ""),
    ],
)
def test_a_spelling_leads_to_the_name_of_the_tables(written: str | None, name: str) -> None:
    assert product_name(written) == name


def test_a_name_of_the_tables_is_its_own_spelling() -> None:
    assert [name for name in PRODUCTS if product_name(name) != name] == []


def test_facts_are_those_of_the_product_whatever_its_spelling() -> None:
    assert product_of("Amazon S3").scope == "regional"
    assert product_of("Apache Kafka").agrees


@pytest.mark.parametrize(
    ("product", "scope"),
    [
        ("eventbridge", "regional"),
        ("aws-step-functions", "regional"),
        ("aws-appsync", "regional"),
        ("aws-app-runner", "regional"),
        ("aws-iot-core", "regional"),
        ("aws-batch", "regional"),
        ("azure-event-grid", "regional"),
        ("azure-logic-apps", "regional"),
        ("google-spanner", "regional"),
        ("google-pub-sub", "global"),
        ("aws-rds", "zonal"),
        ("elasticache", None),
        ("amazon-opensearch-service", None),
        ("azure-sql-database", None),
        ("amazon-msk", None),
    ],
)
def test_a_scope_is_that_of_the_provider_where_no_setting_decides_it(product: str, scope: str | None) -> None:
    assert product_of(product).scope == scope


@pytest.mark.parametrize("title", [None, "Uploads", "Amazon Simple Storage Service"])
def test_a_title_says_nothing_of_the_product_that_an_id_names(title: str | None) -> None:
    assert scope_of(Component(id="s3", kind="object-storage", name=title, managed=True)) == "regional"


@pytest.mark.parametrize(
    "title",
    [
        *(
            "Object storage of the provider",
            "S3-compatible bucket",
            "Hetzner Object Storage",
            "Wasabi",
            "MinIO for uploads",
        ),
        *("Uploads (OVHcloud)", "Backups at Hetzner", "Cloudflare R2", "On-premises bucket", "Google Cloud Storage"),
    ],
)
def test_an_id_that_is_a_protocol_names_no_product_beside_a_title_of_another(title: str) -> None:
    storage = Component(id="s3", kind="object-storage", name=title, managed=True)
    assert scope_of(storage) is None
    assert scope_of(replace(storage, name=f"Amazon: {title}")) == "regional"
    assert scope_of(replace(storage, product="s3")) == "regional"
    # a maker's own name is enough
    assert scope_of(replace(storage, id="stripe", kind="external-service")) == "global"


@pytest.mark.parametrize(
    "title",
    [
        *("Object storage for backups", "Reports of the payment providers", "S3 with Google Analytics exports"),
        *("Images for Azure AD sync", "Swift app uploads", "Bucket in oracle import", "HIPAA-compliant bucket"),
        "Dumps of on-prem databases",
    ],
)
def test_an_id_that_is_a_protocol_is_its_makers_beside_a_title_of_what_is_kept(title: str) -> None:
    assert scope_of(Component(id="s3", kind="object-storage", name=title, managed=True)) == "regional"
