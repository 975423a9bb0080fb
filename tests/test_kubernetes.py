"""The deployment in deploy/kubernetes: valid offline, and at one with the program, its settings and the policy."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kubernetes_validate
import pytest
import typer
import yaml
from jsonschema import Draft202012Validator

from bancheng.cli import app
from bancheng.settings import SECRETS, Settings
from bancheng.tracing import ENDPOINTS
from consumers.router import GROUP
from router.ledger.install import SHARDS

if TYPE_CHECKING:
    from collections.abc import Iterator

TOP = Path(__file__).parents[1]
BASE = TOP / "deploy" / "kubernetes" / "base"
KEDA = Path(__file__).parent / "data" / "specs" / "keda.json"
KUBERNETES = "1.32"
NAME = "app.kubernetes.io/name"
SERVICES = {"router": "route", "relay": "relay", "clock": "clock", "match": "match", "watch": "watch"}
WATCH = 9400


def kustomization() -> dict[str, Any]:
    """What is put together."""
    return dict(yaml.safe_load((BASE / "kustomization.yaml").read_text(encoding="utf-8")))


def listed() -> list[dict[str, Any]]:
    """Every object, in the order of the files."""
    files = [BASE / name for name in kustomization()["resources"]]
    return [thing for file in files for thing in yaml.safe_load_all(file.read_text(encoding="utf-8"))]


OBJECTS = listed()


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    """The objects of a kind by name."""
    return {thing["metadata"]["name"]: thing for thing in OBJECTS if thing["kind"] == kind}


def pods() -> dict[str, dict[str, Any]]:
    """The pod template of every task by the task's name."""
    return {name: thing["spec"]["template"] for name, thing in {**of_kind("Deployment"), **of_kind("Job")}.items()}


def containers() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every container with its task's name, those that only prepare too."""
    for name, template in pods().items():
        for container in (*template["spec"].get("initContainers", ()), *template["spec"]["containers"]):
            yield name, container


def chosen(selector: dict[str, Any]) -> set[str]:
    """The tasks whose pods a selector chooses."""

    def matches(labels: dict[str, str]) -> bool:
        wanted = selector.get("matchLabels", {}).items() <= labels.items()
        return wanted and all(
            rule["operator"] == "In" and labels.get(rule["key"]) in rule["values"]
            for rule in selector.get("matchExpressions", ())
        )

    return {name for name, template in pods().items() if matches(template["metadata"]["labels"])}


def test_every_object_is_valid() -> None:
    """Kubernetes' own kinds satisfy its schema to the last field, KEDA's kinds the part of it that we use."""
    keda = Draft202012Validator(json.loads(KEDA.read_text(encoding="utf-8")))
    for thing in OBJECTS:
        if thing["apiVersion"].startswith("keda.sh/"):
            keda.validate(thing)
        else:
            kubernetes_validate.validate(thing, KUBERNETES, strict=True)
        assert thing["kind"] == "Namespace" or thing["metadata"]["namespace"] == kustomization()["namespace"]
    assert len({(thing["kind"], thing["metadata"]["name"]) for thing in OBJECTS}) == len(OBJECTS)


def test_the_image_is_this_version() -> None:
    """Every image, written and put in, bears the version in pyproject.toml."""
    version = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert kustomization()["images"] == [{"name": "bancheng", "newTag": version}]
    assert {container["image"] for _, container in containers()} == {f"bancheng:{version}"}


def test_commands_and_settings_exist() -> None:
    """Every command is one of the program's, every variable and secret file one of its settings."""
    commands = typer.main.get_command(app)
    for name, container in containers():
        if "command" in container:
            continue
        found: Any = commands
        for word in container["args"]:
            found = found.commands[word]
        assert container["args"][0] == SERVICES.get(name, "topics")
    fields = {f"BANCHENG_{name.upper()}" for name in Settings.model_fields}
    [settings] = of_kind("ConfigMap").values()
    assert settings["data"].keys() <= fields
    assert not {"BANCHENG_DATABASE", "BANCHENG_KAFKA_PASSWORD"} & settings["data"].keys()
    for _, container in containers():
        assert not container.get("env")
        assert container.get("envFrom", [{"configMapRef": {"name": "settings"}}]) == [
            {"configMapRef": {"name": "settings"}}
        ]
    mounted = {path for template in pods().values() for path, _ in secret_files(template)}
    assert {name for name in mounted if name.startswith("bancheng_")} <= {name.lower() for name in fields}
    for name in ("BANCHENG_MASTER_KEY_FILE", "BANCHENG_SEALING_KEY_FILE", "BANCHENG_SIGNING_KEY_FILE"):
        key = Path(settings["data"][name])
        assert key.parent == SECRETS
        assert key.name in mounted


def secret_files(template: dict[str, Any]) -> list[tuple[str, str]]:
    """The files of a task's folder of secrets, each with the secret that it comes from."""
    [folder] = [volume["projected"] for volume in template["spec"]["volumes"] if volume["name"] == "secrets"]
    return [
        (item["path"], source["secret"]["name"]) for source in folder["sources"] for item in source["secret"]["items"]
    ]


def test_secrets_are_only_named() -> None:
    """No secret stands here; each that is named is described in the README, and each task has those it needs alone."""
    assert not of_kind("Secret")
    told = (BASE.parent / "README.md").read_text(encoding="utf-8")
    by_task = {name: {secret for _, secret in secret_files(template)} for name, template in pods().items()}
    for secret in set().union(*by_task.values()):
        assert f"kubectl -n bancheng create secret generic {secret}" in told
    ours, key, kafka = "bancheng-database-services", "bancheng-master-key", "bancheng-kafka-router"
    sealing, signing = "bancheng-sealing-key", "bancheng-signing-key"
    assert by_task == {
        "setup": {"bancheng-database", key, sealing, "bancheng-kafka-admin"}, "router": {ours, key, sealing, kafka},
        "relay": {ours, key, kafka}, "clock": {ours, key, signing}, "match": {ours, key}, "watch": {ours, kafka},
    }  # fmt: skip


