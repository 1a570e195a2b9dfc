"""Templates of charts, filled in as `helm template` does; what isn't understood is said, and nothing is guessed."""

from __future__ import annotations

import functools

import pytest

from archgen.importers.charts.chart import render_chart
from archgen.importers.charts.rendering import TemplateRenderer
from archgen.importers.charts.repository import render_charts
from archgen.importers.charts.syntax import NotUnderstood, parse_template
from archgen.importers.charts.work import TemplateWork

_VALUES: dict[str, object] = {
    "name": "web",
    "empty": "",
    "port": 8080,
    "endless": float("inf"),
    "on": True,
    "labels": {"app": "web", "tier": "front"},
    "hosts": ["a", "b"],
    "env": [{"name": "A", "value": "1"}, {"name": "B", "value": None}],
    "deep": {"list": [{"x": [1, 2]}], "text": "a: b"},
}

_SAME = [
    ("plain", "plain"),
    ("a {{ .Values.name }} b", "a web b"),
    ("a\n{{- /* } */ -}}\nb", "ab"),
    ('{{ .Values.name | quote }}{{ .Values.missing.further | default "none" }}', '"web"none'),
    ("{{ if and .Values.on (not .Values.empty) }}yes{{ else }}no{{ end }}", "yes"),
    ('{{ if eq .Values.name "x" }}x{{ else if .Values.port }}port{{ else }}no{{ end }}', "port"),
    ("{{ range $index, $host := .Values.hosts }}{{ $index }}={{ $host }};{{ end }}", "0=a;1=b;"),
    ("{{ range .Values.none }}x{{ else }}none{{ end }}", "none"),
    ("{{ range $key, $value := .Values.labels }}{{ $key }}:{{ $value }} {{ end }}", "app:web tier:front "),
    ('{{ $name := "a" }}{{ if true }}{{ $name = "b" }}{{ end }}{{ $name }}', "b"),
    ('{{ $name := "a" }}{{ if true }}{{ $name := "b" }}{{ end }}{{ $name }}', "a"),
    ("{{ with .Values.labels }}{{ .app }}-{{ $.Values.name }}{{ end }}", "web-web"),
    ('{{ define "x" }}[{{ .a }}]{{ end }}{{ include "x" (dict "a" 1) }}{{ template "x" (dict "a" 2) }}', "[1][2]"),
    ("x:{{ toYaml .Values.labels | nindent 2 }}", "x:\n  app: web\n  tier: front"),
    ("{{ toYaml .Values.env }}", '- name: A\n  value: "1"\n- name: B\n  value: null'),
    ("{{ toYaml .Values.deep }}", "list:\n- x:\n  - 1\n  - 2\ntext: 'a: b'"),
    ('{{ printf "%s-%d%%" .Values.name .Values.port | trunc 5 | trimSuffix "-" }}', "web-8"),
    ('{{ tpl "{{ .Values.name }}!" . }}', "web!"),
    ("{{ (index .Values.env 0).name }}{{ len .Values.hosts }}", "A2"),
    ('{{ ternary "a" "b" .Values.on }}{{ coalesce .Values.empty .Values.name }}', "aweb"),
    ('{{ if .Capabilities.APIVersions.Has "networking.k8s.io/v1" }}v1{{ else }}beta{{ end }}', "v1"),
    ('{{ if semverCompare ">=1.19-0" .Capabilities.KubeVersion.Version }}new{{ end }}', "new"),
    ('{{ required "a port" .Values.port }}{{ hasKey .Values.labels "app" }}', "8080true"),
    ('{{ "{{" }} .Labels }}', "{{ .Labels }}"),
    # what only checks values may use what isn't understood
    ('a{{ if unheardOf 1 }}{{ fail "no" }}{{ end }}b', "ab"),
    ("a{{ range .Values.hosts }}{{ if .x }}{{ $y := .x }}{{ end }}{{ end }}b", "ab"),
    ('a{{ $x := unheardOf 1 }}{{ if $x }} {{ fail "no" }}{{ end }}b', "ab"),
    (
        '{{ define "x" }}{{ if unheardOf . }}{{ fail "no" }}{{ end }}{{ end }}a{{ include "x" 1 }}{{ template "x" 2 }}b',
        "ab",
    ),
    (
        '{{ printf "%.0f %05d %-4s|%t %q" 10485760 7 .Values.name .Values.on .Values.name }}',
        '10485760 00007 web |true "web"',
    ),
    ('a{{ if not .Values.empty }}{{ fail "set a password" }}{{ end }}b', "ab"),
]

