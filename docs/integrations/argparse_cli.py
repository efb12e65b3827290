"""argparse: `python argparse_cli.py --lr "linear(0.1, 100)" --steps 50`."""

from argparse import ArgumentParser

from symsched.integrations.argparse import schedule

parser = ArgumentParser()
parser.add_argument("--lr", type=schedule, default="cosine(1e-3, 1e4)")
parser.add_argument("--steps", type=int, default=100)
arguments = parser.parse_args()
print(arguments.lr, arguments.lr(arguments.steps))