def test_pods_may_do_nothing_but_their_work() -> None:
    """Nobody is root, writes the image, gains rights or has a token; what each may use is bounded; 30 s to end."""
    for name, template in pods().items():
        spec = template["spec"]
        assert spec["serviceAccountName"] in of_kind("ServiceAccount")
        assert spec["serviceAccountName"] == name
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsNonRoot"]
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["terminationGracePeriodSeconds"] == 30
        named = {volume["name"] for volume in spec["volumes"]}
        assert all(mount["name"] in named for _, c in containers() if _ == name for mount in c["volumeMounts"])
    for _, container in containers():
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
        }  # fmt: skip
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
        assert container["resources"]["limits"]["memory"]


def test_labels_ports_and_probes_agree() -> None:
    """Selectors choose their own pods alone; probes, scraping and the setting name one port."""
    assert of_kind("Deployment").keys() == SERVICES.keys()
    [settings] = of_kind("ConfigMap").values()
    assert settings["data"]["BANCHENG_WATCH"].endswith(f":{WATCH}")
    for name, thing in of_kind("Deployment").items():
        assert chosen(thing["spec"]["selector"]) == {name}
        template = thing["spec"]["template"]
        for spread in template["spec"]["topologySpreadConstraints"]:
            assert chosen(spread["labelSelector"]) == {name}
        [container] = template["spec"]["containers"]
        assert container["ports"] == [{"name": "watch", "containerPort": WATCH}]
        assert template["metadata"]["annotations"]["prometheus.io/port"] == str(WATCH)
        paths = {kind: container[kind]["httpGet"] for kind in ("startupProbe", "livenessProbe", "readinessProbe")}
        assert paths["readinessProbe"] == {"path": "/readyz", "port": "watch"}
        assert paths["startupProbe"] == paths["livenessProbe"] == {"path": "/healthz", "port": "watch"}


def test_routers_are_scaled_within_the_partitions() -> None:
    """The lag of the router's own group scales the router, at the broker that the services use, up to S at most."""
    [scaled] = of_kind("ScaledObject").values()
    spec, [trigger] = scaled["spec"], scaled["spec"]["triggers"]
    target = of_kind(spec["scaleTargetRef"]["kind"])[spec["scaleTargetRef"]["name"]]
    assert "replicas" not in target["spec"]
    assert target["apiVersion"] == spec["scaleTargetRef"]["apiVersion"]
    assert spec["minReplicaCount"] <= spec["fallback"]["replicas"] <= spec["maxReplicaCount"] <= SHARDS
    assert trigger["metadata"]["consumerGroup"] == GROUP
    [settings] = of_kind("ConfigMap").values()
    assert trigger["metadata"]["bootstrapServers"] == settings["data"]["BANCHENG_KAFKA"]
    [login] = of_kind("TriggerAuthentication").values()
    assert login["metadata"]["name"] == trigger["authenticationRef"]["name"]
    assert {one["name"] for one in login["spec"]["secretTargetRef"]} == {"bancheng-kafka-router"}


def test_drains_and_networks_choose_the_right_pods() -> None:
    """Every service has its disruption budget; nothing is open but DNS, Kafka, PostgreSQL, traces and scraping."""
    budgets = {name: chosen(thing["spec"]["selector"]) for name, thing in of_kind("PodDisruptionBudget").items()}
    assert budgets == {name: {name} for name in SERVICES}
    rules = {name: chosen(thing["spec"]["podSelector"]) for name, thing in of_kind("NetworkPolicy").items()}
    everybody = {"setup", *SERVICES}
    assert rules == {
        "nothing-else": everybody, "to-dns": everybody, "to-kafka": {"setup", "router", "relay", "watch"},
        "to-postgres": everybody, "to-traces": set(SERVICES), "from-monitoring": set(SERVICES),
    }  # fmt: skip
    closed = of_kind("NetworkPolicy")["nothing-else"]["spec"]
    assert (closed.get("ingress"), closed.get("egress")) == (None, None)
    assert set(closed["policyTypes"]) == {"Ingress", "Egress"}
    [settings] = of_kind("ConfigMap").values()
    kafka = of_kind("NetworkPolicy")["to-kafka"]["spec"]["egress"][0]
    assert settings["data"]["BANCHENG_KAFKA"].endswith(f":{kafka['ports'][0]['port']}")
    traces = of_kind("NetworkPolicy")["to-traces"]["spec"]["egress"][0]
    told = (BASE / "settings.yaml").read_text(encoding="utf-8")
    [place] = re.findall(rf"# {ENDPOINTS[-1]}: http://\S+:(\d+)\n", told)
    assert traces["ports"] == [{"protocol": "TCP", "port": int(place)}]
    scraped = of_kind("NetworkPolicy")["from-monitoring"]["spec"]["ingress"][0]
    assert scraped["ports"] == [{"protocol": "TCP", "port": WATCH}]


def test_kustomize_puts_it_together() -> None:
    """`kubectl kustomize` renders every object, each labelled as part of this."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed: the objects are validated one by one above")
    made = subprocess.run([kubectl, "kustomize", str(BASE)], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    rendered = [thing for thing in yaml.safe_load_all(made.stdout) if thing]
    assert len(rendered) == len(OBJECTS)
    assert all(thing["metadata"]["labels"]["app.kubernetes.io/part-of"] == "bancheng" for thing in rendered)