_SAME += [
    ('{{ base "a/b.txt" }} {{ dir "a/b.txt" }} {{ max 2 3 }} {{ div 7 2 }} {{ floor 2.5 }}', "b.txt a 3 3 2"),
    ('{{ (fromYaml "a: {b: 1}").a.b }} {{ mustToJson (list 1) }} {{ b64dec "YQ==" }}', "1 [1] a"),
    (
        '{{ (urlParse "http://u:p@web:80/x").host }} {{ seq 1 3 }} {{ kindOf "a" }} {{ repeat 3 "a" }}',
        "web:80 1 2 3 string aaa",
    ),
]

_SAME += [
    ("{{ .Values.labels }} {{ .Values.hosts }}", "map[app:web tier:front] [a b]"),
    (
        '{{ kindIs "invalid" .Values.none }} {{ typeIs "<nil>" .Values.none }} {{ typeOf .Values.labels }}',
        "true true map[string]interface {}",
    ),
    ('{{ kindIs "float64" .Values.port }}{{ kindOf .Values.port }}', "truefloat64"),
    ("{{- if(eq 1 1) }}a{{ end }}{{- range(list 1 2) }}{{ . }}{{ end }}", "a12"),
    ('{{ range .Values.hosts }}{{ if eq . "a" }}{{ continue }}{{ end }}{{ . }}{{ break }}{{ end }}', "b"),
    (
        '{{ regexFind "[0-9]+" "a12b" }} {{ regexReplaceAll "a(b*)" "abbc" "<${1}>" }} {{ regexReplaceAllLiteral "b" "abc" "$1" }}',
        "12 <bb>c a$1c",
    ),
    (
        '{{ regexSplit ":" "a:b:c" 2 }} {{ regexFindAll "[ab]" "abc" -1 }} {{ regexMatch "^[[:alpha:]]+$" "ab" }}',
        "[a b:c] [a b] true",
    ),
    ('{{ regexReplaceAll "(?m)a$" "a\\na" "b" | quote }}', '"b\\nb"'),
    ('{{ regexMatch "^([0-9]+\\\\.){3}[0-9]+$" "10.0.0.1" }}{{ regexMatch "^a$" "a\\n" }}', "truefalse"),
    ('{{ merge (dict "a" 1 "b" false) (dict "a" 2 "b" true "c" 3) | toJson }}', '{"a":1,"b":true,"c":3}'),
    (
        '{{ mustMergeOverwrite (dict "a" 1 "b" (dict "x" 1)) (dict "a" 2 "b" (dict "y" 2)) | toJson }}',
        '{"a":2,"b":{"x":1,"y":2}}',
    ),
    ('{{ $x := dict "a" 1 }}{{ $_ := merge $x (dict "b" 2) }}{{ $_ := unset $x "a" }}{{ toJson $x }}', '{"b":2}'),
    (
        '{{ (genCA "x" 1).Cert }}{{ uniq (list 1 "1" 1 2) }}{{ any 0 1 }}{{ 0x1p10 }} {{ 1e3 | int }}',
        "<to-be-set>[1 1 2]true1024 1000",
    ),
    ('{{ tpl (toYaml (dict "a" "{{ .Values.name | quote }}")) . }}', "a: '\"web\"'"),
    ('{{ toYaml (dict "a" "x\\ny: {{ 1 }}\\n" "b" (list "it\'s") ) }}', "a: |\n  x\n  y: {{ 1 }}\nb:\n- 'it''s'"),
    ('{{ dict "a" | toJson }}{{ splitn "," 2 "a,b,c" | toJson }}', '{"a":""}{"_0":"a","_1":"b,c"}'),
    # an action that isn't read is lost alone, where nothing needs it
    ('{{ define "x" }}{{ a | | b }}{{ end }}{{ if false }}{{ .Values.name | }}{{ end }}{{ $x := . | }}y', "y"),
    # a digest of a template tells nothing, so that nothing of it has to be understood
    ('{{ define "x" }}{{ unheardOf }}{{ end }}{{ include "x" . | sha256sum | trunc 4 }}', "e3b0"),
]

