"""Says what its configuration tells it to say."""
import os

from greeting import greet
from palette import paint


def read_config(path=None):
    path = path or os.environ.get("PARROT_CONFIG", "/etc/parrot.conf")
    with open(path, encoding="utf-8") as lines:
        pairs = (line.split("=", 1) for line in lines if "=" in line)
        return {key.strip(): value.strip() for key, value in pairs}


def speak(config):
    colours = {k.split(".", 1)[1]: v for k, v in config.items() if k.startswith("colour.")}
    line = greet(config["greeting"], config["name"]) + " " + paint(colours)
    return [line] * int(config["repeat"])
