{{/* Names, labels and the parts that all pods share. */}}

{{- define "tributary.name" -}}
{{- if contains "tributary" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}{{ printf "%s-tributary" .Release.Name | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "tributary.selector" -}}
app.kubernetes.io/name: tributary
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "tributary.labels" -}}
{{ include "tributary.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "tributary.image" -}}
{{ printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}

{{/* A setting's value as the environment has it: lists by comma, maps as JSON, whole numbers. */}}
{{- define "tributary.text" -}}
{{- if kindIs "slice" . }}{{ join "," . }}
{{- else if kindIs "map" . }}{{ toJson . }}
{{- else if kindIs "float64" . }}{{ int64 . }}
{{- else }}{{ . }}
{{- end }}
{{- end }}

{{/*
Settings as variables: kafka.brokers is TRIBUTARY_KAFKA__BROKERS. `goals` is one setting. What the
Secret has is not given twice: values.yaml has a default for redis.url.
*/}}
{{- define "tributary.env" -}}
{{- $secret := list }}
{{- range .Values.secret.files }}
{{- $secret = append $secret .setting }}
{{- end }}
{{- range $name, $value := .Values.settings }}
{{- if and (kindIs "map" $value) (ne $name "goals") }}
{{- range $key, $inner := $value }}
{{- if not (has (printf "%s.%s" $name $key) $secret) }}
- name: {{ printf "TRIBUTARY_%s__%s" (upper $name) (upper $key) }}
  value: {{ include "tributary.text" $inner | quote }}
{{- end }}
{{- end }}
{{- else }}
- name: {{ printf "TRIBUTARY_%s" (upper $name) }}
  value: {{ include "tributary.text" $value | quote }}
{{- end }}
{{- end }}
{{- if and .Values.secret.files (not .Values.secret.name) }}
{{- fail "secret.files names keys of a Secret: which Secret is it (secret.name)?" }}
{{- end }}
{{- range .Values.secret.files }}
- name: TRIBUTARY_{{ .setting | replace "." "__" | upper }}_FILE
  value: /run/secrets/tributary/{{ .key }}
{{- end }}
{{- end }}

{{/* Nothing that a pod does not need. */}}
{{- define "tributary.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "tributary.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- define "tributary.mounts" -}}
- { name: tmp, mountPath: /tmp }
{{- if .Values.secret.name }}
- { name: secret, mountPath: /run/secrets/tributary, readOnly: true }
{{- end }}
{{- end }}

{{- define "tributary.volumes" -}}
- { name: tmp, emptyDir: {} }
{{- if .Values.secret.name }}
- name: secret
  secret: { secretName: {{ .Values.secret.name | quote }}, defaultMode: 288 }
{{- end }}
{{- end }}

{{- define "tributary.placement" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The pod of a command that ends: `root` is the chart's `.`, `name` the container's, `args` what is run. */}}
{{- define "tributary.jobPod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
restartPolicy: Never
securityContext:
  {{- include "tributary.podSecurity" .root | nindent 2 }}
{{- include "tributary.placement" .root }}
containers:
  - name: {{ .name }}
    image: {{ include "tributary.image" .root | quote }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    args: {{ toJson .args }}
    env:
      {{- include "tributary.env" .root | nindent 6 }}
    securityContext:
      {{- include "tributary.containerSecurity" .root | nindent 6 }}
    volumeMounts:
      {{- include "tributary.mounts" .root | nindent 6 }}
volumes:
  {{- include "tributary.volumes" .root | nindent 2 }}
{{- end }}
