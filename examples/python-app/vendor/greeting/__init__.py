def greet(word, name):
    return f"{word}, I am {name}."
