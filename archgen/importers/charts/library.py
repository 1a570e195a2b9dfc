"""The library that Bitnami's charts take their definitions from, as far as charts of others need it and it lies in no file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from archgen.importers.charts.syntax import TemplateNode, parse_template

LIBRARY = "common"
"""The name of the library."""

SILENT_OF_LIBRARY = ("common.warnings.", "common.errors.", "common.validations.")
"""Beginnings of definitions that only say what is wrong with values."""

_DEFINITIONS = """
{{- define "common.names.name" -}}{{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}{{- end -}}
{{- define "common.names.chart" -}}{{ printf "%s-%s" .Chart.Name .Chart.Version }}{{- end -}}
{{- define "common.names.namespace" -}}{{ default .Release.Namespace .Values.namespaceOverride }}{{- end -}}
{{- define "common.names.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}{{ .Values.fullnameOverride }}
{{- else if contains $name .Release.Name -}}{{ .Release.Name }}
{{- else -}}{{ printf "%s-%s" .Release.Name $name }}{{- end -}}
{{- end -}}
{{- define "common.names.dependency.fullname" -}}
{{- $name := default .chartName .chartValues.nameOverride -}}
{{- if .chartValues.fullnameOverride -}}{{ .chartValues.fullnameOverride }}
{{- else if contains $name .context.Release.Name -}}{{ .context.Release.Name }}
{{- else -}}{{ printf "%s-%s" .context.Release.Name $name }}{{- end -}}
{{- end -}}
{{- define "common.labels.matchLabels" -}}
{{- $root := default . (get . "context") -}}
app.kubernetes.io/name: {{ include "common.names.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
{{- end -}}
{{- define "common.labels.standard" -}}{{ include "common.labels.matchLabels" . }}{{- end -}}
{{- define "common.tplvalues.render" -}}
{{- if kindIs "string" .value -}}{{ tpl .value .context }}{{- else -}}{{ tpl (toYaml .value) .context }}{{- end -}}
{{- end -}}
{{- define "common.images.image" -}}
{{- $registry := default .imageRoot.registry (get (default (dict) .global) "imageRegistry") -}}
{{- if $registry -}}{{ $registry }}/{{- end -}}{{ .imageRoot.repository }}:{{ default "latest" .imageRoot.tag }}
{{- end -}}
{{- define "common.images.pullSecrets" -}}{{- end -}}
{{- define "common.images.renderPullSecrets" -}}{{- end -}}
{{- define "common.affinities.pods" -}}{}{{- end -}}
{{- define "common.affinities.nodes" -}}{}{{- end -}}
{{- define "common.capabilities.deployment.apiVersion" -}}apps/v1{{- end -}}
{{- define "common.capabilities.statefulset.apiVersion" -}}apps/v1{{- end -}}
{{- define "common.capabilities.ingress.apiVersion" -}}networking.k8s.io/v1{{- end -}}
{{- define "common.capabilities.networkPolicy.apiVersion" -}}networking.k8s.io/v1{{- end -}}
{{- define "common.capabilities.cronjob.apiVersion" -}}batch/v1{{- end -}}
{{- define "common.capabilities.policy.apiVersion" -}}policy/v1{{- end -}}
{{- define "common.capabilities.daemonset.apiVersion" -}}apps/v1{{- end -}}
{{- define "common.capabilities.job.apiVersion" -}}batch/v1{{- end -}}
{{- define "common.capabilities.hpa.apiVersion" -}}autoscaling/v2{{- end -}}
{{- define "common.capabilities.vpa.apiVersion" -}}autoscaling.k8s.io/v1{{- end -}}
{{- define "common.capabilities.rbac.apiVersion" -}}rbac.authorization.k8s.io/v1{{- end -}}
{{- define "common.capabilities.kubeVersion" -}}{{ .Capabilities.KubeVersion.Version }}{{- end -}}
{{- define "common.capabilities.psp.supported" -}}{{- end -}}
{{- define "common.capabilities.apiVersions.has" -}}{{- end -}}
{{- define "common.compatibility.isOpenshift" -}}{{- end -}}
{{- define "common.compatibility.renderSecurityContext" -}}{{ omit .secContext "enabled" | toYaml }}{{- end -}}
{{- define "common.resources.preset" -}}{}{{- end -}}
{{- define "common.affinities.topologyKey" -}}kubernetes.io/hostname{{- end -}}
{{- define "common.images.version" -}}{{ default .chart.AppVersion .imageRoot.tag }}{{- end -}}
{{- define "common.names.fullname.namespace" -}}
{{ printf "%s-%s" (include "common.names.fullname" .) (include "common.names.namespace" .) }}
{{- end -}}
{{- define "common.tplvalues.merge" -}}
{{- $all := dict -}}
{{- range .values -}}
{{- $all = merge $all (include "common.tplvalues.render" (dict "value" (default (dict) .) "context" $.context) | fromYaml) -}}
{{- end -}}
{{- if $all }}{{ toYaml $all }}{{ end -}}
{{- end -}}
{{- define "common.tplvalues.merge-overwrite" -}}
{{- $all := dict -}}
{{- range .values -}}
{{- $all = merge (include "common.tplvalues.render" (dict "value" (default (dict) .) "context" $.context) | fromYaml) $all -}}
{{- end -}}
{{- if $all }}{{ toYaml $all }}{{ end -}}
{{- end -}}
{{- define "common.storage.class" -}}{{- with .persistence.storageClass }}storageClassName: {{ . }}{{- end -}}{{- end -}}
{{- define "common.secrets.passwords.manage" -}}{{ b64enc "<to-be-set>" }}{{- end -}}
{{- define "common.secrets.lookup" -}}{{ .defaultValue | toString | b64enc }}{{- end -}}
{{- define "common.secrets.exists" -}}{{- end -}}
{{- define "common.secrets.name" -}}
{{- $own := include "common.names.fullname" .context -}}
{{- $own = .defaultNameSuffix | ternary (printf "%s-%s" $own .defaultNameSuffix) $own -}}
{{- if kindIs "map" .existingSecret -}}{{ default $own .existingSecret.name }}{{- else -}}{{ default $own .existingSecret }}{{- end -}}
{{- end -}}
{{- define "common.secrets.key" -}}
{{- $keys := dict -}}
{{- if kindIs "map" .existingSecret }}{{ $keys = default (dict) .existingSecret.keyMapping }}{{ end -}}
{{- default .key (get $keys .key) -}}
{{- end -}}
{{- define "common.ingress.supportsIngressClassname" -}}true{{- end -}}
{{- define "common.ingress.supportsPathType" -}}true{{- end -}}
{{- define "common.ingress.certManagerRequest" -}}
{{- if kindIs "map" .annotations -}}
{{- if or (hasKey .annotations "cert-manager.io/cluster-issuer") (hasKey .annotations "cert-manager.io/issuer") }}true{{ end -}}
{{- end -}}
{{- end -}}
{{- define "common.ingress.backend" -}}
service:
  name: {{ .serviceName }}
  port:
{{- if kindIs "string" .servicePort }}
    name: {{ .servicePort }}
{{- else }}
    number: {{ int .servicePort }}
{{- end }}
{{- end -}}
"""
"""What charts take most from the library that Bitnami's charts are written with: names, labels and images."""


@cache
def definitions_of_library() -> Mapping[str, list[TemplateNode]]:
    """Return the definitions of the library."""
    return parse_template(_DEFINITIONS).definitions
