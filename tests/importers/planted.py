"""A system with a secret in each place where its files may hold one."""

from __future__ import annotations

import base64
from itertools import count

_numbers = count(1)
PLANTED: list[str] = []
"""The secrets, in the order in which the files below hold them."""


def plant() -> str:
    """Return a new secret."""
    PLANTED.append(f"Pl4nted{next(_numbers):02d}x")
    return PLANTED[-1]


def encoded(text: str) -> str:
    """Return a text as the data of a Secret; what it decodes to must be as absent as itself."""
    PLANTED.append(base64.b64encode(text.encode()).decode())
    return PLANTED[-1]


COMPOSE = {
    "compose.yml": f"""
x-login: &login {{LOGIN: "admin:{plant()}"}}
services:
  web:
    build: {{context: ./web, args: {{NPM_TOKEN: {plant()}, PIP_URL: "https://ci:{plant()}@pypi.example.org/simple"}}}}
    ports: ["80:8000"]
    environment: {{<<: *login, DATABASE_URL: "postgres://shop:{plant()}@db:5432/shop", STRIPE: sk_live_{plant()}}}
    env_file: [web.env, "${{MORE_ENV:-more.env}}"]
    labels:
      - traefik.http.middlewares.auth.basicauth.users=admin:{plant()}
      - com.example.webhook=https://bot:{plant()}@hooks.example.org/x
    command: ["serve", "--password", "{plant()}", "--dsn=amqp://u:{plant()}@queue:5672//", "-p{plant()}"]
    healthcheck: {{test: "curl -u admin:{plant()} http://localhost:8000"}}
  far: {{build: "https://robot:{plant()}@git.example.org/far.git#main", environment: {{CACHE_URL: "redis://:{plant()}@cache"}}}}
  near: {{image: "robot:{plant()}@registry.example.org/near:1", environment: {{API_HOST: "u:{plant()}@web:8000"}}}}
  job:
    {{image: acme/job, container_name: "${{JOB_TOKEN}}", hostname: "${{JOB_SECRET}}", environment: ["WEB_URL=http://web:8000/?token={plant()}"]}}
  store:
    image: acme/x
    environment:
      - MYSQL_URL=mysql://u:{plant()}@sql.eu-west-1.rds.amazonaws.com/x
      - REDIS_HOST={plant()}@r.cache.amazonaws.com:6379
  ours:
    image: acme/ours:1
    environment: {{MYSQL_USER: {plant()}, MYSQL_PASSWORD: {plant()}, RABBITMQ_URL: "", REDIS_PASSWORD: {plant()}}}
  edge: {{image: nginx, ports: ["443:443"], volumes: ["./nginx.conf:/etc/nginx/nginx.conf", "./app.ini:/etc/app.ini"]}}
  db: {{image: postgres, environment: {{POSTGRES_PASSWORD: {plant()}}}, command: "postgres -c password={plant()}"}}
  cache: {{image: redis, command: redis-server --requirepass {plant()}}}
  queue: {{image: rabbitmq}}
secrets: {{token: {{environment: {plant()}}}}}
""",
    "web/Dockerfile": f"""
ARG GIT_TOKEN={plant()}
FROM ci:{plant()}@registry.example.org/python:3
ARG PIP_EXTRA_INDEX_URL=https://ci:{plant()}@pypi.example.org/simple
ENV SECRET_KEY={plant()} CACHE_URL=redis://:{plant()}@cache:6379/0
ENV LEGACY u:{plant()}@db:5432
COPY .env /app/.env
COPY settings.conf /etc/app/settings.conf
CMD ["gunicorn", "--secret", "{plant()}"]
""",
    "web/.env": f"QUEUE_URL=amqp://u:{plant()}@queue:5672\nAPI_TOKEN={plant()}\nPLAIN={plant()}\n",
    "web/settings.conf": f"database = postgres://u:{plant()}@db:5432/x\nkey = {plant()}\n",
    "web/config/default.json": f'{{"queue": "amqp://u:{plant()}@queue:5672", "key": "{plant()}"}}\n',
    "ours/Dockerfile": f"FROM nginx\nENV TOKEN={plant()}\nCOPY ours/site.conf /etc/nginx/conf.d/site.conf\n",
    "ours/site.conf": f'server {{ location / {{ proxy_pass http://u:{plant()}@web:8000; set $key "{plant()}"; }} }}\n',
    "ours/.env.example": f"CACHE_URL=redis://:{plant()}@cache:6379\nOTHER={plant()}\n",
    "ours/settings.py": f'DSN = "postgres://u:{plant()}@db/x"\nKEY = "{plant()}"\n',
    "web.env": f"SENTRY_DSN=https://{plant()}@sentry.example.org/1\nDB_PASS='{plant()}'\n",
    "more.env": f"SMTP=smtp://u:{plant()}@mail.example.org:587\n",
    ".env.example": f"JOB_TOKEN={plant()}\nJOB_SECRET={plant()}\nLOGIN_URL=http://u:{plant()}@web:8000\n",
    "app.ini": f"[db]\nurl = mysql://u:{plant()}@db:3306/x\npassword = {plant()}\n",
    "nginx.conf": f"""
server {{
  listen 443 ssl; server_name shop.example.org;
  location / {{ proxy_pass http://web:8000; proxy_set_header Authorization "Basic {plant()}"; }}
  location /far/ {{ proxy_pass http://u:{plant()}@far:80; }}
  set $token {plant()};
}}
""",
}

