"""Kubernetes manifests: workloads, services, routes and what configures them (https://kubernetes.io/docs/reference/)."""
