{{- define "schemactl.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- /* Short enough for "-shard-999" to follow. */ -}}
{{- define "schemactl.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 53 | trimSuffix "-" -}}
{{- else if contains (include "schemactl.name" .) .Release.Name -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "schemactl.name" .) | trunc 53 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "schemactl.selector" -}}
app.kubernetes.io/name: {{ include "schemactl.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "schemactl.labels" -}}
{{ include "schemactl.selector" . }}
app.kubernetes.io/component: operator
app.kubernetes.io/part-of: schemactl
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "schemactl.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "schemactl.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- required "serviceAccount.name is needed where serviceAccount.create is false" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "schemactl.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{- define "schemactl.leaseNamespace" -}}
{{- default .Release.Namespace .Values.leaderElection.namespace -}}
{{- end -}}

{{- /* What the operator may do: the same rules in a ClusterRole, and in a Role of each namespace. */ -}}
{{- define "schemactl.rules" -}}
- apiGroups: [db.atlasgo.io]
  resources: [atlasschemas]
  verbs: [get, list, watch]
- apiGroups: [db.atlasgo.io]
  resources: [atlasschemas/status]
  verbs: [patch]
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, list, watch, create, update]
- apiGroups: [""]
  resources: [secrets]
  verbs: [{{ if .Values.rbac.watchSecrets }}get, list, watch{{ else }}get{{ end }}]
- apiGroups: [""]
  resources: [events]
  verbs: [create]
{{- end -}}
