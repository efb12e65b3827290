"""click: `python click_cli.py --lr "linear(0.1, 100)" --steps 50`."""

import click

from symsched import Schedule
from symsched.integrations.click import schedule


@click.command()
@click.option("--lr", type=schedule, default="cosine(1e-3, 1e4)")
@click.option("--steps", default=100)
def train(lr: Schedule, steps: int) -> None:
    print(lr, lr(steps))


if __name__ == "__main__":
    train()