_NOT_UNDERSTOOD = [
    "{{ .Values.name",
    "{{ if .Values.on }}x",
    "{{ end }}",
    "{{ unheardOf 1 }}",
    '{{ printf "%d" .Values.endless }}',
    '{{ include "nothing" . }}',
    '{{ .Files.Get "a.json" }}',
    "{{ $x := unheardOf 1 }}{{ $x.Key }}",
    "{{ $x := unheardOf 1 }}{{ $y := $x }}{{ if $y }}a{{ end }}",
    "{{ $x := 1 }}{{ if unheardOf 1 }}{{ $x = 2 }}{{ end }}{{ $x }}",
    "{{ if unheardOf 1 }}{{ $x := set .Values.labels 1 2 }}{{ end }}",
    "{{ if unheardOf 1 }}{{ $x := mustMerge .Values.labels (dict 1 2) }}{{ end }}",
    "{{ if unheardOf 1 }}{{ else }}a{{ end }}",
    "{{ .Values.name.deeper }}",
    '{{ define "x" }}{{ include "x" . }}{{ end }}{{ include "x" . }}',
    '{{ regexMatch "(a+)+$" (repeat 40 .Values.name) }}',
    '{{ regexMatch "(a?){50}a{50}" (repeat 50 "a") }}',
    '{{ regexFind ".*.*.*.*x" (repeat 900 "a") }}',
    '{{ regexFind "(?=a)" "a" }}',
    '{{ regexMatch "(a?){90,}b" (repeat 10 "a") }}',
    # Go reads these otherwise
    '{{ regexMatch "(a{,60}){,60}b" (repeat 26 "a") }}',
    '{{ regexMatch "(?x)(a+) +b" (repeat 40 "a") }}',
    '{{ regexReplaceAll "" (repeat 100000 "a") (repeat 100000 "b") }}',
    '{{ regexReplaceAll ".+" (repeat 100000 "a") (repeat 100000 "$0") }}',
    '{{ regexReplaceAllLiteral "" (repeat 100000 "a") (repeat 100000 "b") }}',
    "{{ range until 100 }}{{ range until 100 }}{{ range until 100 }}x{{ end }}{{ end }}{{ end }}",
    "{{ range until 9999 }}{{ range until 9999 }}{{ end }}{{ end }}",
    '{{ $x := repeat 2000 "a" }}{{ range until 9999 }}{{ $_ := regexMatch "(a.*b){1}" $x }}{{ end }}',
    "{{ until 999999999 }}{{ untilStep 0 999999999 1 }}",
    '{{ repeat 999999999 "a" }}',
    '{{ $x := dict }}{{ range until 30 }}{{ $x = dict "a" $x "b" $x }}{{ end }}{{ merge (deepCopy $x) $x }}',
    '{{ $x := dict }}{{ $_ := set $x "x" $x }}{{ toYaml $x }}',
    '{{ $x := dict }}{{ $_ := set $x "x" $x }}{{ $x }}',
    '{{ $x := dict }}{{ $_ := set $x "x" $x }}{{ fromJson $x }}',
    "{{ $x := list 1 }}{{ range until 40 }}{{ $x = list $x $x }}{{ end }}{{ toYamlPretty $x }}",
    "{{ $x := list 1 }}{{ range until 40 }}{{ $x = list $x $x }}{{ end }}{{ $_ := mustDeepCopy $x }}",
    "{{ break }}",
    '{{ printf "%y" .Values.port }}',
    '{{ printf "%9999s" .Values.name }}',
    '{{ $x := "abcd" }}{{ range until 100 }}{{ $x = print $x $x }}{{ end }}',
    "{{ $x := list 1 }}{{ range until 100 }}{{ $x = list $x $x }}{{ end }}{{ toYaml $x }}",
    "{{ $x := list 1 }}{{ range until 100 }}{{ $x = concat $x $x }}{{ end }}",
    '{{ $x := "aaaaaaaaaaaaaaaa" }}{{ range until 9 }}{{ $x = replace "a" $x $x }}{{ end }}',
    '{{ $x := "a" }}{{ range until 100 }}{{ $x = nindent 200 $x }}{{ end }}{{ range until 100 }}{{ indent 200 $x }}{{ end }}',
    '{{ define "y" }}{{ include "z" . }}{{ include "z" . }}{{ end }}{{ define "z" }}{{ range until 100 }}{{ range until 100 }}'
    'abcdefgh{{ end }}{{ end }}{{ end }}{{ range until 100 }}{{ include "y" . }}{{ end }}',
    "{{ add 1 }}{{ trunc }}",
]


def _rendered(text: str) -> tuple[str, list[int]]:
    template = parse_template(text)
    root = {
        "Values": _VALUES,
        "Chart": {"Name": "shop"},
        "Release": {"Name": "shop"},
        "Capabilities": {"KubeVersion": {"Version": "v1.33.0"}},
    }
    return TemplateRenderer(template.definitions, work=TemplateWork(1_000_000)).render(template.nodes, root)