EDGE = {
    "haproxy.cfg": f"""
userlist staff
  user admin insecure-password {plant()}
defaults
  mode http
frontend f
  bind *:80
  http-request set-header X-Token {plant()}
  default_backend b
backend b
  option httpchk GET /?key={plant()}
  server s1 10.0.0.1:80 check cookie {plant()}
listen stats
  bind *:8404
  stats enable
  stats auth admin:{plant()}
""",
    "keepalived.conf": f"""
vrrp_script up {{ script "curl -u admin:{plant()} http://localhost" }}
vrrp_instance v {{ authentication {{ auth_type PASS auth_pass {plant()} }} virtual_ipaddress {{ 10.0.0.9 }} track_script {{ up }} }}
""",
}

KUBERNETES = {
    "all.yaml": f"""
apiVersion: v1
kind: Secret
metadata: {{name: shop, annotations: {{example.org/token: {plant()}}}}}
data: {{DATABASE_URL: {encoded(f"postgres://u:{plant()}@db:5432/x")}, KEY: {encoded(plant())}, broken: "%%{plant()}"}}
stringData: {{QUEUE_URL: "amqp://u:{plant()}@queue", OTHER: {plant()}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: web}}
data:
  MAIL_URL: smtp://u:{plant()}@mail.example.org
  app.conf: |
    upstream = http://u:{plant()}@db:5432
    secret = {plant()}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, annotations: {{deploy: "https://u:{plant()}@ci.example.org"}}}}
spec:
  template:
    metadata: {{labels: {{app: web}}, annotations: {{vault.example.org/secret: {plant()}}}}}
    spec:
      containers:
        - name: web
          image: acme/web:1
          envFrom: [{{secretRef: {{name: shop}}}}, {{configMapRef: {{name: web}}}}]
          env:
            - {{name: API_KEY, value: {plant()}}}
            - {{name: WITH_KEY, value: "redis://:$(API_KEY)@cache:6379"}}
            - {{name: MYSQL_HOST, value: "u:{plant()}@sql.eu-west-1.rds.amazonaws.com:3306"}}
          command: [web, --token={plant()}, --database, "postgres://u:{plant()}@db"]
          args: ["-p", "{plant()}"]
          volumeMounts: [{{name: conf, mountPath: /etc/web}}]
      volumes: [{{name: conf, configMap: {{name: web}}}}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: db}}
spec:
  template:
    metadata: {{labels: {{app: db}}}}
    spec: {{containers: [{{name: db, image: postgres, env: [{{name: POSTGRES_PASSWORD, value: {plant()}}}]}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: web, annotations: {{x: {plant()}}}}}
spec: {{type: LoadBalancer, selector: {{app: web}}, ports: [{{port: 80}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: db}}
spec: {{selector: {{app: db}}, ports: [{{port: 5432}}]}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: web, annotations: {{nginx.ingress.kubernetes.io/configuration-snippet: 'set $t "{plant()}";'}}}}
spec: {{rules: [{{http: {{paths: [{{path: /, backend: {{service: {{name: web, port: {{number: 80}}}}}}}}]}}}}]}}
""",
    "broken.yaml": f"apiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\nstringData: {{a: [{plant()}}}\n",
}
