"""OmegaConf, and an app of Hydra that is run as its users run it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import GrammarParseError, InterpolationResolutionError

import symsched as ss
from symsched.integrations import omegaconf

MISTAKE = ["unknown schedule `cosin`", "", "  cosin(1, 10)", "  ^^^^^ did you mean `cosine`?"]

APP = """
import hydra
from omegaconf import DictConfig
from symsched.integrations import omegaconf

omegaconf.register()

@hydra.main(version_base=None, config_path=".", config_name="app")
def main(config: DictConfig) -> None:
    print(config.lr, "|", hydra.utils.instantiate(config.optimizer).lr, "|", config.resolved(5))

main()
"""
CONFIG = """
total: 10
lr: linear(1, ${total})
resolved: ${schedule:${lr}}
optimizer:
  _target_: types.SimpleNamespace
  lr:
    _target_: symsched.parse
    text: ${lr}
"""


@pytest.fixture(autouse=True)
def registered() -> None:
    omegaconf.register()


def config_of(text: str) -> DictConfig:
    made = OmegaConf.create(text)
    assert isinstance(made, DictConfig)
    return made


# Resolvers


def test_a_text_becomes_a_schedule_with_what_is_interpolated() -> None:
    config = config_of(
        """
        total: 1000
        peak: 1e-3
        lr: ${schedule:"warmup(linear, 5%) >> cosine(${peak}, rest)"}
        plain: ${schedule:'linear(${peak}, ${total})'}
        wd: ${schedule:0.1}
        """
    )
    assert config.lr == ss.parse("warmup(linear, 5%) >> cosine(0.001, rest)")
    assert config.lr.bind(total=config.total)(50) == 1e-3
    assert config.plain(500) == 5e-4
    assert config.wd == ss.parse(0.1)


def test_plain_values_have_the_canonical_text() -> None:
    config = config_of("""{lr: '${schedule.text:"cosine( 1e-3,1e4 )"}', seen: 'by ${lr}'}""")
    assert OmegaConf.to_container(config, resolve=True) == {"lr": "cosine(1e-3, 1e4)", "seen": "by cosine(1e-3, 1e4)"}
    assert OmegaConf.to_yaml(config, resolve=True) == "lr: cosine(1e-3, 1e4)\nseen: by cosine(1e-3, 1e4)\n"


def test_a_saved_configuration_keeps_what_was_written() -> None:
    config = config_of("""lr: '${schedule:"cosine(1, 100)"}'""")
    assert config_of(OmegaConf.to_yaml(config)).lr == config.lr


@dataclass
class Optimizer:
    """A structured configuration."""

    lr: str = "warmup(linear, 10) >> cosine(1, ${.total})"
    checked: str = '${schedule:"cosine( 1,10 )"}'
    total: int = 100


@dataclass
class Settings:
    """What contains it."""

    optimizer: Optimizer = field(default_factory=Optimizer)


def test_a_structured_configuration_declares_texts() -> None:
    config = OmegaConf.structured(Settings)
    assert ss.parse(config.optimizer.lr) == ss.parse("warmup(linear, 10) >> cosine(1, 100)")
    assert config.optimizer.checked == "cosine(1, 10)"
    config.optimizer.lr = 1e-3  # as a number from a file
    assert ss.parse(config.optimizer.lr) == ss.parse(1e-3)


def test_an_error_has_the_key_and_the_caret() -> None:
    config = config_of("""{optimizer: {lr: '${schedule:"cosin(1, 10)"}'}}""")
    with pytest.raises(InterpolationResolutionError) as caught:
        _ = config.optimizer.lr
    lines = str(caught.value).splitlines()
    assert lines[0] == "ScheduleError raised while resolving interpolation: " + MISTAKE[0]
    assert lines[1:4] == MISTAKE[1:]
    assert "    full_key: optimizer.lr" in lines


def test_a_text_without_quotes_is_refused_by_omegaconf() -> None:
    with pytest.raises(GrammarParseError, match=r"token recognition error at: '\('"):
        config_of("lr: ${schedule:cosine(1,10)}")


def test_a_second_call_does_no_harm() -> None:
    omegaconf.register()
    assert config_of("lr: ${schedule:1}").lr == ss.parse(1)


# Hydra


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("app")
    (folder / "app.py").write_text(APP)
    (folder / "app.yaml").write_text(CONFIG)
    return folder


def run(app: Path, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(ss.__file__).parent.parent), "PYTHONUTF8": "1"}
    command = [sys.executable, "-W", "error", "app.py", "hydra.output_subdir=null", "hydra.run.dir=.", *arguments]
    return subprocess.run(command, cwd=app, env=environment, capture_output=True, encoding="utf-8", check=False)


def test_an_app_of_hydra_makes_schedules_of_its_configuration(app: Path) -> None:
    assert run(app, []).stdout == "linear(1, 10) | linear(1, 10) | 0.5\n"


def test_a_quoted_override_is_a_schedule(app: Path) -> None:
    done = run(app, ['lr="rise(linear, 0, 2, 10) >> cosine(1e-3,1e4)"'])
    text = "rise(linear, 0, 2, 10) >> cosine(1e-3,1e4)"
    assert done.stdout == f"{text} | {ss.parse(text)} | 1.0\n", done.stderr


def test_an_override_reads_other_keys(app: Path) -> None:
    assert run(app, ['lr="linear(2, ${total})"', "total=20"]).stdout == "linear(2, 20) | linear(2, 20) | 1.5\n"


def test_a_number_needs_no_quotes(app: Path) -> None:
    assert run(app, ["lr=1e-3"]).stdout == "0.001 | 1e-3 | 0.001\n"


def test_a_call_without_quotes_is_refused_by_hydra(app: Path) -> None:
    done = run(app, ["lr=cosine(1e-3,1e4)"])
    assert done.returncode == 1
    assert done.stderr.startswith(
        "Error parsing override 'lr=cosine(1e-3,1e4)'\n"
        "HydraException while evaluating 'cosine(1e-3,1e4)': Unknown function 'cosine'\n"
    )


def test_a_stage_without_quotes_is_refused_by_hydra(app: Path) -> None:
    done = run(app, ["lr=warmup(linear, 5) >> cosine(1, 5)"])
    assert done.returncode == 1
    assert done.stderr.startswith("LexerNoViableAltException: lr=warmup(linear, 5) >> cosine(1, 5)\n")


@pytest.mark.parametrize(("override", "key"), [("optimizer.lr.text", "optimizer.lr"), ("resolved", "resolved")])
def test_a_mistake_is_shown_with_its_place(app: Path, override: str, key: str) -> None:
    """Both where `_target_` calls `parse`, and where the resolver does."""
    text = '${schedule:"cosin(1, 10)"}' if override == "resolved" else "cosin(1, 10)"
    done = run(app, [f"{override}='{text}'"])
    assert done.returncode == 1
    assert "\n".join(MISTAKE) in done.stderr
    assert f"full_key: {key}\n" in done.stderr


def test_a_sweep_runs_each_of_some_schedules(app: Path) -> None:
    done = run(app, ['lr="cosine(1,10)","linear(1, 10) >> 0.5"', "hydra.sweep.dir=sweep", "--multirun"])
    ran = [line for line in done.stdout.splitlines() if " | " in line]
    assert ran == [
        "cosine(1,10) | cosine(1, 10) | 0.5",
        "linear(1, 10) >> 0.5 | linear(1, 10) >> 0.5 | 0.5",
    ], done.stderr