@pytest.mark.parametrize(("text", "expected"), _SAME)
def test_a_template_is_filled_in(text: str, expected: str) -> None:
    assert _rendered(text)[0] == expected


@pytest.mark.parametrize("text", _NOT_UNDERSTOOD)
def test_what_is_not_understood_is_said(text: str) -> None:
    with pytest.raises(NotUnderstood):
        _rendered(text)


def test_each_line_has_that_of_its_template() -> None:
    text, lines = _rendered(
        "a:\n{{- if .Values.on }}\n  b: 1\n{{- end }}\nc: {{- toYaml .Values.labels | nindent 2 }}\nd: 1\n"
    )
    assert dict(zip(text.split("\n"), lines, strict=True)) == {
        "a:": 1,
        "  b: 1": 3,
        "c:": 5,
        "  app: web": 5,
        "  tier: front": 5,
        "d: 1": 6,
        "": 7,
    }


def test_hostile_templates_end() -> None:
    for text in (
        "{{" * 50_000,
        "{{/*" * 50_000,
        '{{ "' * 50_000,
        "{{ `" * 50_000,
        "{{ (" + "(" * 50_000 + "}}",
        "{{ if 1 }}" * 5_000,
    ):
        with pytest.raises(NotUnderstood):
            _rendered(text)


def test_charts_that_require_each_other_end() -> None:
    files = {
        f"{name}/Chart.yaml": (
            lambda other=other: f'dependencies: [{{name: {other}, repository: "file://../{other}"}}]'.encode()
        )
        for name, other in (("a", "b"), ("b", "a"))
    }
    assert render_chart("a", files).manifests == []


def test_what_is_looked_at_for_silence_counts() -> None:
    checks = "{{ $x := unknown }}" * 2_000
    with pytest.raises(NotUnderstood, match="takes too long"):
        _rendered("{{ range until 1000 }}{{ if unknown }}" + checks + "{{ end }}{{ end }}")


def test_a_chart_that_another_one_requires_is_a_part_of_it() -> None:
    template = b"kind: Deployment\nmetadata: {name: {{ .Release.Name }}}\nspec: {image: {{ .Values.image }}}\n"
    files = {
        "api/Chart.yaml": b"name: api",
        "api/values.yaml": b"image: api:1",
        "api/templates/a.yaml": template,
        "shop/Chart.yaml": b"name: shop",
        "shop/requirements.yaml": b'dependencies: [{name: api, repository: "file://../api"}]',
        "shop/values.yaml": b"api: {image: api:2}",
    }
    rendered = render_charts(".", ["api", "shop"], sorted(files), files.__getitem__)
    assert [each.data.split(b"\n")[1:3] for each in rendered.manifests.values()] == [
        [b"metadata: {name: shop}", b"spec: {image: api:2}"]
    ]


def test_files_of_a_chart_are_put_in() -> None:
    template = (
        'a: |-\n{{ .Files.Get "files/a.conf" | indent 2 }}\n{{ (.Files.Glob "files/*").AsConfig }}\n'
        '{{ range $path, $_ := .Files.Glob "files/b*" }}{{ base $path }}: {{ $.Files.Get $path | quote }}{{ end }}\n'
    )
    files = {
        "x/Chart.yaml": b"name: x",
        "x/files/a.conf": b"one",
        "x/files/b.conf": b"two",
        "x/templates/a.yaml": template.encode(),
        "x/templates/b.yaml": b'a: {{ .Files.Get "large.json" }}',
        "x/large.json": b"a" * 100_000,
    }
    result = render_chart("x", {path: functools.partial(files.__getitem__, path) for path in files})
    assert [each.data.decode() for each in result.manifests] == [
        'a: |-\n  one\na.conf: one\nb.conf: two\nb.conf: "two"\n'
    ]
    assert [path for path, _ in result.omitted] == ["x/templates/b.yaml"]


def test_documents_are_parted_as_helm_parts_them() -> None:
    template = "a: 1\n---\n{{- if true -}}\nb: 1\n{{- end }}\n--- # more\nc: 1\n"
    files = {"x/Chart.yaml": lambda: b"name: x", "x/templates/a.yaml": template.encode}
    [made] = render_chart("x", files).manifests
    assert made.data.decode().split("\n") == ["a: 1", "---", "b: 1", "--- # more", "c: 1", ""]
    assert made.lines == (1, 2, 2, 6, 7, 8)
