"""YAML, TOML and JSON: what they read is a mapping, and `linked` makes schedules of one."""

import json
import tomllib
from pathlib import Path

import yaml

import symsched
from symsched.linking import linked

settings = yaml.safe_load(Path(__file__).with_name("train.yaml").read_text())
optimizer = linked(settings["optimizer"], total=settings["steps"])
print({name: schedule(10) for name, schedule in optimizer.items()})
print(list(symsched.plan(settings["plan"])))

toml = tomllib.loads("""
[optimizer]
lr = "cosine(1e-3, 100)"
weight_decay = '''
    share = 0.1 # of the rate
    share*lr'''
""")
print({name: schedule(0) for name, schedule in linked(toml["optimizer"]).items()})

try:
    linked(json.loads('{"lr": 1e-3, "weight_decay": "0.1*cosin(1, 100)"}'))
except symsched.ScheduleError as error:
    print(error.at("optimizer"))
