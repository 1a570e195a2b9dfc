"""How far their providers spread managed services, by the names of the products, where no setting of yours decides it.

What a customer sets up in one zone or several (ElastiCache, Azure SQL, App Service, MSK) has no scope of its own.
"""

from __future__ import annotations

ZONAL = ("aws-rds", "aurora", "cloud-sql", "bigtable", "ebs")
"""In one zone unless a copy in another is declared, which makes it more than one replica."""

REGIONAL = (
    # Amazon Web Services
    *("s3", "s3-glacier", "dynamodb", "efs", "sqs", "sns", "ses", "kinesis", "cognito", "aws-kms"),
    *("aws-lambda", "aws-fargate", "ecs", "eks", "aws-waf", "secrets-manager", "cloudwatch"),
    *("aws-alb", "aws-nlb", "aws-elb", "aws-api-gateway"),
    *("eventbridge", "eventbridge-scheduler", "step-functions", "appsync", "app-runner", "iot-core", "aws-batch"),
    *("data-firehose", "kinesis-firehose", "firehose", "kinesis-data-streams", "athena", "glue", "ecr", "acm"),
    *("keyspaces", "timestream", "aurora-dsql", "opensearch-serverless", "elasticache-serverless", "msk-serverless"),
    *("systems-manager", "parameter-store", "ssm-parameter-store", "appconfig", "amplify", "bedrock", "pinpoint"),
    *("rekognition", "textract", "comprehend", "transcribe", "polly", "mediaconvert", "transfer-family"),
    *("transit-gateway", "cloudtrail", "x-ray", "iam-identity-center", "codebuild", "codepipeline", "codecommit"),
    # Google Cloud
    *("google-cloud-storage", "google-cloud-load-balancing", "cloud-run", "firestore", "bigquery", "gke", "spanner"),
    *("app-engine", "cloud-functions", "cloud-tasks", "cloud-scheduler", "google-workflows", "eventarc", "cloud-nat"),
    *("artifact-registry", "cloud-kms", "vertex-ai", "alloydb", "apigee", "cloud-build"),
    # Azure
    *("azure-blob-storage", "azure-application-gateway", "azure-service-bus", "azure-event-hubs"),
    *("azure-queue-storage", "azure-table-storage", "azure-data-lake-storage", "azure-batch", "azure-data-factory"),
    *("azure-key-vault", "azure-functions", "aks", "cosmos-db", "event-grid", "logic-apps", "iot-hub"),
    *("notification-hubs", "stream-analytics", "azure-openai", "azure-container-registry", "azure-monitor"),
    *("log-analytics", "application-insights", "azure-load-balancer"),
    # others
    *("snowflake", "databricks", "mongodb-atlas", "planetscale", "algolia"),
)

GLOBAL = (
    *("route53", "cloud-dns", "azure-dns", "cloudflare", "fastly", "akamai", "imperva", "azure-front-door"),
    *("global-accelerator", "iam", "traffic-manager", "azure-cdn", "static-web-apps", "cloud-armor", "cloud-cdn"),
    *("pubsub", "secret-manager", "cloud-logging", "cloud-monitoring", "identity-platform"),
    *("cloudflare-workers", "cloudflare-r2", "cloudflare-kv", "cloudflare-d1", "cloudflare-pages"),
    *("vercel", "netlify", "bunny", "bunnycdn", "keycdn", "ns1", "dnsimple", "ultradns"),
    *("firebase", "stripe", "adyen", "paypal", "braintree", "mollie", "klarna", "worldpay"),
    *("auth0", "okta", "onelogin", "workos", "clerk", "entra-id", "azure-ad", "google-identity"),
    *("twilio", "vonage", "messagebird", "sendgrid", "mailgun", "mailjet", "mandrill", "postmark", "sparkpost"),
    *("brevo", "mailchimp", "google-workspace", "microsoft-365", "salesforce", "hubspot", "zendesk", "intercom"),
    *("google-maps", "mapbox", "openai", "anthropic", "launchdarkly", "segment"),
    *("github", "github-actions", "bitbucket", "azure-devops", "docker-hub", "slack", "pagerduty", "opsgenie"),
    *("cloudfront", "gitlab"),
    *("datadog", "new-relic", "sentry", "grafana-cloud", "honeycomb", "splunk-cloud", "pingdom", "uptimerobot"),
)

SET_UP = (
    *(
        "elasticache",
        "memorydb",
        "dax",
        "documentdb",
        "neptune",
        "redshift",
        "amazon-mq",
        "msk",
        "fsx",
        "opensearch-service",
    ),
    *("memorystore", "memorystore-valkey", "filestore"),
    *(
        "azure-sql",
        "azure-sql-database",
        "azure-sql-managed-instance",
        "azure-database-for-postgresql",
        "azure-postgresql",
    ),
    *("azure-postgres", "azure-database-for-mysql", "azure-mysql", "azure-cache-for-redis", "azure-managed-redis"),
    *(
        "azure-files",
        "azure-app-service",
        "azure-firewall",
        "azure-vpn-gateway",
        "azure-cognitive-search",
        "azure-ai-search",
    ),
    *("confluent-cloud", "elastic-cloud", "redis-cloud", "cloudamqp"),
)
"""In one zone or in several, as a customer sets them up."""

UNCOPIED = (
    *("dynamodb", "bigtable", "keyspaces", "firestore", "elasticache", "elasticache-serverless"),
    *("memorystore", "memorystore-valkey"),
)
"""Stores that keep no copy from before a mistake until somebody switches backups or point-in-time recovery on."""

ENCRYPTED = (
    *("azure-sql", "azure-sql-database", "azure-sql-managed-instance", "cosmos-db", "azure-service-bus"),
    *("azure-event-hubs", "iot-hub", "iot-core", "keyspaces", "aurora-dsql", "elasticache-serverless"),
    # the APIs of Google, which are called over gRPC
    *("pubsub", "spanner", "bigtable", "bigquery", "firestore", "secret-manager", "cloud-kms", "cloud-tasks"),
    *("cloud-scheduler", "cloud-logging", "cloud-monitoring", "vertex-ai", "eventarc", "google-workflows"),
    *("mongodb-atlas", "planetscale", "neon", "confluent-cloud", "cockroachdb-cloud", "astra-db"),
)
"""Services that refuse every connection without TLS, whatever their protocol leaves open."""
