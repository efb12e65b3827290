"""jsonargparse: `python jsonargparse_cli.py --lr "linear(0.1, 100)" --steps 50`."""

from jsonargparse import auto_cli

from symsched import Schedule, parse
from symsched.integrations import jsonargparse

jsonargparse.register()


RATE = parse("cosine(1e-3, 1e4)")


def train(lr: Schedule = RATE, steps: int = 100) -> None:
    """Train.

    Args:
        lr: The learning rate at each step.
        steps: How long.
    """
    print(lr, lr(steps))


if __name__ == "__main__":
    auto_cli(train)
