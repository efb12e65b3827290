"""jsonargparse: `python jsonargparse_cli.py --lr "linear(0.1, 100)" --steps 50`, or `--config train.yaml`."""

from jsonargparse import auto_cli

from symsched import Schedule, parse
from symsched.integrations import jsonargparse

jsonargparse.register()


def train(lr: Schedule = parse("cosine(1e-3, 1e4)"), steps: int = 100) -> None:  # noqa: B008 (immutable)
    """Train.

    Args:
        lr: The learning rate at each step.
        steps: How long.
    """
    print(lr, lr(steps))


if __name__ == "__main__":
    auto_cli(train)
