"""pydantic: fields of the type `Schedule`, in JSON and back."""

import json

from pydantic import BaseModel, ValidationError

from symsched import Schedule, parse


class Optimizer(BaseModel):
    lr: Schedule
    weight_decay: Schedule = parse("0.1")


class Settings(BaseModel):
    steps: int
    optimizer: Optimizer


text = '{"steps": 100, "optimizer": {"lr": "cosine( 1e-3, 1e2 )"}}'
settings = Settings.model_validate_json(text)
print(settings.optimizer.lr(50))
print(settings.model_dump_json())
print(json.dumps(Optimizer.model_json_schema()["properties"]["lr"]))

try:
    Settings.model_validate({"steps": 100, "optimizer": {"lr": "cosin(1e-3, 100)"}})
except ValidationError as error:
    print(error)
