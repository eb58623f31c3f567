def paint(colours):
    return "I see " + ", ".join(f"{thing} in {colour}" for thing, colour in sorted(colours.items())) + "."
