"""What a policy asks of a chain: its level, in plumb chain; all of it, in plumb gate on what plumb chain has stored."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from chain_test import chain, lock_of  # noqa: E402
from plumb_test import case, main  # noqa: E402
from registry import Registry  # noqa: E402


def policy(plumb, level, name="level.yaml", more=""):
    return plumb.write(name, f"version: 1\n{more}require:\n  chain_level: {level}\n")


@case
def the_level_that_a_policy_asks_for_decides(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        path = plumb.write("package-lock.json", json.dumps(lock_of(registry, "a", "b")))
        found = chain(plumb, path, "--policy", policy(plumb, 2), env=registry.env, expect=0)
        assert found["required"] == 2 and found["required_by"].endswith("level.yaml:3"), found["required_by"]
        found = chain(plumb, path, "--policy", policy(plumb, 3), env=registry.env, expect=1)
        code, out, _ = plumb.raw("chain", path, "--policy", policy(plumb, 3), "-q", "--cache-dir", plumb.path("cache/x").parent, env=registry.env)
        assert code == 1 and b"LCAL-3 required by" in out and b"level.yaml:3" in out, out


@case
def the_higher_one_of_flag_and_policy_counts(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        path = plumb.write("package-lock.json", json.dumps(lock_of(registry, "a")))
        found = chain(plumb, path, "--policy", policy(plumb, 3), "--require", "chain=2", env=registry.env, expect=1)
        assert found["required"] == 3
        found = chain(plumb, path, "--policy", policy(plumb, 1), "--require", "chain=2", env=registry.env, expect=0)
        assert found["required"] == 2 and found["required_by"] == "--require"


@case
def chain_and_gate_decide_alike_on_the_level(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        path = plumb.write("package-lock.json", json.dumps(lock_of(registry, "a", "b")))
        for level in (1, 2, 3, 4):
            found = chain(plumb, path, "--policy", policy(plumb, level), env=registry.env)
            stored = plumb.write("stored.json", json.dumps(chain(plumb, path, env=registry.env)))
            code, _, said = plumb.raw("gate", stored, "--policy", policy(plumb, level))
            assert code == found["exit_code"], (level, code, found["exit_code"], said)


@case
def a_policy_that_has_expired_or_is_wrong_stops_the_chain(plumb):
    path = plumb.write("app.cdx.json", json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": []}))
    found = chain(plumb, path, "--policy", policy(plumb, 2, "old.yaml", "expires: 2020-01-01\n"), network=False, expect=6)
    assert "expired" in found["errors"][0]["message"]
    code, out, said = plumb.raw("chain", path, "--policy", plumb.write("bad.yaml", "version: 1\nrequire:\n  chain_levle: 2\n"), "--offline")
    assert code == 2 and not out and "bad.yaml:3" in said and "chain_level" in said, said


if __name__ == "__main__":
    main()
